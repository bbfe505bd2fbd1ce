//! Files in the directory of a submodule that is not filled.
//!
//! Git looks at nothing there: its status names no such file, and no commit can hold one, for the commit has the submodule at that
//! path. Owns finding them, so that a checkpoint holds them as it holds untracked files, and whoever commits is told of them. Does
//! not own a submodule that is filled: that is a repository of its own. Invariant: nothing behind a link or in another repository is
//! listed.

use super::disk::SUBMODULE;
use super::snapshot::{ancestors, is_temporary, stage};
use crate::git::GitError;
use crate::git::commits::index_file::as_path;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::moves::apply::full;
use crate::git::repo::Repo;
use git2::Index;
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// What lies in the directory of a submodule that is not filled. Paths are raw, from the repository's root.
#[derive(Debug, Default)]
pub(in crate::git) struct Unfilled {
    /// All that is no directory and that git would not ignore.
    pub files: Vec<Vec<u8>>,
    /// What git ignores; a directory has a slash at the end.
    pub ignored: Vec<Vec<u8>>,
    /// Repositories.
    pub nested: Vec<Vec<u8>>,
}

impl Unfilled {
    /// Says whether nothing lies there but directories.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.ignored.is_empty() && self.nested.is_empty()
    }
}

impl Repo {
    /// Lists the files that lie where a submodule is not filled and that git would not ignore elsewhere, by path, lossy UTF-8: no
    /// commit can hold them.
    ///
    /// # Errors
    /// If the index or a directory cannot be read.
    pub fn files_in_unfilled_submodules(&self) -> Result<Vec<String>, GitError> {
        let found = self.unfilled_submodules()?.into_iter();
        Ok(found.flat_map(|(_, found)| found.files).map(|path| lossy(&path)).collect())
    }

    /// Lists the submodules that are not filled, by raw path, with what lies in their directories.
    pub(in crate::git) fn unfilled_submodules(&self) -> Result<Vec<(Vec<u8>, Unfilled)>, GitError> {
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let empty = self.submodules(&index).filter(|dir| !self.is_filled(dir));
        empty.map(|dir| Ok((dir.clone(), self.unfilled(&dir)?))).collect()
    }

    /// Lists what lies in the directory of one submodule that is not filled.
    pub(in crate::git) fn unfilled(&self, dir: &[u8]) -> Result<Unfilled, GitError> {
        let mut found = Unfilled::default();
        if !ancestors(dir).any(|above| full(self, above).is_symlink()) {
            self.look_below(dir, &mut found)?;
        }
        Ok(found)
    }

    /// Says whether a submodule's directory holds its repository.
    pub(in crate::git) fn is_filled(&self, dir: &[u8]) -> bool {
        full(self, dir).join(".git").symlink_metadata().is_ok()
    }

    /// Lists the submodules that are filled now, by raw path.
    pub(in crate::git) fn filled_submodules(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let index = self.git.index().doing("read the index")?;
        Ok(self.submodules(&index).filter(|dir| self.is_filled(dir)).collect())
    }

    /// Says whether the index has a submodule at a path.
    pub(in crate::git) fn is_submodule(&self, path: &[u8]) -> bool {
        let index = self.git.index().ok();
        let entry = index.and_then(|index| index.get_path(as_path(path), 0));
        entry.is_some_and(|entry| entry.mode == SUBMODULE)
    }

    fn submodules(&self, index: &Index) -> impl Iterator<Item = Vec<u8>> {
        let links = index.iter().filter(|entry| entry.mode == SUBMODULE && stage(entry) == 0);
        links.map(|entry| entry.path).collect::<Vec<_>>().into_iter()
    }

    fn look_below(&self, dir: &[u8], found: &mut Unfilled) -> Result<(), GitError> {
        let place = full(self, dir);
        if !place.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            return Ok(());
        }
        let unread = |source| GitError::Io {
            path: place.clone(),
            source,
        };
        let mut entries: Vec<_> = fs::read_dir(&place)
            .map_err(unread)?
            .collect::<Result<_, _>>()
            .map_err(unread)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let path = [dir, b"/", name.as_bytes()].concat();
            let is_dir = entry.file_type().map_err(unread)?.is_dir();
            let asked = if is_dir { [&path[..], b"/"].concat() } else { path.clone() };
            if !is_dir && is_temporary(name.as_bytes()) {
                continue;
            }
            if self.is_ignored(&asked)? {
                found.ignored.push(asked);
            } else if !is_dir {
                found.files.push(path);
            } else if self.is_filled(&path) {
                found.nested.push(path);
            } else {
                self.look_below(&path, found)?;
            }
        }
        Ok(())
    }
}
