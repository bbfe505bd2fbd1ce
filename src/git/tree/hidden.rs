//! Files that git is told not to look at, in the index: it shows a person no change of them.
//!
//! Owns reading these flags, taking out those that came, setting those again that went, and an index that cannot be read any more.
//! Invariant: a flag that was there stays, and nothing else of an entry changes.

use super::snapshot::{ASSUME_UNCHANGED, SKIP_WORKTREE, stage};
use crate::git::GitError;
use crate::git::commits::index_file::{Identity, as_path, identity};
use crate::git::error::Doing;
use crate::git::kept::settings::SettingsChange;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::worktrees::worktree::put;
use git2::IndexEntry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes of an index that is held: that of some hundred thousand files.
const LARGEST: u64 = 64 << 20;

/// Files that a sentence names.
const NAMED: usize = 4;

/// The flags by path: those of the index, and its extended ones.
type Flags = BTreeMap<Vec<u8>, (u16, u16)>;

/// What git is told not to look at, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct Hidden {
    workdir: PathBuf,
    file: Identity,
    flags: Flags,
    /// The index itself, unless it is too large to be held.
    bytes: Option<Arc<[u8]>>,
}

impl Repo {
    /// Reads the flags; `None` if the index cannot be read.
    pub(in crate::git) fn hidden(&self) -> Option<Hidden> {
        let file = identity(&self.git.path().join("index"));
        let flags = self.hiding_flags().ok()?;
        let path = self.git.path().join("index");
        let fits = path.metadata().is_ok_and(|meta| meta.len() <= LARGEST);
        Some(Hidden {
            workdir: self.workdir().to_owned(),
            file,
            flags,
            bytes: fits.then(|| fs::read(path).ok()).flatten().map(Arc::from),
        })
    }

    /// Lists the files that git is told not to look at.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn hidden_paths(&self) -> Result<BTreeSet<String>, GitError> {
        Ok(self.hiding_flags()?.keys().map(|path| lossy(path)).collect())
    }

    /// Lists the files that git is told not to look at and that are not as committed. What a sparse checkout keeps off the disk
    /// is as committed. Stores nothing.
    ///
    /// # Errors
    /// If the index or the files cannot be read.
    pub fn hidden_changes(&self) -> Result<Vec<String>, GitError> {
        let hidden = self.hidden_paths()?;
        if hidden.is_empty() {
            return Ok(Vec::new());
        }
        let changed = self.apart()?.uncommitted()?.into_iter().map(|file| file.path);
        Ok(changed.filter(|path| hidden.contains(path)).collect())
    }

    fn hiding_flags(&self) -> Result<Flags, GitError> {
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let hiding = |entry: IndexEntry| {
            let flags = flags(&entry);
            (stage(&entry) == 0 && flags != (0, 0)).then_some((entry.path, flags))
        };
        Ok(index.iter().filter_map(hiding).collect())
    }
}

impl Hidden {
    /// Takes out the flags that came since, sets those again that went, and names the files.
    pub(in crate::git) fn put_back(&self) -> Result<Option<SettingsChange>, GitError> {
        let repo = Repo::discover(&self.workdir)?;
        if identity(&repo.git.path().join("index")) == self.file {
            return Ok(None);
        }
        if let Some(unread) = self.put_back_unread(&repo)? {
            return Ok(Some(unread));
        }
        let came = |(path, (now, extended)): (Vec<u8>, (u16, u16))| {
            let (was, was_extended) = self.flags.get(&path).copied().unwrap_or_default();
            let came = (now & !was, extended & !was_extended);
            (came != (0, 0)).then_some((path, came))
        };
        let now = repo.hiding_flags()?;
        let went = self.went(&repo, &now)?;
        let came: Flags = now.into_iter().filter_map(came).collect();
        if came.is_empty() && went.is_empty() {
            return Ok(None);
        }
        repo.replace_index(|index| {
            for (path, (plain, extended)) in &came {
                if let Some(mut entry) = index.get_path(as_path(path), 0) {
                    entry.flags &= !plain;
                    entry.flags_extended &= !extended;
                    index.add(&entry)?;
                }
            }
            for (path, (plain, extended)) in &went {
                if let Some(mut entry) = index.get_path(as_path(path), 0) {
                    entry.flags |= plain;
                    entry.flags_extended |= extended;
                    index.add(&entry)?;
                }
            }
            Ok(())
        })?;
        let told = |flags: &Flags, what: &str| (!flags.is_empty()).then(|| format!("{what}: {}", named(flags)));
        let came = told(
            &came,
            "git was told not to look at files, so that it would show no change of them",
        );
        let went = told(&went, "git was told to look again at files that it was not to look at");
        Ok(Some(SettingsChange {
            name: "index".to_owned(),
            detail: came.into_iter().chain(went).collect::<Vec<_>>().join("; "),
        }))
    }

    /// The flags that went of files that the index has still. In a sparse checkout git itself takes them off what is on the disk.
    fn went(&self, repo: &Repo, now: &Flags) -> Result<Flags, GitError> {
        let mut index = repo.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let sparse = repo.git.config().and_then(|config| config.get_bool("core.sparseCheckout"));
        let counted = if sparse.unwrap_or(false) { 0 } else { u16::MAX };
        let went = |(path, (was, was_extended)): (&Vec<u8>, &(u16, u16))| {
            let (plain, extended) = now.get(path).copied().unwrap_or_default();
            let went = (was & !plain, was_extended & !extended & counted);
            let is_there = index.get_path(as_path(path), 0).is_some();
            (went != (0, 0) && is_there).then(|| (path.clone(), went))
        };
        Ok(self.flags.iter().filter_map(went).collect())
    }
}

/// Names files, the first few of them, each with what git was told.
fn named(flags: &Flags) -> String {
    let how = |plain: u16| if plain == 0 { "skip-worktree" } else { "assume-unchanged" };
    let one = |(path, (plain, _)): (&Vec<u8>, &(u16, u16))| format!("{} ({})", String::from_utf8_lossy(path), how(*plain));
    let mut named = flags.iter().take(NAMED).map(one).collect::<Vec<_>>().join(", ");
    if flags.len() > NAMED {
        named.push_str(&format!(" and {} more", flags.len() - NAMED));
    }
    named
}

impl Hidden {
    /// Puts the whole index back where it cannot be read any more, and says why it could not.
    fn put_back_unread(&self, repo: &Repo) -> Result<Option<SettingsChange>, GitError> {
        let (Err(error), Some(bytes)) = (repo.hiding_flags(), &self.bytes) else {
            return Ok(None);
        };
        put(&repo.git.path().join("index"), bytes)?;
        Ok(Some(SettingsChange {
            name: "index".to_owned(),
            detail: format!("{error}; the index is again as it was before"),
        }))
    }
}

fn flags(entry: &IndexEntry) -> (u16, u16) {
    (entry.flags & ASSUME_UNCHANGED, entry.flags_extended & SKIP_WORKTREE)
}
