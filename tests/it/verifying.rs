//! `longhaul verify` where the tests write, and where it is killed.

use crate::cli::Place;
use crate::support::eventually;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn with_command(command: &str) -> Place {
    let place = Place::new();
    set_command(&place, command);
    place
}

fn set_command(place: &Place, command: &str) {
    fs::write(
        place.project().join("longhaul.toml"),
        format!("[verify]\ncommand = \"{command}\"\n"),
    )
    .unwrap();
}

fn git(dir: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(dir)
        .args(["-c", "user.name=a", "-c", "user.email=a@b"])
        .args(args);
    assert!(git.output().unwrap().status.success(), "{args:?}");
}

#[test]
fn tests_that_write_files_are_told_and_the_tree_is_the_one_before() {
    let place = with_command("echo 1..1; echo ok 1; date +%N > out.txt; touch new.txt");
    let dir = place.project();
    fs::write(dir.join("out.txt"), "agreed\n").unwrap();
    git(&dir, &["init", "-q"]);
    git(&dir, &["add", "-A"]);
    git(&dir, &["commit", "-qm", "All"]);
    let tree = Command::new("git")
        .current_dir(&dir)
        .args(["rev-parse", "HEAD^{tree}"])
        .output()
        .unwrap();
    let output = place.longhaul(&["verify", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["tree"], String::from_utf8(tree.stdout).unwrap().trim());
    assert_eq!(told["changed"], serde_json::json!(["new.txt", "out.txt"]));
    git(&dir, &["checkout", "-q", "out.txt"]);
    let said = contains("the tests changed 1 file: out.txt; the result is of the tree before");
    place.longhaul(&["verify"]).assert().success().stdout(said);
    set_command(&place, "echo 1..1; echo ok 1");
    place
        .longhaul(&["verify"])
        .assert()
        .success()
        .stdout(contains("the tests changed").not());
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_asks_it_to_end_ends_the_tests_too() {
    use rustix::process::{Pid, Signal, kill_process};
    // Tests that are themselves started to outlive a terminal would have the program ignore it too; a signal that has a handler here
    // is one that a child takes as usual.
    signal_hook::flag::register(signal_hook::consts::SIGHUP, Default::default()).unwrap();
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let place = with_command("sleep 600 & echo $! > new; mv new pid; wait");
        let mut child = place.program(["verify"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        let pid = place.project().join("pid");
        eventually("the tests are running", || pid.exists());
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(8), "{signal:?}");
        let process = Path::new("/proc").join(fs::read_to_string(pid).unwrap().trim());
        assert!(!process.exists(), "{signal:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn one_that_was_started_to_outlive_its_terminal_does() {
    use rustix::process::{Pid, Signal, kill_process};
    let place = with_command("echo $$ > new; mv new pid; until [ -e go ]; do sleep 0.02; done; echo 1..1; echo ok 1");
    let program = place.program(["verify"]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(place.project())
        .stdout(std::process::Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let mut child = shell.spawn().unwrap();
    eventually("the tests are running", || place.project().join("pid").exists());
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    fs::write(place.project().join("go"), "").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_one_started_is_ended_by_the_next() {
    let place = with_command("sleep 600 & echo $! > new; mv new pid; wait");
    let mut killed = place.program(["verify"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let pid = place.project().join("pid");
    eventually("the tests are running", || pid.exists());
    killed.kill().unwrap();
    killed.wait().unwrap();
    let process = format!("/proc/{}/stat", fs::read_to_string(&pid).unwrap().trim());
    let runs = || fs::read_to_string(&process).is_ok_and(|stat| stat.contains("(sleep)") && !stat.contains(") Z "));
    assert!(runs(), "nobody has ended it");
    set_command(&place, "echo 1..1; echo ok 1");
    let said = contains("processes that a killed command had left running were stopped").and(contains("sleep 600"));
    place.longhaul(&["verify"]).assert().success().stderr(said);
    eventually("it is gone", || !runs());
    place
        .longhaul(&["verify"])
        .assert()
        .success()
        .stderr(contains("killed command").not());
    let left = place.state().join("errands");
    assert_eq!(fs::read_dir(left).unwrap().count(), 0);
}

#[test]
fn a_run_that_names_no_tests_is_told_with_what_would_name_them() {
    let place = with_command("echo fine");
    let said = contains("this run told no tests by name").and(contains("pytest -v"));
    place.longhaul(&["verify"]).assert().success().stdout(said);
    set_command(&place, "echo 1..1; echo ok 1 - a");
    let said = contains("told no tests by name").not();
    place.longhaul(&["verify"]).assert().success().stdout(said);
}
