//! Who works in a worktree of ours.
//!
//! Owns the file `longhaul-lease` in the worktree's administrative directory: its text is the checkout that the worktree belongs to,
//! its kernel lock is held by the process that works there. Invariant: at most one [`Lease`] of a worktree exists on a machine, and it
//! ends with the process that holds it, however that ends.

use crate::git::GitError;
use crate::git::moves::apply::unwritten;
use crate::git::repo::Repo;
use crate::protocol::WorkTree;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

const FILE: &str = "longhaul-lease";

/// The right to work in a worktree, held until dropped.
#[derive(Debug)]
pub struct Lease {
    // Closing the descriptor releases the lock.
    _file: File,
}

impl Repo {
    /// Takes a worktree for this process.
    ///
    /// # Errors
    /// [`GitError::Leased`] if another process has it, or if the lease cannot be written.
    pub fn lease(&self, tree: &WorkTree) -> Result<Lease, GitError> {
        let path = self.admin(&tree.name).join(FILE);
        let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(unwritten(&path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(GitError::Leased {
                    place: PathBuf::from(&tree.path),
                });
            }
            Err(errno) => return Err(unwritten(&path)(errno.into())),
        }
        let written = file.set_len(0).and_then(|()| file.write_all(tree.checkout.as_bytes()));
        written.map_err(unwritten(&path))?;
        Ok(Lease { _file: file })
    }

    /// Returns the checkout that this working directory was made for, if it is a worktree of ours. Only a hint: whoever can write
    /// the repository could have written it.
    #[must_use]
    pub fn belongs_to(&self) -> Option<PathBuf> {
        self.worktree_name()?;
        let text = fs::read(self.git.path().join(FILE)).ok()?;
        (!text.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(&text)))
    }
}
