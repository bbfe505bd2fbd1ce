//! Work that no commit ever held and that a person takes away: it is told as that, and never as broken, by whatever way its files went.

use super::*;
use crate::window::{next_window, offline};
use longhaul::protocol::event::FlipBy;

/// A session that builds hello, claims it, and ends before any commit of it.
fn claims() -> String {
    let write = r#"{ command = "echo 'test \"$(cat hello.txt)\" = hello' > tests/01-hello.sh; echo hello > hello.txt" }"#;
    let claim = r#"{ id = "F001", evidence = "its test passes" }"#;
    let stays = "\n[[session.turn]]\ntext = \"That is all.\"\n".repeat(4);
    coding(&[&call("bash", write), &call("feature_passed", claim), stays.as_str()].concat())
}

/// What is told of F001 by the run after `taken` was done to the files: the reason of its flip, and whether it is lost or broken.
async fn told_after(taken: impl Fn(&Lab)) -> (String, bool, bool) {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    let first = lab.run(&[INITIALIZER, &claims()].concat()).await;
    assert!(first.state.features.get(&"F001".into()).unwrap().is_pending());
    taken(&lab);
    lab.settings.limits.sessions = Some(1);
    let second = lab
        .run(&["[script]\nmodel = \"scripted-demo\"\n", &coding(&ends())].concat())
        .await;
    let upto = second
        .log
        .iter()
        .position(|one| matches!(one.event, Event::PromptSent(_)) && one.seq > first.log.last().unwrap().seq);
    let then = longhaul::session::State::fold(&second.log[..upto.unwrap()]);
    let row = then.features.get(&"F001".into()).unwrap();
    let bodies = &second.requests;
    assert!(!bodies.iter().any(|body| body.contains("## regressions")), "{bodies:?}");
    assert!(
        bodies
            .iter()
            .any(|body| body.contains("and never committed") && body.contains("F001")),
        "{bodies:?}"
    );
    assert!(!second.log.iter().any(|one| matches!(one.event, Event::RegressionTraced(_))));
    let flip = row
        .flips
        .last()
        .filter(|flip| flip.by == FlipBy::Harness && flip.to == FeatureStatus::Failing);
    let reason = flip.map_or_else(String::new, |flip| flip.reason.clone());
    assert!(then.setbacks().is_empty());
    (reason, then.is_uncommitted(row), row.regressed)
}

fn remove(lab: &Lab, names: &[&str]) {
    names.iter().for_each(|name| std::fs::remove_file(lab.path(name)).unwrap());
}

const LOST: &str = "the work that it passes by is in no commit";

#[tokio::test(flavor = "multi_thread")]
async fn new_files_that_a_person_removes_by_hand_break_nothing() {
    let (reason, lost, broken) = told_after(|lab| remove(lab, &["hello.txt", "tests/01-hello.sh"])).await;
    assert_eq!((lost, broken), (true, false), "{reason}");
    assert_eq!(reason, format!("{LOST}: its tests are gone: tests/01-hello.sh"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_of_them() {
    let (reason, lost, broken) = told_after(|lab| remove(lab, &["hello.txt"])).await;
    assert_eq!((lost, broken), (true, false), "{reason}");
    assert!(reason.starts_with(LOST) && reason.contains("tests/01-hello.sh"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_where_a_person_committed_something_else_meanwhile() {
    let (reason, lost, broken) = told_after(|lab| {
        remove(lab, &["hello.txt", "tests/01-hello.sh"]);
        lab.write("notes.txt", "mine\n");
        lab.git(&["add", "notes.txt"]);
        lab.git(&["commit", "-qm", "Notes"]);
    })
    .await;
    assert_eq!((lost, broken), (true, false), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_do_files_that_go_with_the_list() {
    let (_, lost, broken) = told_after(|lab| {
        remove(lab, &["hello.txt", "tests/01-hello.sh"]);
        lab.git(&["checkout", "-q", "--", "."]);
    })
    .await;
    assert_eq!((lost, broken), (true, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_committed_and_then_removed_is_broken() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    lab.run(&[INITIALIZER, &claims()].concat()).await;
    lab.git(&["add", "-A"]);
    lab.git(&["commit", "-qm", "Hello, by hand"]);
    remove(&lab, &["hello.txt"]);
    lab.settings.limits.sessions = Some(1);
    let ran = lab
        .run(&["[script]\nmodel = \"scripted-demo\"\n", &coding(&ends())].concat())
        .await;
    let row = ran.state.features.get(&"F001".into()).unwrap();
    assert_eq!((ran.state.is_uncommitted(row), row.regressed), (false, true), "{row:?}");
}

/// What a first message says of work that is in no commit.
fn section(first: &str) -> &str {
    let from = first.find("## not committed").unwrap_or_else(|| panic!("{first}"));
    let rest = &first[from..];
    rest.find("\n## ").map_or(rest, |to| &rest[..to])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_of_the_next_window_tells_of_it_as_the_session_is_told() {
    let mut lab = Lab::new();
    lab.settings.limits.sessions = Some(2);
    lab.run(&[INITIALIZER, &claims()].concat()).await;
    remove(&lab, &["hello.txt", "tests/01-hello.sh"]);
    lab.settings.limits.sessions = Some(1);
    let idle = ["[script]\nmodel = \"scripted-demo\"\n", &coding(&ends())].concat();
    lab.run(&idle).await;
    let preview = next_window(&offline(&lab));
    let third = lab.run(&idle).await;
    let first = third.log.iter().rev().find_map(|one| match &one.event {
        Event::PromptSent(sent) => Some(sent.text.clone()),
        _ => None,
    });
    assert_eq!(section(&preview.first), section(&first.unwrap()));
}
