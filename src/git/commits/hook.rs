//! The user's pre-commit hook: where it lies and what it is. Found here, never run here.
//!
//! A hook looks at an index, but many look at the files too, and some put the files into the index's state first and back afterwards.
//! So one is run only where files and index are the same tree: for a commit of the agent's. The commit of a feature list edit and the
//! one that brings a worktree home are made of trees that lie nowhere on the disk, beside work that is half done; whoever makes those
//! says which hooks were passed over ([`Repo::hooks_of`]).
//!
//! Invariant: two [`PreCommit`] are equal only if running either would run the same bytes from the same place.

use super::who;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours};
use crate::protocol::Oid;
use git2::{ConfigLevel, ObjectType};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What there is of a pre-commit hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreCommit {
    /// None.
    None,
    /// An executable file.
    Program {
        /// Where it lies.
        path: PathBuf,
        /// A digest of its bytes.
        digest: Oid,
    },
    /// The repository's own configuration names a directory of hooks. Whoever can write that file could have any program run, so
    /// only the user's configuration is followed.
    NotFollowed {
        /// The directory as it is named.
        named: String,
    },
}

impl Repo {
    /// Finds the pre-commit hook that git would run: in `core.hooksPath` of the user's configuration, else in the repository.
    ///
    /// # Errors
    /// If the configuration or the hook cannot be read.
    pub fn pre_commit(&self) -> Result<PreCommit, GitError> {
        let config = who::config(&self.git).doing("read the configuration")?;
        for level in [ConfigLevel::Worktree, ConfigLevel::Local] {
            let named = config
                .open_level(level)
                .and_then(|config| config.get_string("core.hooksPath"));
            if let Ok(named) = named {
                return Ok(PreCommit::NotFollowed { named });
            }
        }
        let user = who::user_config().doing("read the user's configuration")?;
        let dir = match user.get_path("core.hooksPath") {
            Ok(dir) => self.workdir().join(dir),
            Err(_) => self.git.commondir().join("hooks"),
        };
        let path = dir.join("pre-commit");
        if !is_executable(&path) {
            return Ok(PreCommit::None);
        }
        let digest = git2::Oid::hash_file(ObjectType::Blob, &path).doing("read the pre-commit hook")?;
        let digest = ours(digest);
        Ok(PreCommit::Program { path, digest })
    }

    /// Lists which of these hooks git would run here.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn hooks_of(&self, names: &[&'static str]) -> Result<Vec<&'static str>, GitError> {
        let config = who::config(&self.git).doing("read the configuration")?;
        let dir = match config.get_path("core.hooksPath") {
            Ok(dir) => self.workdir().join(dir),
            Err(_) => self.git.commondir().join("hooks"),
        };
        Ok(names.iter().copied().filter(|name| is_executable(&dir.join(name))).collect())
    }

    /// Writes an index file that holds exactly a tree, for a hook to look at.
    ///
    /// # Errors
    /// If the tree is not there, or the file cannot be written.
    pub fn write_index(&self, tree: &Oid, path: &Path) -> Result<(), GitError> {
        let mut index = git2::Index::open(path).doing("make a private index")?;
        index.read_tree(&self.tree(tree)?).doing("fill a private index")?;
        index.write().doing("write a private index")
    }

    /// Returns the tree that an index file holds.
    ///
    /// # Errors
    /// If the file cannot be read, or its objects are not there.
    pub fn tree_of_index(&self, path: &Path) -> Result<Oid, GitError> {
        let mut index = git2::Index::open(path).doing("read a private index")?;
        Ok(ours(
            index.write_tree_to(&self.git).doing("write the tree of a private index")?,
        ))
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
