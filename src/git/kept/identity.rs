//! Which repository it is, whatever is put in its place.
//!
//! Invariant: two are the same only if the system says that their directories are, at the same path.

use crate::git::GitError;
use crate::git::repo::Repo;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Directories looked into for a repository that was moved.
const MOST: usize = 2_000;

/// A repository's own directory: `.git`, or what that names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// When it was made, where the system tells: the number of a directory that is gone is given to the next one.
    made: Option<SystemTime>,
}

impl Repo {
    /// Returns which repository this is.
    ///
    /// # Errors
    /// If its directory is gone meanwhile.
    pub fn identity(&self) -> Result<Identity, GitError> {
        let unread = |source| GitError::Io {
            path: self.git.path().to_owned(),
            source,
        };
        let path = self.git.path().canonicalize().map_err(unread)?;
        let meta = path.metadata().map_err(unread)?;
        Ok(Identity {
            device: meta.dev(),
            inode: meta.ino(),
            made: meta.created().ok(),
            path,
        })
    }
}

impl Identity {
    /// Says whether its directory is where it was.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.is_at(&self.path)
    }

    /// Looks for it in a directory, the directories in that, and beside it.
    #[must_use]
    pub fn look_for(&self, workspace: &Path) -> Option<PathBuf> {
        let near = [Some(workspace), workspace.parent()]
            .into_iter()
            .flatten()
            .map(Path::to_owned);
        let below = folders(workspace);
        let places = near.chain(below).take(MOST);
        let found = places.flat_map(|place| folders(&place)).take(MOST);
        found.chain([self.path.clone()]).find(|path| self.is_at(path))
    }

    fn is_at(&self, path: &Path) -> bool {
        let is_it = |meta: Metadata| {
            let found = (meta.dev(), meta.ino(), meta.created().ok());
            meta.is_dir() && found == (self.device, self.inode, self.made)
        };
        path.symlink_metadata().is_ok_and(is_it)
    }
}

fn folders(place: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path())
}
