//! What is staged, through moves: what stays so, and that a rehearsal names what does not.

use super::Lab;
use super::rollback::{LIMIT, go, rehearse};
use crate::protocol::Target;
use std::fs;

fn cached(lab: &Lab) -> String {
    lab.git(&["diff", "--cached", "--name-status"]).replace('\t', " ")
}

/// A checkpoint beside the first commit, with a changed file, a new one and one that goes staged; then a second commit.
fn staged(lab: &Lab) -> Target {
    lab.write("gone.txt", "gone\n");
    lab.commit("with gone").unwrap();
    lab.write("a.txt", "staged\n");
    lab.write("mine.txt", "mine\n");
    lab.git(&["add", "a.txt", "mine.txt"]);
    lab.git(&["rm", "-q", "gone.txt"]);
    let made = lab.repo().checkpoint("kept", LIMIT, None).unwrap().unwrap();
    Target::Checkpoint { checkpoint: made.id }
}

#[test]
fn what_is_staged_and_will_be_in_the_files_stays_staged_and_the_rest_is_named() {
    let lab = Lab::with_commit();
    let target = staged(&lab);
    lab.write("late.txt", "late\n");
    lab.git(&["add", "late.txt"]);
    let all = "M a.txt\nD gone.txt\nA late.txt\nA mine.txt";
    let kept = "M a.txt\nD gone.txt\nA mine.txt";
    assert_eq!(cached(&lab), all);
    assert_eq!(rehearse(&lab, &target).staged, ["late.txt"]);
    let moved = go(&lab, &target);
    assert_eq!(
        (cached(&lab).as_str(), moved.facts.unstaged),
        (kept, vec!["late.txt".to_owned()])
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), "M  a.txt\nD  gone.txt\nA  mine.txt");

    assert_eq!(
        rehearse(&lab, &Target::Undo).staged,
        [""; 0],
        "it stages more, and unstages nothing"
    );
    go(&lab, &Target::Undo);
    assert_eq!(cached(&lab), all);
    assert_eq!(rehearse(&lab, &Target::Redo).staged, ["late.txt"]);
    go(&lab, &Target::Redo);
    assert_eq!(cached(&lab), kept);
    lab.write("fresh.txt", "fresh\n");
    lab.write("a.txt", "staged anew\n");
    lab.git(&["add", "fresh.txt", "a.txt"]);
    assert_eq!(rehearse(&lab, &Target::Undo).staged, ["a.txt", "fresh.txt"]);
    go(&lab, &Target::Undo);
    assert_eq!(cached(&lab), all);
}

#[test]
fn what_was_staged_otherwise_than_the_file_will_be_is_unstaged() {
    let lab = Lab::with_commit();
    let target = staged(&lab);
    lab.write("a.txt", "another\n");
    lab.git(&["add", "a.txt"]);
    lab.git(&["reset", "-q", "--", "gone.txt"]);
    assert_eq!(rehearse(&lab, &target).staged, ["a.txt"]);
    go(&lab, &target);
    assert_eq!(cached(&lab), "A mine.txt");
    assert_eq!(fs::read_to_string(lab.root().join("a.txt")).unwrap(), "staged\n");
}

#[test]
fn what_will_be_committed_just_so_is_not_called_unstaged() {
    let lab = Lab::with_commit();
    let first = lab.repo().head().unwrap().unwrap();
    lab.write("a.txt", "two\n");
    lab.commit("second").unwrap();
    lab.write("a.txt", "one\n");
    lab.git(&["add", "a.txt"]);
    lab.write("b.txt", "b\n");
    let target = Target::Commit { commit: first };
    assert_eq!(rehearse(&lab, &target).staged, [""; 0]);
    go(&lab, &target);
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_file_with_other_line_ends_than_git_keeps_stays_staged_and_a_cut_off_move_is_finished_so() {
    let lab = Lab::with_commit();
    lab.git(&["config", "core.autocrlf", "true"]);
    lab.write("a.txt", "staged\r\n");
    lab.git(&["add", "a.txt"]);
    let made = lab.repo().checkpoint("kept", LIMIT, None).unwrap().unwrap();
    let target = Target::Checkpoint { checkpoint: made.id };
    lab.write("late.txt", "late\r\n");
    lab.git(&["add", "late.txt"]);
    assert_eq!(rehearse(&lab, &target).staged, ["late.txt"]);
    go(&lab, &target);
    assert_eq!(cached(&lab), "M a.txt");
    // As if it had been killed before the index was brought along.
    lab.git(&["update-ref", "refs/longhaul/pending", "refs/longhaul/undo/1"]);
    let index = lab.git(&["rev-parse", "refs/longhaul/undo/1:index"]);
    let bytes = lab.try_git(&["cat-file", "blob", &index]).stdout;
    fs::write(lab.root().join(".git/index"), bytes).unwrap();
    assert_eq!(cached(&lab), "M a.txt\nA late.txt");
    let moved = lab.repo().finish_move().unwrap().unwrap();
    assert_eq!(
        (cached(&lab).as_str(), moved.facts.unstaged),
        ("M a.txt", vec!["late.txt".to_owned()])
    );
}
