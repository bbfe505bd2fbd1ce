//! What leaves its terminal session and its environment behind, and whose it is then. Linux alone has such orphans come to us.

#![cfg(target_os = "linux")]

use crate::cli::{Place, write_log};
use crate::support::{INITIALIZER, call, coding, ends, eventually};
use crate::term;
use longhaul::provider::scripted::{Script, Server, Speed};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command that has a process of no session and no environment of ours write its number to a file, and live on.
fn cut_loose(pid: &Path) -> String {
    let (new, pid) = (pid.with_extension("new").display().to_string(), pid.display());
    let daemon = format!("echo $$ > {new}; mv {new} {pid}; while :; do sleep 0.05; done");
    format!("setsid -f env -i PATH=$PATH sh -c '{daemon}' > /dev/null 2>&1; until [ -e {pid} ]; do sleep 0.02; done")
}

fn lives(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap().trim().to_owned()
}

fn which(program: &str) -> PathBuf {
    longhaul::process::which(program, None).unwrap()
}

/// A project that a run can begin in, and a directory outside of it.
fn greeter() -> (Place, tempfile::TempDir) {
    let place = Place::new();
    let dir = place.project();
    for args in [
        &["init", "-q"][..],
        &["config", "user.name", "Ada"],
        &["config", "user.email", "ada@example.org"],
    ] {
        let done = Command::new("git").current_dir(&dir).args(args).status();
        assert!(done.unwrap().success(), "{args:?}");
    }
    fs::write(dir.join("app_spec.txt"), "Build a greeter.").unwrap();
    (place, tempfile::tempdir().unwrap())
}

/// A call of a shell command, which has no quotes of its own kind in it.
fn shell(command: &str) -> String {
    call("bash", &format!("{{ command = \"\"\"{command}\"\"\" }}"))
}

/// Runs an initializer that calls a command before all else, then the rest; returns what the run printed.
fn run(place: &Place, first: &str, rest: &str, sessions: &str) -> String {
    let script = INITIALIZER.replacen("[[session.turn]]", &format!("{}[[session.turn]]", shell(first)), 1) + rest;
    let server = Server::start(Script::parse(&script).unwrap(), Speed(0.0)).unwrap();
    let url = server.base_url();
    let common = ["run", ".", "--headless", "--yes-unconfined", "--model", "scripted-demo"];
    let args = [&common[..], &["--max-sessions", sessions, "--base-url", &url]].concat();
    let output = place.longhaul(&args).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_leaves_a_process_to_the_next() {
    let (place, files) = greeter();
    let (pid, seen) = (files.path().join("pid"), files.path().join("seen"));
    let look = format!("[ -e /proc/$(cat {}) ]; echo $? > {}", pid.display(), seen.display());
    let printed = run(&place, &cut_loose(&pid), &coding(&(shell(&look) + &ends())), "2");
    assert!(!lives(&text(&pid)), "{printed}");
    assert_eq!(
        text(&seen),
        "1",
        "the next found not even its place in the process table\n{printed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hook_of_the_persons_starts_stays() {
    let (place, files) = greeter();
    let (stray, pid, agent) = (
        files.path().join("stray"),
        files.path().join("pid"),
        files.path().join("agent"),
    );
    // Who may not read its file may not look into its environment either: so it is with agents of keys.
    fs::copy(which("sleep"), &agent).unwrap();
    fs::set_permissions(&agent, fs::Permissions::from_mode(0o111)).unwrap();
    let hook = place.project().join(".git/hooks/pre-commit");
    let daemon = format!("echo $$ > {}; exec {} 600", pid.display(), agent.display());
    let waiting = format!("until [ -s {} ]; do sleep 0.02; done", pid.display());
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(
        &hook,
        format!("#!/bin/sh\nsetsid -f sh -c '{daemon}' > /dev/null 2>&1\n{waiting}\n"),
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let printed = run(&place, &cut_loose(&stray), "", "1");
    let daemon = text(&pid);
    assert!(lives(&daemon) && !lives(&text(&stray)), "{printed}");
    assert!(Command::new("kill").arg(&daemon).status().unwrap().success());
}

#[test]
fn tests_run_by_hand_take_their_orphans_along() {
    let place = Place::new();
    let pid = place.project().join("pid");
    let command = format!("{}; echo 1..1; echo ok 1", cut_loose(&pid));
    let settings = format!("[verify]\ncommand = \"\"\"{command}\"\"\"\n");
    fs::write(place.project().join("longhaul.toml"), settings).unwrap();
    place.longhaul(&["verify"]).assert().success();
    assert!(!lives(&text(&pid)));
}

#[test]
fn tests_that_a_killed_window_was_running_are_ended_by_the_next() {
    let place = term::Place::new();
    let (dir, pid) = (place.project(), place.project().join("pid"));
    fs::write(
        dir.join("feature_list.json"),
        r#"[{"description": "greets", "passes": true}]"#,
    )
    .unwrap();
    let command = "sleep 600 & echo $! > new; mv new pid; wait";
    fs::write(dir.join("longhaul.toml"), format!("[verify]\ncommand = \"{command}\"\n")).unwrap();
    drop(write_log(&place.state(), &dir));
    let mut window = place.longhaul(&[]);
    window.see("planned");
    window.keys("4ra");
    eventually("the tests are running", || pid.exists());
    window.signal("KILL");
    drop(window);
    let stray = text(&pid);
    assert!(lives(&stray), "nobody has ended it");
    let mut window = place.longhaul(&[]);
    window.see("planned");
    assert!(!lives(&stray));
    window.keys("q");
    window.ends_restored();
}
