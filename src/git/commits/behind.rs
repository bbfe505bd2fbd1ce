//! An index that a commit left behind, remembered until it is mended.
//!
//! Owns the file `longhaul-index-base` beside the index: the tree that the index still follows, or `none` for no commit. Does not
//! own what "follows" means (`index`). Invariant: the file is on the disk before the branch moves and goes only once the index has
//! followed, so neither a foreign lock nor a kill in between leaves staged deletions behind that nobody mends.

use super::commit::patience_until;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Head, Repo};
use crate::git::tree::disk::is_absent;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

const RECORD: &str = "longhaul-index-base";
const NO_COMMIT: &str = "none";

impl Repo {
    /// Waits a few seconds for a lock of another process on the index to go.
    ///
    /// # Errors
    /// [`GitError::IndexLocked`] if it stays. It is never removed: whoever made it may still write.
    pub fn wait_for_index(&self) -> Result<(), GitError> {
        self.wait_for_lock(patience_until())
    }

    /// Brings along an index that an earlier commit left behind. Returns whether there was one.
    ///
    /// # Errors
    /// [`GitError::IndexLocked`] if it still is locked; it then stays remembered.
    pub fn mend_index(&self) -> Result<bool, GitError> {
        let Some(old) = self.index_base()? else { return Ok(false) };
        let now = match self.head_state()? {
            Head::Branch(_, at) => at,
            Head::Detached(at) => Some(at),
        };
        let tree = |commit: git2::Oid| self.git.find_commit(commit).and_then(|commit| commit.tree());
        let now = now.map(tree).transpose().doing("read the last commit")?;
        let mut mended = false;
        if let Some(now) = &now
            && Some(now.id()) != old
        {
            // A tree that was pruned says nothing any more: every path is then compared with no content, which moves none that is staged.
            let old = old.and_then(|id| self.git.find_tree(id).ok());
            self.bring_index_along(old.as_ref(), now)?;
            mended = true;
        }
        self.forget_index()?;
        Ok(mended)
    }

    /// Remembers that the index follows this tree, unless an older one is remembered already.
    pub(in crate::git) fn remember_index(&self, follows: Option<&git2::Tree<'_>>) -> Result<(), GitError> {
        if self.index_base()?.is_some() {
            return Ok(());
        }
        let path = self.index_record();
        let text = follows.map_or_else(|| NO_COMMIT.to_owned(), |tree| tree.id().to_string());
        let write = || {
            let mut file = fs::File::create(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| GitError::Write {
            path: path.clone(),
            source,
        })
    }

    /// The index follows HEAD: nothing is left to mend.
    pub(in crate::git) fn forget_index(&self) -> Result<(), GitError> {
        let path = self.index_record();
        match fs::remove_file(&path) {
            Err(source) if !is_absent(&source) => Err(GitError::Write { path, source }),
            _ => Ok(()),
        }
    }

    /// Reads the record: `None` if there is none, `Some(None)` if the index follows no commit at all.
    fn index_base(&self) -> Result<Option<Option<git2::Oid>>, GitError> {
        let path = self.index_record();
        match fs::read_to_string(&path) {
            Ok(text) if text == NO_COMMIT => Ok(Some(None)),
            // One that was torn in writing names no tree: the branch had not moved yet.
            Ok(text) => Ok(git2::Oid::from_str(text.trim()).ok().filter(|_| text.len() == 40).map(Some)),
            Err(source) if is_absent(&source) => Ok(None),
            Err(source) => Err(GitError::Io { path, source }),
        }
    }

    fn index_record(&self) -> PathBuf {
        self.git.path().join(RECORD)
    }
}
