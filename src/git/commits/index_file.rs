//! Putting a new index file in the place of the old one.
//!
//! Owns the file, not what is in it. Invariant: no `index.lock` of ours ever exists, so a killed process of ours never locks the user
//! out. Locks of others are waited for, and an index that changed while the new one was made is read again.

use super::commit::patience_until;
use super::index::hidden_as;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, theirs};
use crate::git::tree::disk::is_absent;
use crate::git::tree::snapshot::{INTENT_TO_ADD, stage};
use crate::protocol::Oid;
use git2::Index;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Our own copies, beside the index, so that a rename puts them in its place.
const COPY: &str = "longhaul-index";

impl Repo {
    /// Changes a private copy of the index and puts it in the index's place.
    pub(in crate::git) fn replace_index(&self, change: impl Fn(&mut Index) -> Result<(), git2::Error>) -> Result<(), GitError> {
        let (file, copy) = (self.git.path().join("index"), self.git.path().join(COPY));
        let deadline = patience_until();
        loop {
            self.wait_for_lock(deadline)?;
            let seen = identity(&file);
            // Ours, left by a process that was killed.
            let _ = fs::remove_file(self.git.path().join(format!("{COPY}.lock")));
            let _ = fs::remove_file(&copy);
            match fs::copy(&file, &copy) {
                Err(source) if !is_absent(&source) => return Err(GitError::Write { path: copy, source }),
                _ => {}
            }
            let mut index = Index::open(&copy).doing("read the index")?;
            change(&mut index).doing("change the index")?;
            index.write().doing("write the index")?;
            if self.put_in_place(&copy, &seen, deadline)? {
                return Ok(());
            }
        }
    }

    /// Puts these bytes in the index's place; `None` removes it.
    pub(in crate::git) fn restore_index(&self, bytes: Option<&[u8]>) -> Result<(), GitError> {
        let (file, copy) = (self.git.path().join("index"), self.git.path().join(COPY));
        let deadline = patience_until();
        loop {
            self.wait_for_lock(deadline)?;
            let Some(bytes) = bytes else {
                return match fs::remove_file(&file) {
                    Err(source) if !is_absent(&source) => Err(GitError::Write { path: file, source }),
                    _ => Ok(()),
                };
            };
            let seen = identity(&file);
            let write = || {
                let mut made = fs::File::create(&copy)?;
                made.write_all(bytes)?;
                made.sync_all()
            };
            write().map_err(|source| GitError::Write {
                path: copy.clone(),
                source,
            })?;
            if self.put_in_place(&copy, &seen, deadline)? {
                return Ok(());
            }
        }
    }

    /// Makes the index what a commit has, keeping what is known of files that do not differ. What the user had staged goes, but for
    /// the paths that stay as they are.
    pub(in crate::git) fn index_as(&self, commit: Option<&Oid>, stays: &BTreeSet<Vec<u8>>) -> Result<(), GitError> {
        let mut wanted = Index::new().doing("make an index in memory")?;
        if let Some(commit) = commit {
            let tree = self.git.find_commit(theirs(commit)?).and_then(|commit| commit.tree());
            wanted.read_tree(&tree.doing("read a commit")?).doing("read a tree")?;
        }
        self.replace_index(|index| {
            let old: Vec<_> = index.iter().collect();
            let mut kept = BTreeMap::new();
            for entry in old {
                if stage(&entry) == 0 && entry.flags_extended & INTENT_TO_ADD == 0 {
                    kept.insert(entry.path.clone(), entry);
                } else {
                    index.remove(as_path(&entry.path), i32::from(stage(&entry)))?;
                }
            }
            let is_gone = |path: &Vec<u8>| wanted.get_path(as_path(path), 0).is_none() && !stays.contains(path);
            for path in kept.keys().filter(|path| is_gone(path)) {
                index.remove(as_path(path), 0)?;
            }
            for entry in wanted.iter().filter(|entry| !stays.contains(&entry.path)) {
                let old = kept.get(&entry.path);
                if old.is_some_and(|old| (old.id, old.mode) == (entry.id, entry.mode)) {
                    continue;
                }
                index.add(&hidden_as(self.entry(&entry.path, entry.id, entry.mode), old))?;
            }
            Ok(())
        })?;
        self.forget_index()
    }

    /// Waits for a lock of another process to go; tells which one stays.
    pub(in crate::git) fn wait_for_lock(&self, deadline: Instant) -> Result<(), GitError> {
        let lock = self.git.path().join("index.lock");
        while let Ok(meta) = lock.symlink_metadata() {
            if Instant::now() >= deadline {
                let age = meta.modified().ok().and_then(|since| since.elapsed().ok());
                return Err(GitError::IndexLocked { lock, age });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Renames the copy into place if the index is the one that was seen and nobody holds it. Returns whether it did.
    fn put_in_place(&self, copy: &PathBuf, seen: &Identity, deadline: Instant) -> Result<bool, GitError> {
        self.wait_for_lock(deadline)?;
        let file = self.git.path().join("index");
        if identity(&file) != *seen {
            return Ok(false);
        }
        fs::rename(copy, &file).map_err(|source| GitError::Write { path: file, source })?;
        Ok(true)
    }
}

/// What tells one index file from the next.
pub(in crate::git) type Identity = Option<(u64, u64, i64, i64)>;

pub(in crate::git) fn identity(file: &Path) -> Identity {
    let meta: io::Result<fs::Metadata> = fs::metadata(file);
    meta.ok()
        .map(|meta| (meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec()))
}

pub(in crate::git) fn as_path(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}
