//! The fold laws, over generated logs.

mod told;

use crate::protocol::event::*;
use crate::protocol::*;
use crate::session::State;
use proptest::prelude::*;

/// One step of a generated session; each becomes one or more events.
#[derive(Debug, Clone)]
enum Step {
    Text(Vec<String>),
    Call {
        output: Vec<String>,
        status: CallStatus,
        code: i32,
    },
    Interrupted(String),
    Flip(u8, bool),
    Commit(u8),
    Tests(Vec<(u8, bool)>),
    Question {
        answered: bool,
    },
    Pause {
        comes: bool,
        resumed: bool,
    },
    Message {
        fate: u8,
    },
    Order(u8, OrderChange),
    Retry(RetryCause),
    NewSession,
    NewRun,
    Foreign,
}

fn step() -> impl Strategy<Value = Step> {
    let text = || prop::collection::vec("[a-zé ]{0,6}", 0..5);
    prop_oneof![
        4 => text().prop_map(Step::Text),
        4 => (text(), prop_oneof![Just(CallStatus::Completed), Just(CallStatus::Failed), Just(CallStatus::Refused)], 0..3)
            .prop_map(|(output, status, code)| Step::Call { output, status, code }),
        1 => "[a-z]{0,5}".prop_map(Step::Interrupted),
        2 => (0..5_u8, any::<bool>()).prop_map(|(feature, passes)| Step::Flip(feature, passes)),
        1 => any::<u8>().prop_map(Step::Commit),
        2 => prop::collection::vec((0..4_u8, any::<bool>()), 0..4).prop_map(Step::Tests),
        1 => any::<bool>().prop_map(|answered| Step::Question { answered }),
        1 => any::<(bool, bool)>().prop_map(|(comes, resumed)| Step::Pause { comes, resumed }),
        1 => (0..4_u8).prop_map(|fate| Step::Message { fate }),
        1 => (0..4_u8, order()).prop_map(|(feature, change)| Step::Order(feature, change)),
        1 => prop_oneof![Just(RetryCause::UsageLimit), Just(RetryCause::Other)].prop_map(Step::Retry),
        1 => Just(Step::NewSession),
        1 => Just(Step::NewRun),
        1 => Just(Step::Foreign),
    ]
}

fn order() -> impl Strategy<Value = OrderChange> {
    use OrderChange::{Pick, Skip, Unpick, Unskip};
    prop_oneof![Just(Skip), Just(Unskip), Just(Pick), Just(Unpick)]
}

/// Writes generated steps as a log. `turn_ends` are the positions at which no answer and no call is open.
struct Scribe {
    log: Vec<Envelope>,
    turn_ends: Vec<usize>,
    session: SessionNo,
    turn: TurnNo,
    calls: u32,
}

impl Scribe {
    fn write(steps: &[Step]) -> Self {
        let mut scribe = Self {
            log: Vec::new(),
            turn_ends: Vec::new(),
            session: SessionNo(0),
            turn: TurnNo(0),
            calls: 0,
        };
        scribe.step(&Step::NewRun);
        scribe.step(&Step::NewSession);
        for step in steps {
            scribe.step(step);
        }
        scribe
    }

    fn say(&mut self, event: impl Into<Event>) {
        let seq = Seq(self.log.len() as u64 + 1);
        let time = jiff::Timestamp::from_millisecond(1_700_000_000_000 + i64::try_from(seq.0).unwrap() * 250).unwrap();
        self.log.push(Envelope {
            v: FORMAT_VERSION,
            seq,
            time,
            session: self.session,
            event: event.into(),
        });
    }

    fn open_turn(&mut self) {
        self.turn = self.turn.next();
        self.say(TurnStarted { turn: self.turn });
    }

    fn close_turn(&mut self, stop_reason: StopReason) {
        let usage = Usage {
            input: 10,
            output: 5,
            ..Usage::default()
        };
        let cost = self.turn.0.is_multiple_of(2).then_some(Cost(1_000));
        self.say(ResponseFinished {
            stop_reason,
            usage,
            cost,
            model: "m".into(),
            request_id: String::new(),
        });
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Text(parts) => {
                self.open_turn();
                self.say(BlockStarted {
                    index: 0,
                    kind: BlockKind::Text,
                    tool: None,
                    call: None,
                });
                for text in parts {
                    self.say(BlockDelta {
                        index: 0,
                        text: text.clone(),
                    });
                }
                let block = RawJson::of(&serde_json::json!({"type": "text", "text": parts.concat()})).unwrap();
                self.say(BlockFinished {
                    index: 0,
                    kind: BlockKind::Text,
                    block,
                });
                self.close_turn(StopReason::EndTurn);
            }
            Step::Call { output, status, code } => {
                self.calls += 1;
                let call = CallId(format!("c{}", self.calls));
                self.open_turn();
                self.say(BlockStarted {
                    index: 0,
                    kind: BlockKind::ToolUse,
                    tool: Some("bash".into()),
                    call: Some(call.clone()),
                });
                self.say(BlockDelta {
                    index: 0,
                    text: "{\"comm".into(),
                });
                let input = serde_json::json!({"command": "ls"});
                let block = serde_json::json!({"type": "tool_use", "id": call.0, "name": "bash", "input": input});
                self.say(BlockFinished {
                    index: 0,
                    kind: BlockKind::ToolUse,
                    block: RawJson::of(&block).unwrap(),
                });
                self.close_turn(StopReason::ToolUse);
                let input = RawJson::of(&input).unwrap();
                self.say(ToolStarted {
                    call: call.clone(),
                    tool: "bash".into(),
                    kind: ToolKind::Execute,
                    title: "ls".into(),
                    input,
                });
                for text in output {
                    self.say(ToolOutputAppended {
                        call: call.clone(),
                        text: text.clone(),
                    });
                }
                let output = Payload::inline(output.concat());
                self.say(ToolFinished {
                    call,
                    status: *status,
                    output,
                    exit_code: Some(*code),
                    duration_ms: 3,
                    lines: None,
                    running: None,
                });
            }
            Step::Interrupted(text) => {
                self.open_turn();
                self.say(BlockStarted {
                    index: 0,
                    kind: BlockKind::Thinking,
                    tool: None,
                    call: None,
                });
                self.say(BlockDelta {
                    index: 0,
                    text: text.clone(),
                });
                let partial = vec![PartialBlock {
                    index: 0,
                    text: text.clone(),
                }];
                self.say(TurnInterrupted {
                    reason: "cut".into(),
                    partial,
                    usage: Usage {
                        input: 3,
                        ..Usage::default()
                    },
                    cost: None,
                });
            }
            Step::Flip(feature, passes) => {
                let to = if *passes {
                    FeatureStatus::Passing
                } else {
                    FeatureStatus::Failing
                };
                let from = FeatureStatus::Failing;
                let feature = FeatureId(format!("F{feature}"));
                self.say(FeatureFlipped {
                    feature,
                    from,
                    to,
                    by: FlipBy::Agent,
                    evidence: None,
                    reason: String::new(),
                });
            }
            Step::Commit(n) => {
                let id = |kind: &str| Oid(format!("{kind}{n:039x}"));
                self.say(CommitMade {
                    tree: id("t"),
                    feature: Some("F1".into()),
                    added: 2,
                    ..samples::commit_made(id("c"), None)
                });
            }
            Step::Tests(cases) => {
                self.say(TestRunStarted {
                    purpose: TestPurpose::Smoke,
                    command: "t".into(),
                    only: Vec::new(),
                });
                let cases = cases
                    .iter()
                    .map(|(n, ok)| TestCase {
                        name: format!("t{n}"),
                        status: if *ok { CaseStatus::Passed } else { CaseStatus::Failed },
                        duration_ms: None,
                        detail: String::new(),
                        attempts: Vec::new(),
                    })
                    .collect();
                let (command, output) = ("t".into(), Payload::default());
                let purpose = TestPurpose::Smoke;
                let run = TestRun {
                    purpose,
                    command,
                    tree: None,
                    cases,
                    exit_code: Some(0),
                    timed_out: false,
                    duration_ms: 1,
                    output,
                    only: Vec::new(),
                    moved: false,
                    code: None,
                    limit_seconds: None,
                    under_way: Vec::new(),
                };
                self.say(TestRunFinished { run, gone: Vec::new() });
            }
            Step::Question { answered } => {
                let question = QuestionId(self.log.len() as u32);
                self.say(QuestionAsked {
                    default: None,
                    question,
                    text: "?".into(),
                    choices: Vec::new(),
                    about: None,
                    until: None,
                });
                if *answered {
                    self.say(QuestionAnswered {
                        question,
                        text: "yes".into(),
                        by: "human".into(),
                    });
                }
            }
            Step::Pause { comes, resumed } => {
                self.say(PauseRequested {
                    mode: PauseMode::AfterStep,
                });
                match (comes, resumed) {
                    (false, _) => self.say(PauseCancelled {}),
                    (true, false) => self.say(RunPaused::default()),
                    (true, true) => {
                        self.say(RunPaused::default());
                        self.say(RunResumed {});
                    }
                }
            }
            Step::Message { fate } => {
                let message = MessageId(self.log.len() as u32);
                let (text, when) = ("use UTC".to_owned(), Delivery::NextStep);
                self.say(MessageQueued { message, text, when });
                match fate {
                    0 => {}
                    1 => self.say(MessageWithdrawn { message }),
                    2 => self.say(MessageDelivered { message }),
                    _ => self.say(MessageEdited {
                        message,
                        text: "use local time".into(),
                    }),
                }
            }
            Step::Order(feature, change) => self.say(RunOrderChanged {
                feature: FeatureId(format!("F{feature}")),
                change: *change,
            }),
            Step::Retry(cause) => {
                self.open_turn();
                self.say(RequestRetried {
                    attempt: 1,
                    delay_ms: 500,
                    error: "not now".into(),
                    cause: *cause,
                    usage: Usage::default(),
                    cost: None,
                });
                self.close_turn(StopReason::EndTurn);
            }
            Step::NewSession => {
                self.session = self.session.next();
                self.turn = TurnNo(0);
                let (role, model, prompt_hash) = (Role::Coding, "m".into(), "p".into());
                self.say(SessionStarted {
                    role,
                    model,
                    context_window: 1000,
                    head: None,
                    prompt_hash,
                    list: None,
                });
                let features = (0..4)
                    .map(|n| Feature {
                        id: FeatureId(format!("F{n}")),
                        ..Feature::default()
                    })
                    .collect();
                self.say(FeatureListLoaded {
                    path: "feature_list.json".into(),
                    features,
                    notices: Vec::new(),
                });
                self.say(FeatureSelected {
                    feature: "F1".into(),
                    reason: String::new(),
                });
            }
            Step::NewRun => {
                let (run, project) = (RunId("r".into()), "p".into());
                let (workspace, model, endpoint) = ("/w".into(), "m".into(), "h".into());
                let (version, sandbox) = ("0".into(), "none".into());
                self.say(RunStarted {
                    run,
                    project,
                    workspace,
                    model,
                    endpoint,
                    version,
                    limits: Limits::default(),
                    autonomy: crate::protocol::Autonomy::Auto,
                    sandbox,
                    window: None,
                    earlier: None,
                });
            }
            Step::Foreign => self.say(Event::Unknown(RawJson::parse(r#"{"type":"newer"}"#.into()).unwrap())),
        }
        self.turn_ends.push(self.log.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn folding_a_prefix_then_the_rest_is_folding_the_whole(steps in prop::collection::vec(step(), 0..12), cut in any::<prop::sample::Index>()) {
        let log = Scribe::write(&steps).log;
        let cut = cut.index(log.len() + 1);
        let mut state = State::fold(&log[..cut]);
        for envelope in &log[cut..] {
            state.apply(envelope);
        }
        prop_assert_eq!(state, State::fold(&log));
    }

    #[test]
    fn a_round_trip_over_the_disk_form_changes_nothing(steps in prop::collection::vec(step(), 0..12)) {
        let log = Scribe::write(&steps).log;
        let read: Vec<Envelope> = log.iter().map(|envelope| Envelope::from_line(&envelope.to_line().unwrap()).unwrap()).collect();
        prop_assert_eq!(&read, &log);
        prop_assert_eq!(State::fold(&read), State::fold(&log));
    }

    #[test]
    fn ephemeral_events_leave_no_trace_at_a_turns_end(steps in prop::collection::vec(step(), 0..12), keep in any::<u64>()) {
        let scribe = Scribe::write(&steps);
        for &end in &scribe.turn_ends {
            let all = State::fold(&scribe.log[..end]);
            // Any subset may be missing: each ephemeral event is kept or dropped by one bit.
            let some = State::fold(
                scribe.log[..end].iter().enumerate().filter(|(n, e)| !e.event.is_ephemeral() || keep >> (n % 64) & 1 == 1).map(|(_, e)| e),
            );
            prop_assert_eq!(some, all);
        }
    }

    #[test]
    fn events_folded_twice_count_once(steps in prop::collection::vec(step(), 0..12)) {
        let log = Scribe::write(&steps).log;
        let mut state = State::fold(&log);
        for envelope in &log {
            state.apply(envelope);
        }
        prop_assert_eq!(state, State::fold(&log));
    }
}
