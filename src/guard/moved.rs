//! What a guarded file that was moved away leaves elsewhere in the workspace, once it was put back.
//!
//! Owns finding the moved files by their identity (device and inode, which a rename keeps) and taking them away. Invariant: only a
//! file whose very bytes stand in the guarded place again is removed; whatever was changed or added meanwhile stays.

use super::baseline::{Baseline, Form};
use super::file::{Identity, digest, open, read};
use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// Entries of the workspace looked at; beyond that, a copy is left behind rather than a turn held up.
const MAX_ENTRIES: usize = 100_000;

/// Guarded files to be looked for; noted before they are put back, which gives them a new identity.
pub(super) struct Moved(BTreeMap<Identity, (PathBuf, String)>);

/// What was found of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Copies taken away: where they had been moved to.
    removed: Vec<PathBuf>,
    /// Copies that stay, because they are not what they were any more.
    kept: Vec<PathBuf>,
}

impl Moved {
    pub(super) fn note<'a>(baseline: &Baseline, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        let wanted = paths.into_iter().filter_map(|path| {
            let entry = baseline.entry(path)?;
            match &entry.form {
                Form::File { sha, .. } => Some((entry.identity?, (path.clone(), sha.clone()))),
                Form::Link(_) | Form::Absent => None,
            }
        });
        Self(wanted.collect())
    }

    /// Looks for them below the workspace and takes away those that are as they were.
    pub(super) fn clear(&self, workspace: &Path, baseline: &Baseline) -> BTreeMap<PathBuf, Found> {
        let mut all: BTreeMap<PathBuf, Found> = BTreeMap::new();
        let mut folders = vec![workspace.to_owned()];
        let mut seen = 0;
        while let Some(folder) = folders.pop().filter(|_| seen < MAX_ENTRIES && !self.0.is_empty()) {
            for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
                seen += 1;
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && entry.file_name() != ".git" => folders.push(entry.path()),
                    Ok(kind) if kind.is_file() => {
                        if let Some((original, sha)) = self.is_wanted(&entry)
                            && let Ok(place) = entry.path().strip_prefix(workspace)
                            && !baseline.knows(place)
                        {
                            let found = all.entry(original.clone()).or_default();
                            if take_away(workspace, &entry.path(), sha) {
                                found.removed.push(place.to_owned());
                            } else {
                                found.kept.push(place.to_owned());
                            }
                        }
                    }
                    Ok(_) | Err(_) => {}
                }
            }
        }
        all
    }

    fn is_wanted(&self, entry: &DirEntry) -> Option<&(PathBuf, String)> {
        self.0.get(&Identity::of(&entry.metadata().ok()?))
    }
}

impl Found {
    /// Joins what was found of several files.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.removed.extend_from_slice(&other.removed);
        self.kept.extend_from_slice(&other.kept);
        self
    }

    /// Says what became of the copies; empty if there were none.
    pub(super) fn told(&self) -> String {
        let mut told = String::new();
        for (paths, what) in [
            (&self.removed, "the same bytes, moved to"),
            (&self.kept, "changed after it was moved, and kept:"),
        ] {
            let Some(first) = paths.first() else { continue };
            let more = match paths.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let end = if what.ends_with(':') { "" } else { ", were removed there" };
            told.push_str(&format!("; {what} {}{more}{end}", first.display()));
        }
        told
    }
}

/// Removes a file of these bytes, and the directories that it leaves empty. Says whether it is gone.
fn take_away(workspace: &Path, path: &Path, sha: &str) -> bool {
    let same = open(path)
        .and_then(|file| read(file, u64::MAX))
        .is_ok_and(|bytes| digest(&bytes) == sha);
    if !same || fs::remove_file(path).is_err() {
        return false;
    }
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != workspace) {
        // Anything in it is somebody's work, and an error says so.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    true
}
