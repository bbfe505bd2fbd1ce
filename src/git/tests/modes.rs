//! Permission bits through checkpoints and moves, of files and directories.

use super::Lab;
use super::rollback::{LIMIT, go, rehearse, to};
use crate::git::{Checkpoint, GitError};
use crate::protocol::{ModeMove, Target};
use rustix::thread::CapabilitySet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

/// Lets the permission bits hold for this thread, though it may be root's.
pub(super) fn obey_permissions() {
    let mut mine = rustix::thread::capabilities(None).unwrap();
    let passing = CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
    mine.effective -= passing;
    mine.permitted -= passing;
    rustix::thread::set_capabilities(None, mine).unwrap();
}

fn set(lab: &Lab, path: &str, bits: u32) {
    fs::set_permissions(lab.root().join(path), Permissions::from_mode(bits)).unwrap();
}

/// The bits of these paths as one text.
fn bits(lab: &Lab, paths: &[&str]) -> String {
    let bits = |path: &&str| lab.root().join(path).symlink_metadata().unwrap().permissions().mode() & 0o7777;
    let all: Vec<String> = paths.iter().map(|path| format!("{:o}", bits(path))).collect();
    all.join(" ")
}

fn keep(lab: &Lab) -> Checkpoint {
    let repo = lab.repo();
    let last = repo.latest_checkpoint().unwrap();
    repo.checkpoint("kept", LIMIT, last.as_ref()).unwrap().unwrap()
}

fn at(kept: &Checkpoint) -> Target {
    Target::Checkpoint { checkpoint: kept.id }
}

fn moves(lab: &Lab, target: &Target) -> Vec<String> {
    let line = |moved: ModeMove| format!("{} {:o} {:o}", moved.path, moved.from, moved.to);
    rehearse(lab, target).modes.into_iter().map(line).collect()
}

const ALL: [&str; 5] = ["secret", "run.sh", "fixed", "dir", "dir/a"];

/// A private file, a private program, one that may not be written, and a private directory that may not be written into.
fn private() -> Lab {
    let lab = Lab::with_commit();
    for path in ["secret", "run.sh", "fixed", "dir/a"] {
        lab.write(path, "one\n");
    }
    for (path, bits) in [
        ("secret", 0o600),
        ("run.sh", 0o700),
        ("fixed", 0o444),
        ("dir/a", 0o640),
        ("dir", 0o500),
    ] {
        set(&lab, path, bits);
    }
    lab
}

#[test]
fn what_a_move_writes_anew_has_the_bits_that_it_had() {
    obey_permissions();
    let lab = private();
    let kept = keep(&lab);
    set(&lab, "dir", 0o755);
    for path in ["secret", "run.sh", "fixed", "dir/a"] {
        fs::remove_file(lab.root().join(path)).unwrap();
    }
    fs::remove_dir(lab.root().join("dir")).unwrap();
    go(&lab, &at(&kept));
    assert_eq!(bits(&lab, &ALL), "600 700 444 500 640");
    lab.write("secret", "two\n");
    set(&lab, "dir", 0o700);
    lab.write("dir/b", "b\n");
    set(&lab, "dir", 0o555);
    go(&lab, &at(&kept));
    assert_eq!(bits(&lab, &ALL), "600 700 444 500 640");
    assert!(!lab.exists("dir/b"), "out of a directory that may not be written into");
    go(&lab, &Target::Undo);
    assert_eq!(bits(&lab, &["dir", "dir/b"]), "555 644");
    set(&lab, "dir", 0o755);
}

#[test]
fn bits_alone_are_a_state_of_their_own_named_set_and_never_lost() {
    let lab = private();
    let kept = keep(&lab);
    assert_eq!(lab.repo().checkpoint("again", LIMIT, Some(&kept)).unwrap(), None);
    set(&lab, "secret", 0o644);
    set(&lab, "dir", 0o755);
    let seen = rehearse(&lab, &at(&kept));
    assert!(!seen.is_idle());
    assert_eq!(moves(&lab, &at(&kept)), ["dir/ 755 500", "secret 644 600"]);
    assert_eq!(seen.edited, ["dir/", "secret"], "a person's own doing");
    assert_eq!(seen.replaced(), ["dir/", "secret"]);
    assert!(seen.changed.is_empty());
    set(&lab, "secret", 0o640);
    assert!(matches!(lab.repo().roll_back(&seen, LIMIT), Err(GitError::Stale)));
    assert_eq!(bits(&lab, &["secret", "dir"]), "640 755", "nothing was changed");

    let made = keep(&lab);
    assert_ne!(made.id, kept.id, "a checkpoint of the bits alone");
    let moved = go(&lab, &at(&kept));
    assert_eq!((moved.files, moved.kept.len()), (1, 0));
    assert_eq!(bits(&lab, &ALL), "600 700 444 500 640");
    go(&lab, &Target::Undo);
    assert_eq!(bits(&lab, &["secret", "dir"]), "640 755");
    go(&lab, &Target::Redo);
    assert_eq!(bits(&lab, &["secret", "dir"]), "600 500");
}

#[test]
fn where_only_a_commit_is_known_bits_stay_and_undo_brings_back_those_of_what_went() {
    let lab = private();
    let first = lab.repo().head().unwrap().unwrap();
    lab.commit("second").unwrap();
    set(&lab, "a.txt", 0o600);
    assert_eq!(moves(&lab, &to(&first)), Vec::<String>::new());
    go(&lab, &to(&first));
    assert_eq!(bits(&lab, &["a.txt"]), "600");
    assert!(!lab.exists("secret") && !lab.exists("dir"));
    go(&lab, &Target::Undo);
    assert_eq!(bits(&lab, &ALL), "600 700 444 500 640");
}

#[test]
fn a_checkpoint_of_an_earlier_version_sets_no_bits() {
    let lab = private();
    let kept = keep(&lab);
    let reference = format!("refs/longhaul/checkpoints/{}", kept.id.0);
    let old = lab.git(&["commit-tree", &kept.tree.0, "-p", "HEAD", "-m", "kept"]);
    lab.git(&["update-ref", &reference, &old]);
    for path in ALL {
        set(&lab, path, 0o777);
    }
    set(&lab, "run.sh", 0o711);
    assert!(rehearse(&lab, &at(&kept)).modes.is_empty());
    let made = lab.repo().latest_checkpoint().unwrap();
    assert!(made.unwrap().left_out.is_empty());
}

#[test]
fn a_directory_that_nobody_may_look_into_leaves_a_checkpoint_partial() {
    obey_permissions();
    let lab = Lab::with_commit();
    lab.write("known/a", "one\n");
    lab.commit("second").unwrap();
    lab.write("new/deep/b", "b\n");
    lab.write("listed/c", "c\n");
    lab.write(".gitignore", "out/\n");
    lab.write("out/x", "x\n");
    let closed = [("known", 0o000), ("new/deep", 0o000), ("listed", 0o444), ("out", 0o000)];
    for (path, bits) in closed {
        set(&lab, path, bits);
    }
    let kept = lab.repo().checkpoint("kept", LIMIT, None);
    let seen = lab.repo().rehearse(
        &Target::Commit {
            commit: lab.repo().head().unwrap().unwrap(),
        },
        LIMIT,
    );
    for (path, _) in closed {
        set(&lab, path, 0o755);
    }
    let left_out = kept.unwrap().unwrap().left_out;
    for dir in ["known/", "listed/", "new/deep/"] {
        assert!(
            left_out
                .iter()
                .any(|left| left.starts_with(&format!("{dir} cannot be looked into"))),
            "{dir}: {left_out:?}"
        );
    }
    assert!(!left_out.iter().any(|left| left.starts_with("out")), "{left_out:?}");
    let alone = seen.unwrap().left_alone;
    assert!(alone.iter().any(|left| left.starts_with("new/deep/ cannot")), "{alone:?}");
}

/// A process that was killed had opened a directory, and somebody set a file's bits before the move was finished.
#[test]
fn a_move_that_was_cut_off_closes_what_it_had_opened() {
    let lab = private();
    let kept = keep(&lab);
    set(&lab, "dir/a", 0o600);
    lab.write("dir/b", "b\n");
    set(&lab, "secret", 0o644);
    go(&lab, &at(&kept));
    // As it was in the middle: the move is under way, the directory open, a file still as before.
    lab.git(&["update-ref", "refs/longhaul/pending", "refs/longhaul/undo/1"]);
    set(&lab, "dir", 0o700);
    set(&lab, "secret", 0o644);
    set(&lab, "dir/a", 0o604);
    assert!(lab.repo().finish_move().unwrap().is_some());
    assert_eq!(bits(&lab, &["dir", "secret"]), "500 600");
    assert_eq!(bits(&lab, &["dir/a"]), "604", "set by somebody meanwhile");
}

/// The checkpoint knows nothing of a directory in which all is ignored: a move past it leaves its bits, one through it brings them back.
#[test]
fn a_private_directory_with_only_an_ignored_file_keeps_its_bits_through_every_move() {
    obey_permissions();
    let lab = Lab::with_commit();
    lab.write(".gitignore", "*.log\n");
    lab.write("dir/x.log", "ignored");
    set(&lab, "dir", 0o700);
    let empty = keep(&lab);
    lab.write("a.txt", "two\n");
    let expect = |when: &str, wanted: &str| assert_eq!(bits(&lab, &["dir", "dir/x.log"]), wanted, "{when}");
    for (when, target) in [("beside", at(&empty)), ("undo", Target::Undo), ("redo", Target::Redo)] {
        assert_eq!(moves(&lab, &target), Vec::<String>::new(), "{when}");
        go(&lab, &target);
        expect(when, "700 644");
    }
    // Now a file that is kept lies in it too, and the directory is open to all.
    lab.write("dir/kept", "kept\n");
    set(&lab, "dir", 0o755);
    let full = keep(&lab);
    go(&lab, &at(&empty));
    assert!(!lab.exists("dir/kept"));
    expect("nothing is known of it there", "755 644");
    set(&lab, "dir", 0o700);
    go(&lab, &at(&full));
    expect("the checkpoint keeps it", "755 644");
    go(&lab, &Target::Undo);
    assert!(!lab.exists("dir/kept"));
    expect("before that it was private", "700 644");
    go(&lab, &Target::Redo);
    assert!(lab.exists("dir/kept"));
    expect("and again open", "755 644");
    set(&lab, "dir", 0o500);
    go(&lab, &at(&empty));
    assert!(!lab.exists("dir/kept"), "out of a directory that may not be written into");
    expect("closed as it was", "500 644");
    go(&lab, &Target::Undo);
    assert!(lab.exists("dir/kept"));
    expect("back in it", "500 644");
    set(&lab, "dir", 0o755);
}

#[test]
fn a_directory_that_a_move_empties_and_makes_anew_has_the_bits_of_then() {
    let lab = Lab::with_commit();
    lab.write("d/e.txt", "one\n");
    set(&lab, "d", 0o700);
    let kept = keep(&lab);
    fs::remove_file(lab.root().join("d/e.txt")).unwrap();
    lab.write("d/f/g.txt", "one\n");
    set(&lab, "d", 0o2775);
    go(&lab, &at(&kept));
    assert_eq!(bits(&lab, &["d"]), "700");
    go(&lab, &Target::Undo);
    assert_eq!(bits(&lab, &["d", "d/f"]), "2775 755");
}
