//! Worktrees beside a checkout: made, cut off, healed, kept, removed.

use super::{Lab, git_in};
use crate::git::{GitError, Repo};
use crate::protocol::WorkTree;
use std::fs;
use std::path::{Path, PathBuf};

/// A repository one directory down, so that its worktrees go with it.
pub(super) fn nest(name: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap().join(name);
    fs::create_dir(&root).unwrap();
    let git = |args: &[&str]| must(&root, args);
    git(&["init", "-q", "-b", "main"]);
    git(&["config", "user.name", "Ada"]);
    git(&["config", "user.email", "ada@example.com"]);
    fs::create_dir(root.join("dir")).unwrap();
    fs::write(root.join("a.txt"), "one\n").unwrap();
    fs::write(root.join("dir/b.txt"), "b\n").unwrap();
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    (dir, root)
}

pub(super) fn must(dir: &Path, args: &[&str]) -> String {
    let done = git_in(dir, args);
    assert!(
        done.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).trim_end().to_owned()
}

pub(super) fn made_in(root: &Path) -> WorkTree {
    let repo = Repo::discover(root).unwrap();
    let tree = repo.plan_worktree(root.parent().unwrap()).unwrap();
    repo.make_worktree(&tree).unwrap();
    tree
}

#[test]
fn git_takes_it_for_its_own_and_the_checkout_stays_as_it_was() {
    let (_dir, root) = nest("app");
    fs::write(root.join("a.txt"), "mine\n").unwrap();
    fs::write(root.join("new.txt"), "mine\n").unwrap();
    let before = must(&root, &["status", "--porcelain"]);
    let tree = made_in(&root);
    assert_eq!((tree.branch.as_str(), tree.into.as_deref()), ("longhaul/main", Some("main")));
    assert_eq!(tree.path, root.parent().unwrap().join("app-longhaul-main").to_str().unwrap());
    let path = Path::new(&tree.path);
    assert_eq!(must(path, &["status", "--porcelain"]), "");
    assert_eq!(must(path, &["branch", "--show-current"]), "longhaul/main");
    assert_eq!(fs::read_to_string(path.join("a.txt")).unwrap(), "one\n");
    assert!(!path.join("new.txt").exists(), "what is not committed stays where it is");
    assert_eq!(must(&root, &["status", "--porcelain"]), before);
    let listed = must(&root, &["worktree", "list", "--porcelain"]);
    assert!(listed.contains("locked longhaul works here"), "{listed}");
    fs::rename(path, path.with_extension("elsewhere")).unwrap();
    must(&root, &["worktree", "prune", "--expire", "now"]);
    fs::rename(path.with_extension("elsewhere"), path).unwrap();
    assert_eq!(
        must(path, &["status", "--porcelain"]),
        "",
        "git's own pruning leaves it alone"
    );
    must(&root, &["fsck", "--strict"]);
}

#[test]
fn commits_checkpoints_and_moves_work_in_it_and_are_its_own() {
    let (_dir, root) = nest("app");
    let tree = made_in(&root);
    let path = Path::new(&tree.path);
    let limit = 1 << 20;
    let main = Repo::discover(&root).unwrap();
    let kept = main.checkpoint("mine", limit, None).unwrap().unwrap();
    let repo = Repo::discover(path).unwrap();
    fs::write(path.join("a.txt"), "two\n").unwrap();
    let own = repo.checkpoint("its", limit, None).unwrap().unwrap();
    assert!(own.id > kept.id, "a number is given once in a repository");
    assert_eq!(repo.checkpoints().unwrap().len(), 1);
    assert_eq!(main.checkpoints().unwrap().len(), 1);
    let snapshot = repo.snapshot().unwrap();
    let head = repo.head().unwrap();
    let made = repo
        .commit(crate::git::CommitRequest {
            tree: &snapshot.id,
            expected_parent: head.as_ref(),
            message: "two",
            author: None,
        })
        .unwrap();
    assert_eq!(made.index_behind, None);
    assert_eq!(must(path, &["status", "--porcelain"]), "");
    assert_eq!(must(&root, &["log", "--format=%s", "main"]), "first");
    let target = crate::protocol::Target::Commit {
        commit: tree.base.clone(),
    };
    let rehearsal = repo.rehearse(&target, limit).unwrap();
    repo.roll_back(&rehearsal, limit).unwrap();
    assert_eq!(fs::read_to_string(path.join("a.txt")).unwrap(), "one\n");
    assert_eq!((repo.moves().unwrap().len(), main.moves().unwrap().len()), (1, 0));
}

#[test]
fn what_the_agent_staged_on_the_way_follows_the_commit() {
    let (_dir, root) = nest("app");
    let tree = made_in(&root);
    let repo = Repo::discover(Path::new(&tree.path)).unwrap();
    let _lease = repo.lease(&tree).unwrap();
    let place = Path::new(&tree.path);
    fs::write(place.join("a.txt"), "half\n").unwrap();
    must(place, &["add", "a.txt"]);
    must(place, &["mv", "dir/b.txt", "moved.txt"]);
    fs::write(place.join("a.txt"), "whole\n").unwrap();
    fs::write(place.join("moved.txt"), "changed\n").unwrap();
    repo.commit_files("agent").unwrap();
    assert_eq!(must(place, &["status", "--porcelain"]), "");
    assert_eq!(must(place, &["show", "HEAD:a.txt"]), "whole");
}

#[test]
fn a_move_cut_off_in_one_worktree_is_not_the_others_to_finish() {
    let (_dir, root) = nest("app");
    let tree = made_in(&root);
    let repo = Repo::discover(Path::new(&tree.path)).unwrap();
    fs::write(Path::new(&tree.path).join("a.txt"), "two\n").unwrap();
    let rehearsal = repo
        .rehearse(
            &crate::protocol::Target::Commit {
                commit: tree.base.clone(),
            },
            1 << 20,
        )
        .unwrap();
    let moved = repo.roll_back(&rehearsal, 1 << 20).unwrap();
    let undo = format!("refs/longhaul/worktrees/main/undo/{}", moved.number);
    must(&root, &["update-ref", "refs/longhaul/worktrees/main/pending", &undo]);
    assert_eq!(Repo::discover(&root).unwrap().finish_move().unwrap(), None);
    must(&root, &["rev-parse", "refs/longhaul/worktrees/main/pending"]);
    assert!(repo.finish_move().unwrap().is_some());
}

#[test]
fn names_that_exist_are_never_taken() {
    let (_dir, root) = nest("app");
    let above = root.parent().unwrap();
    must(&root, &["branch", "longhaul/main"]);
    fs::create_dir(above.join("app-longhaul-main-2")).unwrap();
    must(&root, &["update-ref", "refs/longhaul/worktrees/main-3/undo/1", "HEAD"]);
    must(&root, &["branch", "longhaul/main-4/below"]);
    fs::create_dir_all(root.join(".git/worktrees/main-5")).unwrap();
    assert_eq!(made_in(&root).branch, "longhaul/main-6");
    must(&root, &["switch", "-q", "longhaul/main"]);
    assert_eq!(
        made_in(&root).branch,
        "longhaul/main-7",
        "a branch of ours lends its own stem"
    );
}

#[test]
fn a_branch_called_longhaul_takes_no_name_from_us() {
    let (_dir, root) = nest("app");
    must(&root, &["branch", "longhaul"]);
    must(&root, &["switch", "-q", "-c", "fix/ä+b"]);
    let tree = made_in(&root);
    assert_eq!((tree.branch.as_str(), tree.name.as_str()), ("longhaul-fix---b", "fix---b"));
}

#[test]
fn a_detached_head_has_a_worktree_and_an_unborn_one_has_none() {
    let (_dir, root) = nest("app");
    must(&root, &["switch", "-q", "--detach"]);
    let tree = made_in(&root);
    assert_eq!(tree.into, None);
    assert_eq!(tree.name, tree.base.short());
    let lab = Lab::new();
    let error = lab.repo().plan_worktree(lab.root().parent().unwrap()).unwrap_err();
    assert!(error.to_string().contains("--in-place"), "{error}");
}

#[test]
fn odd_paths_work() {
    for name in ["my app", "новый проект", "two\nlines"] {
        let (_dir, root) = nest(name);
        let tree = made_in(&root);
        assert_eq!(must(Path::new(&tree.path), &["status", "--porcelain"]), "", "{name:?}");
        let repo = Repo::discover(Path::new(&tree.path)).unwrap();
        assert!(repo.has_worktree(&tree).unwrap(), "{name:?}");
        let _lease = repo.lease(&tree).unwrap();
        assert_eq!(repo.belongs_to(), Some(root.clone()));
    }
}

#[test]
fn a_path_that_is_not_utf8_is_refused_with_the_way_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join(std::ffi::OsStr::from_bytes(b"app\xff"));
    fs::create_dir(&root).unwrap();
    must(&root, &["init", "-q"]);
    must(
        &root,
        &["commit", "-q", "--allow-empty", "-m", "first", "--author", "Ada <a@b>"],
    );
    let error = Repo::discover(&root).unwrap().plan_worktree(dir.path()).unwrap_err();
    assert!(matches!(error, GitError::OddPath { .. }), "{error}");
}

#[test]
fn a_making_cut_off_anywhere_is_finished_and_no_byte_of_anybody_is_lost() {
    let (_dir, root) = nest("app");
    fs::write(root.join("c.txt"), "a longer text, so that it can be torn\n").unwrap();
    must(&root, &["add", "."]);
    must(&root, &["commit", "-q", "-m", "second"]);
    let repo = Repo::discover(&root).unwrap();
    let tree = made_in(&root);
    let path = PathBuf::from(&tree.path);
    let admin = root.join(".git/worktrees").join(&tree.name);
    // What a kill may leave, from the last step to the first.
    let broken: [&dyn Fn(); 7] = [
        &|| fs::write(path.join("c.txt"), "a longer te").unwrap(),
        &|| fs::remove_file(path.join("dir/b.txt")).unwrap(),
        &|| {
            fs::remove_file(admin.join("index")).unwrap();
            fs::write(admin.join("index.lock"), "half").unwrap();
        },
        &|| {
            fs::remove_file(path.join(".git"))
                .and_then(|()| fs::write(path.join(".git.new"), ""))
                .unwrap()
        },
        &|| {
            fs::remove_dir_all(&path).unwrap();
            fs::create_dir(&path).unwrap();
            fs::write(path.join(".git.new"), "gitd").unwrap();
        },
        &|| fs::remove_file(admin.join("commondir")).unwrap(),
        &|| fs::remove_dir_all(&admin).unwrap(),
    ];
    for (number, cut) in broken.iter().enumerate() {
        cut();
        if number == 3 {
            // Without its pointer it is nobody's: what lies there could be anything.
            assert!(matches!(repo.make_worktree(&tree), Err(GitError::InTheWay { .. })));
            fs::remove_dir_all(&path).unwrap();
        }
        repo.make_worktree(&tree).unwrap_or_else(|error| panic!("{number}: {error}"));
        assert!(repo.has_worktree(&tree).unwrap(), "{number}");
        assert_eq!(must(&path, &["status", "--porcelain"]), "", "{number}");
    }
    fs::write(path.join("a.txt"), "somebody's\n").unwrap();
    fs::write(path.join("new.txt"), "somebody's\n").unwrap();
    let made = repo.make_worktree(&tree).unwrap();
    assert_eq!(made.kept, ["a.txt", "new.txt"]);
    assert_eq!(fs::read_to_string(path.join("a.txt")).unwrap(), "somebody's\n");
}

#[test]
fn line_ends_are_as_in_a_checkout() {
    let (_dir, root) = nest("app");
    fs::write(root.join(".gitattributes"), "*.bat text eol=crlf\n").unwrap();
    fs::write(root.join("run.bat"), "one\r\ntwo\r\n").unwrap();
    must(&root, &["add", "."]);
    must(&root, &["commit", "-q", "-m", "dos"]);
    let tree = made_in(&root);
    assert_eq!(fs::read(Path::new(&tree.path).join("run.bat")).unwrap(), b"one\r\ntwo\r\n");
    assert_eq!(must(Path::new(&tree.path), &["status", "--porcelain"]), "");
}

#[test]
fn submodules_and_filtered_files_are_named() {
    let (_dir, root) = nest("app");
    let (_other, library) = nest("library");
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        library.to_str().unwrap(),
        "lib",
    ];
    must(&root, &add);
    fs::write(root.join(".gitattributes"), "*.bin filter=big\n").unwrap();
    fs::write(root.join("x.bin"), "pointer\n").unwrap();
    must(&root, &["add", "."]);
    must(&root, &["commit", "-q", "-m", "more"]);
    must(&root, &["config", "filter.big.smudge", "touch smudged; cat"]);
    must(&root, &["config", "filter.big.clean", "cat"]);
    let repo = Repo::discover(&root).unwrap();
    let tree = repo.plan_worktree(root.parent().unwrap()).unwrap();
    let made = repo.make_worktree(&tree).unwrap();
    assert_eq!((made.filtered, made.submodules), (1, vec!["lib".to_owned()]));
    assert!(!root.join("smudged").exists() && !Path::new(&tree.path).join("smudged").exists());
}

#[test]
fn two_runs_cannot_have_one_worktree() {
    let (_dir, root) = nest("app");
    let tree = made_in(&root);
    let repo = Repo::discover(&root).unwrap();
    let lease = repo.lease(&tree).unwrap();
    assert!(matches!(repo.lease(&tree), Err(GitError::Leased { .. })));
    drop(lease);
    repo.lease(&tree).unwrap();
    assert_eq!(repo.belongs_to(), None, "the checkout itself belongs to nobody");
}

#[test]
fn a_worktree_that_was_moved_away_or_switched_is_told_from_a_whole_one() {
    let (_dir, root) = nest("app");
    let tree = made_in(&root);
    let repo = Repo::discover(&root).unwrap();
    must(Path::new(&tree.path), &["switch", "-q", "-c", "mine"]);
    assert!(matches!(repo.has_worktree(&tree), Err(GitError::OtherBranch { .. })));
    fs::remove_dir_all(&tree.path).unwrap();
    assert!(!repo.has_worktree(&tree).unwrap());
    must(&root, &["switch", "-q", &tree.branch]);
    let error = repo.make_worktree(&tree).unwrap_err();
    assert!(
        matches!(&error, GitError::CheckedOut { place, .. } if *place == root),
        "{error}"
    );
    assert!(!Path::new(&tree.path).exists());
}
