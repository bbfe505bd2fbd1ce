//! What is kept of worktrees that are gone: their checkpoints, and the states that moves in them left.
//!
//! Reads only. The refs below `refs/longhaul/worktrees/<name>/` outlive their worktree: a state that was promised to be kept is kept,
//! though no move can go to it any more. Invariant: a worktree whose directory is there is never called gone.

use super::checkpoint::REFS;
use super::saved::UNDO;
use crate::git::GitError;
use crate::git::refs::OURS;
use crate::git::repo::Repo;
use crate::git::{Checkpoint, Facts};
use crate::protocol::CheckpointId;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What is kept of a worktree that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The name that git knew it by.
    pub worktree: String,
    /// Its checkpoints, oldest first.
    pub checkpoints: Vec<Checkpoint>,
    /// The moves that were made in it, by the number of the state that each left.
    pub moves: Vec<(u32, Facts)>,
}

impl Gone {
    /// Returns the full name of the ref that keeps a checkpoint.
    #[must_use]
    pub fn checkpoint_ref(&self, id: CheckpointId) -> String {
        format!("{}{REFS}{}", prefix(&self.worktree), id.0)
    }

    /// Returns the full name of the ref that keeps the state which a move left.
    #[must_use]
    pub fn undo_ref(&self, number: u32) -> String {
        format!("{}{UNDO}{number}", prefix(&self.worktree))
    }
}

impl Repo {
    /// Lists what is kept of this repository's worktrees that are gone, by name.
    ///
    /// # Errors
    /// If the refs cannot be read.
    pub fn gone_worktrees(&self) -> Result<Vec<Gone>, GitError> {
        let all = self.names(&format!("{OURS}worktrees/*"))?;
        let name = |full: &String| {
            Some(
                full.strip_prefix(OURS)?
                    .strip_prefix("worktrees/")?
                    .split_once('/')?
                    .0
                    .to_owned(),
            )
        };
        let worktrees: BTreeSet<String> = all.iter().filter_map(name).filter(|name| !self.is_there(name)).collect();
        worktrees.into_iter().map(|worktree| self.left_of(worktree, &all)).collect()
    }

    fn left_of(&self, worktree: String, all: &[String]) -> Result<Gone, GitError> {
        let numbers = |kind: &str| {
            let prefix = prefix(&worktree) + kind;
            let mut numbers: Vec<u32> = all
                .iter()
                .filter_map(|name| name.strip_prefix(&prefix)?.parse().ok())
                .collect();
            numbers.sort_unstable();
            numbers
        };
        let (checkpoints, moves) = (numbers(REFS), numbers(UNDO));
        let mut gone = Gone {
            worktree,
            checkpoints: Vec::new(),
            moves: Vec::new(),
        };
        for id in checkpoints.into_iter().map(CheckpointId) {
            gone.checkpoints.push(self.checkpoint_at(&gone.checkpoint_ref(id), id)?);
        }
        for number in moves {
            if let Some(saved) = self.read_saved(&gone.undo_ref(number))? {
                gone.moves.push((number, saved.facts));
            }
        }
        Ok(gone)
    }

    /// Says whether the directory of a worktree is there.
    fn is_there(&self, name: &str) -> bool {
        let admin = self.admin(name);
        let pointer = fs::read(admin.join("gitdir")).unwrap_or_default();
        let dot = admin.join(Path::new(OsStr::from_bytes(pointer.trim_ascii_end())));
        !pointer.is_empty() && dot.symlink_metadata().is_ok()
    }
}

fn prefix(worktree: &str) -> String {
    format!("{OURS}worktrees/{worktree}/")
}
