//! What git's own line-end rules (`core.autocrlf`, `eol`) make of a file, on its way in and on its way out.
//!
//! Owns the comparison of a file on disk with what git would store for it, and the bytes that git's checkout would write. Does not
//! convert what is committed: that is what is on disk. Invariant: a file counts as converted only if libgit2 itself, by the rules of
//! the repository, stores what the index has for it.

use super::disk::{EXECUTABLE, FILE, STREAMED};
use crate::git::GitError;
use crate::git::commits::index_file::as_path;
use crate::git::error::Doing;
use crate::git::moves::apply::Step;
use crate::git::repo::{Repo, theirs};
use crate::git::worktrees::worktree::unix;
use crate::protocol::Oid;
use git2::build::CheckoutBuilder;
use git2::{AttrCheckFlags, IndexEntry};
use std::fs;

/// Attributes that change the line ends of a checkout.
const ATTRIBUTES: [&str; 3] = ["text", "eol", "crlf"];

impl Repo {
    /// Says whether a file differs from its index entry only as git's rules let it: `git add` would change nothing.
    pub(in crate::git) fn only_converted(&self, entry: &IndexEntry) -> bool {
        let full = self.workdir().join(as_path(&entry.path));
        let Ok(meta) = full.symlink_metadata() else { return false };
        if ![FILE, EXECUTABLE].contains(&entry.mode) || !meta.is_file() || meta.len() > STREAMED {
            return false;
        }
        if self.mode_of(&meta, Some(entry.mode)) != entry.mode {
            return false;
        }
        // Asking git stores the file: nothing is stored for one that no line-end rule could make equal.
        let (Ok(now), Ok(stored)) = (fs::read(&full), self.git.find_blob(entry.id)) else {
            return false;
        };
        unix(&now) == unix(stored.content()) && self.git.blob_path(&full).is_ok_and(|id| id == entry.id)
    }

    /// Gives files that are new for the checkout the bytes that git's own checkout of `files` would write.
    pub(in crate::git) fn as_checked_out(&self, mut steps: Vec<Step>, files: &Oid) -> Result<Vec<Step>, GitError> {
        let is_new =
            |step: &&mut Step| step.before.is_none() && step.after.is_some_and(|(_, mode)| [FILE, EXECUTABLE].contains(&mode));
        let mut new: Vec<&mut Step> = steps
            .iter_mut()
            .filter(is_new)
            .filter(|step| self.may_convert(&step.path))
            .collect();
        if new.is_empty() {
            return Ok(steps);
        }
        let write = |source| GitError::Write {
            path: std::env::temp_dir(),
            source,
        };
        let scratch = tempfile::tempdir().map_err(write)?;
        let mut checkout = CheckoutBuilder::new();
        checkout
            .force()
            .update_index(false)
            .disable_pathspec_match(true)
            .target_dir(scratch.path());
        for step in &new {
            checkout.path(step.path.as_slice());
        }
        let tree = self.git.find_object(theirs(files)?, None).doing("read the files of a plan")?;
        self.git
            .checkout_tree(&tree, Some(&mut checkout))
            .doing("convert line ends as git does")?;
        for step in &mut new {
            let path = scratch.path().join(as_path(&step.path));
            let bytes = fs::read(&path).map_err(|source| GitError::Io { path, source })?;
            let id = self.git.blob(&bytes).doing("store a file")?;
            step.after = step.after.map(|(_, mode)| (id, mode));
        }
        Ok(steps)
    }

    /// Says whether git has a rule that could give a path other line ends on disk.
    fn may_convert(&self, path: &[u8]) -> bool {
        let attribute = |name: &&str| {
            let value = self.git.get_attr(as_path(path), name, AttrCheckFlags::FILE_THEN_INDEX);
            value.is_ok_and(|value| value.is_some())
        };
        let configured = self
            .git
            .config()
            .is_ok_and(|config| config.get_bool("core.autocrlf").unwrap_or(false));
        configured || ATTRIBUTES.iter().any(attribute)
    }
}
