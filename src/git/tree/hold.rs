//! Files that a tree must hold, whatever the index and the ignore rules say of them.
//!
//! Owns looking such files up in a tree and putting them into one. Does not know which files they are, nor why. Invariant: trees are
//! made anew; index, refs and working directory stay as they are.

use super::snapshot::blank_entry;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::moves::apply::{Step, steps};
use crate::git::moves::saved::Files;
use crate::git::repo::{Repo, ours, theirs};
use crate::protocol::Oid;
use crate::protocol::event::EarlierFile;
use git2::{ErrorCode, Index, ObjectType};
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// What a tree has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The object.
    pub id: Oid,
    /// Its mode in the tree.
    pub mode: u32,
}

/// A file to put into a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Where, relative to the top.
    pub path: PathBuf,
    /// Its bytes; of a link, its target.
    pub bytes: Vec<u8>,
    /// Its mode as git has it.
    pub mode: u32,
}

impl Repo {
    /// Looks up paths in a tree or commit; those that are not in it are passed over.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn stored_at<P: AsRef<Path>>(
        &self,
        tree_or_commit: &Oid,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<BTreeMap<PathBuf, Stored>, GitError> {
        let tree = self.tree(tree_or_commit)?;
        let mut found = BTreeMap::new();
        for path in paths {
            let path = path.as_ref();
            match tree.get_path(path) {
                Ok(entry) => {
                    let (id, mode) = (ours(entry.id()), entry.filemode().cast_unsigned());
                    found.insert(path.to_owned(), Stored { id, mode });
                }
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(source) => {
                    let doing = "find a file in a tree";
                    return Err(GitError::Git { doing, source });
                }
            }
        }
        Ok(found)
    }

    /// Lists the files that differ from the last commit, tracked or not, as a commit would take them.
    ///
    /// # Errors
    /// If the files or the last commit cannot be read.
    pub fn uncommitted(&self) -> Result<Vec<EarlierFile>, GitError> {
        let committed = match self.head()? {
            Some(head) => self.files_of(&head)?,
            None => Files::new(),
        };
        let now = self.files_of(&self.snapshot()?.id)?;
        let file = |step: &Step| EarlierFile {
            path: lossy(&step.path),
            blob: step.after.map(|(id, _)| ours(id)),
            mode: step.after.map_or(0, |(_, mode)| mode),
        };
        Ok(steps(&committed, &now).iter().map(file).collect())
    }

    /// Makes the tree that has these at their paths; where there is `None`, nothing.
    ///
    /// # Errors
    /// If the tree cannot be read, or not be written.
    pub fn tree_placing(&self, tree: &Oid, files: &[(PathBuf, Option<Stored>)]) -> Result<Oid, GitError> {
        let mut index = Index::new().doing("make an index in memory")?;
        index.read_tree(&self.tree(tree)?).doing("read a tree")?;
        for (path, stored) in files {
            let there = index.get_path(path, 0).is_some();
            match stored {
                Some(stored) => index.add(&blank_entry(path.as_os_str().as_bytes(), theirs(&stored.id)?, stored.mode)),
                None if there => index.remove(path, 0),
                None => Ok(()),
            }
            .doing("put a file into a tree")?;
        }
        Ok(ours(index.write_tree_to(&self.git).doing("write the tree")?))
    }

    /// Says whether what a tree has is a file of these bytes, or differs from it in line ends alone, as git may convert them.
    ///
    /// # Errors
    /// If the object cannot be read.
    pub fn holds_bytes(&self, stored: &Stored, bytes: &[u8]) -> Result<bool, GitError> {
        let id = theirs(&stored.id)?;
        if git2::Oid::hash_object(ObjectType::Blob, bytes).doing("hash a file")? == id {
            return Ok(true);
        }
        match self.git.find_blob(id) {
            Ok(blob) => Ok(lines(blob.content()).eq(lines(bytes))),
            // A directory, or a submodule.
            Err(_) => Ok(false),
        }
    }

    /// Makes the tree that has these files in place of whatever `tree` has there.
    ///
    /// # Errors
    /// If the tree cannot be read, or an object not be written.
    pub fn tree_holding(&self, tree: &Oid, files: &[Content]) -> Result<Oid, GitError> {
        let mut index = Index::new().doing("make an index in memory")?;
        index.read_tree(&self.tree(tree)?).doing("read a tree")?;
        for file in files {
            let id = self.git.blob(&file.bytes).doing("store a file")?;
            let entry = blank_entry(file.path.as_os_str().as_bytes(), id, file.mode);
            index.add(&entry).doing("put a file into a tree")?;
        }
        Ok(ours(index.write_tree_to(&self.git).doing("write the tree")?))
    }
}

/// Bytes without the carriage return of a line's end.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
