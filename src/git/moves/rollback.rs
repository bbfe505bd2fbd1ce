//! Moving a project back, and back again.
//!
//! Owns the order of a move: save and verify, `refs/longhaul/pending`, `refs/longhaul/undo/<n>`, branch, files, index, then the end of
//! `pending`. Invariant: before anything moves, the state it moves from is saved and compared with the disk; while `pending` is
//! there, [`Repo::finish_move`] takes the same steps again. The caller holds the project's lock: two moves at once are not provided for.

use super::apply::{apply, steps};
use super::rehearse::Plan;
use super::saved::{Facts, Saved, UNDO};
use crate::git::GitError;
use crate::git::commits::sync;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours, theirs};
use crate::protocol::{MoveKind, Oid, Rehearsal};

/// Names the saved state of a move that is under way.
const PENDING: &str = "pending";

/// A move that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Number of the state it left, under `refs/longhaul/undo/`.
    pub number: u32,
    /// What it was.
    pub facts: Facts,
    /// How many files were written, removed or given other permission bits.
    pub files: u32,
    /// Files that were met in another state than the saved one; they lie beside their old place.
    pub kept: Vec<String>,
    /// Why the user's index could not be brought along. The move itself stands.
    pub index_behind: Option<String>,
}

impl Repo {
    /// Makes the move that was rehearsed.
    ///
    /// # Errors
    /// [`GitError::Stale`] if files, index or branch are not as they were then: nothing was changed. Otherwise as
    /// [`Repo::rehearse`], or if a file cannot be written: then [`Repo::finish_move`] goes on from there.
    pub fn roll_back(&self, expected: &Rehearsal, limit: u64) -> Result<Moved, GitError> {
        if self.finish_move()?.is_some() {
            return Err(GitError::Stale);
        }
        let Plan { rehearsal, mut saved } = self.plan(&expected.target, limit)?;
        if rehearsal.seen != expected.seen {
            return Err(GitError::Stale);
        }
        // By the rehearsal that was shown: a checkpoint made since then may hold those edits too.
        saved.facts.replaced = expected.replaced();
        let commit = self.write_saved(&saved)?;
        // Once more, now that it is written: what is kept must be what is there.
        if self.plan(&expected.target, limit)?.rehearsal.seen != expected.seen {
            return Err(GitError::Stale);
        }
        let log = format!("longhaul: move to {}", saved.facts.title);
        let pending = self.own_ref(PENDING);
        self.git.reference(&pending, commit, false, &log).doing("begin the move")?;
        sync::reference(&self.git, &pending);
        let number = self.number(UNDO, commit, &log)?;
        let undo = self.own_ref(&format!("{UNDO}{number}"));
        sync::reference(&self.git, &undo);
        if let Err(error) = self.set_branch(&saved.facts) {
            // Nothing has moved yet. The undo ref goes first: pending alone means that nothing moved.
            self.drop_ref(&undo)?;
            self.drop_ref(&pending)?;
            return Err(error);
        }
        self.carry_out(number, saved)
    }

    /// Finishes a move that was cut off, or forgets one that had not begun. Returns the move if there was one.
    ///
    /// # Errors
    /// If it cannot be finished; what was saved for it stays.
    pub fn finish_move(&self) -> Result<Option<Moved>, GitError> {
        // Only a killed process of ours leaves this: nobody else writes that name.
        let pending_ref = self.own_ref(PENDING);
        self.drop_lock(&pending_ref)?;
        let Some(saved) = self.read_saved(&pending_ref)? else {
            return Ok(None);
        };
        let Some(number) = self.number_under_way(&pending_ref)? else {
            self.drop_ref(&pending_ref)?;
            return Ok(None);
        };
        let (branch, at) = self.branch_to_move()?;
        let at = at.map(ours);
        if branch != saved.facts.branch || at != saved.facts.to {
            if branch != saved.facts.branch || at != saved.facts.from {
                self.drop_ref(&pending_ref)?;
                return Err(GitError::Unfinished {
                    title: saved.facts.title,
                    reason: "the branch moved since; nothing more is done about it, and `longhaul undo` brings back what was there before"
                        .to_owned(),
                });
            }
            self.clear_branch_lock(&saved.facts.branch, saved.facts.to.as_ref())?;
            self.set_branch(&saved.facts)?;
        }
        self.carry_out(number, saved).map(Some)
    }

    /// Says whether a move was cut off when it had begun: files, branch and index may be of different states until it is finished.
    ///
    /// # Errors
    /// If the refs cannot be read.
    pub fn has_cut_move(&self) -> Result<bool, GitError> {
        let pending = self.own_ref(PENDING);
        if self.git.refname_to_id(&pending).is_err() {
            return Ok(false);
        }
        Ok(self.number_under_way(&pending)?.is_some())
    }

    /// The number of the move that is under way; `None` if nothing of it has begun.
    fn number_under_way(&self, pending: &str) -> Result<Option<u32>, GitError> {
        let pending = self.git.refname_to_id(pending).doing("read the move under way")?;
        let of = |number: &u32| self.git.refname_to_id(&self.own_ref(&format!("{UNDO}{number}"))).ok();
        Ok(self
            .numbers(UNDO)?
            .into_iter()
            .rev()
            .find(|number| of(number) == Some(pending)))
    }

    /// Lists all moves, oldest first, by the number of the state that each left.
    ///
    /// # Errors
    /// If a saved state cannot be read.
    pub fn moves(&self) -> Result<Vec<(u32, Facts)>, GitError> {
        let mut moves = Vec::new();
        for number in self.numbers(UNDO)? {
            if let Some(saved) = self.read_saved(&self.own_ref(&format!("{UNDO}{number}")))? {
                moves.push((number, saved.facts));
            }
        }
        Ok(moves)
    }

    fn carry_out(&self, number: u32, saved: Saved) -> Result<Moved, GitError> {
        let (before, there) = (self.files_of(&saved.files)?, self.files_of(&saved.target)?);
        let plan = steps(&before, &there);
        let bits = (saved.modes.spread(&before), saved.target_modes.spread(&there));
        let (kept, set) = apply(self, &plan, &bits, number)?;
        // The files must be on the disk before the record that could bring them there again is gone.
        sync::everything(self.workdir());
        let index = match &saved.target_index {
            Some(bytes) => self.restore_index(bytes.as_deref()),
            None => self.index_as(saved.facts.to.as_ref(), &saved.stays_staged),
        };
        match &index {
            Ok(()) => self.forget_index()?,
            // Somebody's lock is in the way: whoever mends the index later must know what it follows.
            Err(_) => {
                let follows = saved.facts.from.as_ref().map(|from| self.tree(from)).transpose()?;
                self.remember_index(follows.as_ref())?;
            }
        }
        self.drop_ref(&self.own_ref(PENDING))?;
        Ok(Moved {
            number,
            facts: saved.facts,
            files: u32::try_from(plan.len() + set).unwrap_or(u32::MAX),
            kept,
            index_behind: index.err().map(|error| error.to_string()),
        })
    }

    /// Moves the branch, if it still is where the move begins.
    fn set_branch(&self, facts: &Facts) -> Result<(), GitError> {
        let id = |oid: &Option<Oid>| oid.as_ref().map(theirs).transpose();
        let (from, to) = (id(&facts.from)?, id(&facts.to)?);
        if from == to {
            return Ok(());
        }
        let moved = || GitError::Moved {
            expected: facts.from.clone(),
            found: self.git.refname_to_id(&facts.branch).ok().map(ours),
        };
        match to {
            Some(to) => self
                .move_branch(&facts.branch, from, to, &format!("longhaul: move to {}", facts.title))
                .map_err(|error| error.unwrap_or_else(moved))?,
            None => {
                // Back to before the first commit. Deleting compares with what was read.
                let mut branch = self.git.find_reference(&facts.branch).doing("read the branch")?;
                if branch.target() != from {
                    return Err(moved());
                }
                branch.delete().doing("take the branch back to before its first commit")?;
            }
        }
        sync::reference(&self.git, &facts.branch);
        Ok(())
    }
}

/// Which saved states an undo and a redo would go to, newest last.
#[derive(Debug, Default)]
pub(in crate::git) struct Stacks {
    undo: Vec<u32>,
    redo: Vec<u32>,
}

impl Stacks {
    /// Folds the moves made so far.
    pub(in crate::git) fn of(moves: &[(u32, Facts)]) -> Self {
        let mut stacks = Self::default();
        for (number, facts) in moves {
            match facts.kind {
                MoveKind::Rollback => {
                    stacks.undo.push(*number);
                    stacks.redo.clear();
                }
                MoveKind::Undo => {
                    stacks.undo.pop();
                    stacks.redo.push(*number);
                }
                MoveKind::Redo => {
                    stacks.redo.pop();
                    stacks.undo.push(*number);
                }
            }
        }
        stacks
    }

    /// Returns the state that a move of this kind goes to.
    pub(in crate::git) fn top(&self, kind: MoveKind) -> Option<u32> {
        match kind {
            MoveKind::Undo => self.undo.last().copied(),
            MoveKind::Redo => self.redo.last().copied(),
            MoveKind::Rollback => None,
        }
    }
}
