//! Configuration that an agent may have planted is never executed, nor does it lead us elsewhere.

use super::{GitError, Lab, Repo, git_in};
use std::os::unix::fs::PermissionsExt;

/// Plants a program that leaves a trace, and returns how to call it.
fn trap(lab: &Lab) -> (String, impl Fn() -> bool) {
    let (script, trace) = (lab.root().join(".git/trap.sh"), lab.root().join(".git/trace"));
    std::fs::write(
        &script,
        format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\nexit 1\n", trace.display()),
    )
    .unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    (script.display().to_string(), move || trace.exists())
}

/// Does everything this module can do.
fn everything(lab: &Lab) {
    let repo = lab.repo();
    repo.observe(20).unwrap();
    repo.dirty().unwrap();
    repo.refs_fingerprint().unwrap();
    let made = lab.commit("with traps set").unwrap();
    repo.commit_diff(&made.commit).unwrap();
    repo.read_at(&made.commit, "a.txt").unwrap();
    repo.paths_at(&made.commit).unwrap();
}

#[test]
fn nothing_that_the_configuration_names_is_run() {
    let lab = Lab::with_commit();
    let (trap, sprung) = trap(&lab);
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "merge.evil.driver",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "gpg.program",
        "pager.diff",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
    ] {
        lab.git(&["config", key, &trap]);
    }
    lab.git(&["config", "commit.gpgsign", "true"]);
    lab.git(&["config", "filter.evil.required", "true"]);
    lab.git(&["config", "core.hooksPath", lab.root().join(".git/planted").to_str().unwrap()]);
    for dir in ["hooks", "planted"] {
        for hook in [
            "pre-commit",
            "commit-msg",
            "prepare-commit-msg",
            "post-commit",
            "post-index-change",
            "reference-transaction",
            "fsmonitor-watchman",
        ] {
            let place = lab.root().join(".git").join(dir);
            std::fs::create_dir_all(&place).unwrap();
            std::fs::copy(&trap, place.join(hook)).unwrap();
        }
    }
    lab.write(".gitattributes", "*.evil filter=evil diff=evil merge=evil\n");
    lab.write("x.evil", "filtered\n");
    lab.write("a.txt", "two\n");
    everything(&lab);
    assert!(!sprung());
    // The traps are real: git itself runs into them.
    lab.try_git(&["status"]);
    assert!(sprung());
}

#[test]
fn files_of_a_configured_filter_are_left_out_and_named() {
    let lab = Lab::with_commit();
    lab.write("old.bin", "pointer\n");
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "second"]);
    lab.git(&["config", "filter.lfs.clean", "false"]);
    lab.write(".gitattributes", "*.bin filter=lfs\n*.md filter=unconfigured\n");
    lab.write("old.bin", "content\n");
    lab.write("new.bin", "content\n");
    lab.write("read.md", "no driver, no filter\n");
    let repo = lab.repo();
    let tree = repo.snapshot().unwrap();
    let mut named: Vec<_> = tree.left_out.iter().map(|left| left.path.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["new.bin", "old.bin"]);
    assert!(tree.left_out[0].reason.contains("filter `lfs`"), "{:?}", tree.left_out);
    assert_eq!(repo.read_at(&tree.id, "old.bin").unwrap().unwrap(), b"pointer\n");
    assert!(repo.read_at(&tree.id, "read.md").unwrap().is_some());
}

#[test]
fn a_worktree_setting_cannot_make_us_read_another_directory() {
    let (lab, secret) = (Lab::with_commit(), Lab::bare_directory());
    secret.write("key.pem", "secret");
    lab.git(&["config", "core.worktree", secret.root().to_str().unwrap()]);
    let error = Repo::discover(&lab.root()).unwrap_err();
    assert!(
        matches!(&error, GitError::Elsewhere { .. }) && error.to_string().contains("core.worktree"),
        "{error}"
    );
}

#[test]
fn planted_repositories_below_are_not_run_either() {
    let lab = Lab::with_commit();
    let (trap, sprung) = trap(&lab);
    lab.write("sub/x", "x");
    let sub = lab.root().join("sub");
    assert!(git_in(&sub, &["init", "-q"]).status.success());
    assert!(git_in(&sub, &["config", "core.fsmonitor", &trap]).status.success());
    lab.write("bare/HEAD", "ref: refs/heads/main\n");
    lab.write("bare/config", format!("[core]\nbare = true\nfsmonitor = {trap}\n"));
    for dir in ["bare/objects", "bare/refs"] {
        std::fs::create_dir_all(lab.root().join(dir)).unwrap();
    }
    lab.write("a.txt", "two\n");
    everything(&lab);
    assert!(!sprung());
}

#[test]
fn spellings_of_dot_git_never_enter_a_tree() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "two\n");
    lab.write(".GIT/config", "[core]\nfsmonitor = x\n");
    lab.write("deep/.git./x", "1");
    lab.write("deep/git~1/x", "1");
    let tree = lab.snapshot();
    let names = lab.tree(&tree.id.0);
    assert!(
        !names.iter().any(|name| name.to_lowercase().contains(".git/")),
        "{names:?} {:?}",
        tree.left_out
    );
}
