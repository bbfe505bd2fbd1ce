//! The trusted copies: what guarded files must look like.
//!
//! Owns the copies on disk (by content, outside the workspace) and the table of what is guarded. Does not own comparing.
//! Invariant: bytes handed out hash to the name they were stored under, so a tampered copy is never restored from.

use super::GuardError;
use super::file::{Identity, Stamp, digest, open, read};
use crate::harness::write_atomically;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Name of the table beside the copies.
const TABLE: &str = "table.json";

/// Larger files among the tests and what runs them are data, and not guarded.
const MAX_TEST: u64 = 64_000_000;

/// Largest copy that is held in memory too, and the number of such copies.
const MAX_HELD: usize = 128_000;
const MOST_HELD: usize = 500;

/// What sort of artifact a guarded file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Subject {
    FeatureList,
    Test,
    /// A file that the verify command names.
    Verify,
    /// A file of which a part decides how tests are run.
    Config,
    /// A file that the settings name.
    Agreed,
    Settings,
}

/// What must be at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// A regular file of this content and mode.
    File { sha: String, size: u64, mode: u32 },
    /// A symlink to this target.
    Link(PathBuf),
    /// Nothing: it must not appear.
    Absent,
}

/// One guarded path.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) subject: Subject,
    pub(super) form: Form,
    /// Content that differs from what was agreed in nothing that counts, if it is such content that lies there now.
    pub(super) latest: Option<String>,
    /// What the system said of the file when its content was last known to be right.
    pub(super) stamp: Option<Stamp>,
    /// Which file it was then, to know it again should it be moved.
    pub(super) identity: Option<Identity>,
}

/// The table and the copies.
#[derive(Debug)]
pub(super) struct Baseline {
    directory: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
    /// The small ones, should somebody reach the directory.
    held: BTreeMap<String, Vec<u8>>,
    /// The command that runs the tests, once it is known.
    command: Option<String>,
}

impl Entry {
    pub(super) fn new(subject: Subject, form: Form, identity: Option<Identity>) -> Self {
        // No stamp: the file may have changed between reading and asking. The next comparison sets it.
        Self {
            subject,
            form,
            latest: None,
            stamp: None,
            identity,
        }
    }
}

impl Baseline {
    pub(super) fn new(directory: PathBuf) -> Result<Self, GuardError> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory);
        made.map_err(|source| GuardError::io(&directory, "kept: the folder cannot be made", source))?;
        Ok(Self {
            directory,
            entries: BTreeMap::new(),
            held: BTreeMap::new(),
            command: None,
        })
    }

    /// The table that [`Baseline::save`] wrote last; empty if there is none that can be read.
    pub(super) fn saved(directory: PathBuf) -> Self {
        let table = fs::read(directory.join(TABLE))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let table: BTreeMap<PathBuf, (Subject, Form)> = table.unwrap_or_default();
        let entries = table
            .into_iter()
            .map(|(path, (subject, form))| (path, Entry::new(subject, form, None)))
            .collect();
        Self {
            directory,
            entries,
            held: BTreeMap::new(),
            command: None,
        }
    }

    /// Writes the table beside the copies, for the next run to compare with.
    pub(super) fn save(&self) -> Result<(), GuardError> {
        let table: BTreeMap<&PathBuf, (Subject, &Form)> = self
            .entries
            .iter()
            .map(|(path, entry)| (path, (entry.subject, &entry.form)))
            .collect();
        let path = self.directory.join(TABLE);
        let bytes = serde_json::to_vec_pretty(&table).map_err(|error| GuardError::io(&path, "kept", error.into()))?;
        write_atomically(&path, &bytes).map_err(|source| GuardError::io(&path, "kept", source))
    }

    /// Lets files appear that were not there: the initializer may make them.
    pub(super) fn forget_absent(&mut self) {
        self.entries.retain(|_, entry| entry.form != Form::Absent);
    }

    /// Forgets everything: what is guarded is about to be chosen anew.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Notes which command runs the tests.
    pub(super) fn runs(&mut self, command: &str) {
        self.command = Some(command.to_owned());
    }

    pub(super) fn command(&self) -> Option<&str> {
        self.command.as_deref()
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&PathBuf, &Entry)> {
        self.entries.iter()
    }

    pub(super) fn entry(&self, path: &Path) -> Option<&Entry> {
        self.entries.get(path)
    }

    pub(super) fn entry_mut(&mut self, path: &Path) -> Option<&mut Entry> {
        self.entries.get_mut(path)
    }

    /// Guarded paths that exist by the baseline.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.entries
            .iter()
            .filter(|(_, entry)| entry.form != Form::Absent)
            .map(|(path, _)| path.as_path())
    }

    pub(super) fn knows(&self, path: &Path) -> bool {
        self.entries.contains_key(path)
    }

    pub(super) fn subject(&self, path: &Path) -> Option<Subject> {
        self.entries.get(path).map(|entry| entry.subject)
    }

    /// Takes what lies at `path` now; says whether anything does.
    pub(super) fn adopt(&mut self, workspace: &Path, path: &Path, subject: Subject) -> Result<bool, GuardError> {
        let whole = workspace.join(path);
        if let Some(ancestor) = path
            .ancestors()
            .skip(1)
            .find(|part| fs::symlink_metadata(workspace.join(part)).is_ok_and(|meta| meta.is_symlink()))
            && !ancestor.as_os_str().is_empty()
        {
            return Err(GuardError::Place {
                path: path.to_owned(),
                why: "it lies behind a symlinked directory",
            });
        }
        let meta = match fs::symlink_metadata(&whole) {
            Ok(meta) => meta,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                self.entries.remove(path);
                if subject == Subject::Settings {
                    self.entries.insert(path.to_owned(), Entry::new(subject, Form::Absent, None));
                }
                return Ok(false);
            }
            Err(source) => return Err(GuardError::io(&whole, "read", source)),
        };
        let form = if meta.is_symlink() {
            if subject == Subject::FeatureList {
                return Err(GuardError::Place {
                    path: path.to_owned(),
                    why: "it is a symlink",
                });
            }
            Form::Link(fs::read_link(&whole).map_err(|source| GuardError::io(&whole, "read", source))?)
        } else if meta.is_file()
            && matches!(subject, Subject::Test | Subject::Verify | Subject::Config | Subject::Agreed)
            && meta.size() > MAX_TEST
        {
            return Ok(false);
        } else if meta.is_file() {
            let bytes = open(&whole)
                .and_then(|file| read(file, u64::MAX))
                .map_err(|source| GuardError::io(&whole, "read", source))?;
            Form::File {
                sha: self.keep(&bytes)?,
                size: bytes.len() as u64,
                mode: meta.mode() & 0o7777,
            }
        } else {
            return Err(GuardError::Place {
                path: path.to_owned(),
                why: "it is neither a file nor a link",
            });
        };
        self.entries
            .insert(path.to_owned(), Entry::new(subject, form, Some(Identity::of(&meta))));
        Ok(true)
    }

    /// Takes bytes just written by the harness, with the mode the file has now.
    pub(super) fn adopt_bytes(&mut self, workspace: &Path, path: &Path, subject: Subject, bytes: &[u8]) -> Result<(), GuardError> {
        let whole = workspace.join(path);
        let meta = fs::symlink_metadata(&whole).map_err(|source| GuardError::io(&whole, "read", source))?;
        let form = Form::File {
            sha: self.keep(bytes)?,
            size: bytes.len() as u64,
            mode: meta.mode() & 0o7777,
        };
        self.entries
            .insert(path.to_owned(), Entry::new(subject, form, Some(Identity::of(&meta))));
        Ok(())
    }

    /// Takes content and mode that differ from what was agreed in nothing that counts as what to put back.
    pub(super) fn follow(&mut self, path: &Path, bytes: &[u8], now: u32) -> Result<(), GuardError> {
        let sha = self.keep(bytes)?;
        if let Some(entry) = self.entries.get_mut(path) {
            if let Form::File { mode, .. } = &mut entry.form {
                *mode = now;
            }
            let agreed = matches!(&entry.form, Form::File { sha: agreed, .. } if *agreed == sha);
            entry.latest = (!agreed).then_some(sha);
        }
        Ok(())
    }

    /// What was only followed is agreed from now on. Returns whether there was any.
    pub(super) fn settle(&mut self) -> bool {
        let mut any = false;
        for entry in self.entries.values_mut() {
            if let (Form::File { sha, .. }, Some(latest)) = (&mut entry.form, entry.latest.take()) {
                *sha = latest;
                any = true;
            }
        }
        any
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<String, GuardError> {
        let sha = digest(bytes);
        if bytes.len() <= MAX_HELD && self.held.len() < MOST_HELD {
            self.held.insert(sha.clone(), bytes.to_owned());
        }
        let copy = self.directory.join(&sha);
        if fs::read(&copy).map_or(true, |held| digest(&held) != sha) {
            write_atomically(&copy, bytes).map_err(|source| GuardError::io(&copy, "kept", source))?;
        }
        Ok(sha)
    }

    /// The copy of a guarded file; `None` if it is none, or the copy is gone or damaged.
    pub(super) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        match &self.entries.get(path)?.form {
            Form::File { sha, .. } => self.copy(sha),
            Form::Link(_) | Form::Absent => None,
        }
    }

    /// The bytes to put back: what was agreed, or what was last seen that differs from it in nothing that counts.
    pub(super) fn standing(&self, path: &Path) -> Option<Vec<u8>> {
        let latest = self.entries.get(path)?.latest.as_ref();
        latest.and_then(|sha| self.copy(sha)).or_else(|| self.bytes(path))
    }

    fn copy(&self, sha: &str) -> Option<Vec<u8>> {
        let kept = fs::read(self.directory.join(sha)).ok().filter(|bytes| digest(bytes) == *sha);
        kept.or_else(|| self.held.get(sha).cloned())
    }

    /// Keeps what a restore replaces: it may have been a person's work, saved at the wrong moment.
    pub(super) fn keep_replaced(&self, path: &Path, bytes: &[u8]) {
        let folder = self.directory.join("replaced");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let sha = digest(bytes);
        // Best effort: a restore must not fail because the disk is full.
        let _ = fs::create_dir_all(&folder);
        let _ = write_atomically(&folder.join(format!("{}-{name}", sha.get(..12).unwrap_or(&sha))), bytes);
    }
}
