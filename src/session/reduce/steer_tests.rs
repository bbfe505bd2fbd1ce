//! The words for what a run does, event by event; messages and the order of the work.

use crate::protocol::event::*;
use crate::protocol::*;
use crate::session::phase::STUCK_AFTER;
use crate::session::{ItemKind, Phase, State};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A log that is written one event a minute.
#[derive(Default)]
struct Story {
    state: State,
}

impl Story {
    fn began() -> Self {
        let mut story = Self::default();
        story.tell(run());
        story.tell(SessionStarted {
            role: Role::Coding,
            model: "m".into(),
            context_window: 1000,
            head: None,
            prompt_hash: String::new(),
            list: None,
        });
        story.tell(TurnStarted { turn: TurnNo(1) });
        story
    }

    fn tell(&mut self, event: impl Into<Event>) -> Timestamp {
        let seq = self.state.last_seq.next();
        let time = at(seq.0);
        self.state.apply(&Envelope {
            v: FORMAT_VERSION,
            seq,
            time,
            session: SessionNo(1),
            event: event.into(),
        });
        time
    }

    #[track_caller]
    fn is(&self, phase: Phase, since: Timestamp) {
        assert_eq!(self.state.phase(), (phase, Some(since)));
        assert_eq!(
            self.state.phase_at(self.state.last_time.unwrap()),
            (phase, Some(since)),
            "a moment later"
        );
    }
}

fn at(minute: u64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + i64::try_from(minute).unwrap() * 60).unwrap()
}

fn run() -> RunStarted {
    RunStarted {
        run: RunId("r".into()),
        project: "p".into(),
        workspace: "/w".into(),
        model: "m".into(),
        endpoint: "h".into(),
        version: "0".into(),
        limits: Limits::default(),
        autonomy: Autonomy::Auto,
        sandbox: "none".into(),
        window: None,
        earlier: None,
    }
}

fn ended() -> SessionEnded {
    SessionEnded {
        cause: EndCause::Finished,
        summary: String::new(),
        dirty: Vec::new(),
        next: None,
        checks: Vec::new(),
        places: Vec::new(),
        left: None,
    }
}

fn retried(cause: RetryCause, delay_ms: u64) -> RequestRetried {
    RequestRetried {
        attempt: 1,
        delay_ms,
        error: "no".into(),
        cause,
        usage: Usage::default(),
        cost: None,
    }
}

#[test]
fn a_run_is_running_until_it_is_something_else() {
    assert_eq!(State::default().phase(), (Phase::Empty, None));
    let mut story = Story::default();
    story.tell(run());
    assert_eq!(story.state.phase().0, Phase::BetweenSessions);
    let mut story = Story::began();
    story.is(Phase::Running, at(2));
    let question = QuestionId(1);
    let asked = story.tell(QuestionAsked {
        default: None,
        question,
        text: "?".into(),
        choices: Vec::new(),
        about: None,
        until: None,
    });
    story.is(Phase::WaitingForYou, asked);
    story.tell(PauseRequested {
        mode: PauseMode::AfterStep,
    });
    story.is(Phase::WaitingForYou, asked);
    story.tell(QuestionAnswered {
        question,
        text: "!".into(),
        by: "human".into(),
    });
    assert_eq!(story.state.phase().0, Phase::Pausing);
    story.tell(ended());
    assert_eq!(
        story.state.phase().0,
        Phase::Pausing,
        "the pause comes between the sessions then"
    );
    let time = story.tell(RunPaused::default());
    story.is(Phase::Paused, time);
    story.tell(RunResumed {});
    assert_eq!(story.state.phase().0, Phase::BetweenSessions);
    for (outcome, word) in [
        (RunOutcome::AllPassing, "done"),
        (RunOutcome::Failed, "failed"),
        (RunOutcome::Unproven, "unproven"),
        (RunOutcome::Stopped, "stopped"),
        (RunOutcome::Limit, "limit met"),
        (RunOutcome::Stalled, "stalled"),
    ] {
        let reason = String::new();
        let time = story.tell(RunEnded { outcome, reason });
        story.is(Phase::Ended(outcome), time);
        assert_eq!(Phase::Ended(outcome).word(), word);
    }
}

#[test]
fn a_pause_is_asked_for_hastened_taken_back_held_and_ended() {
    let mut story = Story::began();
    let pause = |mode| PauseRequested { mode };
    let asked = story.tell(pause(PauseMode::AfterStep));
    story.is(Phase::Pausing, asked);
    let on = story.tell(PauseCancelled {});
    story.is(Phase::Running, on);
    let asked = story.tell(pause(PauseMode::Now));
    story.is(Phase::Pausing, asked);
    let held = story.tell(RunPaused::default());
    story.is(Phase::Paused, held);
    assert_eq!(story.state.run.as_ref().unwrap().paused_at(held + 90.seconds()).as_secs(), 90);
    let resumed = story.tell(RunResumed {});
    story.is(Phase::Running, resumed);
    let paused = story.state.run.as_ref().unwrap().paused_at(resumed + 1.hour());
    assert_eq!(paused, resumed.duration_since(held), "time counts again after it");
    story.tell(RunPaused::default());
    story.tell(RunEnded {
        outcome: RunOutcome::Stopped,
        reason: String::new(),
    });
    assert_eq!(
        story.state.run.as_ref().unwrap().paused_at(at(900)).as_secs(),
        120,
        "a pause ends with its run"
    );
}

#[test]
fn a_stop_shows_from_when_it_was_asked_for_unless_it_waits_for_the_session() {
    let mut story = Story::began();
    story.tell(StopRequested {
        mode: StopMode::AfterSession,
    });
    story.is(Phase::Running, at(2));
    let asked = story.tell(StopRequested {
        mode: StopMode::AfterStep,
    });
    story.is(Phase::Stopping, asked);
    let on = story.tell(StopCancelled {});
    story.is(Phase::Running, on);
}

#[test]
fn a_usage_limit_is_told_from_other_trouble_and_dates_from_its_first_refusal() {
    let mut story = Story::began();
    story.tell(retried(RetryCause::Other, 1000));
    story.is(Phase::Running, at(2));
    let limited = story.tell(retried(RetryCause::UsageLimit, 1000));
    story.is(Phase::UsageLimit, limited);
    story.tell(retried(RetryCause::UsageLimit, 2000));
    story.is(Phase::UsageLimit, limited);
    let through = story.tell(BlockStarted {
        index: 0,
        kind: BlockKind::Text,
        tool: None,
        call: None,
    });
    story.is(Phase::Running, through);
}

#[test]
fn silence_is_stuck_after_a_while_but_not_in_a_pause_or_before_a_promised_try() {
    let mut story = Story::began();
    let last = story.state.last_time.unwrap();
    let just = SignedDuration::from_secs(1);
    assert_eq!(story.state.phase_at(last + STUCK_AFTER - just).0, Phase::Running);
    assert_eq!(story.state.phase_at(last + STUCK_AFTER), (Phase::Stuck, Some(last)));
    assert_eq!(
        story.state.phase_at(last - 1.hour()).0,
        Phase::Running,
        "a clock that was set back"
    );
    let last = story.tell(retried(RetryCause::Other, 600_000));
    assert_eq!(story.state.phase_at(last + STUCK_AFTER + STUCK_AFTER).0, Phase::Running);
    assert_eq!(story.state.phase_at(last + STUCK_AFTER * 3).0, Phase::Stuck);
    let last = story.tell(RunPaused::default());
    assert_eq!(story.state.phase_at(last + 1.hour()).0, Phase::Paused);
    story.tell(RunResumed {});
    let last = story.tell(ended());
    assert_eq!(story.state.phase_at(last + 1.hour()).0, Phase::BetweenSessions);
}

#[test]
fn what_a_person_does_meanwhile_does_not_end_a_silence() {
    let mut story = Story::began();
    let last = story.state.last_time.unwrap();
    let asked = |purpose| TestRunStarted {
        purpose,
        command: "t".into(),
        only: Vec::new(),
    };
    let persons: [Event; 6] = [
        serde_json::from_str(r#"{"type":"notes_edited","by":"human","added":1,"removed":0,"hash":"h"}"#).unwrap(),
        serde_json::from_str(r#"{"type":"message_queued","message":1,"text":"go on","when":"next_step"}"#).unwrap(),
        serde_json::from_str(r#"{"type":"feature_list_loaded","path":"feature_list.json","features":[],"notices":[]}"#).unwrap(),
        PauseCancelled {}.into(),
        asked(TestPurpose::Asked).into(),
        TestRunProgressed {
            totals: TestTotals::default(),
            failed: Vec::new(),
            last: String::new(),
        }
        .into(),
    ];
    for event in persons {
        let later = story.tell(event.clone()) + STUCK_AFTER - 1.second();
        assert_eq!(story.state.phase_at(later), (Phase::Stuck, Some(last)), "{event:?}");
    }
    story.state.tell(asked(TestPurpose::Evidence)); // Found by a reader now.
    let later = story.state.last_time.unwrap() + STUCK_AFTER - 1.second();
    assert_eq!(story.state.phase_at(later).0, Phase::Stuck);
    let begun = story.tell(asked(TestPurpose::Evidence));
    assert_eq!(story.state.phase_at(begun + STUCK_AFTER - 1.second()).0, Phase::Running);
}

#[test]
fn messages_wait_until_they_are_delivered_or_taken_back_whatever_ends_meanwhile() {
    let mut story = Story::began();
    let queued = |n, text: &str| MessageQueued {
        message: MessageId(n),
        text: text.into(),
        when: Delivery::NextStep,
    };
    story.tell(queued(1, "use UTC"));
    story.tell(queued(2, "no tabs"));
    story.tell(queued(3, "thanks"));
    let (message, text) = (MessageId(2), "no tabs, please".to_owned());
    story.tell(MessageEdited { message, text });
    story.tell(MessageWithdrawn { message: MessageId(3) });
    story.tell(ended());
    story.tell(MessageDelivered { message: MessageId(1) });
    story.tell(RunEnded {
        outcome: RunOutcome::Stopped,
        reason: String::new(),
    });
    story.tell(run());
    let waiting: Vec<&str> = story.state.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(waiting, ["no tabs, please"]);
    assert_eq!(story.state.last_message, MessageId(3), "a number is never used twice");
}

#[test]
fn features_are_skipped_or_picked_but_not_both_and_only_for_this_run() {
    let mut story = Story::began();
    let mut change = |id: &str, change| {
        story.tell(RunOrderChanged {
            feature: id.into(),
            change,
        });
        let ids = |ids: &[FeatureId]| ids.iter().map(FeatureId::to_string).collect::<Vec<_>>().join(" ");
        (ids(&story.state.features.picked), ids(&story.state.features.skipped))
    };
    assert_eq!(change("F1", OrderChange::Pick), ("F1".into(), String::new()));
    assert_eq!(change("F2", OrderChange::Pick), ("F2 F1".into(), String::new()));
    assert_eq!(change("F1", OrderChange::Pick), ("F1 F2".into(), String::new()));
    assert_eq!(change("F2", OrderChange::Skip), ("F1".into(), "F2".into()));
    assert_eq!(change("F1", OrderChange::Unpick), (String::new(), "F2".into()));
    assert_eq!(change("F2", OrderChange::Unskip), (String::new(), String::new()));
    change("F1", OrderChange::Pick);
    change("F2", OrderChange::Skip);
    story.tell(FeatureFlipped {
        feature: "F1".into(),
        from: FeatureStatus::Failing,
        to: FeatureStatus::Passing,
        by: FlipBy::Agent,
        evidence: None,
        reason: String::new(),
    });
    assert_eq!(story.state.features.picked, [], "done is done");
    assert!(story.state.takes_orders());
    story.state.tell(RunInterrupted {});
    assert!(
        !story.state.takes_orders(),
        "what is over takes none, and the next run knows nothing of these"
    );
    story.tell(run());
    assert_eq!(story.state.features.skipped, []);
}

#[test]
fn the_age_of_running_is_that_of_the_word_and_not_of_the_session() {
    let mut story = Story::began();
    let session = story.state.sessions[0].started;
    story.is(Phase::Running, session);
    story.tell(TurnStarted { turn: TurnNo(2) });
    story.is(Phase::Running, session);
    let asked = story.tell(PauseRequested {
        mode: PauseMode::AfterStep,
    });
    story.is(Phase::Pausing, asked);
    let held = story.tell(RunPaused::default());
    story.is(Phase::Paused, held);
    let on = story.tell(RunResumed {});
    story.is(Phase::Running, on);
    story.tell(TurnStarted { turn: TurnNo(3) });
    story.is(Phase::Running, on);
    let question = QuestionId(1);
    story.tell(QuestionAsked {
        default: None,
        question,
        text: "which?".into(),
        choices: Vec::new(),
        about: None,
        until: None,
    });
    assert_eq!(story.state.phase().0, Phase::WaitingForYou);
    let answered = story.tell(QuestionAnswered {
        question,
        text: "this".into(),
        by: "human".into(),
    });
    story.is(Phase::Running, answered);
}

#[test]
fn the_end_of_a_session_names_what_is_next_once_the_orders_of_its_run_are_over() {
    let next = |story: &Story| match &story.state.sessions[0].items.last().unwrap().kind {
        ItemKind::Closed(ended) => ended.next.clone().map(|id| id.to_string()),
        other => panic!("{other:?}"),
    };
    let told = |change: OrderChange, feature: &str| {
        let mut story = Story::began();
        let rows = ["F1", "F2", "F3"].map(|id| Feature {
            id: id.into(),
            status: FeatureStatus::Failing,
            ..Feature::default()
        });
        story.tell(FeatureListLoaded {
            path: "feature_list.json".into(),
            features: rows.to_vec(),
            notices: Vec::new(),
        });
        story.tell(RunOrderChanged {
            feature: feature.into(),
            change,
        });
        let next = story.state.next_feature().map(|(row, _)| row.feature.id.clone());
        story.tell(SessionEnded { next, ..ended() });
        story
    };
    for (change, feature, during) in [(OrderChange::Pick, "F3", "F3"), (OrderChange::Skip, "F1", "F2")] {
        let mut story = told(change, feature);
        assert_eq!(next(&story).as_deref(), Some(during));
        let before = story.state.sessions[0].items.last().unwrap().revision;
        story.tell(RunEnded {
            outcome: RunOutcome::Stopped,
            reason: String::new(),
        });
        assert_eq!(next(&story).as_deref(), Some("F1"), "{change:?} ends with its run");
        assert!(
            story.state.sessions[0].items.last().unwrap().revision > before,
            "it is drawn anew"
        );
        let ended = &story.state.sessions[0].ended.as_ref().unwrap().1;
        assert_eq!(ended.next, Some("F1".into()));

        let mut cut = told(change, feature);
        cut.state.tell(RunInterrupted {});
        assert_eq!(next(&cut).as_deref(), Some("F1"));
    }
}

#[test]
fn a_run_whose_process_is_gone_is_interrupted_since_its_last_word_and_nothing_of_it_waits() {
    let mut story = Story::began();
    let gate = GateOpened {
        gate: GateId(1),
        what: GateKind::Commit,
        call: "c".into(),
        title: "t".into(),
        body: String::new(),
        tree: None,
        commit: None,
        particulars: None,
    };
    let last = story.tell(gate);
    story.is(Phase::WaitingForYou, last);
    story.state.tell(RunInterrupted {});
    story.is(Phase::Interrupted, last);
    assert_eq!(story.state.phase_at(last + STUCK_AFTER * 3).0, Phase::Interrupted);
    assert_eq!(story.state.open_gates, []);
    assert!(story.state.current().unwrap().is_interrupted());
    story.tell(run());
    assert_eq!(
        story.state.phase().0,
        Phase::BetweenSessions,
        "the next run knows nothing of it"
    );

    let mut over = Story::began();
    over.tell(ended());
    let time = over.tell(RunEnded {
        outcome: RunOutcome::Stopped,
        reason: String::new(),
    });
    over.state.tell(RunInterrupted {});
    over.is(Phase::Ended(RunOutcome::Stopped), time);
}
