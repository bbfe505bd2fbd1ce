//! The trusted copies: what guarded files must look like.
//!
//! Owns the copies on disk (by content, outside the workspace) and the table of what is guarded. Does not own comparing.
//! Invariant: bytes handed out hash to the name they were stored under, so a tampered copy is never restored from.

use super::GuardError;
use crate::harness::write_atomically;
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Larger files among the tests are data, and not guarded.
const MAX_TEST: u64 = 64_000_000;

/// What sort of artifact a guarded file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    FeatureList,
    Test,
    Settings,
}

/// What must be at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What the system said of the file when its content was last known to be right.
    pub(super) stamp: Option<Stamp>,
}

/// What tells a file that was not touched since: nobody but the kernel sets `ctime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    mode: u32,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// `None` while the file is so fresh that a further write could carry the same times (git calls such entries racy).
    pub(super) fn of(meta: &Metadata) -> Option<Self> {
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
        (meta.ctime() + 2 < now).then(|| Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            mode: meta.mode(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        })
    }
}

/// The table and the copies.
#[derive(Debug)]
pub(super) struct Baseline {
    directory: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
}

impl Baseline {
    pub(super) fn new(directory: PathBuf) -> Result<Self, GuardError> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory);
        made.map_err(|source| GuardError::io(&directory, "kept: the folder cannot be made", source))?;
        Ok(Self {
            directory,
            entries: BTreeMap::new(),
        })
    }

    /// Lets files appear that were not there: the initializer may make them.
    pub(super) fn forget_absent(&mut self) {
        self.entries.retain(|_, entry| entry.form != Form::Absent);
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&PathBuf, &Entry)> {
        self.entries.iter()
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

    pub(super) fn tests(&self) -> impl Iterator<Item = &Path> {
        self.entries
            .iter()
            .filter(|(_, entry)| entry.subject == Subject::Test)
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
                    self.entries.insert(
                        path.to_owned(),
                        Entry {
                            subject,
                            form: Form::Absent,
                            stamp: None,
                        },
                    );
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
        } else if meta.is_file() && subject == Subject::Test && meta.size() > MAX_TEST {
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
        // No stamp: the file may have changed between reading and asking. The next comparison sets it.
        self.entries.insert(
            path.to_owned(),
            Entry {
                subject,
                form,
                stamp: None,
            },
        );
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
        self.entries.insert(
            path.to_owned(),
            Entry {
                subject,
                form,
                stamp: None,
            },
        );
        Ok(())
    }

    fn keep(&self, bytes: &[u8]) -> Result<String, GuardError> {
        let sha = digest(bytes);
        let copy = self.directory.join(&sha);
        if fs::read(&copy).map_or(true, |held| digest(&held) != sha) {
            write_atomically(&copy, bytes).map_err(|source| GuardError::io(&copy, "kept", source))?;
        }
        Ok(sha)
    }

    /// The copy of a guarded file; `None` if it is none, or the copy is gone or damaged.
    pub(super) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        match &self.entries.get(path)?.form {
            Form::File { sha, .. } => fs::read(self.directory.join(sha)).ok().filter(|bytes| digest(bytes) == *sha),
            Form::Link(_) | Form::Absent => None,
        }
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

/// Opens a regular file without following a link and without waiting for a writer, should it have become a pipe.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or(0))
        .open(path)
}

/// Reads at most `cap` bytes.
pub(super) fn read(file: File, cap: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(cap).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Lower-case hexadecimal SHA-256.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
