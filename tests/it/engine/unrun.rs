//! Tests that could not run because the whole run broke: a build that does not compile, a file that every test reads.

use crate::rollback::program;
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::{Culprit, FlipBy, RegressionTraced};
use longhaul::protocol::{Event, FeatureStatus, TestPurpose};

/// Runs the tests in turn, once it has read what all of them need.
const RUNNER: &str = ". ./lib.sh\nn=0; bad=0\nfor t in tests/0*.sh; do\n  n=$((n+1))\n  \
                      if sh $t; then echo \"ok $n - $t: works\"; else echo \"not ok $n - $t: works\"; bad=1; ${FAST:+exit 1}; fi\n\
                      done\necho 1..$n; exit $bad\n";
const BROKEN: &str = "echo 'lib.sh:1: expected a package line' >&2\nexit 3\n";
const LIST: &str = r#"[{"id": "F001", "description": "one", "passes": false, "tests": ["tests/01.sh"]},
    {"id": "F002", "description": "two", "passes": false, "tests": ["tests/02.sh"]}]"#;

fn script(sessions: &[String]) -> String {
    format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat())
}

fn empty() -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    lab.write("feature_list.json", LIST);
    lab.write("lib.sh", "PATH=$PATH\n");
    lab.write("tests/run.sh", RUNNER);
    lab.write("tests/01.sh", "grep -q one one.txt\n");
    lab.write("tests/02.sh", "grep -q two two.txt\n");
    lab.commit_all("begin");
    lab
}

/// A project in which F001 was proven by its tests and committed, and F002 is still to do.
async fn built() -> Lab {
    let lab = empty();
    let calls = call("bash", r#"{ command = "echo one > one.txt" }"#)
        + &call("feature_passed", r#"{ id = "F001", evidence = "its test" }"#)
        + &call("commit", r#"{ message = "Write one" }"#);
    let ran = lab.run(&script(&[coding(&(calls + &ends())), coding(&ends())])).await;
    assert_eq!(status(&ran), FeatureStatus::Passing);
    lab
}

fn status(ran: &Ran) -> FeatureStatus {
    ran.state.features.rows[0].feature.status
}

fn traced(ran: &Ran) -> Vec<RegressionTraced> {
    ran.all(|event| match event {
        Event::RegressionTraced(traced) => Some(traced.clone()),
        _ => None,
    })
}

/// Asserts that the first trace ends at the commit of this subject.
fn blames(ran: &Ran, wanted: &str) {
    let traced = traced(ran);
    assert!(
        matches!(&traced[0].culprit, Culprit::Commit { subject, .. } if subject == wanted),
        "{traced:?}"
    );
}

fn why_back(ran: &Ran) -> &str {
    let row = &ran.state.features.rows[0];
    assert!(row.regressed && row.flips.last().unwrap().by == FlipBy::Harness, "{row:?}");
    &row.flips.last().unwrap().reason
}

/// Commits by a person: the second of three breaks what every test reads.
fn breaks(lab: &Lab) {
    for n in 1..=3 {
        lab.write("notes.md", &format!("{n}\n"));
        if n == 2 {
            lab.write("lib.sh", BROKEN);
        }
        lab.commit_all(&format!("change {n}"));
    }
}

async fn look(lab: &Lab, calls: &str) -> Ran {
    lab.run(&script(&[coding(&(calls.to_owned() + &ends()))])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_breaks_as_a_whole_sets_back_is_opened_first_and_its_commit_is_named() {
    let lab = built().await;
    breaks(&lab);
    let claim = call("feature_passed", r#"{ id = "F001", evidence = "it did" }"#);
    let ran = look(&lab, &claim).await;
    assert_eq!(
        why_back(&ran),
        "its tests could not run: the verify command failed with exit code 3: lib.sh:1: expected a package line"
    );
    assert_eq!(
        ran.state.current().unwrap().feature,
        Some("F001".into()),
        "before any other work"
    );
    blames(&ran, "change 2");
    let first = ran.requests.iter().rfind(|body| body.contains("git status --short")).unwrap();
    for told in [
        "The tests of F001 could not run: the verify command failed with exit code 3.",
        "It printed:\\n    lib.sh:1: expected a package line",
        "F001 worked before and fails now: broken by",
    ] {
        assert!(first.contains(told), "{told}: {first}");
    }
    assert!(!first.contains("are gone"), "{first}");
    let refused = ran.requests.iter().rfind(|body| body.contains("Not flipped")).unwrap();
    assert!(
        refused.contains("Not flipped: the tests of F001 could not run: the verify command failed with exit code 3."),
        "{refused}"
    );
    assert!(!refused.contains("Write them where the list says"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_look_at_a_finished_list_says_the_same() {
    let lab = built().await;
    lab.write(
        "feature_list.json",
        &format!("{}]", lab.read("feature_list.json").split(",\n").next().unwrap()),
    );
    breaks(&lab);
    let ran = look(&lab, "").await;
    assert_eq!(
        why_back(&ran),
        "does not hold on the final files: its tests could not run: the verify command failed with exit code 3: lib.sh:1: expected a \
         package line"
    );
    assert_eq!(traced(&ran).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_later_run_could_not_begin_is_marked_and_not_called_gone() {
    let lab = built().await;
    let calls = call("bash", &format!("{{ command = '''cat > lib.sh <<'END'\n{BROKEN}END\n''' }}")) + &call("run_tests", "{}");
    let ran = look(&lab, &calls).await;
    assert_eq!(status(&ran), FeatureStatus::Passing, "nobody was to judge by it");
    let doubt = ran.state.doubt_of(&ran.state.features.rows[0]).expect("it is marked");
    assert!(
        doubt
            .words()
            .starts_with("tests/01.sh did not run (the verify command failed with exit code 3) on tree"),
        "{}",
        doubt.words()
    );
    assert_eq!((doubt.gone.len(), ran.state.doubted_for()), (0, "did not run"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_fails_once_and_works_again_sets_nothing_back() {
    let lab = built().await;
    let mark = lab.workspace().join("../built");
    lab.write(
        "lib.sh",
        &format!("test -e {0} || {{ touch {0}; exit 3; }}\n", mark.display()),
    );
    lab.commit_all("a build that needs two attempts");
    let ran = look(&lab, "").await;
    assert_eq!((status(&ran), traced(&ran).len()), (FeatureStatus::Passing, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_command_or_a_list_that_nothing_has_shown_sets_nothing_back() {
    let mut lab = built().await;
    breaks(&lab);
    lab.settings.verify.command = Some("sh ./tests/run.sh".into());
    let ran = look(&lab, "").await;
    assert_eq!(
        (status(&ran), traced(&ran).len()),
        (FeatureStatus::Passing, 0),
        "by another command"
    );

    let lab = empty();
    lab.write("feature_list.json", &LIST.replacen("false", "true", 1));
    breaks(&lab);
    let ran = look(&lab, "").await;
    assert_eq!(
        (status(&ran), traced(&ran).len()),
        (FeatureStatus::Passing, 0),
        "never run before"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_stops_at_the_first_failure_sets_back_nothing_that_it_did_not_get_to() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    lab.write(
        "feature_list.json",
        &LIST.replace("01.sh", "0x").replace("02.sh", "01.sh").replace("0x", "02.sh"),
    );
    lab.write("lib.sh", "FAST=\n");
    lab.write("tests/run.sh", RUNNER);
    lab.write("tests/01.sh", "grep -q two two.txt\n");
    lab.write("tests/02.sh", "grep -q one one.txt\n");
    lab.write("two.txt", "two\n");
    lab.commit_all("begin");
    let calls = call("bash", r#"{ command = "echo one > one.txt" }"#)
        + &call("feature_passed", r#"{ id = "F001", evidence = "its test" }"#)
        + &call("commit", r#"{ message = "Write one" }"#);
    let ran = lab.run(&script(&[coding(&(calls + &ends())), coding(&ends())])).await;
    assert_eq!(status(&ran), FeatureStatus::Passing);
    lab.write("lib.sh", "FAST=1\n");
    lab.write("two.txt", "three\n");
    lab.commit_all("the first fails, and the rest is not run");
    let ran = look(&lab, "").await;
    assert_eq!((status(&ran), traced(&ran).len()), (FeatureStatus::Passing, 0));
    let smoke = ran.all(|event| match event {
        Event::TestRunFinished(end) => Some(end.run.purpose == TestPurpose::Smoke && end.gone.is_empty()),
        _ => None,
    });
    assert_eq!(smoke.last(), Some(&true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ends_well_and_names_no_test_any_more_shows_nothing() {
    let lab = built().await;
    lab.write("longhaul.toml", "[verify]\ncommand = \"sh tests/run.sh\"\n");
    lab.commit_all("the command, for all to see");
    lab.write("lib.sh", "exit 0\n");
    lab.commit_all("leave at once");
    let (told, code) = verified(&lab, &["verify"]);
    assert_eq!(code, Some(10), "{told}");
    for line in [
        "FAIL     verify command\n         no test is named, although `sh tests/run.sh` has named tests before",
        "not run  F001, which they have shown to pass: tests/01.sh (the run ended well and names no test)",
        "0 passed, 1 failed",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let (told, code) = verified(&lab, &["verify", "--feature", "F001"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(told.contains("not run  tests/01.sh") && !told.contains("missing"), "{told}");
    let ran = look(&lab, "").await;
    assert_eq!(why_back(&ran), "its tests did not run: tests/01.sh");
    assert_eq!(ran.state.current().unwrap().feature, Some("F001".into()));
    blames(&ran, "leave at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_is_not_on_this_machine_sets_nothing_back_and_the_mark_goes_with_the_next_run() {
    let lab = built().await;
    let runner = lab.read("tests/run.sh");
    lab.write("longhaul.toml", "[verify]\ncommand = \"sh tests/run.sh\"\n");
    lab.write("tests/run.sh", "no-such-runner -q\n");
    lab.commit_all("a runner that only others have");
    let (told, code) = verified(&lab, &["verify"]);
    assert_eq!(code, Some(10), "{told}");
    assert!(
        told.contains("tests/01.sh (not known: the runner is not there, ") && told.contains("no-such-runner"),
        "{told}"
    );
    let ran = look(&lab, "").await;
    assert_eq!((status(&ran), traced(&ran).len()), (FeatureStatus::Passing, 0));
    let doubt = ran.state.doubt_of(&ran.state.features.rows[0]).expect("it is marked").words();
    assert!(
        doubt.starts_with("tests/01.sh did not run (not known: the runner is not there, "),
        "{doubt}"
    );
    let told = "Whether they pass is not known; nothing is set back for it.";
    assert!(ran.requests.iter().any(|body| body.contains(told)), "{told}");
    lab.write("tests/run.sh", &runner);
    lab.commit_all("as it was");
    let ran = look(&lab, "").await;
    assert_eq!((status(&ran), ran.state.doubted()), (FeatureStatus::Passing, 0));
}

/// As pytest does: a file that cannot be read ends the run before any test, and is told by its name.
const COLLECTS: &str = ". ./lib.sh\nfor t in tests/0*.sh; do if grep -q broken $t; then echo \"not ok 1 - $t\"; echo 1..1; exit 2; fi; done\n\
                        n=0; bad=0; for t in tests/0*.sh; do n=$((n+1)); if sh $t; then echo \"ok $n - $t: works\"; \
                        else echo \"not ok $n - $t: works\"; bad=1; fi; done; echo 1..$n; exit $bad\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_state_whose_run_ended_at_another_file_is_blamed_for_nothing() {
    let lab = empty();
    lab.write("tests/run.sh", COLLECTS);
    lab.commit_all("another runner");
    let calls = call("bash", r#"{ command = "echo one > one.txt" }"#)
        + &call("feature_passed", r#"{ id = "F001", evidence = "its test" }"#)
        + &call("commit", r#"{ message = "Write one" }"#);
    let ran = lab.run(&script(&[coding(&(calls + &ends())), coding(&ends())])).await;
    assert_eq!(status(&ran), FeatureStatus::Passing);
    let second = lab.read("tests/02.sh");
    for (path, text, message) in [
        ("notes.md", "1\n", "a note"),
        ("tests/02.sh", "broken\n", "rework the second"),
        ("notes.md", "2\n", "another note"),
        ("tests/02.sh", second.as_str(), "take it back"),
        ("lib.sh", BROKEN, "change what all of them need"),
    ] {
        lab.write(path, text);
        lab.commit_all(message);
    }
    let ran = look(&lab, "").await;
    blames(&ran, "change what all of them need");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_at_another_file_sets_nothing_back_and_is_told() {
    let lab = empty();
    lab.write("tests/run.sh", COLLECTS);
    lab.commit_all("another runner");
    let calls = call("bash", r#"{ command = "echo one > one.txt" }"#)
        + &call("feature_passed", r#"{ id = "F001", evidence = "its test" }"#)
        + &call("commit", r#"{ message = "Write one" }"#);
    lab.run(&script(&[coding(&(calls + &ends())), coding(&ends())])).await;
    lab.write("tests/02.sh", "broken\n");
    lab.commit_all("rework the second");
    let ran = look(&lab, "").await;
    assert_eq!((status(&ran), traced(&ran).len()), (FeatureStatus::Passing, 0));
    let doubt = ran.state.doubt_of(&ran.state.features.rows[0]).expect("it is marked").words();
    assert!(
        doubt.starts_with("tests/01.sh did not run (the run ended at tests/02.sh)"),
        "{doubt}"
    );
    let told = "The tests of F001 did not run: the run ended at tests/02.sh. Whether they pass is not known; mend that first.";
    assert!(ran.requests.iter().any(|body| body.contains(told)), "{told}");
}

/// Two packages, told as Go does; one whose `bad` file is there cannot be built.
const PARTS: &str = "bad=0\nfor p in p1 p2; do\n  if [ -e $p/bad ]; then\n    \
                     printf '# x/%s [x/%s.test]\\n%s/x.go:3:23: cannot use text\\nFAIL\\tx/%s [build failed]\\n' $p $p $p $p; bad=1\n  \
                     elif [ -e $p/wrong ]; then printf '=== RUN   TestF\\n--- FAIL: TestF (0.00s)\\nFAIL\\nFAIL\\tx/%s\\t0.001s\\n' $p; bad=1\n  \
                     else printf '=== RUN   TestF\\n--- PASS: TestF (0.00s)\\nPASS\\nok  \\tx/%s\\t0.001s\\n' $p; fi\ndone\nexit $bad\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_cannot_be_built_sets_its_own_features_back_and_no_others() {
    for other_fails in [false, true] {
        let lab = parts().await;
        for n in 1..=3 {
            lab.write("notes.md", &format!("{n}\n"));
            if n == 2 {
                lab.write("p1/bad", "\n");
            }
            lab.commit_all(&format!("change {n}"));
        }
        if other_fails {
            lab.write("p2/wrong", "\n");
            lab.commit_all("another test fails");
        }
        let (told, code) = verified(&lab, &["verify"]);
        assert_eq!(code, Some(10));
        let line = "not run  F001, which they have shown to pass: p1/a_test.go (x/p1 (p1/x.go:3:23: cannot use text) failed before its tests)";
        assert!(told.contains(line), "{told}");
        assert!(told.contains("p1/x.go:3:23: cannot use text"), "{told}");
        let (told, _) = verified(&lab, &["verify", "--feature", "F001"]);
        assert!(
            told.contains("not run  p1/a_test.go (x/p1 ") && !told.contains("missing"),
            "{told}"
        );
        let ran = look(&lab, "").await;
        assert_eq!(
            why_back(&ran),
            "its tests could not run: x/p1 (p1/x.go:3:23: cannot use text) failed before its tests"
        );
        assert_eq!(
            ran.state.features.rows[1].feature.status == FeatureStatus::Passing,
            !other_fails
        );
        assert_eq!(ran.state.current().unwrap().feature, Some("F001".into()));
        let traced = traced(&ran);
        assert!(
            matches!(&traced[0].culprit, Culprit::Commit { subject, .. } if subject == "change 2"),
            "{traced:?}"
        );
    }
}

/// What the program prints for a project, and its exit code.
fn verified(lab: &Lab, args: &[&str]) -> (String, Option<i32>) {
    let done = program(lab, args).output().unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code())
}

/// A project of two packages, both proven.
async fn parts() -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some("sh tests/run.sh".into());
    lab.write("longhaul.toml", "[verify]\ncommand = \"sh tests/run.sh\"\n");
    lab.write(
        "feature_list.json",
        &format!(
            "{},\n{{\"id\": \"F003\", \"description\": \"three\", \"passes\": false}}]",
            LIST.replace("tests/01.sh", "p1/a_test.go")
                .replace("tests/02.sh", "p2/a_test.go")
                .trim_end_matches(']')
        ),
    );
    lab.write("go.mod", "module x\n");
    lab.write("tests/run.sh", PARTS);
    for part in ["p1", "p2"] {
        lab.write(
            &format!("{part}/a_test.go"),
            &format!("package {part}\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {{\n\tif F() != 1 {{\n\t\tt.Fatal(F())\n\t}}\n}}\n"),
        );
    }
    lab.write("p1/wrong", "\n");
    lab.write("p2/wrong", "\n");
    lab.commit_all("begin");
    let mut sessions = Vec::new();
    for n in 1..=2 {
        let calls = call("bash", &format!("{{ command = \"rm p{n}/wrong\" }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write {n}\" }}"));
        sessions.push(coding(&(calls + &ends())));
    }
    sessions.push(coding(&ends()));
    let ran = lab.run(&script(&sessions)).await;
    let passing = ran
        .state
        .features
        .rows
        .iter()
        .filter(|row| row.feature.status == FeatureStatus::Passing);
    assert_eq!(
        passing.count(),
        2,
        "{:?}",
        ran.requests
            .last()
            .map(|body| body.split("tool_result").last().unwrap_or_default().to_owned())
    );
    lab
}
