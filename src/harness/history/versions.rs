//! The versions of a list, each read once while it is of use.
//!
//! Owns what is kept in memory of them. Invariant: what is kept is bounded by the size of the files, however long the history is.

use crate::git::{FileHistory, Repo};
use crate::harness::feature_list::{MAX_BYTES, Reading};
use crate::protocol::{Feature, Oid};
use std::collections::HashMap;
use std::rc::Rc;

/// Bytes of versions that are kept read. In a history without branches two versions are of use at a time.
const KEPT: usize = 32_000_000;

/// What a version says.
#[derive(Clone)]
pub enum Version {
    /// Its features.
    Features(Rc<Reading>),
    /// Why they cannot be read.
    Broken(Rc<str>),
}

impl Version {
    /// Where there was no list yet.
    pub fn none() -> Self {
        Self::Broken(Rc::from(""))
    }

    /// Its features, if they can be read.
    pub fn features(&self) -> Option<&[Rc<Feature>]> {
        match self {
            Self::Features(reading) => Some(reading.features()),
            Self::Broken(_) => None,
        }
    }

    /// Why they cannot be; empty if they can.
    pub fn reason(&self) -> &str {
        match self {
            Self::Features(_) => "",
            Self::Broken(reason) => reason,
        }
    }
}

/// Reads versions by their blobs.
pub struct Versions<'a> {
    repo: &'a Repo,
    /// What a blob is called in messages.
    names: HashMap<Oid, String>,
    read: HashMap<Oid, (Version, usize, u64)>,
    bytes: usize,
    clock: u64,
    /// The version read last: the next one is most often told from it.
    last: Option<Rc<Reading>>,
}

impl<'a> Versions<'a> {
    /// Begins with nothing read.
    pub fn new(repo: &'a Repo, files: &FileHistory) -> Self {
        let named = files.commits.iter().filter_map(|stand| {
            let (name, blob) = stand.file.as_ref()?;
            Some((blob.clone(), files.names[*name].display().to_string()))
        });
        Self {
            repo,
            names: named.collect(),
            read: HashMap::new(),
            bytes: 0,
            clock: 0,
            last: None,
        }
    }

    /// Reads a version. One that this clone does not hold is a broken one.
    pub fn read(&mut self, blob: &Oid) -> Version {
        self.clock += 1;
        if let Some((version, _, used)) = self.read.get_mut(blob) {
            *used = self.clock;
            return version.clone();
        }
        let name = self.names.get(blob).map_or("the list", String::as_str);
        let broken = |reason: String| Version::Broken(reason.into());
        let (version, size) = match self.repo.blob(blob, MAX_BYTES) {
            Ok(Ok(bytes)) => {
                let size = bytes.len();
                let told = self.last.as_ref().and_then(|last| last.next(&bytes));
                let read = told.map_or_else(|| Reading::whole(name, bytes), Ok).map(Rc::new);
                let version = match read {
                    Ok(reading) => {
                        self.last = Some(Rc::clone(&reading));
                        Version::Features(reading)
                    }
                    Err(error) => broken(error.to_string()),
                };
                (version, size)
            }
            Ok(Err(size)) => (broken(format!("{name}: {size} bytes are too many for a list")), 0),
            Err(error) => (broken(format!("{name}: {error}")), 0),
        };
        self.bytes += size;
        while self.bytes > KEPT && self.read.len() > 1 {
            let oldest = self.read.iter().min_by_key(|(_, (_, _, used))| *used);
            let oldest = oldest.map(|(blob, _)| blob.clone());
            let Some((_, freed, _)) = oldest.and_then(|oldest| self.read.remove(&oldest)) else {
                break;
            };
            self.bytes -= freed;
        }
        self.read.insert(blob.clone(), (version.clone(), size, self.clock));
        version
    }
}
