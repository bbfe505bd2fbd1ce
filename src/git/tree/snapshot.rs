//! The tree of what is on disk now, made without touching the user's index.

use super::disk::{Fidelity, LARGE, OnDisk, SUBMODULE, Taking};
use super::unfilled::Unfilled;
use crate::git::GitError;
use crate::git::commits::index_file::as_path;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::repo::{Repo, ours};
use crate::protocol::Oid;
use git2::{Index, IndexEntry, IndexTime, Status, StatusOptions, StatusShow};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Index entries that git was told not to look at (`--assume-unchanged`): we look.
pub(in crate::git) const ASSUME_UNCHANGED: u16 = 0x8000;
/// Extended flag of entries that a sparse checkout keeps off the disk.
pub(in crate::git) const SKIP_WORKTREE: u16 = 1 << 14;
/// Extended flag of entries made by `git add --intent-to-add`: a promise without content.
pub(in crate::git) const INTENT_TO_ADD: u16 = 1 << 13;

/// How the names begin and end of the files that are written beside a file before they take its place.
pub const TEMPORARY: (&str, &str) = (".longhaul-", ".tmp");

/// Says whether a file is such a one, by its name: half written, or left by a killed process, and never part of a tree.
#[must_use]
pub fn is_temporary(name: &[u8]) -> bool {
    let within = name.strip_prefix(TEMPORARY.0.as_bytes());
    let middle = within.and_then(|rest| rest.strip_suffix(TEMPORARY.1.as_bytes()));
    middle.is_some_and(|middle| middle.len() == 6 && middle.iter().all(u8::is_ascii_alphanumeric))
}

/// What is said of a repository within this one.
const NESTED: &str = "is a repository of its own: its files are not taken";
/// Files in a submodule that is not filled are named up to here where they cannot be taken.
const NAMED: usize = 20;

/// A tree object equal to the tracked and the untracked, not ignored files on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Its id.
    pub id: Oid,
    /// What differs on disk, and why. Empty: the tree is the whole truth.
    pub left_out: Vec<LeftOut>,
}

/// A path whose present state is not in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Path within the repository, lossy UTF-8.
    pub path: String,
    /// Why, as the rest of a sentence: `is a named pipe`.
    pub reason: String,
}

impl Repo {
    /// Stores the files on disk as a tree: tracked ones and new ones that are not ignored.
    ///
    /// Executable bits, links and bytes are kept exactly. The index file, HEAD and all refs stay as they are.
    ///
    /// # Errors
    /// If a file or the object database cannot be read or written. Nothing is half done then: a snapshot has no effect until it is committed.
    pub fn snapshot(&self) -> Result<Tree, GitError> {
        let taking = Taking {
            fidelity: Fidelity::Commit,
            limit: LARGE,
        };
        Ok(self.take_tree(taking, &[], std::iter::empty())?.tree)
    }

    /// Stores the files as [`Repo::snapshot`] does, or byte for byte, without what lies below `except`, and with the files at `besides`
    /// even if they are ignored.
    pub(in crate::git) fn take_tree<'a>(
        &self,
        taking: Taking,
        except: &[Vec<u8>],
        besides: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Taken, GitError> {
        let mut tracked = self.git.index().doing("read the index")?;
        tracked.read(false).doing("read the index")?;
        let changed = self.worktree_changes()?;
        let mut draft = Draft {
            repo: self,
            index: Index::new().doing("make an index in memory")?,
            taking,
            left_out: Vec::new(),
            untaken: BTreeSet::new(),
            sparse: self.is_sparse(),
        };
        let mut conflict: Vec<u8> = Vec::new();
        for entry in tracked.iter() {
            if stage(&entry) != 0 {
                // The sides of a conflict are one file on disk, with its markers.
                if conflict != entry.path {
                    draft.take(&entry.path, None)?;
                    conflict = entry.path;
                }
            } else if entry.mode == SUBMODULE && self.is_filled(&entry.path) {
                draft.keep_submodule(entry)?;
            } else if entry.mode == SUBMODULE {
                draft.take_unfilled(entry, except)?;
            } else {
                let status = changed.get(&entry.path).copied().unwrap_or(Status::CURRENT);
                draft.take_tracked(entry, status)?;
            }
        }
        draft.name_nested(&tracked);
        let temporary = |path: &[u8]| path.rsplit(|&byte| byte == b'/').next().is_some_and(is_temporary);
        let new = changed.iter().filter(|(path, status)| status.is_wt_new() && !temporary(path));
        for (path, _) in new.filter(|(path, _)| !except.iter().any(|dir| is_within(path, dir))) {
            match path.strip_suffix(b"/") {
                Some(nested) => draft.leave_out(nested, NESTED),
                None => draft.take(path, None)?,
            }
        }
        for path in besides {
            if !draft.has(path) && !draft.untaken.contains(path) {
                draft.take(path, None)?;
            }
        }
        let Draft {
            mut index,
            left_out,
            untaken,
            ..
        } = draft;
        let id = index.write_tree_to(&self.git).doing("write the tree")?;
        Ok(Taken {
            tree: Tree { id: ours(id), left_out },
            untaken,
        })
    }

    /// Lists what differs between index and disk: changed tracked files and new ones, by raw path.
    pub(in crate::git) fn worktree_changes(&self) -> Result<BTreeMap<Vec<u8>, Status>, GitError> {
        let mut options = StatusOptions::new();
        options
            .show(StatusShow::Workdir)
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .exclude_submodules(true)
            .update_index(false);
        let statuses = self
            .git
            .statuses(Some(&mut options))
            .doing("compare the files with the index")?;
        Ok(statuses
            .iter()
            .map(|entry| (entry.path_bytes().to_vec(), entry.status()))
            .collect())
    }
}

/// A tree, and the raw paths whose present state it does not hold.
pub(in crate::git) struct Taken {
    pub tree: Tree,
    pub untaken: BTreeSet<Vec<u8>>,
}

/// A tree in the making.
struct Draft<'a> {
    repo: &'a Repo,
    index: Index,
    taking: Taking,
    left_out: Vec<LeftOut>,
    untaken: BTreeSet<Vec<u8>>,
    /// Whether files are kept off the disk on purpose.
    sparse: bool,
}

impl Repo {
    /// Says whether git keeps files off the disk here.
    fn is_sparse(&self) -> bool {
        let config = self.git.config().and_then(|config| config.get_bool("core.sparseCheckout"));
        config.unwrap_or(false)
    }
}

impl Draft<'_> {
    /// Takes a tracked file: as the index has it if it is unchanged, else from disk.
    fn take_tracked(&mut self, entry: IndexEntry, status: Status) -> Result<(), GitError> {
        let hidden = entry.flags & ASSUME_UNCHANGED != 0 || entry.flags_extended & (SKIP_WORKTREE | INTENT_TO_ADD) != 0;
        let unchanged = status == Status::CURRENT || (self.taking.fidelity == Fidelity::Commit && self.repo.only_converted(&entry));
        if unchanged && !hidden && self.is_verbatim(&entry) {
            return self.add(&entry.path, entry.id, entry.mode);
        }
        match self.repo.store(&entry.path, Some(entry.mode), self.taking)? {
            OnDisk::Blob { id, mode } => self.add(&entry.path, id, mode),
            // A sparse checkout keeps it off the disk; without one somebody removed it.
            OnDisk::Missing if self.sparse && entry.flags_extended & SKIP_WORKTREE != 0 => {
                self.add(&entry.path, entry.id, entry.mode)
            }
            OnDisk::Missing => Ok(()),
            OnDisk::LeftOut(reason) => {
                self.leave_out(&entry.path, &format!("{reason}; the tree keeps what git had"));
                self.add(&entry.path, entry.id, entry.mode)
            }
        }
    }

    /// Takes a path from disk, whatever it is.
    fn take(&mut self, path: &[u8], mode: Option<u32>) -> Result<(), GitError> {
        match self.repo.store(path, mode, self.taking)? {
            OnDisk::Blob { id, mode } => self.add(path, id, mode),
            OnDisk::Missing => Ok(()),
            OnDisk::LeftOut(reason) => {
                self.leave_out(path, &reason);
                Ok(())
            }
        }
    }

    /// Says whether an unchanged file may be taken as the index has it. Git also calls files unchanged that it converted on their way
    /// to the disk; each of its conversions changes the length.
    fn is_verbatim(&self, entry: &IndexEntry) -> bool {
        if self.taking.fidelity == Fidelity::Commit {
            return true;
        }
        let full = self.repo.workdir().join(OsStr::from_bytes(&entry.path));
        let size = self.repo.git.odb().and_then(|odb| odb.read_header(entry.id));
        matches!((full.symlink_metadata(), size), (Ok(meta), Ok((size, _))) if meta.len() == size as u64)
    }

    /// Keeps a filled submodule at its recorded commit and says if its files are elsewhere.
    fn keep_submodule(&mut self, entry: IndexEntry) -> Result<(), GitError> {
        let root = self.repo.workdir().join(OsStr::from_bytes(&entry.path));
        match Repo::discover(&root).and_then(|sub| Ok((sub.head()?, sub.dirty()?.is_empty()))) {
            Ok((Some(at), true)) if at == ours(entry.id) => {}
            Ok((_, true)) => self.leave_out(
                &entry.path,
                "is a submodule on another commit; the tree keeps the recorded one",
            ),
            Ok((_, false)) => self.leave_out(
                &entry.path,
                "is a submodule with changes, which belong into a commit of its own",
            ),
            Err(error) => self.leave_out(&entry.path, &format!("is a submodule that cannot be read ({error})")),
        }
        self.add(&entry.path, entry.id, entry.mode)
    }

    /// Takes the files that lie where a submodule is not filled, in the place of the submodule, for a tree has one or the other at a
    /// path. A commit is the submodule's: there they are named.
    fn take_unfilled(&mut self, entry: IndexEntry, except: &[Vec<u8>]) -> Result<(), GitError> {
        let Unfilled { mut files, nested, .. } = self.repo.unfilled(&entry.path)?;
        files.retain(|path| !except.iter().any(|dir| is_within(path, dir)));
        for path in &nested {
            self.leave_out(path, NESTED);
        }
        if self.taking.fidelity == Fidelity::Commit {
            for path in files.iter().take(NAMED) {
                self.leave_out(path, "lies in a submodule that is not filled: no commit can hold it");
            }
            if let Some(more) = files.len().checked_sub(NAMED).filter(|more| *more > 0) {
                let reason = format!("is a submodule that is not filled: {more} more files lie in it, and no commit can hold them");
                self.leave_out(&entry.path, &reason);
            }
            return self.add(&entry.path, entry.id, entry.mode);
        }
        for path in &files {
            self.take(path, None)?;
        }
        if files.iter().any(|path| self.has(path)) {
            return Ok(());
        }
        self.add(&entry.path, entry.id, entry.mode)
    }

    /// Names repositories that were made inside directories with tracked files: git sees no new files there, and would not say so.
    fn name_nested(&mut self, tracked: &Index) {
        let files = tracked.iter().filter(|entry| entry.mode != SUBMODULE).map(|entry| entry.path);
        let dirs: BTreeSet<Vec<u8>> = files
            .flat_map(|path| ancestors(&path).map(<[u8]>::to_vec).collect::<Vec<_>>())
            .collect();
        for dir in dirs {
            let marker = self.repo.workdir().join(OsStr::from_bytes(&dir)).join(".git");
            if marker.symlink_metadata().is_ok() {
                self.leave_out(
                    &dir,
                    "became a repository of its own: only files that were tracked before are taken",
                );
            }
        }
    }

    fn has(&self, path: &[u8]) -> bool {
        self.index.get_path(as_path(path), 0).is_some()
    }

    /// Adds an entry; a name that git refuses (`.git` in another spelling) is left out.
    fn add(&mut self, path: &[u8], id: git2::Oid, mode: u32) -> Result<(), GitError> {
        if let Err(error) = self.index.add(&blank_entry(path, id, mode)) {
            self.leave_out(path, &format!("has a name that git refuses ({})", error.message()));
        }
        Ok(())
    }

    fn leave_out(&mut self, path: &[u8], reason: &str) {
        self.untaken.insert(path.to_vec());
        self.left_out.push(LeftOut {
            path: lossy(path),
            reason: reason.to_owned(),
        });
    }
}

/// Says whether a path is `dir` (which may end in a slash) or lies below it.
pub(in crate::git) fn is_within(path: &[u8], dir: &[u8]) -> bool {
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    path.strip_prefix(dir)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Lists the directories above a path, nearest first.
pub(in crate::git) fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b'/')
        .map(|(at, _)| &path[..at])
}

/// Returns 0 for an ordinary index entry, 1 to 3 for the sides of a conflict.
pub(in crate::git) const fn stage(entry: &IndexEntry) -> u16 {
    (entry.flags >> 12) & 0b11
}

/// Makes an index entry whose file data is unknown, so that git looks at the file before it believes the entry.
pub(in crate::git) fn blank_entry(path: &[u8], id: git2::Oid, mode: u32) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    }
}
