//! Moves: what they refuse, what they keep, and that one that was cut off is finished.

use super::Lab;
use crate::git::{GitError, Moved};
use crate::protocol::{CheckpointId, Oid, Rehearsal, Target};
use std::fs;
use std::os::unix::fs::symlink;

pub(super) const LIMIT: u64 = 1 << 20;

fn head(lab: &Lab) -> Oid {
    lab.repo().head().unwrap().unwrap()
}

pub(super) fn to(commit: &Oid) -> Target {
    Target::Commit { commit: commit.clone() }
}

pub(super) fn rehearse(lab: &Lab, target: &Target) -> Rehearsal {
    lab.repo().rehearse(target, LIMIT).unwrap()
}

pub(super) fn go(lab: &Lab, target: &Target) -> Moved {
    lab.repo().roll_back(&rehearse(lab, target), LIMIT).unwrap()
}

fn read(lab: &Lab, path: &str) -> String {
    fs::read_to_string(lab.root().join(path)).unwrap_or_else(|_| "(absent)".into())
}

#[test]
fn a_checkpoint_holds_the_disk_and_is_made_once_a_state() {
    let lab = Lab::with_commit();
    lab.write("new.txt", "new\n");
    lab.write("large.bin", vec![0; 2 << 20]);
    let repo = lab.repo();
    let made = repo.checkpoint("session 1 starts", LIMIT, None).unwrap().unwrap();
    assert_eq!((made.id, made.subject.as_str()), (CheckpointId(1), "session 1 starts"));
    assert_eq!(made.head, Some(head(&lab)));
    assert_eq!(lab.tree(&made.tree.0), ["100644 a.txt", "100644 new.txt"]);
    assert_eq!(made.left_out.len(), 1);
    assert!(
        made.left_out[0].starts_with("large.bin is larger than 1 MB"),
        "{:?}",
        made.left_out
    );
    assert_eq!(repo.checkpoint("again", LIMIT, Some(&made)).unwrap(), None);
    lab.write("new.txt", "newer\n");
    let second = repo.checkpoint("a step", LIMIT, Some(&made)).unwrap().unwrap();
    assert_eq!(second.id, CheckpointId(2));
    assert_eq!(repo.checkpoints().unwrap(), [made, second]);
    assert_eq!(lab.git(&["status", "--porcelain"]), "?? large.bin\n?? new.txt");
}

#[test]
fn old_checkpoints_go_by_number_and_files_and_the_newest_never() {
    let lab = Lab::with_commit();
    let repo = lab.repo();
    let mut made = Vec::new();
    for text in ["1", "2", "3"] {
        lab.write("a.txt", text);
        made.push(repo.checkpoint(text, LIMIT, None).unwrap().unwrap());
    }
    lab.git(&["pack-refs", "--all"]);
    let mut named: Vec<_> = made.iter().map(|made| (made.id, made.tree.clone())).collect();
    named[0].1 = made[1].tree.clone();
    named.push((CheckpointId(9), made[1].tree.clone()));
    let ids = [made[1].id, made[2].id];
    assert_eq!(
        repo.checkpoints_among(&named).unwrap(),
        ids,
        "another repository's checkpoint 1 is none of these"
    );
    repo.drop_checkpoints(&ids).unwrap();
    let left: Vec<CheckpointId> = repo.checkpoints().unwrap().iter().map(|left| left.id).collect();
    assert_eq!(
        left,
        [CheckpointId(1), CheckpointId(3)],
        "the newest's number is not given again"
    );
    assert!(matches!(repo.read_checkpoint(ids[0]), Err(GitError::NoCheckpoint { .. })));
}

#[test]
fn the_rehearsal_names_all_that_would_happen() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write("b.txt", "b\n");
    lab.write("a.txt", "two\n");
    lab.commit("second").unwrap();
    fs::remove_file(lab.root().join("a.txt")).unwrap();
    lab.write("scratch.txt", "mine\n");
    let seen = rehearse(&lab, &to(&first));
    assert_eq!(seen.returned, ["a.txt"]);
    assert_eq!(seen.removed, ["b.txt"]);
    assert_eq!(seen.untracked, ["scratch.txt"]);
    assert_eq!((seen.branch.as_str(), seen.undo, seen.returning), ("main", 1, 0));
    assert_eq!(seen.set_aside.len(), 1);
    assert_eq!(seen.title, format!("{} \"first\"", first.short()));

    let moved = go(&lab, &to(&first));
    assert_eq!((moved.number, moved.files), (1, 3));
    assert_eq!((read(&lab, "a.txt").as_str(), head(&lab)), ("one\n", first));
    assert!(!lab.exists("b.txt") && !lab.exists("scratch.txt"));
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(lab.git(&["show", "refs/longhaul/undo/1:files/scratch.txt"]), "mine");
    go(&lab, &Target::Undo);
    assert_eq!(
        (read(&lab, "b.txt").as_str(), read(&lab, "scratch.txt").as_str()),
        ("b\n", "mine\n")
    );
    assert!(matches!(
        lab.repo().rehearse(&Target::Undo, LIMIT),
        Err(GitError::NoMove { what: "undo" })
    ));
    go(&lab, &Target::Redo);
    assert!(!lab.exists("scratch.txt"));
    assert!(matches!(
        lab.repo().rehearse(&Target::Redo, LIMIT),
        Err(GitError::NoMove { what: "redo" })
    ));
}

#[test]
fn what_changed_since_the_rehearsal_stops_the_move() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write("a.txt", "two\n");
    lab.commit("second").unwrap();
    let seen = rehearse(&lab, &to(&first));
    lab.write("a.txt", "a person's edit\n");
    assert!(matches!(lab.repo().roll_back(&seen, LIMIT), Err(GitError::Stale)));
    assert_eq!(read(&lab, "a.txt"), "a person's edit\n");
    assert_eq!(lab.git(&["for-each-ref", "refs/longhaul"]), "");
}

#[test]
fn ignored_files_stay_through_a_change_of_the_rules() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write(".gitignore", "deps/\n");
    lab.write("deps/big.js", "dependency\n");
    lab.commit("ignore").unwrap();
    go(&lab, &to(&first));
    assert!(lab.exists("deps/big.js") && !lab.exists(".gitignore"));
    go(&lab, &Target::Undo);
    assert_eq!(
        (read(&lab, "deps/big.js").as_str(), read(&lab, ".gitignore").as_str()),
        ("dependency\n", "deps/\n")
    );
}

#[test]
fn an_ignored_file_in_the_place_of_another_is_kept_by_the_undo() {
    let lab = Lab::with_commit();
    lab.write("conf", "tracked\n");
    lab.commit("with conf").unwrap();
    let with = head(&lab);
    lab.git(&["rm", "-q", "conf"]);
    lab.write(".gitignore", "conf\n");
    lab.commit("conf is ignored now").unwrap();
    lab.write("conf", "secret\n");
    go(&lab, &to(&with));
    assert_eq!(read(&lab, "conf"), "tracked\n");
    go(&lab, &Target::Undo);
    assert_eq!(read(&lab, "conf"), "secret\n");
}

#[test]
fn what_cannot_be_kept_stops_the_move() {
    let lab = Lab::with_commit();
    lab.write("dir", "a file\n");
    lab.commit("with dir").unwrap();
    let with = head(&lab);
    fs::remove_file(lab.root().join("dir")).unwrap();
    lab.write(".gitignore", "*.bin\n");
    lab.write("dir/x.bin", "only copy\n");
    lab.commit("dir is a directory").unwrap();
    let error = lab.repo().rehearse(&to(&with), LIMIT).unwrap_err();
    assert!(
        error.to_string().starts_with("dir/x.bin is not a file that git can keep"),
        "{error}"
    );
    assert_eq!(read(&lab, "dir/x.bin"), "only copy\n");
}

#[test]
fn nothing_is_written_or_removed_through_a_link() {
    let lab = Lab::with_commit();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("f.txt"), "outside\n").unwrap();
    lab.write("d/f.txt", "inside\n");
    lab.commit("with d").unwrap();
    let with = head(&lab);
    fs::remove_dir_all(lab.root().join("d")).unwrap();
    symlink(outside.path(), lab.root().join("d")).unwrap();
    lab.commit("d is a link").unwrap();
    go(&lab, &to(&with));
    assert_eq!(read(&lab, "d/f.txt"), "inside\n");
    go(&lab, &Target::Undo);
    assert!(lab.root().join("d").is_symlink());
    assert_eq!(fs::read_to_string(outside.path().join("f.txt")).unwrap(), "outside\n");
}

#[test]
fn a_tree_made_by_hand_writes_nothing_into_git() {
    let lab = Lab::with_commit();
    let repo = lab.repo();
    let blob = lab.git(&["hash-object", "-w", "a.txt"]);
    let listing = format!("100755 blob {blob}\tpre-commit");
    let hooks = mktree(&lab, &listing);
    let dot_git = mktree(&lab, &format!("040000 tree {hooks}\thooks"));
    let root = mktree(&lab, &format!("040000 tree {dot_git}\t.GIT\n100644 blob {blob}\ta.txt"));
    let files = repo.files_of(&Oid(root)).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), [b"a.txt"]);
}

fn mktree(lab: &Lab, listing: &str) -> String {
    lab.write("listing", format!("{listing}\n"));
    let script = format!("git mktree < '{}'", lab.root().join("listing").display());
    let done = std::process::Command::new("sh")
        .current_dir(lab.root())
        .args(["-c", &script])
        .output()
        .unwrap();
    fs::remove_file(lab.root().join("listing")).unwrap();
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_move_from_before_the_first_commit_and_back() {
    let lab = Lab::new();
    lab.write("a.txt", "draft\n");
    let start = lab.repo().checkpoint("before anything", LIMIT, None).unwrap().unwrap();
    lab.commit("first").unwrap();
    lab.write("a.txt", "later\n");
    go(&lab, &Target::Checkpoint { checkpoint: start.id });
    assert_eq!((lab.repo().head().unwrap(), read(&lab, "a.txt").as_str()), (None, "draft\n"));
    go(&lab, &Target::Undo);
    assert_eq!(
        (lab.git(&["log", "--format=%s"]).as_str(), read(&lab, "a.txt").as_str()),
        ("first", "later\n")
    );
}

#[test]
fn a_move_that_was_cut_off_is_finished_and_edits_made_meanwhile_are_kept_aside() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write("a.txt", "two\n");
    lab.write("b.txt", "b\n");
    lab.commit("second").unwrap();
    let second = head(&lab);
    go(&lab, &to(&first));
    // As if it had been killed after the branch had moved and before any file had.
    lab.git(&["update-ref", "refs/longhaul/pending", "refs/longhaul/undo/1"]);
    lab.write("a.txt", "edited after the crash\n");
    lab.write("b.txt", "b\n");
    lab.write(".longhaul-1.tmp", "half");
    let moved = lab.repo().finish_move().unwrap().unwrap();
    assert_eq!(moved.kept, ["a.txt.kept-1"]);
    assert_eq!(
        (read(&lab, "a.txt").as_str(), read(&lab, "a.txt.kept-1").as_str()),
        ("one\n", "edited after the crash\n")
    );
    assert!(!lab.exists("b.txt") && !lab.exists(".longhaul-1.tmp"));
    assert_eq!(lab.repo().finish_move().unwrap(), None);

    // Killed before the branch had moved, with the branch's lock in hand.
    lab.git(&["update-ref", "refs/heads/main", &second.0]);
    lab.git(&["update-ref", "refs/longhaul/pending", "refs/longhaul/undo/1"]);
    lab.write(".git/refs/heads/main.lock", format!("{first}\n"));
    lab.repo().finish_move().unwrap().unwrap();
    assert_eq!(head(&lab), first);

    // Killed before anything was begun.
    lab.git(&["update-ref", "refs/longhaul/pending", &second.0]);
    lab.git(&["update-ref", "refs/longhaul/pending", "HEAD"]);
    assert!(lab.repo().finish_move().is_err(), "not a record of ours");
}

#[test]
fn undo_and_redo_name_where_they_go_however_often_and_count_no_move_as_an_edit() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write("a.txt", "two\n");
    lab.commit("Second").unwrap();
    let repo = lab.repo();
    repo.checkpoint("before", LIMIT, None).unwrap();
    go(&lab, &to(&first));
    let mut titles = Vec::new();
    for target in [Target::Undo, Target::Redo, Target::Undo] {
        let rehearsal = rehearse(&lab, &target);
        assert_eq!(rehearsal.edited, [""; 0], "{target:?}");
        titles.push(rehearsal.title);
        go(&lab, &target);
    }
    assert!(titles[0].starts_with("what was there before the move to "), "{titles:?}");
    assert_eq!(
        titles[0].strip_prefix("what was there before the move to "),
        Some(titles[1].as_str())
    );
    assert_eq!(titles[2], titles[0]);
}

#[test]
fn an_index_that_a_lock_kept_from_following_a_move_is_mended_once_the_lock_is_gone() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write("a.txt", "two\n");
    lab.write("b.txt", "b\n");
    lab.commit("Second").unwrap();
    let shown = rehearse(&lab, &to(&first));
    let lock = lab.root().join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    let moved = lab.repo().roll_back(&shown, LIMIT).unwrap();
    assert!(moved.index_behind.is_some(), "{moved:?}");
    fs::remove_file(&lock).unwrap();
    assert_ne!(
        lab.git(&["status", "--porcelain"]),
        "",
        "the index still shows the second commit"
    );
    assert!(lab.repo().mend_index().unwrap());
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert!(!lab.repo().mend_index().unwrap());
}

#[test]
fn a_file_that_git_is_not_to_look_at_comes_back_as_it_was_once_it_was_removed() {
    let lab = Lab::with_commit();
    lab.git(&["update-index", "--skip-worktree", "a.txt"]);
    lab.write("a.txt", "the person's\n");
    let made = lab.repo().checkpoint("begin", LIMIT, None).unwrap().unwrap();
    fs::remove_file(lab.root().join("a.txt")).unwrap();
    let target = Target::Checkpoint { checkpoint: made.id };
    assert_eq!(rehearse(&lab, &target).returned, ["a.txt"]);
    go(&lab, &target);
    assert_eq!(read(&lab, "a.txt"), "the person's\n");
    assert!(lab.git(&["ls-files", "-v"]).contains("S a.txt"));
}

#[test]
fn a_move_to_a_commit_keeps_what_a_person_had_beside_it() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    lab.write("a.txt", "mine\n");
    lab.write("untracked.txt", "mine\n");
    lab.write("staged.txt", "mine\n");
    lab.git(&["add", "staged.txt"]);
    let repo = lab.repo();
    let begun = repo.checkpoint("s1 session start", LIMIT, None).unwrap().unwrap();
    // Only the agent's file goes into a commit.
    let committed = |name: &str| {
        lab.write(name, "agent\n");
        lab.git(&["commit", "-q", "-m", name, "--only", name]);
        head(&lab)
    };
    let one = {
        lab.write("one.txt", "");
        lab.git(&["add", "one.txt"]);
        committed("one.txt")
    };
    let kept = repo.checkpoint("s1 commit", LIMIT, Some(&begun)).unwrap().unwrap();
    lab.write("two.txt", "");
    lab.git(&["add", "two.txt"]);
    let two = committed("two.txt");
    repo.checkpoint("s1 commit", LIMIT, Some(&kept)).unwrap();
    assert_ne!(one, two);

    let seen = rehearse(&lab, &to(&one));
    assert_eq!(
        (seen.removed.as_slice(), seen.changed.len(), seen.untracked.len()),
        (&["two.txt".to_owned()][..], 0, 0),
        "{seen:?}"
    );
    go(&lab, &to(&one));
    for mine in ["a.txt", "untracked.txt", "staged.txt"] {
        assert_eq!(read(&lab, mine), "mine\n", "{mine}");
    }
    assert_eq!(
        (read(&lab, "one.txt"), read(&lab, "two.txt")),
        ("agent\n".into(), "(absent)".into())
    );
    assert_eq!(head(&lab), one);
    // To where the session began, a commit of the person's own.
    go(&lab, &to(&first));
    for mine in ["a.txt", "untracked.txt", "staged.txt"] {
        assert_eq!(read(&lab, mine), "mine\n", "{mine}");
    }
    assert_eq!((read(&lab, "one.txt"), head(&lab)), ("(absent)".into(), first));
}

#[test]
fn what_is_staged_and_will_not_be_is_named_and_an_undo_stages_it_again() {
    let lab = Lab::with_commit();
    let first = head(&lab);
    assert!(rehearse(&lab, &to(&first)).staged.is_empty());
    lab.write("b.txt", "b\n");
    lab.commit("second").unwrap();
    lab.write("a.txt", "staged\n");
    lab.write("new.txt", "new\n");
    lab.git(&["add", "a.txt", "new.txt"]);
    assert_eq!(rehearse(&lab, &to(&first)).staged, ["a.txt", "new.txt"]);
    go(&lab, &to(&first));
    assert_eq!(lab.git(&["diff", "--cached", "--name-only"]), "");
    assert!(rehearse(&lab, &Target::Undo).staged.is_empty());
    go(&lab, &Target::Undo);
    assert_eq!(lab.git(&["diff", "--cached", "--name-only"]), "a.txt\nnew.txt");
}
