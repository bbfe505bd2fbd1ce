//! Rust projects in which one target of several does not build, or ends its own program: what that says of the others.

use crate::rollback::program;
use crate::support::{Lab, Ran, call, coding, ends};
use longhaul::protocol::event::{Culprit, RegressionTraced};
use longhaul::protocol::{Event, FeatureStatus};

const LIST: &str = r#"[{"id": "F001", "description": "one", "passes": false, "tests": ["tests/t1.rs"]},
    {"id": "F002", "description": "two", "passes": false, "tests": ["f2_gives"]},
    {"id": "F003", "description": "three", "passes": false, "tests": ["tests/t3.rs::f3_gives"]},
    {"id": "F004", "description": "four", "passes": false}]"#;

fn script(sessions: &[String]) -> String {
    format!("[script]\nmodel = \"scripted-demo\"\n{}", sessions.concat())
}

/// Three modules, each with a target of tests, all proven and committed.
async fn built(command: &str) -> Lab {
    let mut lab = Lab::new();
    lab.settings.stall_sessions = 1;
    lab.settings.verify.command = Some(command.into());
    lab.write("longhaul.toml", &format!("[verify]\ncommand = \"{command}\"\n"));
    lab.write(".gitignore", "target\n");
    lab.write(
        "Cargo.toml",
        "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    lab.write("src/lib.rs", "pub mod m1;\npub mod m2;\npub mod m3;\n");
    lab.write("feature_list.json", LIST);
    for n in 1..=3 {
        lab.write(&format!("src/m{n}.rs"), "pub fn f() -> i32 {\n    0\n}\n");
        lab.write(&format!("tests/t{n}.rs"), &test(n, "f"));
    }
    lab.commit_all("begin");
    let mut sessions = Vec::new();
    for n in 1..=3 {
        let calls = call("bash", &format!("{{ command = \"sed -i 's/0/{n}/' src/m{n}.rs\" }}"))
            + &call("feature_passed", &format!("{{ id = \"F00{n}\", evidence = \"its test\" }}"))
            + &call("commit", &format!("{{ message = \"Write f in m{n}\" }}"));
        sessions.push(coding(&(calls + &ends())));
    }
    sessions.push(coding(&ends()));
    let ran = lab.run(&script(&sessions)).await;
    let passing = (0..3).all(|at| status(&ran, at) == FeatureStatus::Passing);
    assert!(passing, "{:?}", told(&ran));
    lab
}

fn test(n: u32, f: &str) -> String {
    format!("#[test]\nfn f{n}_gives() {{\n    assert_eq!(x::m{n}::{f}(), {n});\n}}\n")
}

async fn look(lab: &Lab) -> Ran {
    lab.run(&script(&[coding(&ends())])).await
}

fn status(ran: &Ran, at: usize) -> FeatureStatus {
    ran.state.features.rows[at].feature.status
}

/// Why each of the three was set back, and which commit is said to have broken it.
fn told(ran: &Ran) -> Vec<(String, String)> {
    let back = |id: &str| {
        ran.log.iter().rev().find_map(|envelope| match &envelope.event {
            Event::FeatureFlipped(flipped) if flipped.feature.as_str() == id && flipped.to == FeatureStatus::Failing => {
                Some(flipped.reason.clone())
            }
            _ => None,
        })
    };
    let blamed = |id: &str| {
        ran.log.iter().rev().find_map(|envelope| match &envelope.event {
            Event::RegressionTraced(RegressionTraced { feature, culprit, .. }) if feature.as_str() == id => Some(match culprit {
                Culprit::Commit { subject, .. } => subject.clone(),
                other => format!("{other:?}"),
            }),
            _ => None,
        })
    };
    ["F001", "F002", "F003"]
        .map(|id| (back(id).unwrap_or_default(), blamed(id).unwrap_or_default()))
        .to_vec()
}

/// A person's commits, the second of which breaks one target only.
fn break_one(lab: &Lab, change: impl Fn(&Lab)) {
    lab.write("notes.md", "1\n");
    lab.commit_all("Write a note");
    change(lab);
    lab.commit_all("Rework it");
    lab.write("notes.md", "2\n");
    lab.commit_all("Write another note");
}

async fn one_target_does_not_build(command: &str) {
    let lab = built(command).await;
    break_one(&lab, |lab| lab.write("tests/t2.rs", &test(2, "g")));
    lab.write("src/m3.rs", "pub fn f() -> i32 {\n    4\n}\n");
    lab.commit_all("Rework m3");
    let done = program(&lab, &["verify"]).output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(10));
    assert!(text.contains("tests/t2.rs:3:23: error[E0425]"), "{text}");
    assert!(text.contains("not run  F002"), "{text}");
    assert!(!text.contains("F001"), "{text}");
    let ran = look(&lab).await;
    let told = told(&ran);
    assert_eq!(status(&ran, 0), FeatureStatus::Passing, "{told:?}");
    assert_eq!(told[0], (String::new(), String::new()));
    assert_eq!(told[1].1, "Rework it", "{told:?}");
    let place = "tests/t2.rs:3:23: error[E0425]: cannot find function `g` in module `x::m2`";
    assert!(told[1].0.contains(place), "{told:?}");
    assert_eq!(
        told[2].1, "Rework m3",
        "its own commit, not the one that broke a build: {told:?}"
    );
    assert!(told[2].0.contains("tests/t3.rs: f3_gives"), "{told:?}");
    assert_eq!(ran.state.current().unwrap().feature, Some("F002".into()));
    assert!(ran.requests.iter().any(|body| body.contains("tests/t2.rs:3:23")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_does_not_build_sets_its_own_features_back_and_no_others() {
    one_target_does_not_build("cargo test --no-fail-fast").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs cargo-nextest: https://nexte.st"]
async fn so_it_is_with_nextest() {
    one_target_does_not_build("cargo nextest run --no-fail-fast").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_ends_its_program_is_blamed_on_its_own_commit() {
    let lab = built("cargo test").await;
    break_one(&lab, |lab| lab.write("tests/t2.rs", &test(2, "g")));
    lab.write("src/m3.rs", "pub fn f() -> i32 {\n    std::process::exit(0)\n}\n");
    lab.commit_all("Exit in m3");
    let ran = look(&lab).await;
    let told = told(&ran);
    assert_eq!(status(&ran, 0), FeatureStatus::Passing, "{told:?}");
    let blamed: Vec<&str> = told.iter().map(|(_, commit)| commit.as_str()).collect();
    assert_eq!(blamed, ["", "Rework it", "Exit in m3"], "{told:?}");
    assert!(
        told[2]
            .0
            .contains("tests/t3.rs ended early, without its result, after 0 of 1 tests"),
        "{told:?}"
    );
}
