//! A run that was killed in the middle of a move, and what it left running.

use crate::support::{INITIALIZER, Lab};
use longhaul::git::Repo;
use longhaul::harness::rehearsal::rehearse;
use longhaul::protocol::{Event, Target};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process of a dead engine, which writes into a file once more when it is asked to end.
fn survivor(lab: &Lab, file: &Path, birth: &str) -> Child {
    let mark = format!("{}-{birth}", std::process::id());
    let script = "trap 'echo late > \"$0\"; exit' TERM; echo ready; while :; do sleep 0.02; done";
    let mut child = Command::new("sh")
        .args(["-c", script])
        .arg(file)
        .env("LONGHAUL_SESSION", format!("{mark}-1"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    fs::write(lab.dir().root().join("processes"), format!("{mark}\n")).unwrap();
    child
}

/// A project whose move back to its first commit was cut off before anything had moved.
async fn cut_off() -> Lab {
    let lab = Lab::new();
    lab.run(INITIALIZER).await;
    lab.write("a.txt", "one\n");
    lab.commit_all("One");
    let first = lab.git(&["rev-parse", "HEAD"]);
    lab.write("a.txt", "two\n");
    lab.commit_all("Two");
    let second = lab.git(&["rev-parse", "HEAD"]);
    let (workspace, limit) = (
        lab.workspace().canonicalize().unwrap(),
        lab.settings.checkpoint_max_file_mb << 20,
    );
    let target = Target::Commit {
        commit: first.as_str().into(),
    };
    let agreed = rehearse(&workspace, std::path::Path::new("feature_list.json"), &target, limit).unwrap();
    Repo::discover(&workspace).unwrap().roll_back(&agreed, limit).unwrap();
    // All that a kill right after the saving leaves; nobody told the log.
    lab.git(&["update-ref", "refs/longhaul/pending", "refs/longhaul/undo/1"]);
    lab.git(&["reset", "-q", "--hard", &second]);
    lab
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_stops_what_was_left_running_before_it_finishes_a_move() {
    let mut lab = cut_off().await;
    let mut child = survivor(&lab, &lab.path("a.txt"), "dead1");
    lab.settings.limits.sessions = Some(1);
    let ran = lab.run(INITIALIZER).await;
    child.wait().unwrap();
    assert_eq!(lab.read("a.txt"), "one\n", "nothing wrote into it after the move");
    let stopped = ran.all(|event| match event {
        Event::ExternalChangeSeen(seen) if seen.detail.contains("had left running") => Some(()),
        _ => None,
    });
    assert_eq!(stopped.len(), 1, "and the log says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_a_move_from_a_shell() {
    let lab = cut_off().await;
    let mut child = survivor(&lab, &lab.path("a.txt"), "dead2");
    let workspace = lab.workspace().canonicalize().unwrap();
    assert!(longhaul::engine::rollback::finish(&workspace, &lab.dir(), &lab.settings).unwrap());
    child.wait().unwrap();
    assert_eq!(lab.read("a.txt"), "one\n");
    let log = longhaul::store::read(&lab.dir(), longhaul::protocol::Seq(1)).unwrap();
    let told = |event: &Event| matches!(event, Event::ExternalChangeSeen(seen) if seen.detail.contains("had left running"));
    assert!(log.envelopes.iter().any(|envelope| told(&envelope.event)));
}
