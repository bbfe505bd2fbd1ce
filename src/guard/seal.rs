//! Whether guarded files were written to between two moments, even if they are as they were again.
//!
//! Owns what the system says of the files at one moment. Does not own their content: `verify` compares that. Invariant: a write that
//! leaves a file's content other than it was in between breaks the seal, unless the writer set the file's clock back by hand.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Guarded files as the system described them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal(BTreeMap<PathBuf, Option<Print>>);

/// What a write changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Seal {
    pub(super) fn of<'a>(workspace: &Path, paths: impl Iterator<Item = &'a Path>) -> Self {
        Self(paths.map(|path| (path.to_owned(), print(workspace, path))).collect())
    }

    pub(super) fn broken(&self, workspace: &Path) -> Vec<String> {
        let broken = self.0.iter().filter(|(path, was)| print(workspace, path) != **was);
        broken.map(|(path, _)| path.display().to_string()).collect()
    }
}

fn print(workspace: &Path, path: &Path) -> Option<Print> {
    let of = |meta: Metadata| Print {
        device: meta.dev(),
        inode: meta.ino(),
        size: meta.size(),
        modified: (meta.mtime(), meta.mtime_nsec()),
    };
    fs::symlink_metadata(workspace.join(path)).ok().map(of)
}
