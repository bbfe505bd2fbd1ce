//! The hidden refs of ours: their names, their numbers, and what a killed process leaves beside them.
//!
//! Owns `refs/longhaul/`, not what its refs mean. Each working directory has refs of its own: those of a linked worktree lie below
//! `refs/longhaul/worktrees/<name>/`, for git shares all refs among the worktrees of a repository, and a move that one of them was
//! cut off in is nothing for another to finish. Invariant: a number is given once in a repository, whichever worktree asks, so that
//! one log can tell of several worktrees.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::tree::disk::is_absent;
use crate::protocol::Oid;
use git2::ErrorCode;
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// Where all of them lie.
pub(super) const OURS: &str = "refs/longhaul/";

impl Repo {
    /// Returns the full name of a hidden ref of this working directory.
    pub(super) fn own_ref(&self, name: &str) -> String {
        match self.worktree_name() {
            Some(worktree) => format!("{OURS}worktrees/{worktree}/{name}"),
            None => format!("{OURS}{name}"),
        }
    }

    /// Returns the name that git knows this working directory by, if it is a linked worktree.
    pub(super) fn worktree_name(&self) -> Option<String> {
        let name = self.git.is_worktree().then(|| self.git.path().file_name()).flatten()?;
        Some(lossy(name.as_bytes()))
    }

    /// Puts a commit under the next free number below `kind`. A number whose lock a killed process left behind is passed over.
    pub(super) fn number(&self, kind: &str, commit: git2::Oid, log: &str) -> Result<u32, GitError> {
        let mut next = self.next_number(kind)?;
        loop {
            match self
                .git
                .reference(&self.own_ref(&format!("{kind}{next}")), commit, false, log)
            {
                Ok(_) => return Ok(next),
                Err(error) if matches!(error.code(), ErrorCode::Exists | ErrorCode::Locked) => next += 1,
                Err(source) => {
                    return Err(GitError::Git {
                        doing: "write a ref of ours",
                        source,
                    });
                }
            }
        }
    }

    /// Returns the number after the greatest in use below `kind`, by any worktree of the repository.
    pub(super) fn next_number(&self, kind: &str) -> Result<u32, GitError> {
        let ending = |name: &str| name.rsplit_once(kind)?.1.parse::<u32>().ok();
        let used = self.names(&format!("{OURS}*"))?;
        Ok(used.iter().filter_map(|name| ending(name)).max().map_or(1, |last| last + 1))
    }

    /// Lists the numbers in use below `kind` in this working directory, in order.
    pub(super) fn numbers(&self, kind: &str) -> Result<Vec<u32>, GitError> {
        let prefix = self.own_ref(kind);
        let names = self.names(&format!("{prefix}*"))?;
        let mut numbers: Vec<u32> = names
            .iter()
            .filter_map(|name| name.strip_prefix(&prefix)?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Lists the names of refs that fit a pattern.
    pub(super) fn names(&self, pattern: &str) -> Result<Vec<String>, GitError> {
        let mut names = Vec::new();
        for reference in self.git.references_glob(pattern).doing("list our refs")? {
            names.push(lossy(reference.doing("read a ref of ours")?.name_bytes()));
        }
        Ok(names)
    }

    /// Drops a ref of ours, and the lock of one of us that was killed while it did so.
    pub(super) fn drop_ref(&self, name: &str) -> Result<(), GitError> {
        self.clear_branch_lock(name, None)?;
        match self.git.find_reference(name) {
            Ok(mut reference) => reference.delete().doing("drop a ref of ours"),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(()),
            Err(source) => Err(GitError::Git {
                doing: "drop a ref of ours",
                source,
            }),
        }
    }

    /// Drops the lock of a ref whose owner is known to be dead.
    pub(super) fn drop_lock(&self, reference: &str) -> Result<(), GitError> {
        let path = self.git.commondir().join(format!("{reference}.lock"));
        match fs::remove_file(&path) {
            Err(source) if !is_absent(&source) => Err(GitError::Write { path, source }),
            _ => Ok(()),
        }
    }

    /// A process of ours that was killed while it moved a branch leaves the branch's lock with the new id in it, or empty.
    pub(super) fn clear_branch_lock(&self, branch: &str, to: Option<&Oid>) -> Result<(), GitError> {
        let lock = self.git.commondir().join(format!("{branch}.lock"));
        let ours = |content: &[u8]| content.is_empty() || to.is_some_and(|to| content.starts_with(to.as_str().as_bytes()));
        let deadline = crate::git::commits::commit::patience_until();
        loop {
            match fs::read(&lock) {
                Ok(content) if ours(&content) => {}
                // Somebody else's, or none: moving the branch waits for it, or says so.
                _ => return Ok(()),
            }
            // A living owner would be done by then.
            if std::time::Instant::now() >= deadline {
                return self.drop_lock(branch);
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
