//! The program as a shell sees it: output, exit codes, and that reading and refusing change nothing.

mod refusals;
mod runs;
mod waits;

use crate::support::{CANARY_KEY, INITIALIZER, builds};
use assert_cmd::Command;
use longhaul::config::Durability;
use longhaul::protocol::event::{Limits, RunEnded, RunOutcome, RunStarted, SessionEnded, SessionStarted};
use longhaul::protocol::{Envelope, Event, Role, RunId, Seq, SessionNo};
use longhaul::provider::scripted::{Script, Server, Speed};
use longhaul::store::{self, ProjectDir, Writer};
use predicates::prelude::*;
use predicates::str::contains;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

const LIST: &str = r#"[
  {"id": "F001", "category": "functional", "description": "say hello", "steps": ["run it"], "passes": true},
  {"id": "F002", "category": "functional", "description": "say \u001b[31mbye", "steps": ["run it"], "passes": false}
]
"#;

/// A machine of its own: home, state, and a project directory.
pub struct Place {
    root: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(place.project()).unwrap();
        place
    }

    pub fn project(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap().join("app")
    }

    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// The program in the project, with nothing of the person's own settings; for a test that starts and stops it.
    pub fn program(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> std::process::Command {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("longhaul"));
        command
            .args(args)
            .current_dir(self.project())
            .env("LONGHAUL_STATE_DIR", self.state())
            .env("HOME", self.root.path())
            .env("XDG_CONFIG_HOME", self.root.path().join("config"))
            .env_remove("ANTHROPIC_API_KEY")
            .env_remove("ANTHROPIC_BASE_URL")
            .env_remove("LONGHAUL_MODEL");
        command
    }

    /// The same for a test that looks at how it ended.
    pub fn longhaul(&self, args: &[&str]) -> Command {
        let mut command = Command::from_std(self.program(args));
        command.timeout(std::time::Duration::from_secs(60));
        command
    }

    fn settings(&self, text: &str) {
        let dir = self.root.path().join("config/longhaul");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("config.toml"), text).unwrap();
    }

    /// Writes a log of one finished session and returns its writer, which holds the project.
    fn write_log(&self) -> Writer {
        write_log(&self.state(), &self.project())
    }
}

/// The same below any place for state.
pub fn write_log(state: &Path, project: &Path) -> Writer {
    let dir = ProjectDir::in_state_root(state, project).unwrap();
    let mut writer = Writer::open(dir.lock().unwrap(), Durability::Group).unwrap();
    writer.begin_segment(SessionNo(1), Role::Initializer).unwrap();
    for (session, event) in one_session(project) {
        writer.append(SessionNo(session), event).unwrap();
    }
    writer
}

fn one_session(workspace: &Path) -> Vec<(u32, Event)> {
    let run = RunStarted {
        run: RunId::from("r1"),
        project: "app".into(),
        workspace: workspace.display().to_string(),
        model: "scripted-demo".into(),
        endpoint: "127.0.0.1".into(),
        version: "0".into(),
        limits: Limits::default(),
        autonomy: longhaul::protocol::Autonomy::Auto,
        sandbox: "none".into(),
        window: None,
        earlier: None,
    };
    let session = SessionStarted {
        role: Role::Initializer,
        model: "scripted-demo".into(),
        context_window: 1000,
        head: None,
        prompt_hash: "0".into(),
        list: None,
    };
    let ended = SessionEnded {
        cause: longhaul::protocol::event::EndCause::Finished,
        summary: "planned".into(),
        dirty: vec![],
        next: None,
        checks: vec![],
        places: Vec::new(),
        left: None,
    };
    vec![(0, run.into()), (1, session.into()), (1, ended.into())]
}

fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push((path.clone(), Vec::new()));
            all.extend(files(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn an_untouched_project_is_described_and_stays_untouched() {
    let place = Place::new();
    place
        .longhaul(&["status"])
        .assert()
        .success()
        .stdout(contains("none yet; start one with `longhaul run"));
    place
        .longhaul(&["features"])
        .assert()
        .success()
        .stdout(contains("no features yet"));
    place.longhaul(&["sessions", "--json"]).assert().success().stdout("[]\n");
    assert!(!place.state().exists(), "reading creates nothing");
}

#[test]
fn features_come_from_the_disk_and_cannot_drive_the_terminal() {
    let place = Place::new();
    fs::write(place.project().join("feature_list.json"), LIST).unwrap();
    place.longhaul(&["features"]).assert().success().stdout(
        contains("passes     F001  say hello")
            .and(contains("1 of 2 pass, 1 by the list only"))
            .and(contains("say hello  [by the list only]"))
            .and(contains("\x1b").not()),
    );
    let file = place.longhaul(&["features", "feature_list.json", "--json"]).output().unwrap();
    let sheet: serde_json::Value = serde_json::from_slice(&file.stdout).unwrap();
    let second = &sheet["features"][1];
    assert_eq!(
        (second["id"].as_str(), second["status"].as_str()),
        (Some("F002"), Some("failing"))
    );
}

#[test]
fn an_unreadable_list_is_refused_with_its_place() {
    let place = Place::new();
    fs::write(place.project().join("feature_list.json"), "[{\"id\": }]").unwrap();
    let told = || contains("feature_list.json:1:9").and(contains("longhaul rollback"));
    // Without a log there is nothing to go back to.
    let bare = contains("feature_list.json:1:9").and(contains("rollback").not());
    place.longhaul(&["features"]).assert().code(3).stderr(bare);
    drop(place.write_log());
    place.longhaul(&["features"]).assert().code(3).stderr(told());
    // It must not stand between a person and the rest, the way back least of all.
    place.longhaul(&["status"]).assert().code(0).stderr(told());
    place
        .longhaul(&["checkpoints"])
        .assert()
        .stderr(contains("feature_list.json").not());
}

#[test]
fn a_log_tells_of_running_interrupted_and_ended_runs() {
    let place = Place::new();
    fs::write(place.project().join("feature_list.json"), LIST).unwrap();
    let standing = || {
        let output = place.longhaul(&["status", "--json"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["features"]["total"], 2);
        report["standing"].as_str().unwrap().to_owned()
    };
    let mut writer = place.write_log();
    assert_eq!(standing(), "running");
    place
        .longhaul(&["status"])
        .assert()
        .stdout(contains(format!("process {}", std::process::id())));
    let end = RunEnded {
        outcome: RunOutcome::Limit,
        reason: "40 of 40 sessions".into(),
    };
    let before = files(&place.state());
    drop(writer);
    assert_eq!(standing(), "interrupted");
    assert_eq!(files(&place.state()), before, "reading writes nothing");

    let dir = ProjectDir::in_state_root(&place.state(), &place.project()).unwrap();
    writer = Writer::open(dir.lock().unwrap(), Durability::Group).unwrap();
    writer.begin_segment(SessionNo(2), Role::Coding).unwrap();
    writer.append(SessionNo(0), end.into()).unwrap();
    assert_eq!(standing(), "limit");
    drop(writer);
    place
        .longhaul(&["status"])
        .assert()
        .stdout(contains("a limit was met: 40 of 40 sessions"));
    place
        .longhaul(&["sessions"])
        .assert()
        .success()
        .stdout(contains("   1  initializer").and(contains("finished: ")));
}

#[test]
fn damage_in_the_log_is_told_and_does_not_stop_reading() {
    let place = Place::new();
    drop(place.write_log());
    let dir = ProjectDir::in_state_root(&place.state(), &place.project()).unwrap();
    let path = dir.segments().unwrap().remove(0).path;
    let mut text = fs::read_to_string(&path).unwrap();
    text.insert_str(0, "not an event\n");
    fs::write(&path, text).unwrap();
    place
        .longhaul(&["status"])
        .assert()
        .success()
        .stderr(contains("damaged").and(contains(".jsonl:1: not an event")));
}

#[test]
fn bad_settings_name_file_line_and_nearest_key() {
    let place = Place::new();
    place.settings("model = \"x\"\nmax_token = 5\n");
    place.longhaul(&["doctor"]).assert().code(3).stdout(contains(
        "config.toml:2: unknown setting `max_token`; did you mean `max_tokens`?",
    ));
}

#[test]
fn doctor_tells_sources_but_no_secret() {
    let place = Place::new();
    place.settings("stall_sessions = 7\n");
    fs::write(
        place.project().join("longhaul.toml"),
        "model = \"evil\"\n[verify]\ncommand = \"make\"\n",
    )
    .unwrap();
    place
        .longhaul(&["doctor"])
        .env("ANTHROPIC_API_KEY", "sk-ant-canary-0123456789")
        .assert()
        .success()
        .stdout(
            contains("config.toml:1")
                .and(contains("longhaul.toml:3"))
                .and(contains("ignored")),
        )
        .stdout(contains("canary").not());
    assert!(!place.state().exists());
}

#[test]
fn help_man_and_completions_come_from_one_definition() {
    let place = Place::new();
    for args in [&["--help"][..], &["man"]] {
        place
            .longhaul(args)
            .assert()
            .success()
            .stdout(contains("another longhaul is running this project"));
    }
    place
        .longhaul(&["man"])
        .assert()
        .stdout(contains("LONGHAUL RUN").and(contains("max\\-cost")));
    for shell in ["bash", "zsh", "fish"] {
        place
            .longhaul(&["completions", shell])
            .assert()
            .success()
            .stdout(contains("max-cost"));
    }
    place
        .longhaul(&["stauts"])
        .assert()
        .code(2)
        .stderr(contains("did you mean `longhaul status`"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let mut child = place.program(["man"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

/// Makes the project a repository with one commit.
fn git_init(place: &Place) {
    for args in [
        &["init", "-q"][..],
        &["config", "user.name", "T"],
        &["config", "user.email", "t@example.org"],
        &["commit", "-q", "--allow-empty", "-m", "start"],
    ] {
        git(place, args);
    }
}

fn git(place: &Place, args: &[&str]) {
    let mut program = std::process::Command::new("git");
    assert!(program.args(args).current_dir(place.project()).status().unwrap().success());
}

#[test]
fn a_demo_never_builds_over_anything() {
    let place = Place::new();
    fs::write(place.project().join("mine.txt"), "x").unwrap();
    let before = files(&place.project());
    place
        .longhaul(&["demo", "--headless", "--dir", "."])
        .assert()
        .code(3)
        .stderr(contains("is not empty"));
    assert_eq!(files(&place.project()), before);
}

#[test]
fn a_state_directory_that_cannot_be_written_is_found_before_anything_is_made() {
    let place = Place::new();
    fs::write(place.state(), "in the way").unwrap();
    let dir = place.root.path().join("new/app");
    let dir = dir.to_str().unwrap();
    let spec = place.root.path().join("spec.txt");
    fs::write(&spec, "Build a greeter.").unwrap();
    let spec = spec.to_str().unwrap();
    for command in [
        &["demo", "--headless", "--speed", "0", "--dir", dir][..],
        &["run", dir, "--create", "--headless", "--yes-unconfined", "--spec", spec],
    ] {
        place
            .longhaul(command)
            .env("ANTHROPIC_API_KEY", "sk-test-0123456789")
            .assert()
            .code(3)
            .stderr(contains(place.state().to_str().unwrap()).and(contains("LONGHAUL_STATE_DIR")));
        assert!(!Path::new(dir).parent().unwrap().exists(), "{command:?} made its directory");
    }
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let place = Place::new();
    let fifo = place.project().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for path in ["/dev/zero", "pipe"] {
        place
            .longhaul(&["features", path])
            .assert()
            .code(3)
            .stderr(contains(format!("{path}: is not a regular file")));
    }
    fs::rename(&fifo, place.project().join("feature_list.json")).unwrap();
    let list = contains("feature_list.json: is not a regular file");
    place.longhaul(&["features"]).assert().code(3).stderr(list.clone());
    fs::remove_file(place.project().join("feature_list.json")).unwrap();
    fs::create_dir(place.project().join("feature_list.json")).unwrap();
    place.longhaul(&["features"]).assert().code(3).stderr(list);
}

#[test]
fn a_malformed_key_is_refused_unseen_even_where_none_is_needed() {
    let place = greeter();
    let run = [
        "run",
        ".",
        "--in-place",
        "--headless",
        "--yes-unconfined",
        "--base-url",
        "http://127.0.0.1:9",
    ];
    place
        .longhaul(&run)
        .env("ANTHROPIC_API_KEY", "sk-canary\nsecond")
        .assert()
        .code(4)
        .stderr(
            contains("ANTHROPIC_API_KEY")
                .and(contains("line break"))
                .and(contains("canary").not()),
        );
    place.settings("key_command = \"printf 'sk-canary\\\\nsecond\\\\n'\"\n");
    place.longhaul(&run).assert().code(4).stderr(
        contains("key command")
            .and(contains("line break"))
            .and(contains("canary").not()),
    );
}

/// A place with a repository, a spec and nothing else.
fn greeter() -> Place {
    let place = Place::new();
    git_init(&place);
    fs::write(place.project().join("app_spec.txt"), "Build a greeter.").unwrap();
    place
}
