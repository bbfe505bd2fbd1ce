//! What a person changed before a move: named before it and after it, with the place where it is kept.

use super::{built, program, told};
use crate::support::Lab;
use longhaul::protocol::Event;
use longhaul::store;
use predicates::prelude::*;
use predicates::str::contains;

/// Flips a feature by hand, there and back: two commits, and no edit of a file.
fn flips_by_hand(lab: &Lab) {
    // The list, or the project that it is of.
    for (named, way) in [("feature_list.json", "failing"), (".", "passing")] {
        program(lab, &["features", "set", named, "F001", way, "--reason", "looked"])
            .assert()
            .success();
    }
}

/// The number of the checkpoint at the commit of session 2.
fn earlier(lab: &Lab) -> String {
    let checkpoints = told(lab, &["checkpoints", "--json"]);
    let mut rows = checkpoints.as_array().unwrap().iter();
    let row = rows.find(|row| row["cause"] == "commit" && row["session"] == 2);
    row.unwrap()["id"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_edit_that_a_move_replaces_is_named_with_its_place_tracked_or_not() {
    let lab = built().await;
    flips_by_hand(&lab);
    let edits = |text: &str| {
        lab.write("bye.txt", text);
        lab.write("claude-progress.txt", text);
        lab.write("mine.sh", text);
    };
    edits("first\n");
    lab.git(&["add", "mine.sh"]);
    let to = earlier(&lab);
    let rehearsed = "kept aside in undo 1: bye.txt, claude-progress.txt, mine.sh";
    program(&lab, &["rollback", &to, "--dry-run"])
        .assert()
        .success()
        .stdout(contains(rehearsed).and(contains("and kept:").not()))
        .stdout(contains("staged     mine.sh; not staged afterwards, an undo stages it again"));
    let last = |number: u32| {
        contains(format!(
            "the state before is undo {number}); kept aside in undo {number}: bye.txt, claude-progress.txt, mine.sh"
        ))
    };
    let unstaged = |number: u32| contains(format!("mine.sh; no longer staged, as in undo {number}: mine.sh\n"));
    let moved = program(&lab, &["rollback", &to, "--yes"]).assert().success();
    moved.stdout(last(1).and(unstaged(1)));
    edits("second\n");
    program(&lab, &["undo", "--yes"])
        .assert()
        .success()
        .stdout(last(2).and(contains("staged").not()));
    assert_eq!(lab.read("bye.txt"), "first\n");
    edits("third\n");
    program(&lab, &["redo", "--yes"])
        .assert()
        .success()
        .stdout(last(3).and(unstaged(3)));
    let log = store::read(&lab.dir(), longhaul::protocol::Seq(1)).unwrap().envelopes;
    let replaced: Vec<_> = log
        .iter()
        .filter_map(|envelope| match &envelope.event {
            Event::RolledBack(moved) => Some(moved.replaced.len()),
            _ => None,
        })
        .collect();
    assert_eq!(replaced, [3, 3, 3], "the transcript names them too");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_is_the_same_there_is_said_to_stay() {
    let lab = built().await;
    let original = lab.read("hello.txt");
    let to = earlier(&lab);
    program(&lab, &["rollback", &to, "--yes"]).assert().success();
    lab.write("hello.txt", "mine\n");
    program(&lab, &["undo", "--dry-run"])
        .assert()
        .success()
        .stdout(contains("kept aside in undo 2: hello.txt"));
    lab.write("hello.txt", &original);
    program(&lab, &["undo", "--dry-run"])
        .assert()
        .success()
        .stdout(contains("since the last checkpoint or move").not());
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_an_edit_that_was_cut_off_and_of_the_newest_commit_whoever_made_it() {
    let lab = built().await;
    let status = || String::from_utf8(program(&lab, &["status"]).assert().success().get_output().stdout.clone()).unwrap();
    assert!(!status().contains("cut off"), "{}", status());
    std::fs::write(lab.dir().pending_edit(), "{}").unwrap();
    let cut = status();
    assert!(
        cut.contains("edit      of the feature list was cut off") && cut.contains("takes it back"),
        "{cut}"
    );
    assert_eq!(told(&lab, &["status", "--json"])["edit_cut_off"], true);
    std::fs::remove_file(lab.dir().pending_edit()).unwrap();
    flips_by_hand(&lab);
    lab.write("u.txt", "user\n");
    lab.commit_all("The person's own");
    let head = lab.git(&["rev-parse", "HEAD"]);
    assert!(
        status().contains(&format!(
            "; the branch's newest is of another hand: {} The person's own",
            &head[..7]
        )),
        "{}",
        status()
    );
    assert_eq!(told(&lab, &["status", "--json"])["last_commit"], head.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_a_move_that_was_cut_off_and_the_command_that_it_names_finishes_it() {
    let lab = built().await;
    let status = || String::from_utf8(program(&lab, &["status"]).assert().success().get_output().stdout.clone()).unwrap();
    let log = lab.workspace().join("../log-before");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        let _ = std::fs::remove_dir_all(to);
        let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
        assert!(copied.success());
    };
    copy(&lab.state_root(), &log);
    let before = lab.git(&["rev-parse", "HEAD"]);
    program(&lab, &["rollback", &earlier(&lab), "--yes"]).assert().success();
    assert!(!status().contains("cut off"), "{}", status());
    // As a kill between the branch and the index leaves it.
    let undo = lab.git(&["for-each-ref", "--format=%(refname)", "refs/longhaul/undo"]);
    let pending = undo.trim().replace("undo/1", "pending");
    lab.git(&["update-ref", &pending, undo.trim()]);
    lab.git(&["read-tree", &before]);
    copy(&log, &lab.state_root());
    assert_ne!(lab.git(&["status", "--porcelain"]), "");
    let cut = status();
    assert!(
        cut.contains("move      back or forth was cut off") && cut.contains("`longhaul undo "),
        "{cut}"
    );
    assert_eq!(told(&lab, &["status", "--json"])["move_cut_off"], true);
    program(&lab, &["undo"])
        .assert()
        .success()
        .stdout(contains("a move that had been cut off was finished"));
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert!(!status().contains("cut off"), "{}", status());
}
