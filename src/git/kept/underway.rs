//! Operations of git that stop half-way: a merge, a rebase and the like, which forbid a commit until somebody ends them.
//!
//! Owns naming one, and ending one that came. Invariant: ending it moves no branch and changes no file; of what is staged, only what is in
//! conflict.

use super::settings::SettingsChange;
use crate::git::GitError;
use crate::git::commits::index_file::as_path;
use crate::git::error::Doing;
use crate::git::repo::Repo;
use crate::git::tree::snapshot::{blank_entry, stage};
use git2::{IndexEntry, RepositoryState};
use std::path::PathBuf;

/// The stage of an entry in conflict that holds what this branch has.
const OURS: u16 = 2;

/// What was under way at one moment, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct Underway {
    workdir: PathBuf,
    what: Option<&'static str>,
}

impl Repo {
    /// Looks what is half done here.
    pub(in crate::git) fn underway(&self) -> Underway {
        Underway {
            workdir: self.workdir().to_owned(),
            what: in_progress(self.git.state()),
        }
    }
}

impl Repo {
    /// Makes the index say of each file in conflict what this branch has.
    fn settle_conflicts(&self) -> Result<(), GitError> {
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        if !index.has_conflicts() {
            return Ok(());
        }
        let conflicting: Vec<IndexEntry> = index.iter().filter(|entry| stage(entry) != 0).collect();
        self.replace_index(|index| {
            for entry in &conflicting {
                index.remove(as_path(&entry.path), i32::from(stage(entry)))?;
            }
            for ours in conflicting.iter().filter(|entry| stage(entry) == OURS) {
                index.add(&blank_entry(&ours.path, ours.id, ours.mode))?;
            }
            Ok(())
        })
    }
}

impl Underway {
    /// Ends what was begun since, if nothing was under way then, and names it.
    pub(in crate::git) fn put_back(&self) -> Result<Option<SettingsChange>, GitError> {
        let repo = Repo::discover(&self.workdir)?;
        let (None, Some(what)) = (self.what, in_progress(repo.git.state())) else {
            return Ok(None);
        };
        repo.settle_conflicts()?;
        repo.git.cleanup_state().doing("end what is half done")?;
        Ok(Some(SettingsChange {
            name: place(what).to_owned(),
            detail: format!("a {what} was left half done; it was ended, with the files as they are"),
        }))
    }
}

/// Names the operation that is half done.
pub(in crate::git) const fn in_progress(state: RepositoryState) -> Option<&'static str> {
    match state {
        RepositoryState::Clean => None,
        RepositoryState::Merge => Some("merge"),
        RepositoryState::Revert | RepositoryState::RevertSequence => Some("revert"),
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some("cherry-pick"),
        RepositoryState::Bisect => Some("bisect"),
        RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => Some("rebase"),
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some("patch series (`git am`)"),
    }
}

/// What git keeps it by.
fn place(what: &str) -> &'static str {
    match what {
        "merge" => "MERGE_HEAD",
        "revert" => "REVERT_HEAD",
        "cherry-pick" => "CHERRY_PICK_HEAD",
        "bisect" => "BISECT_LOG",
        "rebase" => "rebase-merge",
        _ => "rebase-apply",
    }
}
