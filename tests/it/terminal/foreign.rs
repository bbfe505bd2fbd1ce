//! A directory that another harness made: read by keys, a choice among its lists, and nothing written into it or run from it.

use crate::term::Place;
use std::fs;
use std::process::Command;

const NOTES: &str = "# Progress\n\n## Session 2 - search\nSearch works.\n\n## Session 1: begin\nWrote the list.\n";

/// A project of another harness, with two lists, notes, a start script that would leave a trace, and a transcript.
fn foreign() -> Place {
    let place = Place::new();
    let write = |path: &str, text: &str| {
        let path = place.project().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "feature_list.json",
        r#"[{"description": "greets", "passes": true}, {"description": "leaves", "passes": false}]"#,
    );
    write(
        "prd.json",
        r#"{"userStories": [{"id": "US-7", "title": "Pay by card", "status": "done"}]}"#,
    );
    write("claude-progress.txt", NOTES);
    write("init.sh", "#!/bin/bash\ntouch ran\nnpm run dev &\n");
    let line = r#"{"type":"user","uuid":"a","parentUuid":null,"sessionId":"s","timestamp":"2026-01-31T10:00:00Z","message":{"content":"Build it"}}"#;
    write("logs/one.jsonl", line);
    for args in [
        &["init", "-q", "-b", "main"][..],
        &["add", "-A"],
        &["commit", "-q", "-m", "Plan it all"],
    ] {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
        let done = Command::new("git")
            .current_dir(place.project())
            .args(identity)
            .args(args)
            .status()
            .unwrap();
        assert!(done.success());
    }
    place
}

fn status(place: &Place) -> String {
    let told = Command::new("git")
        .current_dir(place.project())
        .args(["status", "--porcelain", "--ignored"])
        .output();
    String::from_utf8(told.unwrap().stdout).unwrap()
}

#[test]
fn a_directory_of_another_harness_is_read_and_left_as_it_is() {
    let place = foreign();
    fs::remove_file(place.project().join("prd.json")).unwrap();
    let before = status(&place);
    let project = place.project();
    // From elsewhere, by its name.
    let mut term = place.start(
        "sh",
        &[
            "-c",
            &format!("cd / && exec {} {}", env!("CARGO_BIN_EXE_longhaul"), project.display()),
        ],
        &[],
        (100, 34),
    );
    term.see("1 of 2 features");
    term.keys("D");
    term.see("What lies here");
    term.see("Session 2 - search");
    term.see("Search works.");
    term.see("Looking never runs it.");
    term.see("Claude Code session");
    term.keys("G\r");
    term.see("Build it");
    term.keys("\x1b");
    term.see_no("What lies here");
    term.keys("H");
    term.see("list begins: 2 features");
    term.keys("\r");
    term.see("Commit ");
    term.see("author");
    term.keys("\x1b");
    term.see_no("author");
    term.see("list begins: 2 features");
    term.keys("\x1b");
    term.see_no("list begins");
    term.keys("o");
    term.see("greets");
    term.keys("q");
    assert_eq!(term.ends_restored().status.exit_code(), 0);
    assert_eq!(status(&place), before, "nothing was written");
    assert!(!place.state().exists() && !project.join("ran").exists());
}

#[test]
fn of_several_lists_one_is_chosen() {
    let place = foreign();
    let mut term = place.longhaul(&[]);
    term.see("There are 2 feature lists here:");
    term.see("2  prd.json");
    term.keys("2\r");
    term.see("1 of 1 features pass");
    term.keys("q");
    term.ends_restored();
    let mut term = place.longhaul(&[]);
    term.see("Which one?");
    term.keys("nine\r");
    let end = term.ends();
    assert_eq!(end.status.exit_code(), 2, "no list is picked for a person");
    assert!(!place.state().exists());
}
