//! Going back from a shell, and in a live run.

use crate::support::{INITIALIZER, Lab, wait_for};
use assert_cmd::Command;
use longhaul::protocol::event::{CheckpointCause, RunOutcome};
use longhaul::protocol::{CheckpointId, Event, Seq, Target};
use longhaul::session::State;
use longhaul::store;
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;
use std::path::PathBuf;

struct Place {
    root: tempfile::TempDir,
}

impl Place {
    /// A repository with two commits and a change on top.
    fn new() -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(place.app()).unwrap();
        place.git(&["init", "-q", "-b", "main"]);
        place.git(&["config", "user.name", "Ada"]);
        place.git(&["config", "user.email", "ada@example.com"]);
        fs::write(place.app().join("a.txt"), "one\n").unwrap();
        place.longhaul(&["debug", "commit", "."]).assert().success();
        fs::write(place.app().join("a.txt"), "two\n").unwrap();
        place.longhaul(&["debug", "commit", "."]).assert().success();
        fs::write(place.app().join("scratch.txt"), "mine\n").unwrap();
        place
    }

    fn app(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("app")
    }

    fn git(&self, args: &[&str]) {
        let done = std::process::Command::new("git")
            .current_dir(self.app())
            .args(args)
            .output()
            .unwrap();
        assert!(done.status.success(), "{args:?}");
    }

    fn longhaul(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("longhaul").unwrap();
        command
            .args(args)
            .current_dir(self.app())
            .env("LONGHAUL_STATE_DIR", self.root.path().join("state"))
            .env("HOME", self.root.path())
            .env("XDG_CONFIG_HOME", self.root.path().join("config"))
            .timeout(std::time::Duration::from_secs(60));
        command
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.app().join(name)).ok()
    }
}

#[test]
fn a_rehearsal_changes_nothing_and_a_move_is_asked_for() {
    let place = Place::new();
    place
        .longhaul(&["rollback", "HEAD~1", "--dry-run"])
        .assert()
        .success()
        .stdout(
            contains("Roll back to")
                .and(contains("1 untracked kept aside: scratch.txt"))
                .and(contains("1 commit set aside")),
        );
    place
        .longhaul(&["rollback", "HEAD~1"])
        .assert()
        .code(2)
        .stderr(contains("add --yes"));
    assert_eq!(place.read("a.txt").as_deref(), Some("two\n"));
    place.longhaul(&["rollback", "99"]).assert().code(3).stderr(contains("99"));
}

#[test]
fn back_forth_and_back_again() {
    let place = Place::new();
    place
        .longhaul(&["undo", "--yes"])
        .assert()
        .code(3)
        .stderr(contains("nothing to undo"));
    place.longhaul(&["debug", "checkpoint", "."]).assert().success();
    place
        .longhaul(&["rollback", "HEAD~1", "--yes"])
        .assert()
        .success()
        .stdout(contains("the state before is undo 1"));
    assert_eq!(
        (place.read("a.txt").as_deref(), place.read("scratch.txt")),
        (Some("one\n"), None)
    );
    place.longhaul(&["undo", "--yes"]).assert().success();
    assert_eq!(place.read("scratch.txt").as_deref(), Some("mine\n"));
    place.longhaul(&["redo", "--yes"]).assert().success();
    assert_eq!(place.read("scratch.txt"), None);
    place.longhaul(&["rollback", "1", "--yes"]).assert().success();
    assert_eq!(
        (place.read("a.txt").as_deref(), place.read("scratch.txt").as_deref()),
        (Some("two\n"), Some("mine\n"))
    );
    place
        .longhaul(&["checkpoints", "--json"])
        .assert()
        .success()
        .stdout(contains("\"subject\": \"by hand\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_run_is_moved_back_between_two_sessions_and_undone_after_it() {
    let mut lab = Lab::new();
    lab.settings.session_pause_ms = 60_000;
    let running = lab.start(INITIALIZER).await;
    let client = running.engine.client();
    let asked = running.engine.client();
    tokio::task::spawn_blocking(move || wait_for(&client, |event| matches!(event, Event::SessionEnded(_))))
        .await
        .unwrap();
    let target = Target::Checkpoint {
        checkpoint: CheckpointId(1),
    };
    let limit = lab.settings.checkpoint_max_file_mb << 20;
    let workspace = lab.workspace().canonicalize().unwrap();
    let seen = longhaul::harness::rehearsal::rehearse(&workspace, &target, limit)
        .unwrap()
        .seen;
    // What was shown is no longer so: refused, told, and the run goes on.
    lab.write("meanwhile.txt", "a person's");
    let stale = longhaul::protocol::Command::Move {
        target: target.clone(),
        seen,
    };
    asked.send(stale).unwrap();
    let client = running.engine.client();
    let refused = move || wait_for(&client, |event| matches!(event, Event::MoveRefused(_) | Event::RunEnded(_)));
    let told = tokio::task::spawn_blocking(refused).await.unwrap();
    let Some(Event::MoveRefused(refused)) = told.last().map(|envelope| &envelope.event) else {
        panic!("the run ended for a move that was refused");
    };
    assert!(refused.reason.contains("changed since the rehearsal"), "{}", refused.reason);
    assert_eq!(lab.read("meanwhile.txt"), "a person's");
    std::fs::remove_file(lab.path("meanwhile.txt")).unwrap();
    let seen = longhaul::harness::rehearsal::rehearse(&workspace, &target, limit)
        .unwrap()
        .seen;
    asked.send(longhaul::protocol::Command::Move { target, seen }).unwrap();
    let ran = running.finish().await;
    assert_eq!(ran.ended.outcome, RunOutcome::Stopped);
    assert!(
        ran.ended.reason.starts_with("rolled back to checkpoint 1"),
        "{}",
        ran.ended.reason
    );
    let causes: Vec<CheckpointCause> = ran.all(|event| match event {
        Event::CheckpointMade(made) => Some(made.cause),
        _ => None,
    });
    assert_eq!(causes.first(), Some(&CheckpointCause::SessionStart));
    assert!(
        causes.contains(&CheckpointCause::Step) && causes.contains(&CheckpointCause::Commit),
        "{causes:?}"
    );
    let moved = &ran.state.moves.last().unwrap().1;
    assert_eq!(
        (moved.to.as_ref(), moved.features.len()),
        (None, 2),
        "back to before the first commit"
    );
    assert!(!lab.path("feature_list.json").exists() && ran.state.features.rows.is_empty());

    let undo = longhaul::harness::rehearsal::rehearse(&workspace, &Target::Undo, limit).unwrap();
    longhaul::engine::rollback::offline(&workspace, &lab.dir(), &lab.settings, &undo).unwrap();
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let state = State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes);
    assert_eq!((state.moves.len(), state.features.rows.len()), (2, 2));
}
