//! Polling: what is there now, against what was there before.

use super::scope::{Place, Scope};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// Files remembered at most.
const MAX_FILES: usize = 200_000;

/// What is remembered of a file: inode, size, and both times.
type Print = (u64, u64, i64, i64, i64, i64);

/// Everything watched at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    files: BTreeMap<PathBuf, Print>,
}

impl Snapshot {
    pub(super) fn take(scope: &Scope) -> Self {
        let mut snapshot = Self::default();
        for directory in scope
            .directories(scope.workspace())
            .unwrap_or_else(|| vec![scope.workspace().to_owned()])
        {
            for entry in fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok) {
                if snapshot.files.len() >= MAX_FILES {
                    return snapshot;
                }
                if let Ok(meta) = entry.metadata()
                    && !meta.is_dir()
                {
                    snapshot.files.insert(entry.path(), print(&meta));
                }
            }
        }
        for path in scope.ref_files() {
            if let Ok(meta) = fs::symlink_metadata(&path) {
                snapshot.files.insert(path, print(&meta));
            }
        }
        snapshot
    }

    /// Places that differ from `before`: new, changed, or gone.
    pub(super) fn differences(&self, before: &Self, scope: &Scope) -> Vec<Place> {
        let changed = self
            .files
            .iter()
            .filter(|(path, print)| before.files.get(*path) != Some(print))
            .map(|(path, _)| path);
        let gone = before.files.keys().filter(|path| !self.files.contains_key(*path));
        changed.chain(gone).map(|path| scope.place(path)).collect()
    }
}

fn print(meta: &Metadata) -> Print {
    (
        meta.ino(),
        meta.size(),
        meta.mtime(),
        meta.mtime_nsec(),
        meta.ctime(),
        meta.ctime_nsec(),
    )
}
