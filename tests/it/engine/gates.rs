//! Gates: every outcome of one, driven by a person's commands while the agent's call waits.

use crate::support::{INITIALIZER, Lab, Ran, Running, builds, call, coding, ends, wait_for};
use crate::window::{next_window, offline};
use longhaul::engine::Attendance;
use longhaul::link::Update;
use longhaul::protocol::event::{CommitFacts, GateDecided, GateKind, GateOpened, RunOutcome};
use longhaul::protocol::{Autonomy, CallStatus, Command, Event, GateAnswer, GateDecision, GateId, ReviewComment, Seen, StopMode};

/// A lab whose commits wait for a person.
pub(super) fn lab(autonomy: Autonomy) -> Lab {
    let mut lab = Lab::new();
    lab.settings.autonomy = autonomy;
    lab.settings.stall_sessions = 1;
    lab.attendance = Attendance::Attended;
    lab
}

/// Waits until a gate is open, by its number.
pub(super) async fn gate(running: &Running, number: u32) -> GateOpened {
    seen(running, move |event| match event {
        Event::GateOpened(opened) if opened.gate == GateId(number) => Some(opened.clone()),
        _ => None,
    })
    .await
}

pub(super) async fn seen<T: Send + 'static>(running: &Running, pick: impl Fn(&Event) -> Option<T> + Copy + Send + 'static) -> T {
    let client = running.engine.client();
    let log = tokio::task::spawn_blocking(move || wait_for(&client, move |event| pick(event).is_some()))
        .await
        .unwrap();
    log.iter().rev().find_map(|envelope| pick(&envelope.event)).unwrap()
}

/// Waits for the end of a run that is to end at its limit: a person denies to go past it.
pub(super) async fn finish(running: Running) -> Ran {
    let client = running.engine.client();
    let denier = client.clone();
    client.subscribe(Box::new(move |update| {
        let Update::Events(events) = update else { return true };
        let opened = events.iter().filter_map(|envelope| match &envelope.event {
            Event::GateOpened(opened) if opened.what == GateKind::Limit => Some(opened),
            _ => None,
        });
        for opened in opened {
            // Too late for a run that is over: then there is nothing to deny.
            let _ = denier.send(Command::DecideGate(answer(opened, GateDecision::Reject)));
        }
        true
    }));
    running.finish().await
}

pub(super) fn answer(opened: &GateOpened, decision: GateDecision) -> GateAnswer {
    GateAnswer {
        gate: opened.gate,
        tree: opened.tree.clone(),
        decision,
        reason: String::new(),
        message: None,
        comments: Vec::new(),
        seen: Some(Seen {
            width: 120,
            height: 40,
            hunks: 1,
            hunks_seen: 1,
            end: true,
            seconds: 3,
        }),
    }
}

pub(super) fn send(running: &Running, answer: GateAnswer) {
    running.engine.client().send(Command::DecideGate(answer)).unwrap();
}

pub(super) fn stop(running: &Running) {
    running.engine.client().send(Command::Stop { mode: StopMode::Now }).unwrap();
}

pub(super) fn facts(opened: &GateOpened) -> &CommitFacts {
    opened.commit.as_ref().unwrap()
}

pub(super) fn decisions(ran: &Ran) -> Vec<GateDecided> {
    ran.all(|event| match event {
        Event::GateDecided(decided) => Some(decided.clone()),
        _ => None,
    })
}

/// Answers of the tool `commit` as the model was told them, with how the calls ended.
pub(super) fn told(ran: &Ran) -> Vec<(CallStatus, String)> {
    let commits: Vec<_> = ran.all(|event| match event {
        Event::ToolStarted(started) if started.tool == "commit" => Some(started.call.clone()),
        _ => None,
    });
    ran.all(|event| match event {
        Event::ToolFinished(finished) if commits.contains(&finished.call) => Some((finished.status, finished.output.text.clone())),
        _ => None,
    })
}

pub(super) const TWO_FILES: &str = r#"{ command = "echo one > a.txt; echo two > b.txt" }"#;

pub(super) fn commits_twice() -> String {
    [
        INITIALIZER,
        &coding(
            &(call("bash", TWO_FILES)
                + &call("commit", r#"{ message = "Two files" }"#)
                + &call("bash", r#"{ command = "echo mended > b.txt" }"#)
                + &call("commit", r#"{ message = "Two files, mended" }"#)
                + &ends()),
        ),
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_waits_with_its_facts_and_is_made_once_approved() {
    let mut lab = lab(Autonomy::Commits);
    lab.settings.limits.sessions = Some(2);
    let running = lab.start(&[INITIALIZER, &builds("F001", "01", "hello")].concat()).await;
    let first = gate(&running, 1).await;
    assert_eq!(
        lab.git(&["rev-list", "--branches", "--count"]),
        "0",
        "nothing is committed while it waits"
    );
    assert_eq!((facts(&first).base.clone(), facts(&first).feature.clone()), (None, None));
    send(&running, answer(&first, GateDecision::Approve));
    let second = gate(&running, 2).await;
    let known = facts(&second);
    assert_eq!(known.feature, Some("F001".into()));
    assert_eq!(known.tested_tree, second.tree, "the tests ran on exactly this tree");
    // There was nothing to run before, which is no pass.
    let passed = |totals: Option<longhaul::protocol::TestTotals>| totals.map(|totals| totals.passed);
    assert_eq!((passed(known.tests_before), passed(known.tests_after)), (Some(0), Some(1)));
    assert!(known.files >= 3 && known.added >= 3, "{known:?}");
    let fine = |text: &str| {
        known
            .findings
            .iter()
            .find(|(_, finding)| finding.contains(text))
            .map(|(fine, _)| *fine)
    };
    assert_eq!(fine("F001 passes now: tests 1/1"), Some(true), "{:?}", known.findings);
    assert_eq!(
        fine("new tests, agreed from this commit on: tests/01-hello.sh"),
        Some(true),
        "{:?}",
        known.findings
    );
    assert_eq!(fine("agreed tests untouched"), Some(true), "{:?}", known.findings);
    assert_eq!(fine("guarded files untouched"), Some(true), "{:?}", known.findings);
    let mut edited = answer(&second, GateDecision::Approve);
    edited.message = Some("Greet\n\nWords of a person.".into());
    edited.reason = "Next time, smaller.".into();
    edited.seen = Some(Seen {
        hunks: 4,
        hunks_seen: 3,
        ..Seen::default()
    });
    send(&running, edited);
    let ran = finish(running).await;
    assert_eq!(lab.git(&["log", "--format=%B"]), "Greet\n\nWords of a person.\n\nSkeleton");
    let decided = decisions(&ran);
    let (yes, no) = (GateDecision::Approve, GateDecision::Reject);
    assert_eq!(
        decided.iter().map(|d| (d.decision, d.by.as_str())).collect::<Vec<_>>(),
        [(yes, "human"), (yes, "human"), (no, "human")],
        "the third is the limit's"
    );
    assert_eq!(decided[1].message.as_deref(), Some("Greet\n\nWords of a person."));
    let made = &ran.state.commits[1].made;
    assert_eq!(
        (Some(&made.tree), made.unseen.map(|(unseen, _)| unseen)),
        (second.tree.as_ref(), Some(1))
    );
    assert_eq!(
        ran.state.debts.len(),
        1,
        "one hunk is owed a look; the first commit was seen whole as far as was told"
    );
    assert!(
        told(&ran)[1].1.contains("The human adds: Next time, smaller."),
        "{:?}",
        told(&ran)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_reaches_the_agent_with_its_comments_and_the_next_round_knows_the_last() {
    let lab = lab(Autonomy::Commits);
    let running = lab.start(&commits_twice()).await;
    send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
    let first = gate(&running, 2).await;
    assert_eq!(facts(&first).previous, None);
    let mut no = answer(&first, GateDecision::Reject);
    no.reason = "b is wrong".into();
    no.comments = vec![ReviewComment {
        path: "b.txt".into(),
        line: Some(1),
        old_line: None,
        snippet: "+two".into(),
        row: 0,
        text: "Mend this.".into(),
    }];
    send(&running, no.clone());
    let second = gate(&running, 3).await;
    assert_eq!(facts(&second).previous, first.tree);
    send(&running, answer(&second, GateDecision::Approve));
    let ran = running.finish().await;
    assert_eq!(lab.git(&["log", "--format=%s"]), "Two files, mended\nSkeleton");
    let (status, text) = &told(&ran)[1];
    assert_eq!(*status, CallStatus::Refused);
    assert!(text.contains("the human denied it"), "{text}");
    assert!(
        text.ends_with("\nReason: b is wrong\nComments on the change:\n1. b.txt, line 1\n   > +two\n   Mend this."),
        "{text}"
    );
    assert_eq!(decisions(&ran)[1].comments, no.comments);
    assert_eq!(ran.state.last_round, None, "a commit closes the review");
    assert!(
        ran.requests
            .iter()
            .any(|body| body.contains("Mend this.") && body.contains("is_error")),
        "in the tool's result"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_no_run_can_begin_with_are_told_at_the_gate() {
    let lab = lab(Autonomy::Commits);
    lab.write("longhaul.toml", "[verify\n");
    let running = lab.start(INITIALIZER).await;
    let opened = gate(&running, 1).await;
    let told = facts(&opened).findings.iter().any(|(fine, words)| {
        !fine && words.contains("no run begins with these settings") && words.contains("longhaul.toml:1: not valid TOML")
    });
    assert!(told, "{:?}", facts(&opened).findings);
    stop(&running);
    running.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_with_a_stop_ends_the_run_after_the_step() {
    let lab = lab(Autonomy::Commits);
    let running = lab.start(&commits_twice()).await;
    send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
    let opened = gate(&running, 2).await;
    let mut denied = answer(&opened, GateDecision::RejectAndStop);
    denied.reason = "Wrong way.".to_owned();
    send(&running, denied);
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
    assert!(told(&ran)[1].1.contains("The run stops after this step."), "{:?}", told(&ran));
    assert_eq!(decisions(&ran)[1].decision, GateDecision::RejectAndStop);
    assert_eq!(ran.state.last_round, opened.tree, "the next run's review goes on from here");
    assert_eq!(lab.read("b.txt"), "two\n", "the files are as the agent left them");

    let preview = next_window(&offline(&lab));
    let last = preview.sections.last().unwrap();
    assert_eq!(last.section.as_str(), "message from you");
    assert!(
        last.text.ends_with("Reason: Wrong way.") && preview.first.ends_with(&last.text),
        "{last:?}"
    );
    let lines: Vec<_> = last.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        lines.join("\n"),
        last.text,
        "compared with a session that had none of it, all of it is new"
    );
    let told = format!("The human denied \\\"{}\\\" and stopped the run.", opened.title);
    let first = first_request(lab).await;
    assert!(first.contains(&told) && first.contains("Reason: Wrong way."), "{first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denial_while_the_run_is_to_stop_reaches_the_next_session() {
    let lab = lab(Autonomy::Commits);
    let running = lab.start(&commits_twice()).await;
    send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
    let opened = gate(&running, 2).await;
    let mode = StopMode::AfterStep;
    running.engine.client().send(Command::Stop { mode }).unwrap();
    seen(&running, |event| matches!(event, Event::StopRequested(_)).then_some(())).await;
    let mut denied = answer(&opened, GateDecision::Reject);
    denied.reason = "Wrong way.".to_owned();
    send(&running, denied);
    assert_eq!(running.finish().await.ended.outcome, RunOutcome::Stopped);
    let first = first_request(lab).await;
    assert!(first.contains("Reason: Wrong way."), "{first}");
}

/// What the model is sent first in the next run.
async fn first_request(mut lab: Lab) -> String {
    lab.settings.autonomy = Autonomy::Auto;
    lab.settings.limits.sessions = Some(1);
    let script = format!("[script]\nmodel = \"scripted-demo\"\n{}", coding(&ends()));
    // The very first only counts the tokens of the window's beginning.
    lab.run(&script).await.requests.swap_remove(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_move_while_a_commit_waits_void_the_approval_and_open_the_next_round() {
    let lab = lab(Autonomy::Commits);
    let running = lab.start(&commits_twice()).await;
    send(&running, answer(&gate(&running, 1).await, GateDecision::Approve));
    let first = gate(&running, 2).await;
    lab.write("b.txt", "edited by a person\n");
    send(&running, answer(&first, GateDecision::Approve));
    let second = gate(&running, 3).await;
    assert_ne!(second.tree, first.tree);
    assert_eq!(
        (second.call.clone(), facts(&second).previous.clone()),
        (first.call.clone(), first.tree.clone())
    );
    assert_eq!(facts(&second).tested_tree, second.tree, "the new tree was tested anew");
    // Too late, and for what is no longer there.
    send(&running, answer(&first, GateDecision::Approve));
    let mut other_tree = answer(&second, GateDecision::Approve);
    other_tree.tree = first.tree.clone();
    send(&running, other_tree);
    seen(&running, |event| match event {
        Event::GateAnswerRefused(refused) if refused.gate == GateId(3) => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
    send(&running, answer(&second, GateDecision::Approve));
    send(&running, answer(&gate(&running, 4).await, GateDecision::Approve));
    let ran = running.finish().await;
    assert_eq!(lab.git(&["show", "HEAD~1:b.txt"]), "edited by a person");
    let void = &decisions(&ran)[1];
    assert_eq!((void.decision, void.by.as_str()), (GateDecision::Void, "harness"));
    assert!(void.reason.contains("the tree moved: b.txt changed"), "{}", void.reason);
    let refused: Vec<String> = ran.all(|event| match event {
        Event::GateAnswerRefused(refused) => Some(refused.reason.clone()),
        _ => None,
    });
    assert_eq!(refused[0], "gate 2 does not wait for an answer any more");
    assert!(refused[1].contains("look at it again"), "{refused:?}");
    assert_eq!(told(&ran).len(), 3, "the agent's call went on waiting through both rounds");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_the_tests_write_do_not_void_the_approval_and_are_told() {
    let mut lab = lab(Autonomy::Commits);
    lab.settings.verify.command = Some("date +%N > report.out".into());
    lab.settings.limits.sessions = Some(1);
    let running = lab
        .start(&INITIALIZER.replace(
            "tool = \"declare_verify\"\ninput = { command = \"sh tests/run.sh\" }",
            "tool = \"progress_note\"\ninput = { text = \"x\" }",
        ))
        .await;
    let opened = gate(&running, 1).await;
    let finding = facts(&opened)
        .findings
        .iter()
        .find(|(_, text)| text.contains("while the tests ran"))
        .unwrap();
    assert!(!finding.0 && finding.1.ends_with(": report.out"), "{finding:?}");
    send(&running, answer(&opened, GateDecision::Approve));
    let ran = finish(running).await;
    assert_eq!(ran.state.commits.len(), 1, "{:?}", told(&ran));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_session_voids_its_open_gate() {
    let lab = lab(Autonomy::Commits);
    let running = lab.start(&commits_twice()).await;
    gate(&running, 1).await;
    stop(&running);
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    let decided = decisions(&ran);
    assert_eq!(
        (decided[0].decision, decided[0].reason.as_str()),
        (GateDecision::Void, "the session ended")
    );
    assert_eq!((ran.state.open_gates.len(), ran.state.last_round.clone()), (0, None));
    assert_eq!(told(&ran)[0].0, CallStatus::Cancelled);
    assert!(lab.read("feature_list.json").contains("F001"), "nothing is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_after_the_step_does_not_wait_for_a_person_who_is_not_there() {
    let mut lab = lab(Autonomy::Commits);
    lab.attendance = Attendance::Unattended;
    let running = lab.start(&commits_twice()).await;
    gate(&running, 1).await;
    running
        .engine
        .client()
        .send(Command::Stop {
            mode: StopMode::AfterStep,
        })
        .unwrap();
    let ran = running.finish().await;
    assert_eq!(decisions(&ran)[0].decision, GateDecision::Void);
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
}
