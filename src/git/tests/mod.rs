//! Real repositories, checked with the git program as the second opinion.

mod commit;
mod home;
mod hostile;
mod modes;
mod observe;
mod retire;
mod rollback;
mod round_trip;
mod snapshot;
mod staged;
mod staging;
mod unfilled;
mod worktree;
mod written;

use crate::git::{CommitOutcome, CommitRequest, GitError, Repo, Tree};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository in a directory of its own.
struct Lab {
    dir: tempfile::TempDir,
}

impl Lab {
    /// Makes an empty repository with a known user.
    fn new() -> Self {
        let lab = Self::bare_directory();
        lab.git(&["init", "-q", "-b", "main"]);
        lab.git(&["config", "user.name", "Ada"]);
        lab.git(&["config", "user.email", "ada@example.com"]);
        lab
    }

    /// Makes a repository with one commit of `a.txt`.
    fn with_commit() -> Self {
        let lab = Self::new();
        lab.write("a.txt", "one\n");
        lab.git(&["add", "."]);
        lab.git(&["commit", "-q", "-m", "first"]);
        lab
    }

    fn bare_directory() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.root().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    fn try_git(&self, args: &[&str]) -> Output {
        git_in(&self.root(), args)
    }

    /// Runs git, which must succeed, and returns what it printed.
    fn git(&self, args: &[&str]) -> String {
        let done = self.try_git(args);
        assert!(
            done.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).trim_end().to_owned()
    }

    fn repo(&self) -> Repo {
        Repo::discover(&self.root()).unwrap()
    }

    fn snapshot(&self) -> Tree {
        self.repo().snapshot().unwrap()
    }

    /// Snapshots and commits what is there.
    fn commit(&self, message: &str) -> Result<CommitOutcome, GitError> {
        let repo = self.repo();
        let (tree, head) = (repo.snapshot()?, repo.head()?);
        repo.commit(CommitRequest {
            tree: &tree.id,
            expected_parent: head.as_ref(),
            message,
            author: None,
        })
    }

    /// Lists a tree as `mode name`.
    fn tree(&self, id: &str) -> Vec<String> {
        let listing = self.git(&["-c", "core.quotePath=false", "ls-tree", "-r", id]);
        let line = |line: &str| format!("{} {}", &line[..6], line.split_once('\t').unwrap().1);
        listing.lines().map(line).collect()
    }

    fn exists(&self, path: &str) -> bool {
        self.root().join(path).exists()
    }
}

fn git_in(dir: &Path, args: &[&str]) -> Output {
    Command::new("git")
        .current_dir(dir)
        .args(args)
        .env_remove("GIT_DIR")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_COMMITTER_NAME", "Ada")
        .env("GIT_COMMITTER_EMAIL", "ada@example.com")
        .output()
        .unwrap()
}
