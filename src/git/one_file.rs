//! A tree that differs from a commit's in one file.

use super::GitError;
use super::error::Doing;
use super::repo::{Repo, ours, theirs};
use crate::protocol::Oid;
use git2::build::TreeUpdateBuilder;
use git2::{FileMode, ObjectType};
use std::path::Path;

impl Repo {
    /// Makes the tree of a commit with other bytes in one of its files, its mode kept; `None` if the commit has no such file.
    ///
    /// Neither the files on disk nor the index are looked at: what else changed there is in no such tree.
    ///
    /// # Errors
    /// If the commit cannot be read, or the tree cannot be written.
    pub fn tree_with(&self, commit: &Oid, path: &Path, bytes: &[u8]) -> Result<Option<Oid>, GitError> {
        let commit = self.git.find_commit(theirs(commit)?).doing("read a commit")?;
        let tree = commit.tree().doing("read a commit's tree")?;
        let mode = match tree.get_path(path) {
            Ok(entry) if entry.kind() == Some(ObjectType::Blob) => match entry.filemode() {
                0o100_755 => FileMode::BlobExecutable,
                0o120_000 => return Ok(None),
                _ => FileMode::Blob,
            },
            _ => return Ok(None),
        };
        let blob = self.git.blob(bytes).doing("write a file's object")?;
        let mut update = TreeUpdateBuilder::new();
        update.upsert(path, blob, mode);
        let made = update.create_updated(&self.git, &tree).doing("write the tree")?;
        Ok(Some(ours(made)))
    }
}
