//! Going back from a shell, and in a live run.

mod edits;
mod now;
mod running;

use crate::support::{INITIALIZER, Lab, builds, coding, ends, wait_for};
use assert_cmd::Command;
use longhaul::protocol::event::{CheckpointCause, RunOutcome};
use longhaul::protocol::{CheckpointId, Event, Seq, Target};
use longhaul::session::State;
use longhaul::store;
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;
use std::path::{Path, PathBuf};

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
                .and(contains("1 untracked kept aside in undo 1: scratch.txt"))
                .and(contains("1 commit set aside")),
        );
    place
        .longhaul(&["rollback", "HEAD~1"])
        .assert()
        .code(2)
        .stderr(contains("add --yes"));
    assert_eq!(place.read("a.txt").as_deref(), Some("two\n"));
    for unknown in ["99", "9999", "nobody"] {
        place
            .longhaul(&["rollback", unknown, "--dry-run"])
            .assert()
            .code(3)
            .stderr(contains(unknown).and(contains("longhaul checkpoints")));
    }
}

#[test]
fn a_rehearsal_names_every_file_and_what_becomes_of_it() {
    let place = Place::new();
    for name in 0..20 {
        fs::write(place.app().join(format!("new-{name}.txt")), "new\n").unwrap();
    }
    place
        .longhaul(&["rollback", "HEAD~1", "--dry-run"])
        .assert()
        .success()
        .stdout(contains(format!("    {:<27}  a.txt\n", "changes")).and(contains("    goes, untracked: kept aside  new-19.txt\n")));
    place
        .longhaul(&["rollback", "HEAD~1", "--json"])
        .assert()
        .code(2)
        .stderr(contains("--dry-run"));
    let told = json(&place, &["rollback", "HEAD~1", "--dry-run", "--json"]);
    assert_eq!(told["changed"][0], "a.txt");
    assert_eq!(told["untracked"].as_array().unwrap().len(), 21);
    assert_eq!((&told["idle"], &told["run_by"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(told["set_aside"].as_array().unwrap().len(), 1);
}

fn json(place: &Place, args: &[&str]) -> serde_json::Value {
    serde_json::from_slice(&place.longhaul(args).assert().success().get_output().stdout).unwrap()
}

#[test]
fn a_rehearsal_says_what_its_checkpoint_does_not_hold() {
    let place = Place::new();
    let large = fs::File::create(place.app().join("big.bin")).unwrap();
    large.set_len(51 << 20).unwrap();
    place.longhaul(&["debug", "checkpoint", "."]).assert().success();
    place.git(&["add", "big.bin"]);
    place.git(&["commit", "-q", "-m", "large"]);
    let dry = ["rollback", "1", "--dry-run"];
    place.longhaul(&dry).assert().success().stdout(contains(
        "partial    not all that was there is kept there: big.bin is larger than 50 MB: add it with git if it belongs in the repository; \
         what is there now goes, kept in undo 1",
    ));
    let told = json(&place, &[&dry[..], &["--json"]].concat());
    assert_eq!(told["lacking"][0]["goes"], true);
    assert!(told["lacking"][0]["what"].as_str().unwrap().starts_with("big.bin is larger"));
    let whole = json(&place, &["rollback", "HEAD~1", "--dry-run", "--json"]);
    assert_eq!(whole["lacking"], serde_json::Value::Null);
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

/// A lab whose two features are built, watched by the program itself.
async fn built() -> Lab {
    let lab = Lab::new();
    let ran = lab
        .run(&[INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")].concat())
        .await;
    let told = ran.all(|event| match event {
        Event::ToolFinished(finished) => Some(finished.output.text.clone()),
        _ => None,
    });
    assert_eq!(ran.ended.outcome, RunOutcome::AllPassing, "{}; {told:#?}", ran.ended.reason);
    lab
}

pub fn program(lab: &Lab, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("longhaul").unwrap();
    let home = lab.workspace().parent().unwrap().to_owned();
    command
        .args(args)
        .current_dir(lab.workspace())
        .env("LONGHAUL_STATE_DIR", lab.state_root())
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .timeout(std::time::Duration::from_secs(60));
    command
}

fn told(lab: &Lab, args: &[&str]) -> serde_json::Value {
    serde_json::from_slice(&program(lab, args).assert().success().get_output().stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_what_a_checkpoint_is_of() {
    let lab = built().await;
    let listed = program(&lab, &["checkpoints"]).assert().success();
    let listed = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    let row = |what: &str| {
        listed
            .lines()
            .find(|line| line.contains(what))
            .unwrap_or_else(|| panic!("{what}: {listed}"))
    };
    assert!(row("session start").contains("  s1"), "{listed}");
    assert!(row("after bash echo 'test").contains("  s2  F001  "), "{listed}");
    assert!(row("commit \"Say hello\"").contains("  s2  F001  "), "{listed}");
    let columns = ["after bash echo 'test", "commit \"Say hello\"", "session start"].map(|what| row(what).find(what));
    assert!(columns.iter().all(|column| *column == columns[0]), "{columns:?}\n{listed}");

    let rows = told(&lab, &["checkpoints", "--json"]);
    let commit = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["cause"] == "commit" && row["session"] == 3)
        .unwrap();
    assert_eq!(
        (&commit["commit"]["subject"], &commit["commit"]["feature"], &commit["role"]),
        (&"Say bye".into(), &"F002".into(), &"coding".into())
    );
    let step = rows.as_array().unwrap().iter().find(|row| row["cause"] == "step").unwrap();
    assert_eq!((&step["call"]["tool"], &step["partial"]), (&"bash".into(), &false.into()));

    lab.write("mine.txt", "a person's");
    program(&lab, &["rollback", "HEAD~1", "--yes"]).assert().success();
    program(&lab, &["checkpoints"])
        .assert()
        .success()
        .stdout(contains("before rollback to ").and(contains("\"Say hello\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_says_what_flips_and_which_sessions_are_abandoned() {
    let lab = built().await;
    let first = lab.git(&["rev-parse", "HEAD~1"]);
    let rehearsed = told(&lab, &["rollback", &first, "--dry-run", "--json"]);
    assert_eq!(rehearsed["features"][0]["feature"], "F002");
    assert_eq!(rehearsed["sessions_abandoned"], serde_json::json!([3]));
    assert_eq!(
        (&rehearsed["tests_there"]["passed"], &rehearsed["tests"][0]["to"]),
        (&1.into(), &serde_json::Value::Null)
    );
    program(&lab, &["rollback", &first, "--dry-run"]).assert().success().stdout(
        contains("F002 passes -> open")
            .and(contains("1 of 1 passed there; not there: "))
            .and(contains("s3 stays in the log")),
    );
}

/// Makes the log of a lab a year older.
fn age(lab: &Lab) {
    for entry in fs::read_dir(lab.dir().root().join("sessions")).unwrap() {
        let path = entry.unwrap().path();
        let log = fs::read_to_string(&path).unwrap();
        let year = &log[log.find("\"time\":\"").unwrap() + 8..][..4];
        let before = (year.parse::<u32>().unwrap() - 1).to_string();
        let older = log.replace(&format!("\"time\":\"{year}-"), &format!("\"time\":\"{before}-"));
        fs::write(path, older).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_of_old_steps_are_dropped_when_a_session_starts_and_said_to_be_gone() {
    let mut lab = built().await;
    let listed = |lab: &Lab| {
        let rows = told(lab, &["checkpoints", "--json"]);
        let causes = |cause: &str| rows.as_array().unwrap().iter().filter(|row| row["cause"] == cause).count();
        (causes("step"), causes("commit"), causes("session_start"))
    };
    let (steps, commits, starts) = listed(&lab);
    assert!(steps > 2 && commits == 3 && starts >= 1, "{steps} {commits} {starts}");
    age(&lab);
    lab.settings.checkpoint_keep_days = Some(30);
    lab.settings.checkpoint_keep_sessions = 1;
    lab.write(
        "feature_list.json",
        &lab.read("feature_list.json").replacen("true", "false", 1),
    );
    lab.commit_all("Open it again");
    lab.settings.limits.sessions = Some(1);
    let ran = lab.run(&coding(&ends())).await;
    let dropped: Vec<usize> = ran.all(|event| match event {
        Event::CheckpointsDropped(dropped) => Some(dropped.checkpoints.len()),
        _ => None,
    });
    assert_eq!(dropped, [steps]);
    let (left, commits_left, _) = listed(&lab);
    assert_eq!((left, commits_left), (0, commits));
    let gone = ran
        .state
        .checkpoints
        .iter()
        .find(|kept| !kept.is_there())
        .unwrap()
        .made
        .checkpoint
        .0;
    program(&lab, &["rollback", &gone.to_string(), "--dry-run"])
        .assert()
        .code(3)
        .stderr(
            contains("was dropped")
                .and(contains("longhaul checkpoints"))
                .and(contains("`longhaul rollback ")),
        );
    program(&lab, &["checkpoints"])
        .assert()
        .success()
        .stderr(contains(format!("{steps} checkpoints of old steps were dropped")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_run_can_be_rehearsed_and_not_moved_from_a_shell() {
    let mut lab = Lab::new();
    lab.settings.session_pause_ms = 60_000;
    let running = lab.start(INITIALIZER).await;
    let client = running.engine.client();
    tokio::task::spawn_blocking(move || wait_for(&client, |event| matches!(event, Event::SessionEnded(_))))
        .await
        .unwrap();
    let before = lab.git(&["for-each-ref"]);
    let shown = program(&lab, &["rollback", "1", "--dry-run"]).assert().success();
    shown
        .stdout(contains("feature_list.json"))
        .stderr(contains("runs this project"));
    assert_eq!(
        told(&lab, &["rollback", "1", "--dry-run", "--json"])["run_by"],
        std::process::id()
    );
    program(&lab, &["rollback", "1", "--yes"])
        .assert()
        .code(9)
        .stderr(contains("--dry-run"));
    assert_eq!(lab.git(&["for-each-ref"]), before);
    running
        .engine
        .client()
        .send(longhaul::protocol::Command::Stop {
            mode: longhaul::protocol::StopMode::Now,
        })
        .unwrap();
    running.finish().await;
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
    let seen = longhaul::harness::rehearsal::rehearse(&workspace, Path::new("feature_list.json"), &target, limit)
        .unwrap()
        .seen;
    // What was shown is no longer so: refused, told, and the run goes on.
    lab.write("meanwhile.txt", "a person's");
    let stale = longhaul::protocol::Command::Move {
        target: target.clone(),
        seen,
        files: None,
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
    let seen = longhaul::harness::rehearsal::rehearse(&workspace, Path::new("feature_list.json"), &target, limit)
        .unwrap()
        .seen;
    asked
        .send(longhaul::protocol::Command::Move {
            target,
            seen,
            files: None,
        })
        .unwrap();
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
    let moved = &ran.state.moves.last().unwrap().moved;
    assert_eq!(
        (moved.to.as_ref(), moved.features.len()),
        (None, 2),
        "back to before the first commit"
    );
    assert!(!lab.path("feature_list.json").exists() && ran.state.features.rows.is_empty());

    let undo = longhaul::harness::rehearsal::rehearse(&workspace, Path::new("feature_list.json"), &Target::Undo, limit).unwrap();
    longhaul::engine::rollback::offline(&workspace, &lab.dir(), &lab.settings, &undo).unwrap();
    assert_eq!(lab.git(&["log", "--format=%s"]), "Skeleton");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    let state = State::fold(&store::read(&lab.dir(), Seq(1)).unwrap().envelopes);
    assert_eq!((state.moves.len(), state.features.rows.len()), (2, 2));
}
