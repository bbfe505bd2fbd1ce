//! A test that ends the program which runs all tests, at a session's start: the others keep their flags.

use crate::rollback::program;
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::{Culprit, RegressionTraced};
use longhaul::protocol::{CaseStatus, Event, FeatureStatus, TestRun};

/// As pytest does: results are told at its end only, and what a test ends is the whole of it. Takes files.
const RUNNER: &str = "[ $# -gt 0 ] || set -- tests/0*.sh\nn=0; bad=0; told=\nfor t; do n=$((n+1)); r=ok; . ./$t || { r='not ok'; bad=1; }\n\
                      told=\"$told$r $n - $t: works\n\"; done\nprintf '%s' \"$told\"; echo 1..$n; exit $bad\n";
const LIST: &str = r#"[{"id": "F001", "description": "one", "passes": false, "tests": ["tests/01.sh"]},
    {"id": "F002", "description": "two", "passes": false, "tests": ["tests/02.sh"]},
    {"id": "F003", "description": "three", "passes": false, "tests": ["tests/03.sh"]},
    {"id": "F004", "description": "four", "passes": false, "tests": ["tests/04.sh"]},
    {"id": "F005", "description": "five", "passes": false}]"#;

pub(super) fn script(sessions: &[String]) -> String {
    format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat())
}

async fn built() -> Lab {
    built_with("sh tests/run.sh").await
}

async fn built_with(command: &str) -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some(command.into());
    lab.write("longhaul.toml", &format!("[verify]\ncommand = \"{command}\"\n"));
    lab.write("feature_list.json", LIST);
    lab.write("tests/run.sh", RUNNER);
    lab.write("Makefile", "test: lint\n\t@sh tests/run.sh\nlint:\n\t@echo nothing to lint\n");
    let mut sessions = Vec::new();
    for n in 1..=4 {
        lab.write(&format!("m{n}.sh"), "got=0\n");
        lab.write(&format!("tests/0{n}.sh"), &format!(". ./m{n}.sh; [ \"$got\" = {n} ]\n"));
        let calls = call("bash", &format!("{{ command = \"echo got={n} > m{n}.sh\" }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write m{n}\" }}"));
        sessions.push(coding(&(calls + &ends())));
    }
    lab.commit_all("begin");
    sessions.push(coding(&ends()));
    let ran = lab.run(&script(&sessions)).await;
    assert_eq!(statuses(&ran), [FeatureStatus::Passing; 4], "{:?}", ran.ended);
    lab
}

fn statuses(ran: &Ran) -> [FeatureStatus; 4] {
    [0, 1, 2, 3].map(|at| ran.state.features.rows[at].feature.status)
}

pub(super) fn blamed(ran: &Ran) -> Vec<(String, String)> {
    ran.all(|event| match event {
        Event::RegressionTraced(RegressionTraced { feature, culprit, .. }) => Some((
            feature.to_string(),
            match culprit {
                Culprit::Commit { subject, .. } => subject.clone(),
                other => format!("{other:?}"),
            },
        )),
        _ => None,
    })
}

pub(super) fn change(lab: &Lab, path: &str, text: &str, message: &str) {
    lab.write(path, text);
    lab.commit_all(message);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_feature_whose_tests_end_the_run_is_set_back_and_each_has_its_own_commit() {
    let lab = built().await;
    change(&lab, "notes.md", "1\n", "Write a note");
    change(&lab, "m3.sh", "exit 0\n", "Rework m3");
    change(&lab, "notes.md", "2\n", "Write another note");
    change(&lab, "m2.sh", "exit 0\n", "Rework m2");
    change(&lab, "m4.sh", "got=5\n", "Break m4");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    let (passing, failing) = (FeatureStatus::Passing, FeatureStatus::Failing);
    assert_eq!(statuses(&ran), [passing, failing, failing, failing], "{:?}", blamed(&ran));
    let blamed = blamed(&ran);
    let of = |id: &str| {
        blamed
            .iter()
            .find(|(feature, _)| feature == id)
            .map(|(_, commit)| commit.as_str())
    };
    assert_eq!((of("F002"), of("F003")), (Some("Rework m2"), Some("Rework m3")), "{blamed:?}");
    assert_eq!(of("F004"), Some("Break m4"), "not what only ended the run of all: {blamed:?}");
    let reason = &ran.state.features.rows[2].flips.last().unwrap().reason;
    assert_eq!(
        reason,
        "its tests did not run to their end: tests/03.sh: works ends the whole run: run without the others, too, it ended early, with \
         exit code 0 and without a result"
    );
    let read = ran.requests.iter().rfind(|body| body.contains("git status --short")).unwrap();
    for told in [
        "`sh tests/run.sh` ended early, with exit code 0, and told of no result",
        "The tests of F003 end the program that runs them: tests/03.sh: works",
        "the tests of F001 pass: these features stay as they are",
    ] {
        assert!(read.contains(told), "{told}: {read}");
    }
    assert!(!read.contains("ends well without these files"), "{read}");
    let told = String::from_utf8(program(&lab, &["history"]).output().unwrap().stdout).unwrap();
    for (id, subject) in [("F002", "Rework m2"), ("F003", "Rework m3"), ("F004", "Break m4")] {
        let line = told
            .lines()
            .find(|line| line.contains(&format!("no longer passing: {id} (by the harness, broken by ")));
        assert!(
            line.is_some_and(|line| line.contains(&format!(" {subject})"))),
            "{id}: {told}"
        );
    }
    let json = program(&lab, &["history", "--json"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let causes = json["setbacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|back| back["broken_by"]["subject"].as_str());
    let mut causes: Vec<_> = causes.collect();
    causes.sort_unstable();
    assert_eq!(causes, [Some("Break m4"), Some("Rework m2"), Some("Rework m3")], "{json}");
    let flaky = |run: &TestRun| run.flaky().next().map(|case| case.name.clone());
    let runs = ran.all(|event| match event {
        Event::TestRunFinished(finished) => Some((finished.run.only.len(), flaky(&finished.run))),
        _ => None,
    });
    assert!(
        runs.iter().any(|(only, _)| *only == 1) && runs.iter().all(|(_, flaky)| flaky.is_none()),
        "{runs:?}"
    );
    assert_eq!(ran.state.current().unwrap().feature, Some("F002".into()));
    let now = |name: &str| ran.state.result_now(ran.state.tests.case(name).unwrap());
    assert_eq!(
        (now("tests/03.sh: works"), now("tests/04.sh: works")),
        (Some(CaseStatus::Failed), Some(CaseStatus::Failed))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_while_another_ended_every_run_is_found_after_that_one_is_mended() {
    let lab = built().await;
    change(&lab, "m2.sh", "exit 0\n", "Exit in m2");
    change(&lab, "m4.sh", "got=5\n", "Break m4");
    change(&lab, "notes.md", "1\n", "Write a note");
    change(&lab, "m2.sh", "got=2\n", "Mend m2");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    assert_eq!(statuses(&ran)[3], FeatureStatus::Failing);
    assert_eq!(blamed(&ran), [("F004".to_owned(), "Break m4".to_owned())]);
}

fn verified(lab: &Lab, args: &[&str]) -> String {
    let done = program(lab, &[&["verify"], args].concat()).output().unwrap();
    assert_eq!(done.status.code(), Some(10));
    String::from_utf8(done.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_names_the_file_that_ends_the_run_and_what_fails_without_it() {
    let lab = built().await;
    change(&lab, "m2.sh", "exit 0\n", "Exit in m2");
    change(&lab, "m4.sh", "got=5\n", "Break m4");
    let told = verified(&lab, &[]);
    for line in [
        "ends it  tests/02.sh: run without the others, too, it ended early, with exit code 0 and without a result\n",
        "FAIL     tests/04.sh: works, run without the rest\n",
        "ok       tests/01.sh: works, run without the rest\n",
        "ok       tests/03.sh: works, run without the rest\n",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("unheard"), "{told}");
    let told: serde_json::Value = serde_json::from_str(&verified(&lab, &["--json"])).unwrap();
    assert_eq!(told["apart"]["ends"][0]["file"], "tests/02.sh", "{told:#}");
    assert_eq!(told["apart"]["tests"].as_array().unwrap().len(), 3, "{told:#}");
    change(&lab, "m2.sh", "got=2\n", "Mend m2");
    let told = verified(&lab, &[]);
    assert!(!told.contains("ends it") && !told.contains("without the rest"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_make_too_the_file_that_ends_the_run_is_found_and_only_its_feature_is_set_back() {
    let lab = built_with("make test").await;
    change(&lab, "m4.sh", "got=5\n", "Break m4");
    change(&lab, "m2.sh", "exit 0\n", "Exit in m2");
    let ender = "ends it  tests/02.sh: run without the others, too, it ended early, with exit code 0 and without a result\n";
    let told = verified(&lab, &[]);
    assert!(
        told.contains(ender) && told.contains("FAIL     tests/04.sh: works, run without the rest\n"),
        "{told}"
    );
    assert!(!told.contains("unheard"), "{told}");
    let told = verified(&lab, &["--feature", "F001"]);
    assert!(
        told.contains(ender) && told.contains("ok       tests/01.sh: works, run without the rest\n"),
        "{told}"
    );
    assert!(!told.contains("tests/04.sh: works, run"), "{told}");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    let (passing, failing) = (FeatureStatus::Passing, FeatureStatus::Failing);
    assert_eq!(statuses(&ran), [passing, failing, passing, failing], "{:?}", blamed(&ran));
    let mut blamed = blamed(&ran);
    blamed.sort();
    let of = |id: &str, commit: &str| (id.to_owned(), commit.to_owned());
    assert_eq!(blamed, [of("F002", "Exit in m2"), of("F004", "Break m4")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_names_the_files_that_were_not_heard_of_where_none_can_be_run_alone() {
    let lab = built_with("true; sh tests/run.sh").await;
    change(&lab, "m2.sh", "exit 0\n", "Exit in m2");
    let told = verified(&lab, &[]);
    let line = "unheard  tests/01.sh, tests/02.sh, tests/03.sh, tests/04.sh: whether they pass is not known\n";
    assert!(told.contains(line), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_old_files_cannot_be_run_alone_what_ended_all_is_not_blamed() {
    let mut lab = built().await;
    change(&lab, "m2.sh", "exit 0\n", "Exit in m2");
    change(&lab, "m4.sh", "got=5\n", "Break m4");
    change(&lab, "m2.sh", "got=2\n", "Mend m2");
    // Of two commands nobody knows which takes the names of tests: none can be run by itself.
    lab.settings.verify.command = Some("true; sh tests/run.sh".into());
    let ran = lab.run(&script(&[coding(&ends())])).await;
    assert_eq!(statuses(&ran)[3], FeatureStatus::Failing);
    let blamed = blamed(&ran);
    assert!(
        blamed
            .iter()
            .all(|(_, commit)| commit.contains("Unknown") && commit.contains("did not come to its tests")),
        "{blamed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_every_run_sets_all_back_and_its_commit_is_named() {
    let lab = built().await;
    change(&lab, "notes.md", "1\n", "Write a note");
    change(&lab, "tests/run.sh", &format!("exit 0\n{RUNNER}"), "Rework the runner");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    assert_eq!(statuses(&ran), [FeatureStatus::Failing; 4]);
    let blamed = blamed(&ran);
    assert!(
        blamed.iter().all(|(_, commit)| commit == "Rework the runner") && blamed.len() == 4,
        "{blamed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs go: apt-get install golang-go"]
async fn a_go_program_that_exits_well_is_told_as_ended_early_and_its_tests_are_not_gone() {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some("go test -json ./...".into());
    lab.write("longhaul.toml", "[verify]\ncommand = \"go test -json ./...\"\n");
    lab.write("go.mod", "module example.org/x\n\ngo 1.18\n");
    let feature = |n: u32| {
        format!("{{\"id\": \"F00{n}\", \"description\": \"{n}\", \"passes\": false, \"tests\": [\"p{n}/m_test.go: TestF\"]}}")
    };
    lab.write(
        "feature_list.json",
        &format!("[{}, {}, {}]", feature(1), feature(2), feature(3)),
    );
    let mut sessions = Vec::new();
    for n in 1..=2 {
        lab.write(
            &format!("p{n}/m.go"),
            &format!("package p{n}\n\nfunc F() int {{ return 0 }}\n"),
        );
        let test = format!(
            "package p{n}\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {{\n\tif F() != {n} {{\n\t\tt.Fatal(F())\n\t}}\n}}\n"
        );
        lab.write(&format!("p{n}/m_test.go"), &test);
        let calls = call("bash", &format!("{{ command = \"sed -i 's/0/{n}/' p{n}/m.go\" }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write F of p{n}\" }}"));
        sessions.push(coding(&(calls + &ends())));
    }
    lab.commit_all("begin");
    sessions.push(coding(&ends()));
    let ran = lab.run(&script(&sessions)).await;
    let passing = |ran: &Ran| [0, 1].map(|at| ran.state.features.rows[at].feature.status == FeatureStatus::Passing);
    assert_eq!(passing(&ran), [true, true], "{:?}", ran.ended);
    let exits = "package p2\n\nimport \"os\"\n\nfunc init() { os.Exit(0) }\n\nfunc F() int { return 2 }\n";
    change(&lab, "p2/m.go", exits, "Exit in p2");
    change(&lab, "notes.md", "1\n", "Write a note");

    let verified = program(&lab, &["verify"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(10));
    let told = String::from_utf8(verified.stdout).unwrap();
    let wanted = "not run  F002, which they have shown to pass: p2/m_test.go: TestF (example.org/x/p2 ended early, before a test told its result";
    assert!(told.contains(wanted) && !told.contains("gone "), "{told}");
    let ran = lab.run(&script(&[coding(&ends())])).await;
    assert_eq!(passing(&ran), [true, false]);
    assert_eq!(blamed(&ran), [("F002".to_owned(), "Exit in p2".to_owned())]);
}
