//! `longhaul history`: what it prints of a repository that other people's tools made, and that it leaves nothing behind.

use crate::cli::Place;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use serde_json::Value;
use std::fs;
use std::process::Command;

fn git(place: &Place, args: &[&str]) {
    let done = Command::new("git")
        .current_dir(place.project())
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

fn commit(place: &Place, file: &str, text: &str, message: &str) {
    fs::write(place.project().join(file), text).unwrap();
    git(place, &["add", "-A"]);
    git(place, &["commit", "-q", "-m", message]);
}

#[test]
fn the_history_of_anybodys_list_is_printed_and_nothing_is_written() {
    let place = Place::new();
    git(&place, &["init", "-q", "-b", "main"]);
    commit(
        &place,
        "prd.json",
        r#"{"userStories": [{"id": "US-1", "title": "Pay", "status": "pending"}, {"id": "US-2", "title": "Send", "status": "pending"}]}"#,
        "plan",
    );
    commit(
        &place,
        "prd.json",
        r#"{"userStories": [{"id": "US-1", "title": "Pay", "status": "done"}]}"#,
        "\u{1b}[31mless\u{1b}[0m to do",
    );
    let printed = contains("0/2")
        .and(contains("  list begins: 2 features"))
        .and(contains("1/1  +1"))
        .and(contains("! removed: US-2"))
        .and(contains("prd.json: the list changed in 2 of 2 commits"))
        .and(contains("\u{1b}").not());
    place.longhaul(&["history"]).assert().success().stdout(printed);

    let told = place.longhaul(&["history", ".", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let last = &told["steps"][1];
    assert_eq!((told["path"].as_str(), told["commits"].as_u64()), (Some("prd.json"), Some(2)));
    assert_eq!(
        (last["total"].as_u64(), last["passing"].as_u64(), last["at"].as_u64()),
        (Some(1), Some(1), Some(2))
    );
    assert_eq!(
        (&last["passed"][0]["id"], &last["passed"][0]["text"]),
        (&Value::from("US-1"), &Value::from("Pay"))
    );
    assert_eq!(
        (&last["facts"][0]["kind"], &last["facts"][0]["features"][0]["id"]),
        (&Value::from("removed"), &Value::from("US-2"))
    );
    assert_eq!(
        (last["merge"].as_bool(), &last["parent"]),
        (Some(false), &told["steps"][0]["id"])
    );

    assert!(!place.state().exists(), "looking leaves nothing behind");
    let names: Vec<_> = fs::read_dir(place.project())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn what_cannot_be_told_says_what_to_do() {
    let place = Place::new();
    place.longhaul(&["history"]).assert().code(3).stderr(contains("git init"));
    git(&place, &["init", "-q", "-b", "main"]);
    commit(&place, "README", "hello", "begin");
    place
        .longhaul(&["history"])
        .assert()
        .code(3)
        .stderr(contains("no commit of").and(contains("--list FILE")));
    fs::write(place.project().join("prd.json"), "[]").unwrap();
    commit(&place, "feature_list.json", "[]", "two of them");
    place
        .longhaul(&["history"])
        .assert()
        .code(2)
        .stderr(contains("there are 2 feature lists"));
    place
        .longhaul(&["history", "--list", "prd.json"])
        .assert()
        .success()
        .stdout(contains("prd.json: the list changed in 1 of 2 commits"));
}
