//! A project's root as detection sees it: names and bounded texts.

use crate::process::which;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Entries of a folder that are looked at.
const ENTRIES: usize = 5_000;
/// Bytes of a file that are read.
const BYTES: u64 = 512 * 1024;

/// A project's root.
#[derive(Debug)]
pub struct Root {
    dir: PathBuf,
    names: BTreeSet<String>,
}

impl Root {
    /// Lists a project's root. One that cannot be read has no names.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_path_buf(),
            names: list(dir).into_iter().collect(),
        }
    }

    /// A directory below, if this is the way to one.
    pub(super) fn below(&self, path: &str) -> Option<Self> {
        let within = !path.starts_with('/') && path.split('/').all(|part| part != "..");
        let dir = self.dir.join(path);
        (within && dir.is_dir()).then(|| Self::new(&dir))
    }

    /// Says whether the root has an entry of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns the first of these names that the root has.
    pub(super) fn first<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.has(name))
    }

    /// Says whether there is a regular file at this path below the root.
    pub(in crate::verify) fn is_file(&self, path: &str) -> bool {
        fs::metadata(self.dir.join(path)).is_ok_and(|meta| meta.is_file())
    }

    /// Reads a file below the root, as far as the bound goes.
    pub(in crate::verify) fn text(&self, path: &str) -> Option<String> {
        let path = self.dir.join(path);
        // Anything but a regular file could hold us up for ever.
        fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let mut bytes = Vec::new();
        File::open(path).ok()?.take(BYTES).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Lists the names in a folder below the root, sorted.
    pub(in crate::verify) fn names_in(&self, folder: &str) -> Vec<String> {
        let mut names = list(&self.dir.join(folder));
        names.sort();
        names
    }

    /// Says whether this machine has a program, not counting what lies in the project.
    pub(super) fn has_program(&self, name: &str) -> bool {
        which(name, Some(&self.dir)).is_some()
    }
}

fn list(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).into_iter().flatten().flatten().take(ENTRIES);
    names.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
