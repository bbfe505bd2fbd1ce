//! Tests run again by a key, and links from a test and back: what is sent, and where one arrives.

use super::*;
use crate::protocol::event::{
    RunEnded, RunOutcome, TestRunDropped, TestRunFinished, TestRunProgressed, TestRunQueued, TestRunStarted, TestsBehind,
};
use crate::protocol::{CaseStatus, Command, FeatureStatus, Payload, TestPurpose, TestRun, TestTotals, samples};
use crate::session::state::FeatureRow;
use crate::ui::layout::Pane;
use crate::ui::model::Subject;
use crate::ui::testing::{commands, keys, screen, tell, undisturbed};
use crate::verify;

/// The recorded run with the tests focused.
fn at_tests() -> Model {
    let mut model = undisturbed((120, 40));
    keys(&mut model, "4");
    model
}

fn selected(model: &Model) -> String {
    match model.subject() {
        Some(Subject::Test(name)) => name,
        other => panic!("no test is selected but {other:?}"),
    }
}

fn run(only: &[&str], cases: &[(&str, CaseStatus)]) -> TestRun {
    TestRun {
        purpose: TestPurpose::Asked,
        only: only.iter().map(|name| (*name).to_owned()).collect(),
        ..samples::test_run(cases)
    }
}

#[test]
fn one_failed_or_all_tests_are_asked_for() {
    let mut model = at_tests();
    let name = selected(&model);
    assert_eq!(
        commands(keys(&mut model, "r t")),
        [Command::RunTests {
            only: vec![name.clone()]
        }]
    );
    assert_eq!(commands(keys(&mut model, "r a")), [Command::RunTests { only: Vec::new() }]);
    let failing: Vec<String> = model
        .state
        .tests
        .cases
        .iter()
        .filter(|case| model.state.result_now(case) == Some(CaseStatus::Failed))
        .map(|case| case.name.clone())
        .collect();
    assert!(!failing.is_empty(), "the recorded run has one");
    assert_eq!(commands(keys(&mut model, "r f")), [Command::RunTests { only: failing }]);
    keys(&mut model, "Enter");
    assert_eq!(
        commands(keys(&mut model, "r t")),
        [Command::RunTests { only: vec![name] }],
        "on its page too"
    );
    keys(&mut model, "Esc 2");
    assert_eq!(commands(keys(&mut model, "r t")), [], "no test is selected");
}

#[test]
fn a_run_is_seen_while_it_goes_on_and_can_be_stopped() {
    let mut model = at_tests();
    let last = model.test_rows().last().unwrap().name.clone();
    tell(
        &mut model,
        TestRunStarted {
            purpose: TestPurpose::Asked,
            command: "sh tests/run.sh".into(),
            only: Vec::new(),
        },
    );
    tell(
        &mut model,
        TestRunProgressed {
            totals: TestTotals {
                passed: 7,
                failed: 1,
                skipped: 0,
            },
            failed: vec![last.clone()],
            last: "ok 8 - exports".into(),
        },
    );
    assert_eq!(model.test_rows()[0].name, last, "what fails now comes first");
    let drawn = screen(&mut model);
    assert!(drawn.contains("ok 8 - exports") && drawn.contains("1 failed"), "{drawn}");
    assert_eq!(commands(keys(&mut model, "r a")), [], "one at a time");
    assert_eq!(commands(keys(&mut model, "r x")), [Command::StopTests]);
    let reason = "it was stopped".to_owned();
    tell(
        &mut model,
        TestRunDropped {
            purpose: TestPurpose::Asked,
            reason,
        },
    );
    assert!(model.state.tests.running.is_none());
    assert!(model.note.as_ref().unwrap().text.contains("it was stopped"));
    assert_eq!(commands(keys(&mut model, "r x")), []);
}

#[test]
fn a_run_that_waits_says_for_what_and_can_be_taken_back() {
    let mut model = at_tests();
    let (only, behind) = (Vec::new(), TestsBehind::Command);
    tell(&mut model, TestRunQueued { only, behind });
    let said = &model.note.as_ref().unwrap().text;
    assert_eq!(said, "the test run waits for the agent's command; rx takes it back");
    let drawn = screen(&mut model);
    assert!(drawn.contains("waits for the agent's command"), "{drawn}");
    assert_eq!(commands(keys(&mut model, "r a")), []);
    assert!(model.note.as_ref().unwrap().text.contains("wait already"), "{:?}", model.note);
    assert_eq!(commands(keys(&mut model, "r x")), [Command::StopTests]);
    let (purpose, reason) = (TestPurpose::Asked, "it was taken back before it began".to_owned());
    tell(&mut model, TestRunDropped { purpose, reason });
    let drawn = screen(&mut model);
    assert!(!drawn.contains("waits for"), "{drawn}");
    assert_eq!(commands(keys(&mut model, "r a")), [Command::RunTests { only: Vec::new() }]);
}

#[test]
fn a_test_that_failed_and_passed_on_one_tree_is_called_flaky_as_long_as_that_is_its_tree() {
    let mut model = at_tests();
    let name = selected(&model);
    let mut on = |tree: char, status: CaseStatus| {
        let run = TestRun {
            tree: Some(samples::oid(tree)),
            ..run(&[], &[(&name, status)])
        };
        tell(&mut model, TestRunFinished { run, gone: Vec::new() });
        screen(&mut model).contains("flaky")
    };
    assert!(
        !on('a', CaseStatus::Failed) && !on('b', CaseStatus::Passed),
        "an edit came between"
    );
    assert!(!on('a', CaseStatus::Failed) && on('a', CaseStatus::Passed));
    assert!(on('a', CaseStatus::Passed) && !on('b', CaseStatus::Passed));
    keys(&mut model, "Enter");
    let told = format!("failed and passed on tree {}", samples::oid('a').short());
    assert!(screen(&mut model).contains(&told), "{}", screen(&mut model));
}

#[test]
fn a_later_run_that_speaks_against_a_passing_feature_is_told_beside_it_until_its_tests_pass() {
    let mut model = undisturbed((120, 40));
    let proven = |model: &Model| {
        let mut rows = model.state.features.rows.iter();
        let own = |row: &&FeatureRow| {
            let passes = row.feature.status == FeatureStatus::Passing;
            let mut cases = model.state.tests.cases.iter();
            passes
                .then(|| cases.find(|case| verify::names(&row.feature, &case.name)))
                .flatten()
        };
        rows.find_map(|row| Some((row.feature.id.clone(), own(&row)?.name.clone())))
            .unwrap()
    };
    let (id, name) = proven(&model);
    for row in &mut model.state.features.rows {
        row.feature.status = FeatureStatus::Passing;
    }
    let finished = |status| {
        let tree = Some(samples::oid('a'));
        let run = run(&[&name], &[(&name, status)]);
        TestRunFinished {
            run: TestRun { tree, ..run },
            gone: Vec::new(),
        }
    };
    tell(&mut model, finished(CaseStatus::Failed));
    let outcome = RunOutcome::AllPassing;
    let reason = "all features pass".to_owned();
    tell(&mut model, RunEnded { outcome, reason });
    model.popup = None;
    let drawn = screen(&mut model);
    assert!(drawn.contains("done, but tests of 1 feature fail now"), "{drawn}");
    assert!(
        !drawn.contains("all features pass") && drawn.contains("tests fail"),
        "{drawn}"
    );
    let row = model.state.features.get(&id).unwrap();
    let words = model.state.doubt_of(row).unwrap().words();
    let told = format!(
        "{name} failed on tree {} in a later run by the harness (asked for by you",
        samples::oid('a').short()
    );
    assert!(words.starts_with(&told), "{words}");
    tell(&mut model, finished(CaseStatus::Passed));
    let drawn = screen(&mut model);
    assert!(drawn.contains("done: all features pass"), "{drawn}");
}

#[test]
fn what_has_failed_since_its_first_run_is_not_put_down_to_the_next_commit() {
    let mut model = at_tests();
    let run = run(&[], &[("a new one", CaseStatus::Failed)]);
    tell(&mut model, TestRunFinished { run, gone: Vec::new() });
    tell(&mut model, samples::commit_made(samples::oid('c'), None));
    keys(&mut model, "g g Enter");
    let drawn = screen(&mut model);
    assert!(drawn.contains("a new one") && drawn.contains("first seen at"), "{drawn}");
}

#[test]
fn a_wanted_test_that_has_no_result_is_named() {
    let mut model = at_tests();
    let name = selected(&model);
    let ended = |only: &[&str]| TestRunFinished {
        run: run(only, &[(&name, CaseStatus::Passed)]),
        gone: Vec::new(),
    };
    for (only, told) in [
        (vec![name.as_str()], "1 test passed"),
        (
            vec![&name, "a red one"],
            "1 test passed; run all tests for a result of a red one",
        ),
        (
            vec!["b", &name, "c"],
            "1 test passed; run all tests for results of 2 more, b among them",
        ),
    ] {
        tell(&mut model, ended(&only));
        assert_eq!(model.note.as_ref().unwrap().text, told);
    }
}

#[test]
fn a_test_run_apart_changes_its_own_result_and_no_other() {
    let mut model = at_tests();
    let before: Vec<_> = model
        .state
        .tests
        .cases
        .iter()
        .map(|case| model.state.result_now(case))
        .collect();
    let at = before.iter().position(|status| *status == Some(CaseStatus::Failed)).unwrap();
    let name = model.state.tests.cases[at].name.clone();
    let cells = model.state.tests.cases[at].results.len();
    tell(
        &mut model,
        TestRunFinished {
            run: run(&[&name], &[(&name, CaseStatus::Passed)]),
            gone: Vec::new(),
        },
    );
    let after: Vec<_> = model
        .state
        .tests
        .cases
        .iter()
        .map(|case| model.state.result_now(case))
        .collect();
    assert_eq!(after[at], Some(CaseStatus::Passed));
    assert_eq!(model.state.tests.cases[at].results.len(), cells + 1);
    let others = |all: &[Option<CaseStatus>]| [&all[..at], &all[at + 1..]].concat();
    assert_eq!(others(&after), others(&before));
    assert!(model.note.as_ref().unwrap().text.contains("1 test passed"));
    let edited = crate::protocol::event::ExternalChangeSeen {
        what: crate::protocol::event::ExternalKind::Tree,
        paths: vec!["app".into()],
        detail: String::new(),
    };
    tell(&mut model, edited);
    assert_eq!(
        model.state.result_now(&model.state.tests.cases[at]),
        before[at],
        "the files are others now"
    );
}

#[test]
fn after_a_rerun_the_page_shows_the_run_that_gave_the_result_and_the_pane_counts_its_rows() {
    let mut model = at_tests();
    let failing = |model: &Model| {
        let rows = model.test_rows().into_iter();
        rows.filter(|case| model.state.result_now(case) == Some(CaseStatus::Failed))
            .count()
    };
    let (name, fails) = (selected(&model), failing(&model));
    assert!(
        fails > 0 && screen(&mut model).contains(&format!("{fails} failed")),
        "the recorded run has some"
    );
    // Somebody mended it: nothing but this test was run since.
    let rerun = |status, command: &str, said: &str| {
        let mut run = run(&[&name], &[(&name, status)]);
        (run.command, run.output) = (command.to_owned(), Payload::inline(said));
        run.cases[0].detail = said.to_owned();
        TestRunFinished { run, gone: Vec::new() }
    };
    keys(&mut model, "Enter");
    tell(
        &mut model,
        rerun(CaseStatus::Passed, "sh tests/run.sh just-it", "all is well"),
    );
    let turned = model.state.last_seq;
    let page = screen(&mut model);
    for told in [
        "passed",
        "sh tests/run.sh just-it",
        "all is well",
        "exit 0",
        "of          1 test",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let since = |model: &Model| model.turned(model.state.tests.case(&name).unwrap()).unwrap().run;
    assert_eq!(since(&model), turned, "so since the rerun");
    // The same again is no change; a failure is.
    tell(&mut model, rerun(CaseStatus::Passed, "sh tests/run.sh just-it", "once more"));
    assert_eq!(since(&model), turned);
    assert!(screen(&mut model).contains("once more"));
    keys(&mut model, "Esc");
    let pane = screen(&mut model);
    let counted = pane.lines().find(|line| line.contains("4 Tests")).unwrap();
    let wanted = match fails - 1 {
        0 => counted.contains(" ok") && !counted.contains("failed"),
        left => counted.contains(&format!("{left} failed")),
    };
    assert!(wanted, "{counted}");
    tell(
        &mut model,
        rerun(CaseStatus::Failed, "sh tests/run.sh just-it", "broken anew"),
    );
    assert_eq!(since(&model), model.state.last_seq);
}

#[test]
fn links_lead_from_a_test_to_what_belongs_to_it_and_back() {
    let mut model = at_tests();
    let named = |model: &Model| {
        let rows = model.test_rows();
        let own = |name: &str| {
            let from = Subject::Test(name.to_owned());
            let ends = [
                crate::ui::model::End::Feature,
                crate::ui::model::End::Commit,
                crate::ui::model::End::Moment,
            ];
            ends.iter().all(|end| model.linked(&from, *end).is_ok())
        };
        rows.iter().position(|case| own(&case.name)).unwrap()
    };
    let down = named(&model);
    keys(
        &mut model,
        &["g g"]
            .into_iter()
            .chain(std::iter::repeat_n("j", down))
            .collect::<Vec<_>>()
            .join(" "),
    );
    let name = selected(&model);

    keys(&mut model, "g f");
    assert_eq!(model.focus, Pane::Features);
    let Some(Subject::Feature(id)) = model.subject() else {
        panic!("no feature")
    };
    let feature = model.state.features.get(&id).unwrap();
    assert!(crate::verify::names(&feature.feature, &name), "{id} does not name {name}");
    keys(&mut model, "C-o");
    assert_eq!((model.focus, selected(&model)), (Pane::Tests, name.clone()));

    keys(&mut model, "g c");
    assert_eq!(model.focus, Pane::Git);
    keys(&mut model, "g m");
    assert_eq!(model.focus, Pane::Transcript);
    let Some(Subject::Commit(made)) = model.subject() else {
        panic!("not the commit's moment")
    };
    keys(&mut model, "g f");
    assert_eq!(model.focus, Pane::Features);
    let worked = model.made(&made).unwrap().made.feature.clone();
    assert_eq!(model.subject(), worked.map(Subject::Feature));
    keys(&mut model, "C-o C-o g b");
    assert_eq!(
        (model.focus, selected(&model)),
        (Pane::Tests, name.clone()),
        "step by step back to where it began"
    );
    keys(&mut model, "C-o");
    assert!(model.note.as_ref().unwrap().text.contains("no link was followed"));

    keys(&mut model, "g m");
    assert!(matches!(model.subject(), Some(Subject::Item(..))), "{:?}", model.subject());
    keys(&mut model, "g r");
    assert_eq!(model.focus, Pane::Tests);
}

#[test]
fn from_a_page_links_open_pages_and_a_filter_hides_no_target() {
    let mut model = at_tests();
    let at = model.test_rows().iter().position(|case| {
        let from = Subject::Test(case.name.clone());
        model.linked(&from, crate::ui::model::End::Feature).is_ok()
    });
    for _ in 0..at.unwrap() {
        keys(&mut model, "j");
    }
    let name = selected(&model);
    model.features.filter = "nothing has this".into();
    keys(&mut model, "Enter g f");
    assert_eq!(model.pages.len(), 2);
    assert!(matches!(model.subject(), Some(Subject::Feature(_))));
    assert_eq!(model.features.filter, "", "the row is to be seen below");
    keys(&mut model, "g r");
    assert_eq!(model.pages.len(), 3);
    keys(&mut model, "C-o C-o");
    assert_eq!((model.pages.len(), selected(&model)), (1, name));
}

#[test]
fn a_run_that_its_time_limit_stopped_names_it_in_the_pane_and_below() {
    let mut model = at_tests();
    let run = TestRun {
        timed_out: true,
        exit_code: None,
        limit_seconds: Some(5),
        under_way: Vec::new(),
        ..run(&[], &[("a", CaseStatus::Passed)])
    };
    tell(&mut model, TestRunFinished { run, gone: Vec::new() });
    let note = model.note.as_ref().unwrap().text.clone();
    assert!(note.contains("1 test passed; stopped by its time limit of 5 s"), "{note}");
    let shown = screen(&mut model);
    assert!(shown.contains("1 ok limit 5 s"), "{shown}");
}
