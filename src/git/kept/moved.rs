//! A branch that somebody moved to where its own newest commit is no part of the history any more.
//!
//! Owns putting it back. Does not judge who may move one. Invariant: what it was moved to is kept under a ref of ours first, no file and
//! nothing staged changes, and a branch that moves meanwhile is left alone.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Head, Repo, theirs};
use crate::protocol::Oid;

/// Where it is kept.
const KEPT: &str = "moved/";

impl Repo {
    /// Puts the branch that is worked on back to the commit that it was known at, unless that is part of what the branch holds now. Returns
    /// the ref under which what it was moved to is kept, if it was moved to anything; `None` if nothing was put back.
    ///
    /// # Errors
    /// If the commits cannot be read, or a ref not be written.
    pub fn put_branch_back(&self, known: &Oid) -> Result<Option<Option<String>>, GitError> {
        let Head::Branch(branch, at) = self.head_state()? else {
            return Ok(None);
        };
        let was = theirs(known)?;
        if let Some(at) = at
            && (at == was || self.git.graph_descendant_of(at, was).doing("compare two commits")?)
        {
            return Ok(None);
        }
        let log = "longhaul: what a command moved the branch to";
        let kept = at.map(|at| self.number(KEPT, at, log)).transpose()?;
        let kept = kept.map(|number| self.own_ref(&format!("{KEPT}{number}")));
        match self.move_branch(&branch, at, was, "longhaul: put back") {
            Ok(()) => Ok(Some(kept)),
            Err(Some(error)) => Err(error),
            Err(None) => Ok(None),
        }
    }
}
