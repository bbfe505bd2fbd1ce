//! Files where a submodule is not filled: in checkpoints and moves like untracked ones, in no commit, and never without a word.

use super::{Lab, git_in};
use crate::git::{Checkpoint, LeftOut};
use crate::protocol::{CheckpointId, Lacking, Target};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

const LIMIT: u64 = 1 << 20;

/// A repository with a submodule at `vendor/sub` that is not filled.
fn lab() -> Lab {
    let lab = Lab::with_commit();
    let head = lab.git(&["rev-parse", "HEAD"]);
    lab.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendor/sub")]);
    lab.write(".gitignore", "*.log\n");
    lab.git(&["add", ".gitignore"]);
    lab.git(&["commit", "-q", "-m", "a submodule"]);
    fs::create_dir_all(lab.root().join("vendor/sub")).unwrap();
    lab
}

fn keep(lab: &Lab) -> Checkpoint {
    let repo = lab.repo();
    let last = repo.latest_checkpoint().unwrap();
    repo.checkpoint("a step", LIMIT, last.as_ref()).unwrap().unwrap()
}

fn go(lab: &Lab, target: &Target) {
    let rehearsal = lab.repo().rehearse(target, LIMIT).unwrap();
    lab.repo().roll_back(&rehearsal, LIMIT).unwrap();
}

const fn to(checkpoint: CheckpointId) -> Target {
    Target::Checkpoint { checkpoint }
}

fn read(lab: &Lab, path: &str) -> String {
    fs::read_to_string(lab.root().join(path)).unwrap_or_else(|_| "(absent)".into())
}

#[test]
fn a_checkpoint_holds_them_and_a_move_brings_them_back_exactly() {
    let lab = lab();
    let empty = keep(&lab);
    assert_eq!(empty.left_out, [""; 0]);
    let inner = lab.root().join("vendor/sub/deep/run.sh");
    lab.write("vendor/sub/inner.txt", "inner\r\n");
    lab.write("vendor/sub/deep/run.sh", "#!/bin/sh\n");
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("inner.txt", lab.root().join("vendor/sub/link")).unwrap();
    lab.write("vendor/sub/noise.log", "ignored");
    let full = keep(&lab);
    assert_eq!(full.left_out, [""; 0]);
    assert_eq!(
        lab.tree(&full.tree.0),
        [
            "100644 .gitignore",
            "100644 a.txt",
            "100755 vendor/sub/deep/run.sh",
            "100644 vendor/sub/inner.txt",
            "120000 vendor/sub/link"
        ]
    );
    fs::remove_dir_all(lab.root().join("vendor")).unwrap();
    go(&lab, &to(full.id));
    assert_eq!(read(&lab, "vendor/sub/inner.txt"), "inner\r\n");
    assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(
        fs::read_link(lab.root().join("vendor/sub/link")).unwrap().to_str(),
        Some("inner.txt")
    );

    lab.write("vendor/sub/noise.log", "ignored");
    go(&lab, &to(empty.id));
    assert_eq!(read(&lab, "vendor/sub/inner.txt"), "(absent)");
    assert_eq!(read(&lab, "vendor/sub/noise.log"), "ignored");
    fs::remove_file(lab.root().join("vendor/sub/noise.log")).unwrap();
    go(&lab, &Target::Undo);
    assert_eq!(read(&lab, "vendor/sub/deep/run.sh"), "#!/bin/sh\n");
    go(&lab, &Target::Redo);
    assert_eq!(read(&lab, "vendor/sub/inner.txt"), "(absent)");
    assert!(
        lab.exists("vendor/sub"),
        "git takes a submodule without a directory for removed"
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_commit_has_the_submodule_and_names_them() {
    let lab = lab();
    assert_eq!(lab.snapshot().left_out, []);
    lab.write("vendor/sub/noise.log", "ignored");
    assert_eq!(lab.snapshot().left_out, []);
    lab.write("vendor/sub/inner.txt", "inner");
    lab.write("b.txt", "b\n");
    let tree = lab.snapshot();
    let told = LeftOut {
        path: "vendor/sub/inner.txt".into(),
        reason: "lies in a submodule that is not filled: no commit can hold it".into(),
    };
    assert_eq!(tree.left_out, [told]);
    assert_eq!(lab.repo().files_in_unfilled_submodules().unwrap(), ["vendor/sub/inner.txt"]);
    lab.commit("b").unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert!(lab.git(&["ls-tree", "HEAD", "vendor/sub"]).starts_with("160000 commit"));
    for n in 0..30 {
        lab.write(&format!("vendor/sub/{n:02}"), "");
    }
    let told = lab.snapshot().left_out;
    assert_eq!(told.len(), 21);
    assert_eq!(told[20].path, "vendor/sub");
    assert!(told[20].reason.contains("11 more files lie in it"), "{told:?}");
}

#[test]
fn what_even_a_checkpoint_cannot_hold_there_is_named() {
    let lab = lab();
    lab.write("vendor/sub/large.bin", vec![0; 2 << 20]);
    lab.write("vendor/sub/tool/x", "of another repository");
    assert!(git_in(&lab.root().join("vendor/sub/tool"), &["init", "-q"]).status.success());
    let made = keep_any(&lab);
    assert_eq!(made.left_out.len(), 2, "{:?}", made.left_out);
    assert!(
        made.left_out[0].starts_with("vendor/sub/tool is a repository"),
        "{:?}",
        made.left_out
    );
    assert!(
        made.left_out[1].starts_with("vendor/sub/large.bin is larger"),
        "{:?}",
        made.left_out
    );
    assert!(lab.git(&["ls-tree", &made.tree.0, "vendor/sub"]).starts_with("160000 commit"));
}

fn keep_any(lab: &Lab) -> Checkpoint {
    lab.repo().checkpoint("a step", LIMIT, None).unwrap().unwrap()
}

#[test]
fn a_submodule_that_was_filled_since_is_left_alone() {
    let lab = lab();
    lab.write("vendor/sub/inner.txt", "inner");
    let full = keep(&lab);
    fs::remove_file(lab.root().join("vendor/sub/inner.txt")).unwrap();
    lab.write("vendor/sub/inner.txt", "the library's");
    assert!(git_in(&lab.root().join("vendor/sub"), &["init", "-q"]).status.success());
    lab.write("a.txt", "two\n");
    let rehearsal = lab.repo().rehearse(&to(full.id), LIMIT).unwrap();
    assert_eq!(rehearsal.changed, ["a.txt"]);
    let told = rehearsal
        .left_alone
        .iter()
        .any(|line| line.contains("vendor/sub is a submodule that was filled since"));
    assert!(told, "{:?}", rehearsal.left_alone);
    go(&lab, &to(full.id));
    assert_eq!(read(&lab, "vendor/sub/inner.txt"), "the library's");
}

#[test]
fn a_rehearsal_says_what_its_checkpoint_lacks_and_what_stays_that_git_passes_over() {
    let lab = Lab::with_commit();
    lab.write("big file.bin", vec![0; 2 << 20]);
    lab.write("other.bin", vec![1; 2 << 20]);
    let partial = keep(&lab);
    lab.git(&["add", "big file.bin"]);
    lab.git(&["commit", "-q", "-m", "large"]);
    lab.write(".gitignore", "hidden\n");
    for pipe in ["pipe", "hidden"] {
        let made = Command::new("mkfifo").arg(lab.root().join(pipe)).status().unwrap();
        assert!(made.success());
    }
    fs::create_dir(lab.root().join("run")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(lab.root().join("run/socket")).unwrap();
    let rehearsal = lab.repo().rehearse(&to(partial.id), LIMIT).unwrap();
    assert_eq!(rehearsal.removed, ["big file.bin"]);
    let lacking = |name: &str, goes: bool| Lacking {
        what: format!("{name} is larger than 1 MB: add it with git if it belongs in the repository"),
        goes,
    };
    assert_eq!(
        rehearsal.lacking,
        [lacking("big file.bin", true), lacking("other.bin", false)]
    );
    let stays: Vec<&String> = rehearsal.left_alone.iter().filter(|line| !line.contains("MB")).collect();
    assert_eq!(stays, ["pipe is a named pipe", "run/socket is a socket"]);
    let commit = Target::Commit {
        commit: lab.repo().head().unwrap().unwrap(),
    };
    assert_eq!(lab.repo().rehearse(&commit, LIMIT).unwrap().lacking, []);
}
