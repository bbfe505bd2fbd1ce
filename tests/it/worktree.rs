//! Runs in a repository that was there before: beside the user's checkout, and what becomes of their work.

mod home;
mod signed;

use crate::support::{INITIALIZER, builds};
use assert_cmd::Command;
use longhaul::protocol::event::{WorktreeFinished, WorktreeTaken};
use longhaul::protocol::{Event, Seq};
use longhaul::provider::scripted::{Script, Server, Speed};
use longhaul::store::{self, ProjectDir, WorktreeRecord};
use predicates::prelude::*;
use predicates::str::contains;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A machine of its own with a repository that has a history, and something of the user's on top.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(place.app()).unwrap();
        for args in [
            &["init", "-q", "-b", "main"][..],
            &["config", "user.name", "Ada"],
            &["config", "user.email", "ada@example.org"],
        ] {
            place.git(args);
        }
        fs::write(place.app().join("readme.txt"), "an old project\n").unwrap();
        place.git(&["add", "."]);
        place.git(&["commit", "-q", "-m", "history"]);
        fs::write(place.app().join("app_spec.txt"), "Build a greeter.").unwrap();
        fs::write(place.app().join("readme.txt"), "in the middle of an edit\n").unwrap();
        place
    }

    fn above(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    fn app(&self) -> PathBuf {
        self.above().join("app")
    }

    fn tree(&self) -> PathBuf {
        self.above().join("app-longhaul-main")
    }

    fn dir(&self) -> ProjectDir {
        ProjectDir::in_state_root(&self.root.path().join("state"), &self.app()).unwrap()
    }

    fn record(&self) -> WorktreeRecord {
        self.dir().worktree().unwrap().unwrap()
    }

    fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let done = std::process::Command::new("git")
            .current_dir(dir)
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim_end().to_owned()
    }

    fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.app(), args)
    }

    fn longhaul_in(&self, dir: &Path, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("longhaul").unwrap();
        command
            .args(args)
            .current_dir(dir)
            .env("LONGHAUL_STATE_DIR", self.root.path().join("state"))
            .env("HOME", self.root.path())
            .env("XDG_CONFIG_HOME", self.root.path().join("config"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("ANTHROPIC_API_KEY")
            .timeout(std::time::Duration::from_secs(60));
        command
    }

    fn longhaul(&self, args: &[&str]) -> Command {
        self.longhaul_in(&self.app(), args)
    }

    /// Runs a script with these flags.
    fn run(&self, server: &Server, more: &[&str]) -> Command {
        let url = server.base_url();
        let fixed = [
            "run",
            ".",
            "--headless",
            "--yes-unconfined",
            "--model",
            "scripted-demo",
            "--base-url",
            &url,
        ];
        self.longhaul(&[&fixed[..], more].concat())
    }

    fn events(&self) -> Vec<Event> {
        let read = store::read(&self.dir(), Seq(0)).unwrap();
        assert!(read.problems.is_empty());
        read.envelopes.into_iter().map(|envelope| envelope.event).collect()
    }

    fn taken(&self) -> Vec<WorktreeTaken> {
        let taken = |event| {
            if let Event::WorktreeTaken(taken) = event {
                Some(taken)
            } else {
                None
            }
        };
        self.events().into_iter().filter_map(taken).collect()
    }

    fn finished(&self) -> Vec<WorktreeFinished> {
        let finished = |event| {
            if let Event::WorktreeFinished(done) = event {
                Some(done)
            } else {
                None
            }
        };
        self.events().into_iter().filter_map(finished).collect()
    }
}

fn serve(sessions: &[&str]) -> Server {
    Server::start(Script::parse(&sessions.concat()).unwrap(), Speed(0.0)).unwrap()
}

/// A place where a first run planned and built one feature.
fn worked() -> Place {
    let place = Place::new();
    let server = serve(&[INITIALIZER, &builds("F001", "01", "hello")]);
    place.run(&server, &["--max-sessions", "2"]).assert().code(6);
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_an_old_repository_works_beside_it_and_the_next_goes_on_there() {
    let place = Place::new();
    let server = serve(&[INITIALIZER, &builds("F001", "01", "hello")]);
    place
        .run(&server, &["--max-sessions", "2"])
        .assert()
        .code(6)
        .stderr(contains("works on longhaul/main in").and(contains("1 uncommitted path of yours")))
        .stdout(contains("longhaul finish"));
    assert_eq!(place.git(&["status", "--porcelain"]), " M readme.txt\n?? app_spec.txt");
    assert_eq!(place.git(&["log", "--format=%s", "main"]), "history");
    assert_eq!(place.git(&["log", "-1", "--format=%s", "longhaul/main"]), "Say hello");
    assert!(place.tree().join("hello.txt").exists());
    let taken = place.taken();
    assert_eq!((taken.len(), taken[0].left_behind), (1, 1));
    assert_eq!(taken[0].tree.into.as_deref(), Some("main"));

    let server = serve(&[&builds("F002", "02", "bye")]);
    place.run(&server, &[]).assert().success();
    let taken = place.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].tree, taken[1].tree);
    assert_eq!(place.git(&["log", "-1", "--format=%s", "longhaul/main"]), "Say bye");
    assert_eq!(fs::read_dir(place.above()).unwrap().count(), 3, "app, its worktree, state");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_from_the_checkout_and_from_the_worktree() {
    let place = worked();
    for dir in [place.app(), place.tree()] {
        let said = |args: &[&str], wanted: &str| {
            place.longhaul_in(&dir, args).assert().success().stdout(contains(wanted));
        };
        said(&["status"], "on longhaul/main; `longhaul finish");
        said(&["status", "--json"], "\"branch\": \"longhaul/main\"");
        said(&["features"], "passes     F001");
        said(&["sessions"], "initializer");
        said(&["checkpoints"], "commit \"Skeleton\"");
        said(&["window"], "session 3, coding");
        said(&["gates"], "no run is on");
        said(&["rollback", "longhaul/main~1", "--dry-run"], "Roll back to");
    }
    place.longhaul(&["rollback", "longhaul/main~1", "--yes"]).assert().success();
    assert!(!place.tree().join("hello.txt").exists());
    place.longhaul(&["undo", "--yes"]).assert().success();
    assert!(place.tree().join("hello.txt").exists());
    assert_eq!(place.git(&["status", "--porcelain"]), " M readme.txt\n?? app_spec.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_merged_the_worktree_goes_and_the_merge_can_be_taken_back() {
    let place = worked();
    let tip = place.git(&["rev-parse", "longhaul/main"]);
    place
        .longhaul(&["finish", "--dry-run", "--merge"])
        .assert()
        .success()
        .stdout(contains("main moves forward").and(contains("goes, for nothing in it would be lost")));
    assert!(place.tree().exists() && place.finished().is_empty());
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .success()
        .stdout(contains("longhaul/main is merged into main").and(contains("worktree  removed")));
    assert_eq!(place.git(&["rev-parse", "main"]), tip);
    assert_eq!(place.git(&["status", "--porcelain"]), " M readme.txt\n?? app_spec.txt");
    assert_eq!(
        fs::read_to_string(place.app().join("readme.txt")).unwrap(),
        "in the middle of an edit\n"
    );
    assert!(!place.tree().exists());
    assert_eq!(
        place.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(),
        1
    );
    assert_eq!(place.git(&["branch", "--list", "longhaul/*"]), "");
    let finished = place.finished();
    let undo = finished[0].undo.clone().unwrap();
    place.git(&["reset", "--keep", &undo]);
    assert_eq!(place.git(&["log", "--format=%s"]), "history");
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .code(3)
        .stderr(contains("nothing to bring home"));
    place
        .longhaul(&["status"])
        .assert()
        .success()
        .stdout(contains("is merged into main"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squash_lists_its_features_and_the_single_commits_stay_on_their_branch() {
    let place = worked();
    fs::write(place.app().join("mine.txt"), "mine\n").unwrap();
    place.git(&["add", "mine.txt"]);
    place.git(&["commit", "-q", "-m", "mine", "mine.txt"]);
    place.longhaul(&["finish", "--squash"]).assert().success();
    assert_eq!(place.git(&["log", "--format=%s", "main"]), "F001 say hello\nmine\nhistory");
    assert!(!place.tree().exists());
    assert_eq!(place.git(&["log", "-1", "--format=%s", "longhaul/main"]), "Say hello");
    // The next run gets a place of its own: a name that exists is never taken.
    let server = serve(&[&builds("F002", "02", "bye")]);
    place.run(&server, &[]).assert().success();
    assert_eq!(place.record().tree.branch, "longhaul/main-2");
    place.longhaul(&["finish", "--merge"]).assert().success();
    assert_eq!(place.git(&["log", "-1", "--format=%s", "main"]), "Say bye");
    assert!(place.app().join("mine.txt").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_is_named_and_nothing_moves() {
    let place = worked();
    fs::write(place.app().join("hello.txt"), "mine\n").unwrap();
    let before = place.git(&["for-each-ref", "refs/heads"]);
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .code(3)
        .stdout(contains("hello.txt lies there and git does not know it"))
        .stderr(contains("1 path in the way, nothing was changed"));
    place.git(&["add", "hello.txt"]);
    place.git(&["commit", "-q", "-m", "mine", "hello.txt"]);
    place
        .longhaul(&["finish", "--squash"])
        .assert()
        .code(3)
        .stdout(contains("hello.txt was changed on both branches"))
        .stderr(contains("merge main`, then `longhaul finish --squash"));
    place.git(&["reset", "-q", "--soft", "HEAD~1"]);
    assert_eq!(place.git(&["for-each-ref", "refs/heads"]), before);
    assert!(place.tree().exists() && place.finished().is_empty());
    place
        .longhaul(&["finish"])
        .assert()
        .code(2)
        .stderr(contains("--merge, --squash or --leave"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worktree_with_work_that_is_not_committed_stays_and_says_why() {
    let place = worked();
    fs::write(place.tree().join("half.txt"), "half\n").unwrap();
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .success()
        .stdout(contains("stays in").and(contains("?? half.txt")));
    assert_eq!(fs::read_to_string(place.tree().join("half.txt")).unwrap(), "half\n");
    assert_eq!(place.git(&["log", "-1", "--format=%s", "main"]), "Say hello");
    fs::remove_file(place.tree().join("half.txt")).unwrap();
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .success()
        .stdout(contains("has all of longhaul/main already").and(contains("removed")));
    assert!(!place.tree().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_gives_it_into_the_users_hands_and_a_run_takes_it_up_again() {
    let place = worked();
    place
        .longhaul(&["finish", "--leave"])
        .assert()
        .success()
        .stdout(contains("is left as it is"));
    assert!(!place.git(&["worktree", "list", "--porcelain"]).contains("locked"));
    let left = contains("on longhaul/main: left in your hands");
    place.longhaul(&["status"]).assert().success().stdout(left);
    let server = serve(&[&builds("F002", "02", "bye")]);
    place.run(&server, &[]).assert().success();
    assert_eq!(place.git(&["log", "-1", "--format=%s", "longhaul/main"]), "Say bye");
    assert!(
        place
            .git(&["worktree", "list", "--porcelain"])
            .contains("locked longhaul works here")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_needs_no_settings_and_a_merge_does() {
    let place = worked();
    fs::write(place.app().join("longhaul.toml"), "model = [broken\n").unwrap();
    let code = |args: &[&str]| {
        let done = place.longhaul(args).assert().failure().stderr(contains("longhaul.toml"));
        done.get_output().status.code()
    };
    for way in ["--merge", "--squash"] {
        assert_eq!(code(&["finish", way, "--dry-run"]), code(&["finish", way]), "{way}");
    }
    place.longhaul(&["finish", "--leave", "--dry-run"]).assert().success();
    place
        .longhaul(&["finish", "--leave"])
        .assert()
        .success()
        .stdout(contains("is left as it is"))
        .stderr(
            contains("warning: ")
                .and(contains("longhaul.toml"))
                .and(contains("leaving the work needs no settings")),
        );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worktree_that_was_removed_by_hand_is_made_again_from_its_branch() {
    let place = worked();
    place.git(&["worktree", "remove", "-f", "-f", "../app-longhaul-main"]);
    place
        .longhaul(&["status"])
        .assert()
        .success()
        .stdout(contains("is gone; longhaul/main holds its commits"));
    let server = serve(&[&builds("F002", "02", "bye")]);
    place.run(&server, &[]).assert().success();
    assert!(place.tree().join("hello.txt").exists() && place.tree().join("bye.txt").exists());
    fs::remove_dir_all(place.tree()).unwrap();
    place.longhaul(&["finish", "--merge"]).assert().success();
    assert_eq!(place.git(&["log", "-1", "--format=%s", "main"]), "Say bye");
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_decide_and_no_work_is_lost_sight_of() {
    let place = Place::new();
    let server = serve(&[INITIALIZER, &builds("F001", "01", "hello"), &builds("F002", "02", "bye")]);
    place
        .run(&server, &["--in-place", "--max-sessions", "1"])
        .assert()
        .code(3)
        .stderr(contains("1 uncommitted path"));
    place.git(&["checkout", "-q", "readme.txt"]);
    place.run(&server, &["--in-place", "--max-sessions", "1"]).assert().code(6);
    assert!(place.taken().is_empty() && !place.tree().exists());
    // What was worked on in place stays in place.
    place.run(&server, &["--max-sessions", "1"]).assert().code(6);
    assert!(place.taken().is_empty());
    assert_eq!(place.git(&["log", "-1", "--format=%s"]), "Say hello");
    // Until a flag says otherwise.
    place.run(&server, &["--worktree"]).assert().success();
    assert_eq!(place.taken().len(), 1);
    assert_eq!(place.git(&["log", "-1", "--format=%s", "main"]), "Say hello");
    place
        .run(&server, &["--in-place"])
        .assert()
        .code(3)
        .stderr(contains("longhaul finish").and(contains("longhaul/main")));
    place.run(&server, &["--in-place", "--worktree"]).assert().code(2);
}

#[test]
fn the_setting_decides_for_all_projects_and_refusals_change_nothing() {
    let place = Place::new();
    let config = place.root.path().join("config/longhaul");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "worktree = \"never\"\n").unwrap();
    let run = [
        "run",
        ".",
        "--headless",
        "--yes-unconfined",
        "--base-url",
        "http://127.0.0.1:9",
    ];
    place.longhaul(&run).assert().code(3).stderr(contains("--allow-dirty"));
    fs::write(config.join("config.toml"), "").unwrap();
    fs::write(place.app().join("feature_list.json"), "[]").unwrap();
    place
        .longhaul(&run)
        .assert()
        .code(3)
        .stderr(contains("feature_list.json is not committed"));
    assert_eq!(fs::read_dir(place.above()).unwrap().count(), 2, "app and config");
    assert_eq!(place.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_own_commits_are_no_news_of_the_worktree_and_a_detached_start_names_its_branch_at_the_end() {
    let place = Place::new();
    place.git(&["switch", "-q", "--detach"]);
    let server = serve(&[INITIALIZER, &builds("F001", "01", "hello")]);
    place.run(&server, &["--max-sessions", "2"]).assert().code(6);
    place
        .longhaul(&["finish", "--merge"])
        .assert()
        .code(3)
        .stderr(contains("--into BRANCH"));
    place.longhaul(&["finish", "--merge", "--into", "main"]).assert().success();
    assert_eq!(place.git(&["log", "-1", "--format=%s", "main"]), "Say hello");
    assert_eq!(place.git(&["status", "--porcelain"]), " M readme.txt\n?? app_spec.txt");
}
