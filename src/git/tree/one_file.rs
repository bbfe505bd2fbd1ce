//! Trees that are made for one file: a commit's with that file changed, or that file alone.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours, theirs};
use crate::protocol::Oid;
use git2::build::TreeUpdateBuilder;
use git2::{FileMode, ObjectType};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
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

    /// Names the tree that another one, or a commit's, would be without some paths, and stores nothing of it.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn without(&self, tree_or_commit: &Oid, paths: &[&Path]) -> Result<Oid, GitError> {
        let parts = |path: &&Path| path.components().map(|part| part.as_os_str().as_bytes().to_vec()).collect();
        let paths: Vec<Vec<Vec<u8>>> = paths.iter().map(parts).collect();
        let tree = self.tree(tree_or_commit)?.id();
        Ok(ours(self.less(tree, &paths)?.unwrap_or(tree)))
    }

    /// The tree without the paths below it; `None` if it holds none of them.
    fn less(&self, tree: git2::Oid, paths: &[Vec<Vec<u8>>]) -> Result<Option<git2::Oid>, GitError> {
        let tree = self.git.find_tree(tree).doing("read a tree")?;
        let (mut bytes, mut changed) = (Vec::new(), false);
        for entry in &tree {
            let (name, mut id) = (entry.name_bytes(), entry.id());
            let below = |path: &Vec<Vec<u8>>| {
                path.split_first()
                    .filter(|(first, _)| *first == name)
                    .map(|(_, rest)| rest.to_vec())
            };
            let below: Vec<Vec<Vec<u8>>> = paths.iter().filter_map(below).collect();
            if below.iter().any(Vec::is_empty) {
                changed = true;
                continue;
            }
            if !below.is_empty()
                && entry.kind() == Some(ObjectType::Tree)
                && let Some(less) = self.less(id, &below)?
            {
                changed = true;
                if less == Self::empty()? {
                    continue;
                }
                id = less;
            }
            bytes.extend_from_slice(format!("{:o} ", entry.filemode_raw()).as_bytes());
            bytes.extend_from_slice(name);
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        let made = changed.then(|| git2::Oid::hash_object(ObjectType::Tree, &bytes));
        made.transpose().doing("name a tree")
    }

    /// The tree that holds nothing.
    fn empty() -> Result<git2::Oid, GitError> {
        git2::Oid::hash_object(ObjectType::Tree, &[]).doing("name a tree")
    }

    /// Keeps bytes as an object that nothing refers to: git lets it be for weeks.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep_bytes(&self, bytes: &[u8]) -> Result<Oid, GitError> {
        self.git.blob(bytes).map(ours).doing("store a file")
    }

    /// Returns what was kept.
    ///
    /// # Errors
    /// If it is not there any more.
    pub fn kept_bytes(&self, kept: &Oid) -> Result<Vec<u8>, GitError> {
        let blob = self.git.find_blob(theirs(kept)?).doing("read a stored file")?;
        Ok(blob.content().to_vec())
    }

    /// Finds the commit with a tree among those that the branch got since a commit; the newest, if there are several.
    ///
    /// # Errors
    /// If the commits cannot be read.
    pub fn commit_of_tree(&self, since: &Oid, tree: &Oid) -> Result<Option<Oid>, GitError> {
        let (since, tree) = (theirs(since)?, theirs(tree)?);
        let mut walk = self.git.revwalk().doing("walk the commits")?;
        walk.push_head().doing("walk the commits")?;
        walk.hide(since).doing("walk the commits")?;
        for id in walk {
            let id = id.doing("walk the commits")?;
            if self.git.find_commit(id).doing("read a commit")?.tree_id() == tree {
                return Ok(Some(ours(id)));
            }
        }
        Ok(None)
    }

    /// Stores a tree that holds nothing but one file, executable as the one on disk is: two of them show how a file would change.
    ///
    /// # Errors
    /// If the objects cannot be written.
    pub fn tree_of_one(&self, path: &Path, bytes: &[u8]) -> Result<Oid, GitError> {
        let blob = self.git.blob(bytes).doing("store a file")?;
        let none = self
            .git
            .treebuilder(None)
            .doing("make a tree")?
            .write()
            .doing("make a tree")?;
        let none = self.git.find_tree(none).doing("make a tree")?;
        let executable = std::fs::metadata(self.workdir().join(path)).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0);
        let mode = if executable {
            FileMode::BlobExecutable
        } else {
            FileMode::Blob
        };
        let tree = TreeUpdateBuilder::new()
            .upsert(path, blob, mode)
            .create_updated(&self.git, &none)
            .doing("make a tree")?;
        Ok(ours(tree))
    }
}
