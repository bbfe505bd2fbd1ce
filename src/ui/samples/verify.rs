//! A test run under way and an audit with findings, as the recorded project would have them.

use crate::protocol::event::{
    AuditPlace, BreachFound, EndCause, SessionEnded, TestRunFinished, TestRunProgressed, TestRunQueued, TestRunStarted, TestsBehind,
};
use crate::protocol::{CaseStatus, Event, Seq, SessionNo, TestPurpose, TestTotals};
use crate::session::State;
use crate::session::timeline::ItemKind;

/// Returns what a run of all tests has told after some seconds.
#[must_use]
pub fn sample_test_run(state: &State) -> Vec<Event> {
    let fails = state.tests.cases.iter().rev().nth(2).map(|case| case.name.clone());
    let started = TestRunStarted {
        purpose: TestPurpose::Asked,
        command: "sh tests/run.sh".to_owned(),
        only: Vec::new(),
    };
    let told = TestRunProgressed {
        totals: TestTotals {
            passed: 11,
            failed: 1,
            skipped: 0,
        },
        failed: fails.into_iter().collect(),
        last: "not ok 12 - tests/07-export.sh: writes a heading per note".to_owned(),
    };
    vec![started.into(), told.into()]
}

/// Returns a person's run of all tests that speaks against a passing feature and shows a test as flaky, and the wait for another one.
#[must_use]
pub fn sample_rerun(state: &State) -> Vec<Event> {
    let mut run = state
        .tests
        .latest
        .as_ref()
        .map(|(_, _, run)| run.clone())
        .into_iter()
        .collect::<Vec<_>>();
    for run in &mut run {
        (run.purpose, run.exit_code) = (TestPurpose::Asked, Some(1));
        run.tree = Some("c3ccb3f04d7a2b6f1c3e58a90b1d2c3e4f506172".into());
        if let Some(case) = run.cases.first_mut() {
            case.status = CaseStatus::Failed;
            case.detail = "want: \"1\"\ngot:  \"\"".to_owned();
        }
        if let Some(case) = run.cases.get_mut(4) {
            case.attempts = vec![CaseStatus::Failed, CaseStatus::Passed];
        }
    }
    let waits = TestRunQueued {
        only: Vec::new(),
        behind: TestsBehind::Command,
    };
    let finished = run
        .into_iter()
        .map(|run| Event::from(TestRunFinished { run, gone: Vec::new() }));
    finished.chain([waits.into()]).collect()
}

/// Returns what happens at the end of the running session: a breach, then an end with findings against it.
#[must_use]
pub fn sample_audit(state: &State) -> Vec<Event> {
    let session = state.current();
    let breach = BreachFound {
        path: "tests/04-show.sh".to_owned(),
        call: None,
        detail: "2 lines changed".to_owned(),
        restored: true,
        in_commit: false,
        commits: Vec::new(),
    };
    let place = |wanted: fn(&ItemKind) -> bool| {
        let items = session.into_iter().flat_map(|session| &session.items);
        let found = items
            .filter(|item| wanted(&item.kind))
            .map(|item| AuditPlace::Event { seq: item.seq });
        found.take(2).collect::<Vec<_>>()
    };
    let commits = || {
        let last = state.commits.iter().next_back().map(|commit| commit.made.commit.clone());
        last.map(|commit| AuditPlace::Commit { commit })
            .into_iter()
            .collect::<Vec<_>>()
    };
    let feature = session.and_then(|session| session.feature.clone());
    let next = Seq(state.last_seq.0 + 1);
    let findings = [
        (
            "oriented before the first edit",
            true,
            place(|kind| matches!(kind, ItemKind::Orientation(_))),
        ),
        ("smoke test ran", true, place(|kind| matches!(kind, ItemKind::Tests(_)))),
        (
            "a feature passes",
            false,
            feature.map(|feature| AuditPlace::Feature { feature }).into_iter().collect(),
        ),
        (
            "guarded files untouched (1 put back)",
            false,
            vec![AuditPlace::Event { seq: next }],
        ),
        ("tree clean", false, Vec::new()),
        ("progress notes written", true, Vec::new()),
        ("commit messages say what changed (\"wip\")", false, commits()),
    ];
    let ended = SessionEnded {
        cause: EndCause::Finished,
        summary: "Tags are read and stored; filtering by them is half done.".to_owned(),
        dirty: vec![" M lib/tags.awk".to_owned(), "?? scratch.txt".to_owned()],
        next: None,
        checks: findings.iter().map(|(what, holds, _)| ((*what).to_owned(), *holds)).collect(),
        places: findings.into_iter().map(|(_, _, places)| places).collect(),
        left: None,
    };
    vec![breach.into(), ended.into()]
}

/// Returns the session that the sample ends.
#[must_use]
pub fn sample_audited(state: &State) -> SessionNo {
    state.current().map_or(SessionNo(0), |session| session.number)
}
