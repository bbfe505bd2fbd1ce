//! What git ignores in a worktree that is to go: found, named, moved out of it.
//!
//! Nobody can tell a build's output from a person's keys or database, so none of it is ever deleted here; whether it keeps the
//! worktree or is moved out is the caller's to decide. Invariant: a move aside renames, so that nothing is copied half, and nothing
//! that lies at the new place is replaced.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::moves::apply::{full, unwritten};
use crate::git::repo::Repo;
use crate::git::tree::snapshot::ancestors;
use crate::protocol::WorkTree;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Entries that are looked at for the sizes of one list.
const COUNTED: usize = 200_000;

/// A file that git ignores, or a directory with nothing else in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Its path in the worktree, lossy UTF-8; a directory's ends with a slash.
    pub name: String,
    /// The bytes of all its files.
    pub bytes: u64,
    /// Whether all of it was counted; of very many files only the first are.
    pub counted: bool,
}

impl Repo {
    /// Lists what git ignores in a worktree of this repository, each with its size. Directories without a file are no loss.
    ///
    /// # Errors
    /// If the worktree is there and cannot be looked at.
    pub fn ignored_in(&self, tree: &WorkTree) -> Result<Vec<Ignored>, GitError> {
        let Some(repo) = self.worktree_at(tree) else {
            return Ok(Vec::new());
        };
        let mut left = COUNTED;
        let sized = repo.ignored()?.into_iter().map(|path| {
            let (files, bytes) = size_of(full(&repo, &path), &mut left);
            let counted = left > 0;
            (files > 0 || !counted).then(|| Ignored {
                name: lossy(&path),
                bytes,
                counted,
            })
        });
        Ok(sized.flatten().collect())
    }

    /// Says whether what lies at a path of this directory has at most so many bytes.
    #[must_use]
    pub fn is_within(&self, path: &Path, bytes: u64) -> bool {
        let mut left = COUNTED;
        let (_, found) = size_of(full(self, path.as_os_str().as_bytes()), &mut left);
        left > 0 && found <= bytes
    }

    /// Lists what lies untracked in directories that are ignored as a whole and yet have tracked files: libgit2's status passes it
    /// over. Directories have a slash at the end.
    pub(in crate::git) fn ignored_beside_tracked(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
        for entry in index.iter() {
            folders.extend(ancestors(&entry.path).map(<[u8]>::to_vec));
            files.insert(entry.path);
        }
        let mut found = Vec::new();
        for folder in &folders {
            let place = full(self, folder);
            if !self.is_ignored(folder)? || !place.is_dir() {
                continue;
            }
            let unread = |source| GitError::Io {
                path: place.clone(),
                source,
            };
            for entry in fs::read_dir(&place).map_err(unread)? {
                let entry = entry.map_err(unread)?;
                let mut path = [folder.as_slice(), b"/", entry.file_name().as_bytes()].concat();
                if files.contains(&path) || folders.contains(&path) {
                    continue;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    path.push(b'/');
                }
                found.push(path);
            }
        }
        Ok(found)
    }

    /// Says whether git ignores a path, tracked or not.
    pub(in crate::git) fn is_ignored(&self, path: &[u8]) -> Result<bool, GitError> {
        let path = OsStr::from_bytes(path);
        self.git.is_path_ignored(path).doing("ask what is ignored")
    }

    /// Returns those of some paths, relative to the directory of this repository, that git ignores and does not track.
    ///
    /// # Errors
    /// If the rules or the index cannot be read.
    pub fn ignored_of(&self, paths: BTreeSet<String>) -> Result<BTreeSet<String>, GitError> {
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let mut ignored = BTreeSet::new();
        for path in paths {
            if index.get_path(Path::new(&path), 0).is_none() && self.is_ignored(path.as_bytes())? {
                ignored.insert(path);
            }
        }
        Ok(ignored)
    }

    /// Returns a path for [`Repo::set_ignored_aside`] that nothing has: beside the worktree, so that a rename is enough.
    #[must_use]
    pub fn place_aside(tree: &WorkTree) -> String {
        let name = |number: u32| match number {
            1 => format!("{}-ignored", tree.path),
            more => format!("{}-ignored-{more}", tree.path),
        };
        let free = |name: &String| Path::new(name).symlink_metadata().is_err();
        (1..100).map(name).find(free).unwrap_or_else(|| name(100))
    }

    /// Moves what git ignores out of a worktree, each to the same path below `to`. A move that was cut off is gone on with.
    ///
    /// # Errors
    /// If something lies there already, or cannot be moved; what was moved before stays moved.
    pub fn set_ignored_aside(&self, tree: &WorkTree, to: &Path) -> Result<(), GitError> {
        let Some(repo) = self.worktree_at(tree) else { return Ok(()) };
        for path in repo.ignored()? {
            let path = path.strip_suffix(b"/").unwrap_or(&path);
            let from = full(&repo, path);
            let to = to.join(OsStr::from_bytes(path));
            if to.symlink_metadata().is_ok() {
                return Err(GitError::InTheWay {
                    path: to.display().to_string(),
                    reason: "lies where an ignored file of the worktree would go".to_owned(),
                });
            }
            let parent = to.parent().unwrap_or(&to);
            fs::create_dir_all(parent).map_err(unwritten(parent))?;
            fs::rename(&from, &to).map_err(unwritten(&to))?;
        }
        Ok(())
    }

    /// Opens a worktree of this repository, if it is there and still that.
    fn worktree_at(&self, tree: &WorkTree) -> Option<Self> {
        let path = Path::new(&tree.path);
        let found = Self::discover(path).ok()?;
        (found.workdir() == path && found.worktree_name().as_ref() == Some(&tree.name)).then_some(found)
    }
}

/// Counts the files and links at and below a path, and their bytes, for as long as entries are left to look at.
fn size_of(top: PathBuf, left: &mut usize) -> (usize, u64) {
    let (mut files, mut bytes) = (0, 0);
    let mut paths = vec![top];
    while let Some(path) = paths.pop() {
        if *left == 0 {
            break;
        }
        *left -= 1;
        match path.symlink_metadata() {
            Ok(meta) if meta.is_dir() => {
                paths.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
            }
            Ok(meta) => {
                files += 1;
                bytes += meta.len();
            }
            // What cannot be looked at may be of worth.
            Err(_) => files += 1,
        }
    }
    (files, bytes)
}
