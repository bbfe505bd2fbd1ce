//! What passed before is tried again at a session's start; what fails is set back, and the change that broke it is named.

use crate::support::{INITIALIZER, Lab, Ran, builds, call, coding, ends};
use longhaul::protocol::event::{Culprit, FlipBy, RegressionTraced};
use longhaul::protocol::{Event, FeatureStatus, Oid, TestPurpose};

const CHECK: &str = r#"{ id = "F001", steps = [{ command = "sh greet Ada", expect = ["hello Ada"] }] }"#;
const TEST: &str = "sh greet Ada | grep -q 'hello Ada' && echo 'ok 1 - greets' || { echo 'not ok 1 - greets'; bad=1; }\necho 'ok 2 - also'\necho 1..2; exit $bad\n";

/// A project in which F001 was built, proven and committed, and F002 is still to do.
async fn built(tests: &str) -> Lab {
    built_with(tests, r#", {"id": "F002", "description": "more", "passes": false}"#).await
}

/// As [`built`], with these features beside F001; with none, the run has ended as done.
async fn built_with(tests: &str, others: &str) -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.write(
        "feature_list.json",
        &format!(r#"[{{"id": "F001", "description": "greet", "passes": false, "tests": [{tests}]}}{others}]"#),
    );
    lab.write("greet", "exit 1\n");
    let mut calls = call("bash", r#"{ command = "printf 'echo hello $1\n' > greet" }"#);
    if tests.is_empty() {
        calls += &call("record_check", CHECK);
    } else {
        lab.settings.verify.command = Some("sh tests/run.sh".into());
        lab.write("tests/run.sh", TEST);
    }
    lab.commit_all("begin");
    calls += &call("feature_passed", r#"{ id = "F001", evidence = "ran it" }"#);
    calls += &call("commit", r#"{ message = "Greet" }"#);
    let ran = lab.run(&script(&[coding(&(calls + &ends())), coding(&ends())])).await;
    assert_eq!(status(&ran), FeatureStatus::Passing);
    lab
}

pub(super) fn script(sessions: &[String]) -> String {
    format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat())
}

fn status(ran: &Ran) -> FeatureStatus {
    ran.state.features.rows[0].feature.status
}

/// Commits by somebody: the third of five breaks the program. Returns that one.
fn history(lab: &Lab) -> Oid {
    let mut culprit = String::new();
    for n in 1..=5 {
        lab.write(&format!("doc/{n}.md"), "words\n");
        if n == 3 {
            lab.write("greet", "echo good day $1\n");
        }
        lab.commit_all(&format!("change {n}"));
        if n == 3 {
            culprit = lab.git(&["rev-parse", "HEAD"]);
        }
    }
    Oid(culprit)
}

/// Says what the flip back of F001 gives as its reason.
fn why_back(ran: &Ran) -> &str {
    let row = &ran.state.features.rows[0];
    assert!(row.regressed && row.flips.last().unwrap().by == FlipBy::Harness, "{row:?}");
    &row.flips.last().unwrap().reason
}

/// One more session, which only begins and ends.
pub(super) async fn look(lab: &Lab) -> (Ran, Vec<RegressionTraced>) {
    let ran = lab.run(&script(&[coding(&ends())])).await;
    let traced = ran.all(|event| match event {
        Event::RegressionTraced(traced) => Some(traced.clone()),
        _ => None,
    });
    (ran, traced)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commit_that_broke_a_check_is_found_and_told_and_nothing_of_the_users_is_touched() {
    let lab = built("").await;
    let culprit = history(&lab);
    let before = (
        lab.git(&["for-each-ref", "refs/heads", "refs/tags"]),
        lab.git(&["worktree", "list"]),
    );
    let (ran, traced) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Failing);
    let flip = ran.state.features.rows[0].flips.last().unwrap();
    assert!(
        flip.by == FlipBy::Harness && flip.reason.contains("does not print \"hello Ada\""),
        "{}",
        flip.reason
    );
    let found = Culprit::Commit {
        commit: culprit.clone(),
        subject: "change 3".into(),
    };
    assert_eq!(traced[0].culprit, found, "{traced:?}");
    assert_eq!(traced[0].good, Some(Oid(lab.git(&["rev-parse", "HEAD~3"]))));
    assert!(traced[0].runs <= 5, "halves: {traced:?}");
    // The agent reads it first, and begins with that feature.
    let told = format!("F001 worked before and fails now: broken by {} change 3.", culprit.short());
    let first = ran
        .requests
        .iter()
        .rfind(|body| body.contains("Recorded checks of passing features"));
    assert!(first.is_some_and(|first| first.contains(&told)), "{:?}", ran.requests.last());
    let session = ran.state.current().unwrap();
    assert_eq!(session.feature, Some("F001".into()));
    assert_eq!(ran.state.features.rows[0].traced.as_ref().unwrap().found, traced[0]);
    // The list's flag is all that changed.
    assert_eq!(lab.git(&["status", "--porcelain"]), " M feature_list.json");
    assert_eq!(
        (
            lab.git(&["for-each-ref", "refs/heads", "refs/tags"]),
            lab.git(&["worktree", "list"])
        ),
        before
    );
    assert!(!lab.dir().root().join("scratch/bisect").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commit_that_broke_a_features_own_tests_is_found() {
    let lab = built(r#""greets""#).await;
    let culprit = history(&lab);
    let (ran, traced) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Failing);
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { commit, .. } if *commit == culprit),
        "{traced:?}"
    );
    let smoke = ran.all(|event| match event {
        Event::TestRunFinished(end) => Some(end.run.purpose == TestPurpose::Smoke),
        _ => None,
    });
    assert_eq!(smoke.last(), Some(&true), "runs on old states are no results of this project");
}

/// What the agent of the last session read first.
pub(super) fn first_message(ran: &Ran) -> &str {
    let of_last = ran
        .requests
        .iter()
        .rfind(|body| body.contains("Left uncommitted") || body.contains("git status --short"));
    of_last.expect("a session was begun")
}

#[tokio::test(flavor = "multi_thread")]
async fn old_states_have_the_dependencies_that_a_link_leads_to() {
    let lab = built("").await;
    lab.write("../deps/word", "hello\n");
    std::os::unix::fs::symlink("../deps", lab.path("node_modules")).unwrap();
    lab.write(".gitignore", "node_modules\n");
    lab.write("greet", "echo $(cat node_modules/word) $1\n");
    lab.commit_all("take the word from there");
    let culprit = history(&lab);
    let (_, traced) = look(&lab).await;
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { commit, .. } if *commit == culprit),
        "{traced:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_after_all_was_done_is_traced_and_told_as_at_any_sessions_start() {
    for tests in ["", r#""greets""#] {
        let lab = built_with(tests, "").await;
        let culprit = history(&lab);
        let (ran, traced) = look(&lab).await;
        assert!(
            why_back(&ran).contains("does not hold on the final files"),
            "{}",
            why_back(&ran)
        );
        assert_eq!(traced.len(), 1, "{tests}: it is looked for");
        assert!(
            matches!(&traced[0].culprit, Culprit::Commit { commit, .. } if *commit == culprit),
            "{traced:?}"
        );
        let first = first_message(&ran);
        let told = format!("F001 worked before and fails now: broken by {} change 3.", culprit.short());
        assert!(first.contains(&told), "{first}");
        assert!(!first.contains("by somebody"), "the flip is the harness's own: {first}");
        assert!(first.contains("set back by the harness"), "{first}");
        if tests.is_empty() {
            for told in [
                "$ sh greet Ada",
                "must end with exit code 0 and print \\\"hello Ada\\\"",
                "it printed:\\n    good day Ada",
            ] {
                assert!(first.contains(told), "{told}: {first}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_edit_of_the_list_is_still_told_as_somebodys() {
    let lab = built_with("", "").await;
    history(&lab);
    let list = lab.read("feature_list.json");
    lab.write("feature_list.json", &list.replace("\"greet\"", "\"greet whoever is named\""));
    let (ran, _) = look(&lab).await;
    let first = first_message(&ran);
    assert!(
        first.contains("by somebody before this session:\\nM feature_list.json"),
        "{first}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detected_command_whose_script_is_gone_sets_back_as_a_session_starts_and_the_commit_is_named() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello")].concat()).await;
    lab.settings.limits.sessions = Some(1);
    lab.git(&["rm", "-q", "tests/run.sh"]);
    lab.git(&["commit", "-qm", "no tests any more"]);
    let (ran, traced) = look(&lab).await;
    assert_eq!(
        why_back(&ran),
        "it passed by its tests, and tests/run.sh, which runs them, is not there any more"
    );
    let session = ran.state.current().unwrap();
    assert_eq!(ran.state.features.rows[0].flips.last().unwrap().session, session.number);
    assert_eq!(session.feature, Some("F001".into()), "before any other work");
    let told = "tests/run.sh, which runs the tests, is not there any more. What passed by them is set back: F001.";
    assert!(first_message(&ran).contains(told), "{}", first_message(&ran));
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { subject, .. } if subject == "no tests any more"),
        "{traced:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_merge_the_sides_own_commit_is_named_and_the_merge_only_where_no_side_broke_it() {
    let lab = built("").await;
    let side = |lab: &Lab, name: &str, breaks: bool| {
        lab.git(&["switch", "-q", "-c", name]);
        lab.write(&format!("{name}.md"), "words\n");
        lab.commit_all(&format!("{name} words"));
        if breaks {
            lab.write("greet", "echo good day $1\n");
        }
        lab.write(&format!("{name}-more.md"), "words\n");
        lab.commit_all(&format!("{name} changes"));
        let changed = lab.git(&["rev-parse", "HEAD"]);
        lab.write(&format!("{name}-last.md"), "words\n");
        lab.commit_all(&format!("{name} ends"));
        lab.git(&["switch", "-q", "-"]);
        lab.write(&format!("beside-{name}.md"), "words\n");
        lab.commit_all("beside it");
        changed
    };
    side(&lab, "sound", false);
    lab.git(&["merge", "-q", "--no-ff", "-m", "Merge sound", "sound"]);
    let culprit = side(&lab, "side", true);
    lab.git(&["merge", "-q", "--no-ff", "-m", "Merge side", "side"]);
    let (_, traced) = look(&lab).await;
    let subject = "side changes".to_owned();
    let commit = Oid(culprit);
    assert_eq!(traced[0].culprit, Culprit::Commit { commit, subject }, "{traced:?}");

    let lab = built("").await;
    side(&lab, "sound", false);
    lab.git(&["merge", "-q", "--no-commit", "--no-ff", "sound"]);
    lab.write("greet", "echo good day $1\n");
    lab.commit_all("Merge sound");
    let (_, traced) = look(&lab).await;
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { subject, .. } if subject == "Merge sound"),
        "{traced:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_is_blamed_on_no_commit() {
    let lab = built("").await;
    lab.write("greet", "exit 1\n");
    let (_, traced) = look(&lab).await;
    assert!(matches!(traced[0].culprit, Culprit::Uncommitted { .. }), "{traced:?}");
    assert_eq!(traced[0].good, Some(Oid(lab.git(&["rev-parse", "HEAD"]))));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_change_of_the_files_did_it_none_is_named() {
    let lab = built("").await;
    history(&lab);
    // It works everywhere but where this file is, which git ignores: a copy does not have it.
    lab.write("greet", "test -e broken || echo hello $1\n");
    lab.write(".gitignore", "broken\n");
    lab.commit_all("a mark");
    lab.write("broken", "");
    let (ran, traced) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Failing);
    assert!(
        matches!(&traced[0].culprit, Culprit::Unknown { reason } if reason.contains("works in a copy")),
        "{traced:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_bound_what_is_run_and_looked_for() {
    let mut lab = built("").await;
    history(&lab);
    lab.settings.verify.check_seconds = 0;
    let (ran, traced) = look(&lab).await;
    assert_eq!((status(&ran), traced.len()), (FeatureStatus::Passing, 0));
    let told = "1 more was not run";
    assert!(
        ran.requests.iter().any(|body| body.contains(told)),
        "what was not run is told"
    );
    (lab.settings.verify.check_seconds, lab.settings.verify.bisect_seconds) = (60, 0);
    let (ran, traced) = look(&lab).await;
    assert_eq!((status(&ran), traced.len()), (FeatureStatus::Failing, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feature_whose_tests_are_gone_passes_no_longer_and_comes_first() {
    let lab = built(r#""greets""#).await;
    lab.write("tests/run.sh", "echo 'ok 1 - another'; echo 1..1\n");
    lab.commit_all("one test less");
    let culprit = Oid(lab.git(&["rev-parse", "HEAD"]));
    let (ran, traced) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Failing);
    assert_eq!(why_back(&ran), "its tests are gone: greets");
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { commit, .. } if *commit == culprit),
        "{traced:?}"
    );
    assert_eq!(ran.state.current().unwrap().feature, Some("F001".into()));
    let told = "The tests of F001 are gone: greets. Nothing shows any more that it works.";
    assert!(
        ran.requests.iter().any(|body| body.contains(told)),
        "{:?}",
        ran.requests.last()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_file_of_tests_is_noticed_also_where_no_test_is_left() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    lab.run(&[INITIALIZER, &builds("F001", "01", "hello")].concat()).await;
    lab.git(&["rm", "-q", "tests/01-hello.sh"]);
    lab.git(&["commit", "-qm", "nobody needs it"]);
    lab.settings.stall_sessions = 1;
    let (ran, _) = look(&lab).await;
    assert_eq!(why_back(&ran), "its tests are gone: tests/01-hello.sh");
    assert_eq!(ran.state.current().unwrap().feature, Some("F001".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_broke_off_or_is_of_another_command_makes_no_test_gone() {
    let mut lab = built(r#""greets""#).await;
    lab.write("tests/run.sh", "echo 'ok 1 - another'; exit 2\n");
    lab.commit_all("does not get far");
    let (ran, _) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Passing, "{:?}", ran.state.features.rows[0].flips);
    lab.write("tests/few.sh", "echo 'ok 1 - another'; echo 1..1\n");
    lab.commit_all("fewer tests");
    lab.settings.verify.command = Some("sh tests/few.sh".into());
    let (ran, _) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Passing, "{:?}", ran.state.features.rows[0].flips);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_of_two_tests_is_left_it_is_said_what_is() {
    let lab = built(r#""greets", "also""#).await;
    lab.write("tests/run.sh", "echo 'ok 1 - also'; echo 1..1\n");
    lab.commit_all("one test less");
    let (ran, _) = look(&lab).await;
    assert_eq!(why_back(&ran), "some of its tests are gone: greets");
    let told = "Some tests of F001 are gone: greets. What is left of them (also) does not show what they did.";
    assert!(
        ran.requests.iter().any(|body| body.contains(told)),
        "{:?}",
        ran.requests.last()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_runs_into_the_time_limit_is_passed_over_and_blamed_for_nothing() {
    for (slow, named) in [(2, true), (3, false)] {
        let mut lab = built(r#""greets""#).await;
        lab.settings.verify.timeout_seconds = 2;
        for n in 1..=5 {
            lab.write(
                "greet",
                match n {
                    n if n == slow => "sleep 30\n",
                    1..=3 => "echo hello $1\n",
                    _ => "echo good day $1\n",
                },
            );
            lab.write("n", &n.to_string());
            lab.commit_all(&format!("change {n}"));
        }
        let (_, traced) = look(&lab).await;
        let said = traced[0].words();
        if named {
            assert!(said.contains("change 4"), "{said}");
        } else {
            assert!(said.contains("not found") && said.contains("time limit"), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_test_that_passed_on_these_very_files_no_change_is_blamed() {
    let lab = built(r#""greets""#).await;
    // Outside the project, where no tree holds it.
    let mark = lab.workspace().join("../broken");
    lab.write("greet", &format!("test -e {} || echo hello $1\n", mark.display()));
    lab.commit_all("by a mark");
    let (ran, _) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Passing);
    std::fs::write(mark, "").unwrap();
    let (ran, traced) = look(&lab).await;
    assert_eq!(status(&ran), FeatureStatus::Failing);
    let said = traced[0].words();
    assert!(said.contains("not found: greets passed on these very files too"), "{said}");
}
