//! When a worktree may go, and what of it stays.

use super::worktree::{made_in, must, nest};
use crate::git::{GitError, Removal, Repo};
use crate::protocol::WorkTree;
use std::fs;
use std::path::{Path, PathBuf};

/// What is said, what makes it so, and what ends it.
type Case<'a> = (&'a str, &'a dyn Fn(), &'a dyn Fn());

#[test]
fn only_a_worktree_with_nothing_of_worth_may_go() {
    let (_dir, root) = nest("app");
    fs::write(root.join(".gitignore"), "*.log\n").unwrap();
    must(&root, &["add", "."]);
    must(&root, &["commit", "-q", "-m", "ignores"]);
    let tree = made_in(&root);
    let path = PathBuf::from(&tree.path);
    let repo = Repo::discover(&root).unwrap();
    let stays = |removal| repo.must_stay(&tree, &tree.base, removal).unwrap();
    fs::write(path.join("build.log"), "noise\n").unwrap();
    assert_eq!(stays(Removal::New), None, "what is ignored is asked for apart");
    assert_eq!(ignored_names(&repo, &tree), ["build.log 6"]);
    let work: [Case<'_>; 6] = [
        ("?? new.txt", &|| fs::write(path.join("new.txt"), "x").unwrap(), &|| {
            fs::remove_file(path.join("new.txt")).unwrap();
        }),
        ("M a.txt", &|| fs::write(path.join("a.txt"), "x").unwrap(), &|| {
            fs::write(path.join("a.txt"), "one\n").unwrap();
        }),
        ("D a.txt", &|| fs::remove_file(path.join("a.txt")).unwrap(), &|| {
            fs::write(path.join("a.txt"), "one\n").unwrap();
        }),
        (
            "not to look at",
            &|| {
                must(&path, &["update-index", "--assume-unchanged", "a.txt"]);
                fs::write(path.join("a.txt"), "hidden").unwrap();
            },
            &|| {
                fs::write(path.join("a.txt"), "one\n").unwrap();
                must(&path, &["update-index", "--no-assume-unchanged", "a.txt"]);
            },
        ),
        (
            "a repository lies in it",
            &|| {
                must(&path, &["init", "-q", "deep.log"]);
            },
            &|| fs::remove_dir_all(path.join("deep.log")).unwrap(),
        ),
        (
            "has commits since",
            &|| {
                must(
                    &path,
                    &[
                        "-c",
                        "user.name=Ada",
                        "-c",
                        "user.email=a@b",
                        "commit",
                        "-q",
                        "--allow-empty",
                        "-m",
                        "late",
                    ],
                );
            },
            &|| {
                must(&path, &["reset", "-q", "--soft", "HEAD~1"]);
            },
        ),
    ];
    for (said, begin, end) in work {
        begin();
        let why = stays(Removal::New).unwrap_or_default();
        assert!(why.contains(said), "{said}: {why}");
        end();
        assert_eq!(stays(Removal::New), None, "{said}");
    }
    fs::remove_file(path.join("a.txt")).unwrap();
    assert_eq!(stays(Removal::Begun), None, "a removal that was cut off leaves files missing");
    repo.remove_worktree(&tree).unwrap();
    repo.remove_worktree(&tree).unwrap();
    assert!(!path.exists());
    assert!(!must(&root, &["worktree", "list"]).contains("longhaul"));
    assert!(repo.drop_merged_branch(&tree.branch, &tree.base, "main").unwrap());
    assert!(!repo.drop_merged_branch(&tree.branch, &tree.base, "main").unwrap());
}

#[test]
fn a_branch_with_work_that_is_nowhere_else_is_not_dropped() {
    let (_dir, root) = nest("app");
    must(&root, &["branch", "longhaul/x"]);
    must(&root, &["switch", "-q", "longhaul/x"]);
    must(&root, &["commit", "-q", "--allow-empty", "-m", "work"]);
    let repo = Repo::discover(&root).unwrap();
    let tip = repo.head().unwrap().unwrap();
    must(&root, &["switch", "-q", "main"]);
    assert!(!repo.drop_merged_branch("longhaul/x", &tip, "main").unwrap());
    must(&root, &["rev-parse", "longhaul/x"]);
}

fn ignored_names(repo: &Repo, tree: &WorkTree) -> Vec<String> {
    let named = |one: &crate::git::Ignored| format!("{} {}", one.name, one.bytes);
    repo.ignored_in(tree).unwrap().iter().map(named).collect()
}

#[test]
fn what_git_ignores_is_named_with_its_size_and_moved_whole() {
    let (dir, root) = nest("app");
    fs::write(root.join(".gitignore"), "*.log\ntarget/\n").unwrap();
    must(&root, &["add", "."]);
    must(&root, &["commit", "-q", "-m", "ignores"]);
    fs::write(root.join(".git/info/exclude"), ".env\n").unwrap();
    let tree = made_in(&root);
    let path = PathBuf::from(&tree.path);
    let repo = Repo::discover(&root).unwrap();
    assert_eq!(ignored_names(&repo, &tree), [""; 0]);
    for folder in ["target/deep", "target/empty", "dir/only", "hollow/target"] {
        fs::create_dir_all(path.join(folder)).unwrap();
    }
    for (file, text) in [
        (".env", "K=1"),
        ("target/a", "12345"),
        ("target/deep/b", "1234567"),
        ("dir/only/x.log", "x"),
    ] {
        fs::write(path.join(file), text).unwrap();
    }
    std::os::unix::fs::symlink("nowhere", path.join("link.log")).unwrap();
    let mut named = ignored_names(&repo, &tree);
    named.sort();
    assert_eq!(named, [".env 3", "dir/only/x.log 1", "link.log 7", "target/ 12"]);
    let aside = dir.path().join("kept");
    repo.set_ignored_aside(&tree, &aside).unwrap();
    assert_eq!(ignored_names(&repo, &tree), [""; 0], "directories without a file are no loss");
    for (file, text) in [(".env", "K=1"), ("target/deep/b", "1234567"), ("dir/only/x.log", "x")] {
        assert_eq!(fs::read_to_string(aside.join(file)).unwrap(), text);
    }
    assert_eq!(fs::read_link(aside.join("link.log")).unwrap(), Path::new("nowhere"));
    fs::write(path.join(".env"), "K=2").unwrap();
    let error = repo.set_ignored_aside(&tree, &aside).unwrap_err();
    assert!(matches!(error, GitError::InTheWay { .. }), "{error}");
    assert_eq!(fs::read_to_string(aside.join(".env")).unwrap(), "K=1", "nothing is replaced");
}

#[test]
fn files_where_a_submodule_is_not_filled_keep_a_worktree() {
    let (_dir, root) = nest("app");
    let head = must(&root, &["rev-parse", "HEAD"]);
    must(
        &root,
        &["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendor/sub")],
    );
    must(&root, &["commit", "-q", "-m", "a submodule"]);
    let tree = made_in(&root);
    let repo = Repo::discover(&root).unwrap();
    let stays = || repo.must_stay(&tree, &tree.base, Removal::New).unwrap();
    assert_eq!(stays(), None, "an empty directory is no work");
    let dir = Path::new(&tree.path).join("vendor/sub");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("inner.txt"), "inner").unwrap();
    let why = stays().unwrap();
    assert!(why.contains("files lie in vendor/sub"), "{why}");
}

#[test]
fn a_lock_that_a_killed_process_left_on_a_ref_of_ours_does_not_keep_it() {
    let (_dir, root) = nest("app");
    let repo = Repo::discover(&root).unwrap();
    must(&root, &["branch", "longhaul/x"]);
    let lock = root.join(".git/refs/heads/longhaul/x.lock");
    fs::write(&lock, "").unwrap();
    repo.drop_ref("refs/heads/longhaul/x").unwrap();
    assert!(!lock.exists() && repo.names("refs/heads/longhaul/*").unwrap().is_empty());
}
