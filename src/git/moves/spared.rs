//! What a move leaves as it is on disk, though the state that it goes to has it otherwise or not at all.
//!
//! Owns which files these are and how each is named. Invariant: what cannot be brought back by an undo is not touched, and nothing
//! is spared without a word, but for what git calls the same.

use super::apply::full;
use super::saved::Files;
use crate::git::GitError;
use crate::git::commits::index_file::as_path;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::tree::disk::special;
use crate::git::tree::snapshot::is_within;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// Directories that are looked through for files of a special kind.
const SEARCHED: usize = 20_000;

impl Repo {
    /// Takes out of a goal what would lie in a submodule that has been filled since: that is a repository of its own.
    pub(in crate::git) fn leave_filled(&self, files: &mut Files) -> Result<Vec<String>, GitError> {
        let mut left_alone = Vec::new();
        for dir in self.filled_submodules()? {
            let all = files.len();
            files.retain(|path, _| !is_within(path, &dir));
            if files.len() < all {
                let (dir, count) = (lossy(&dir), all - files.len());
                left_alone.push(format!(
                    "{dir} is a submodule that was filled since: {count} of the files there do not come back"
                ));
            }
        }
        Ok(left_alone)
    }

    /// Names the pipes, sockets and devices that lie beside the files: git passes them over, and nothing here can keep one. Those in
    /// `named` are named already.
    pub(in crate::git) fn special_files(&self, named: &BTreeSet<Vec<u8>>) -> Result<Vec<String>, GitError> {
        let (mut found, mut folders, mut left) = (Vec::new(), vec![Vec::new()], SEARCHED);
        while let Some(folder) = folders.pop().filter(|_| left > 0) {
            left -= 1;
            // What cannot be looked at stays all the same.
            for entry in fs::read_dir(full(self, &folder)).into_iter().flatten().flatten() {
                let name = entry.file_name();
                let path = [&folder[..], if folder.is_empty() { b"" } else { b"/" }, name.as_bytes()].concat();
                let Ok(kind) = entry.file_type() else { continue };
                let kept = kind.is_file() || kind.is_symlink() || name == ".git" || named.contains(&path);
                if kept || kind.is_dir() && self.is_filled(&path) || self.is_ignored(&path)? {
                    continue;
                }
                if kind.is_dir() {
                    folders.push(path);
                } else if let Some(kind) = special(kind) {
                    found.push(format!("{} is a {kind}", lossy(&path)));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// A commit holds what git's line-end rules and filters made of the files. Where git calls the file on disk the same, it stays; a
    /// file that only a filter can make stays too and is named.
    pub(in crate::git) fn keep_converted(
        &self,
        files: &mut Files,
        before: &Files,
        left_alone: &mut Vec<String>,
    ) -> Result<(), GitError> {
        let as_committed = self.files_of(&self.snapshot()?.id)?;
        for (path, wanted) in files.iter_mut() {
            let Some(now) = before.get(path).filter(|now| *now != wanted) else {
                continue;
            };
            if as_committed.get(path) == Some(wanted) {
                *wanted = *now;
            } else if let Some(driver) = self.filter_driver(as_path(path)) {
                *wanted = *now;
                left_alone.push(format!(
                    "{} goes through the filter `{driver}`, which is not run here: bring it back with `git checkout`",
                    lossy(path)
                ));
            }
        }
        Ok(())
    }

    /// What is not in the saved tree as it is on disk is not removed, and what a sparse checkout keeps off the disk stays off it.
    pub(in crate::git) fn keep_unsaved(&self, files: &mut Files, before: &Files, untaken: &BTreeSet<Vec<u8>>) {
        for (path, now) in before {
            let off_disk = || full(self, path).symlink_metadata().is_err();
            if (untaken.contains(path) && !files.contains_key(path)) || (files.get(path) != Some(now) && off_disk()) {
                files.insert(path.clone(), *now);
            }
        }
    }
}
