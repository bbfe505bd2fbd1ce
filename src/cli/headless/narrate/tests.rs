//! What each event is told as.

use super::*;
use crate::protocol::event::{EndCause, LimitKind, LimitReached, OrientationPart, RequestRetried, TestRunFinished};
use crate::protocol::{CaseStatus, Evidence, EvidenceKind, Feature, Payload, TestCase, TestRun, TestTotals, Usage, samples};
use crate::session::state::FeatureRow;

fn said(event: impl Into<Event>) -> String {
    lines(&event.into(), SessionNo(1), &State::default()).join("\n")
}

#[test]
fn what_matters_is_said_in_one_line() {
    let limit = LimitReached {
        limit: LimitKind::Cost,
        detail: "$25.03 of $25.00".into(),
    };
    assert_eq!(said(limit), "limit met: $25.03 of $25.00");
    let retry = RequestRetried {
        attempt: 2,
        delay_ms: 4_000,
        error: "overloaded_error".into(),
        cause: crate::protocol::event::RetryCause::Other,
        usage: Usage::default(),
        cost: None,
    };
    let first = RequestRetried {
        attempt: 1,
        ..retry.clone()
    };
    assert_eq!(said(first), "request failed once, trying again in 4.0s: overloaded_error");
    assert_eq!(said(retry), "request failed 2 times, trying again in 4.0s: overloaded_error");
    let breach = BreachFound {
        path: "tests/a.sh".into(),
        call: None,
        detail: "2 lines changed".into(),
        restored: true,
        in_commit: false,
        commits: Vec::new(),
    };
    assert_eq!(
        said(breach),
        "guarded file tests/a.sh was changed, put back as it was: 2 lines changed"
    );
    let breach = BreachFound {
        path: "tests/a.sh".into(),
        call: None,
        detail: "left out in the commit to come".into(),
        restored: true,
        in_commit: true,
        commits: Vec::new(),
    };
    assert_eq!(
        said(breach),
        "guarded file tests/a.sh is committed as agreed: left out in the commit to come"
    );
}

#[test]
fn a_session_that_leaves_features_is_not_told_as_finished() {
    let ended = |left| SessionEnded {
        cause: EndCause::Finished,
        summary: "everything passes, all done".into(),
        dirty: Vec::new(),
        next: None,
        checks: Vec::new(),
        places: Vec::new(),
        left,
    };
    assert_eq!(
        said(ended(Some(3))),
        "session 1 ended: ended by the agent, 3 features left\n  it says: everything passes, all done"
    );
    assert_eq!(said(ended(None)), "session 1 ended: finished\n  everything passes, all done");
}

#[test]
fn commits_tell_tests_before_and_after() {
    let commit = CommitMade {
        message: "Add hello\n\nlong".into(),
        added: 4,
        tests_before: Some(TestTotals {
            passed: 3,
            failed: 1,
            skipped: 0,
        }),
        tests_after: Some(TestTotals {
            passed: 4,
            failed: 0,
            skipped: 0,
        }),
        ..samples::commit_made("5ab91e2aaaaaaaa", None)
    };
    assert_eq!(said(commit), "commit 5ab91e2 Add hello (1 file, +4 -0, tests 3 -> 4 passed)");
}

fn with_tests(number: &str) -> FeatureRow {
    let feature = Feature {
        id: FeatureId::from(format!("F00{number}").as_str()),
        tests: vec![format!("tests/{number}.sh")],
        ..Feature::default()
    };
    FeatureRow {
        feature,
        ..FeatureRow::default()
    }
}

#[test]
fn a_run_of_some_tests_at_a_sessions_start_is_told_as_that_and_not_as_the_smoke_test() {
    let case = samples::test_run(&[("verify command", CaseStatus::Failed)]).cases;
    let run = TestRun {
        purpose: TestPurpose::Smoke,
        cases: case,
        exit_code: Some(0),
        duration_ms: 200,
        only: vec!["tests/2.sh: works".into()],
        ..samples::test_run(&[])
    };
    let mut state = State::default();
    let named = |run: &TestRun, state: &State| runs::tested(run, state);
    assert_eq!(named(&run, &state), "some tests alone: ended early, exit code 0, 0.2s");
    state.features.rows = ["1", "2"].map(with_tests).to_vec();
    assert_eq!(named(&run, &state), "tests of F002 alone: ended early, exit code 0, 0.2s");
    let asked = TestRun {
        purpose: TestPurpose::Asked,
        ..run
    };
    assert!(named(&asked, &state).starts_with("tests as asked: no test told its result"));
}

#[test]
fn test_runs_name_the_first_failure() {
    let case = |name: &str, status| TestCase {
        name: name.into(),
        status,
        duration_ms: None,
        detail: String::new(),
        attempts: Vec::new(),
    };
    let run = TestRun {
        purpose: TestPurpose::Smoke,
        command: "make".into(),
        tree: None,
        cases: vec![case("a", CaseStatus::Passed), case("b", CaseStatus::Failed)],
        exit_code: Some(1),
        timed_out: false,
        duration_ms: 200,
        output: Payload::default(),
        only: Vec::new(),
        moved: false,
        code: None,
        limit_seconds: None,
        under_way: Vec::new(),
    };
    assert_eq!(
        said(TestRunFinished { run, gone: Vec::new() }),
        "smoke test: 1 passed, 1 failed (first: b), 0.2s"
    );
}

#[test]
fn what_was_not_tried_of_passing_features_is_told_to_a_person_too() {
    let part = |name: &str, text: &str| OrientationPart {
        name: name.to_owned(),
        command: String::new(),
        text: text.to_owned(),
    };
    let left = "Recorded checks of passing features: 1 hold, 0 do not. 1 more was not run, because their time was over (check_seconds): F002.";
    let unended =
        "The tests of F001 were not run to their end, because the run was stopped: it is not known whether they still pass.";
    let text = format!("{left}\nF003 worked before and fails now.\n{unended}");
    let finished = OrientationFinished {
        parts: vec![part("regressions", &text), part("notes", unended)],
        tokens: 100,
        estimated: false,
        share: 0.0,
        duration_ms: 200,
    };
    let lines = lines(&finished.into(), SessionNo(1), &State::default());
    assert_eq!(
        lines.get(1..),
        Some([left.to_owned(), unended.to_owned()].as_slice()),
        "{lines:?}"
    );
}

#[test]
fn a_regression_stands_out() {
    let flip = FeatureFlipped {
        feature: "F002".into(),
        from: FeatureStatus::Passing,
        to: FeatureStatus::Failing,
        by: FlipBy::Harness,
        evidence: Some(Evidence {
            kind: EvidenceKind::OwnTests,
            summary: "tests 1/2".into(),
            tree: None,
            session: SessionNo(1),
        }),
        reason: "smoke".into(),
    };
    assert_eq!(said(flip), "F002 FAILS [0/0] (by harness): tests 1/2");
}

#[test]
fn a_call_that_fell_through_says_why() {
    let finished = |text: &str, exit_code| ToolFinished {
        call: "c".into(),
        status: CallStatus::Failed,
        output: crate::protocol::Payload::inline(text.to_owned()),
        exit_code,
        duration_ms: 1,
        lines: None,
        running: None,
    };
    let nothing = finished("Nothing to commit: the working tree is the same.\nMore.", None);
    assert_eq!(
        fell_through("commit", "Add notes", &nothing),
        "commit failed: Nothing to commit: the working tree is the same. (Add notes)"
    );
    assert_eq!(
        fell_through("bash", "sh tests/run.sh", &finished("1..2", Some(1))),
        "bash failed: exit 1 (sh tests/run.sh)"
    );
    assert_eq!(fell_through("glob", "*.rs", &finished("", None)), "glob failed: *.rs");
}
