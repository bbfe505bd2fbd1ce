//! Commits: exactly one tree, on exactly one parent, without disturbing the user.

use super::{CommitRequest, GitError, Lab, git_in};
use crate::protocol::Oid;

#[test]
fn the_first_commit_of_an_unborn_branch() {
    let lab = Lab::new();
    assert_eq!(lab.repo().head().unwrap(), None);
    lab.write("init.sh", "echo\n");
    let made = lab.commit("a skeleton\n\nwith a body  \n\n\n").unwrap();
    assert_eq!((made.parent.clone(), made.files, made.added, made.removed), (None, 1, 1, 0));
    assert_eq!(made.index_behind, None);
    assert_eq!(lab.git(&["rev-parse", "main"]), made.commit.0);
    assert_eq!(lab.git(&["log", "-1", "--format=%B"]), "a skeleton\n\nwith a body");
    assert_eq!(
        lab.git(&["log", "-1", "--format=%an <%ae> %cn <%ce>"]),
        "Ada <ada@example.com> Ada <ada@example.com>"
    );
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(lab.git(&["fsck", "--strict"]), "");
}

#[test]
fn later_commits_leave_a_clean_status() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "two\nthree\n");
    lab.write("b/c.txt", "new\n");
    let made = lab.commit("change: a and b").unwrap();
    assert_eq!((made.files, made.added, made.removed), (2, 3, 1));
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    std::fs::remove_file(lab.root().join("a.txt")).unwrap();
    lab.write("a.txt/now a directory", "x");
    lab.commit("a file becomes a directory").unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(
        lab.git(&["log", "--format=%s"]),
        "a file becomes a directory\nchange: a and b\nfirst"
    );
    assert!(
        lab.git(&["reflog", "-1", "main"])
            .contains("commit: a file becomes a directory")
    );
}

#[test]
fn many_files_at_once() {
    let lab = Lab::new();
    for n in 0..250 {
        lab.write(&format!("d{}/f{n}.txt", n % 9), format!("{n}\n"));
    }
    assert_eq!(lab.commit("a big first commit").unwrap().files, 250);
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(lab.git(&["fsck", "--strict"]), "");
}

#[test]
fn a_file_that_changes_after_the_snapshot_is_still_seen() {
    let lab = Lab::with_commit();
    let repo = lab.repo();
    lab.write("a.txt", "two\n");
    let (tree, head) = (repo.snapshot().unwrap(), repo.head().unwrap());
    lab.write("a.txt", "six\n");
    let request = CommitRequest {
        tree: &tree.id,
        expected_parent: head.as_ref(),
        message: "two",
        author: None,
    };
    repo.commit(request).unwrap();
    assert_eq!(lab.git(&["show", "HEAD:a.txt"]), "two");
    assert_eq!(lab.git(&["status", "--porcelain"]), " M a.txt");
    lab.write("a.txt", "ten\n");
    assert_eq!(lab.git(&["status", "--porcelain"]), " M a.txt");
}

#[test]
fn what_the_user_staged_stays_staged() {
    let lab = Lab::with_commit();
    lab.write("b.txt", "b\n");
    lab.git(&["add", "."]);
    lab.git(&["commit", "-q", "-m", "second"]);
    lab.write("a.txt", "staged by the user\n");
    lab.git(&["add", "a.txt"]);
    lab.write("a.txt", "on disk\n");
    lab.write("b.txt", "agent\n");
    lab.write("promised.txt", "later\n");
    lab.git(&["add", "-N", "promised.txt"]);
    lab.commit("agent's work").unwrap();
    assert_eq!(lab.git(&["show", ":a.txt"]), "staged by the user");
    assert_eq!(lab.git(&["show", ":b.txt"]), "agent");
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM a.txt");
}

#[test]
fn a_moved_branch_is_an_error_and_nothing_changes() {
    let lab = Lab::with_commit();
    let repo = lab.repo();
    lab.write("a.txt", "agent\n");
    let (tree, head) = (repo.snapshot().unwrap(), repo.head().unwrap());
    lab.git(&["commit", "-q", "--allow-empty", "-m", "by somebody else"]);
    let there = lab.git(&["rev-parse", "HEAD"]);
    let request = CommitRequest {
        tree: &tree.id,
        expected_parent: head.as_ref(),
        message: "late",
        author: None,
    };
    let error = repo.commit(request).unwrap_err();
    assert!(
        matches!(&error, GitError::Moved { expected, found } if *expected == head && *found == Some(Oid(there.clone()))),
        "{error}"
    );
    assert!(error.to_string().contains("take a fresh snapshot"));
    assert_eq!(lab.git(&["rev-parse", "HEAD"]), there);
}

#[test]
fn an_unborn_branch_that_was_born_meanwhile_is_moved_too() {
    let lab = Lab::new();
    let repo = lab.repo();
    lab.write("a.txt", "x");
    let tree = repo.snapshot().unwrap();
    lab.git(&["commit", "-q", "--allow-empty", "-m", "by somebody else"]);
    let request = CommitRequest {
        tree: &tree.id,
        expected_parent: None,
        message: "late",
        author: None,
    };
    assert!(matches!(
        repo.commit(request),
        Err(GitError::Moved {
            expected: None,
            found: Some(_)
        })
    ));
}

#[test]
fn nothing_to_commit_and_nothing_to_say() {
    let lab = Lab::with_commit();
    assert!(matches!(lab.commit("again"), Err(GitError::NothingToCommit)));
    lab.write("a.txt", "two\n");
    assert!(matches!(lab.commit(" \n\t\n"), Err(GitError::EmptyMessage)));
    let empty = Lab::new();
    assert!(matches!(empty.commit("nothing"), Err(GitError::NothingToCommit)));
}

#[test]
fn a_detached_head_and_half_done_operations_are_refused() {
    let lab = Lab::with_commit();
    lab.write("b.txt", "b\n");
    lab.git(&["checkout", "-q", "--detach"]);
    let error = lab.commit("on nothing").unwrap_err();
    assert!(
        matches!(error, GitError::Detached { .. }) && error.to_string().contains("git switch"),
        "{error}"
    );
    lab.git(&["switch", "-q", "main"]);
    for (file, what) in [
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ] {
        lab.write(&format!(".git/{file}"), lab.git(&["rev-parse", "HEAD"]));
        let error = lab.commit("in between").unwrap_err();
        assert!(
            matches!(error, GitError::InProgress { what: found } if found == what),
            "{error}"
        );
        assert!(lab.repo().ready_to_commit(None).is_err());
        std::fs::remove_file(lab.root().join(".git").join(file)).unwrap();
    }
    lab.write(".git/rebase-merge/interactive", "");
    assert!(matches!(
        lab.commit("in between"),
        Err(GitError::InProgress { what: "rebase" })
    ));
}

#[test]
fn authors_are_given_or_configured_or_asked_for() {
    let lab = Lab::with_commit();
    lab.write("a.txt", "two\n");
    let repo = lab.repo();
    let (tree, head) = (repo.snapshot().unwrap(), repo.head().unwrap());
    let request = |name: &str| CommitRequest {
        tree: &tree.id,
        expected_parent: head.as_ref(),
        message: "as another",
        author: Some((name.to_owned(), "grace@example.com".to_owned())),
    };
    assert!(matches!(repo.commit(request("")), Err(GitError::BadAuthor { .. })));
    repo.commit(request("Grace")).unwrap();
    assert_eq!(lab.git(&["log", "-1", "--format=%an %cn"]), "Grace Grace");
    lab.git(&["config", "user.name", ""]);
    lab.write("a.txt", "three\n");
    let error = lab.commit("by nobody").unwrap_err();
    assert!(
        matches!(error, GitError::NoAuthor) && error.to_string().contains("git config --global user.name"),
        "{error}"
    );
}

#[test]
fn a_foreign_index_lock_that_stays_is_told_before_the_branch_moves() {
    let lab = Lab::with_commit();
    let head = lab.git(&["rev-parse", "HEAD"]);
    lab.write("a.txt", "two\n");
    lab.write(".git/index.lock", "");
    let told = lab.commit("with a lock about").unwrap_err().to_string();
    let lock = lab.root().join(".git/index.lock");
    assert!(
        told.contains(lock.to_str().unwrap()) && told.contains(" s old") && told.contains("try again"),
        "{told}"
    );
    assert_eq!(lab.git(&["rev-parse", "HEAD"]), head);
    assert!(lock.exists(), "never removed: its owner may live");
    std::fs::remove_file(&lock).unwrap();
    lab.commit("without").unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}

/// Commits `b.txt`, with a lock on the index that comes once the branch has moved and goes after the commit.
fn left_behind(lab: &Lab) {
    let repo = lab.repo();
    lab.write("b.txt", "new\n");
    let (tree, head) = (repo.snapshot().unwrap(), repo.head().unwrap());
    let request = CommitRequest {
        tree: &tree.id,
        expected_parent: head.as_ref(),
        message: "cut off",
        author: None,
    };
    let made = repo.commit_then(request, None, || lab.write(".git/index.lock", "")).unwrap();
    assert!(made.index_behind.unwrap().contains("index.lock"));
    assert_eq!(lab.git(&["rev-parse", "HEAD"]), made.commit.0);
    std::fs::remove_file(lab.root().join(".git/index.lock")).unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "D  b.txt\n?? b.txt");
}

#[test]
fn an_index_that_was_left_behind_is_mended_once_the_lock_is_gone() {
    for lab in [Lab::with_commit(), Lab::new()] {
        left_behind(&lab);
        lab.write(".git/index.lock", "");
        assert!(
            matches!(lab.repo().mend_index(), Err(GitError::IndexLocked { .. })),
            "still remembered"
        );
        std::fs::remove_file(lab.root().join(".git/index.lock")).unwrap();
        assert!(lab.repo().mend_index().unwrap());
        assert_eq!(lab.git(&["status", "--porcelain"]), "");
        assert!(!lab.repo().mend_index().unwrap(), "once is enough");
    }
}

#[test]
fn the_next_commit_mends_the_index_and_keeps_what_the_user_staged() {
    let lab = Lab::with_commit();
    left_behind(&lab);
    lab.write("a.txt", "staged\n");
    lab.git(&["add", "a.txt"]);
    lab.write("a.txt", "one\n");
    lab.write("c.txt", "third\n");
    lab.commit("the next one").unwrap();
    assert_eq!(lab.git(&["status", "--porcelain"]), "MM a.txt");
}

#[test]
fn a_message_with_a_hidden_character_moves_nothing() {
    let lab = Lab::with_commit();
    let head = lab.git(&["rev-parse", "HEAD"]);
    lab.write("a.txt", "two\n");
    let error = lab.commit("good\n\nbad \u{1b}]0;x\u{7}").unwrap_err();
    assert!(matches!(error, GitError::MessageCharacter { code: 0x1b, line: 3 }), "{error}");
    assert_eq!(lab.git(&["rev-parse", "HEAD"]), head);
}

#[test]
fn linked_worktrees_commit_on_their_own_branch() {
    let (lab, other) = (Lab::with_commit(), Lab::bare_directory());
    let place = other.root().join("linked");
    lab.git(&["worktree", "add", "-q", "-b", "side", place.to_str().unwrap()]);
    std::fs::write(place.join("a.txt"), "side\n").unwrap();
    let repo = super::Repo::discover(&place).unwrap();
    let (tree, head) = (repo.snapshot().unwrap(), repo.head().unwrap());
    let request = CommitRequest {
        tree: &tree.id,
        expected_parent: head.as_ref(),
        message: "on the side",
        author: None,
    };
    let made = repo.commit(request).unwrap();
    assert_eq!(lab.git(&["rev-parse", "side"]), made.commit.0);
    assert_ne!(lab.git(&["rev-parse", "main"]), made.commit.0);
    assert_eq!(git_in(&place, &["status", "--porcelain"]).stdout, b"");
}
