//! Files of the working directory on their way into blobs: raw bytes, no filters, nothing followed.

use crate::git::repo::Repo;
use crate::git::{GitError, error::Doing};
use git2::{AttrCheckFlags, AttrValue, ObjectType};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{File, FileType, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

/// New files above this size are left out of snapshots and named.
pub(in crate::git) const LARGE: u64 = 50 * 1024 * 1024;

/// Files above this size are streamed into the object database.
pub(in crate::git) const STREAMED: u64 = 8 * 1024 * 1024;

/// How often a file that changes while it is read is read again.
const TRIES: u32 = 5;

pub(in crate::git) const FILE: u32 = 0o100_644;
pub(in crate::git) const EXECUTABLE: u32 = 0o100_755;
pub(in crate::git) const LINK: u32 = 0o120_000;
pub(in crate::git) const SUBMODULE: u32 = 0o160_000;

/// What is taken from disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct Taking {
    /// Which bytes count.
    pub fidelity: Fidelity,
    /// New files above this size in bytes are left out.
    pub limit: u64,
}

/// Which bytes of a file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) enum Fidelity {
    /// What belongs in a commit: a file that git calls unchanged is unchanged, one that a filter makes is left out.
    Commit,
    /// What lies on disk, byte for byte, so that it can be put back.
    Disk,
}

/// What a path is on disk.
pub(in crate::git) enum OnDisk {
    /// Nothing that git tracks: no file, or a directory.
    Missing,
    /// A file or link, now a blob.
    Blob { id: git2::Oid, mode: u32 },
    /// Something that stays out, and why.
    LeftOut(String),
}

impl Repo {
    /// Stores what `path` (bytes, relative to the working directory) is on disk. `tracked` is its mode in the index, if it has one.
    pub(in crate::git) fn store(&self, path: &[u8], tracked: Option<u32>, taking: Taking) -> Result<OnDisk, GitError> {
        let relative = Path::new(OsStr::from_bytes(path));
        let full = self.workdir().join(relative);
        // Below a symlinked directory lies somebody else's file, even if a tracked path reads the same.
        let mut parents = relative.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
        if parents.any(|parent| self.workdir().join(parent).is_symlink()) {
            return Ok(OnDisk::Missing);
        }
        let meta = match full.symlink_metadata() {
            Ok(meta) => meta,
            Err(error) if is_absent(&error) => return Ok(OnDisk::Missing),
            Err(error) => return Ok(OnDisk::LeftOut(format!("cannot be read: {error}"))),
        };
        if meta.is_symlink() {
            let target = full.read_link().map_err(|source| GitError::Io { path: full, source })?;
            let id = self.git.blob(target.as_os_str().as_bytes()).doing("store a link")?;
            return Ok(OnDisk::Blob { id, mode: LINK });
        }
        if meta.is_dir() {
            return Ok(OnDisk::Missing);
        }
        if let Some(kind) = special(meta.file_type()) {
            return Ok(OnDisk::LeftOut(format!("is a {kind}")));
        }
        if taking.fidelity == Fidelity::Commit
            && let Some(driver) = self.filter_driver(relative)
        {
            return Ok(OnDisk::LeftOut(format!(
                "goes through the filter `{driver}`, which is not run here: commit it with git"
            )));
        }
        if tracked.is_none() && meta.len() > taking.limit {
            return Ok(OnDisk::LeftOut(format!(
                "is larger than {} MB: add it with git if it belongs in the repository",
                taking.limit >> 20
            )));
        }
        match self.store_file(&full) {
            Ok(Some((id, meta))) => Ok(OnDisk::Blob {
                id,
                mode: self.mode_of(&meta, tracked),
            }),
            Ok(None) => Ok(OnDisk::LeftOut("kept changing while it was read".to_owned())),
            Err(Unread::System(error)) if is_absent(&error) => Ok(OnDisk::Missing),
            // A link in its place since we looked is refused by the kernel, as is a file that is not ours to read.
            Err(Unread::System(error))
                if matches!(Errno::from_io_error(&error), Some(Errno::ACCESS | Errno::PERM | Errno::LOOP)) =>
            {
                Ok(OnDisk::LeftOut(format!("cannot be read: {error}")))
            }
            Err(Unread::System(source)) => Err(GitError::Io { path: full, source }),
            Err(Unread::Git(error)) => Err(error),
        }
    }

    /// Stores a regular file's bytes; `None` if its size never stood still.
    fn store_file(&self, full: &Path) -> Result<Option<(git2::Oid, Metadata)>, Unread> {
        for _ in 0..TRIES {
            let mut file = open_nofollow(full)?;
            let meta = file.metadata()?;
            if !meta.is_file() {
                continue;
            }
            if meta.len() <= STREAMED {
                let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
                file.take(STREAMED + 1).read_to_end(&mut bytes)?;
                if bytes.len() as u64 == meta.len() {
                    return Ok(Some((self.git.blob(&bytes).doing("store a file")?, meta)));
                }
                continue;
            }
            let odb = self.git.odb().doing("open the object database")?;
            let size = usize::try_from(meta.len()).map_err(io::Error::other)?;
            let mut writer = odb.writer(size, ObjectType::Blob).doing("store a large file")?;
            let copied = io::copy(&mut (&mut file).take(meta.len()), &mut writer)?;
            if copied == meta.len() && file.read(&mut [0])? == 0 {
                writer.flush()?;
                return Ok(Some((writer.finalize().doing("store a large file")?, meta)));
            }
        }
        Ok(None)
    }

    /// Says whether the bytes of a file or link on disk hash to `id`, and returns what the system says of it, read before.
    pub(in crate::git) fn matches_disk(&self, path: &[u8], id: git2::Oid, mode: u32) -> Option<Metadata> {
        let full = self.workdir().join(OsStr::from_bytes(path));
        let meta = full.symlink_metadata().ok()?;
        let bytes = if meta.is_symlink() && mode == LINK {
            full.read_link().ok()?.as_os_str().as_bytes().to_vec()
        } else if meta.is_file() && mode != LINK && meta.len() <= STREAMED {
            let mut bytes = Vec::new();
            open_nofollow(&full).ok()?.take(STREAMED + 1).read_to_end(&mut bytes).ok()?;
            bytes
        } else {
            return None;
        };
        (git2::Oid::hash_object(ObjectType::Blob, &bytes).ok()? == id).then_some(meta)
    }

    /// Returns the blob id and mode that a path has on disk now, without storing anything; `None` for what is no file or link.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub(in crate::git) fn look(&self, path: &[u8], tracked: Option<u32>) -> Result<Option<(git2::Oid, u32)>, GitError> {
        let full = self.workdir().join(OsStr::from_bytes(path));
        let io = |source| GitError::Io {
            path: full.clone(),
            source,
        };
        let meta = match full.symlink_metadata() {
            Ok(meta) => meta,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        if meta.is_symlink() {
            let target = full.read_link().map_err(io)?;
            let id = git2::Oid::hash_object(ObjectType::Blob, target.as_os_str().as_bytes()).doing("hash a link")?;
            return Ok(Some((id, LINK)));
        }
        if !meta.is_file() {
            return Ok(None);
        }
        let id = git2::Oid::hash_file(ObjectType::Blob, &full).doing("hash a file")?;
        Ok(Some((id, self.mode_of(&meta, tracked))))
    }

    /// Returns the mode git gives a file; where `core.fileMode` is off, a tracked file keeps the one it has.
    pub(in crate::git) fn mode_of(&self, meta: &Metadata, tracked: Option<u32>) -> u32 {
        let trusted = self
            .git
            .config()
            .and_then(|config| config.get_bool("core.filemode"))
            .unwrap_or(true);
        match tracked {
            Some(mode @ (FILE | EXECUTABLE)) if !trusted => mode,
            _ if trusted && meta.mode() & 0o100 != 0 => EXECUTABLE,
            _ => FILE,
        }
    }

    /// Returns the name of the configured filter driver that git would send the file through. It is never run.
    pub(in crate::git) fn filter_driver(&self, relative: &Path) -> Option<String> {
        let value = self
            .git
            .get_attr(relative, "filter", AttrCheckFlags::FILE_THEN_INDEX)
            .ok()??;
        let AttrValue::String(name) = AttrValue::from_string(Some(value)) else {
            return None;
        };
        let config = self.git.config().ok()?;
        ["clean", "process"]
            .iter()
            .any(|kind| config.get_entry(&format!("filter.{name}.{kind}")).is_ok())
            .then(|| name.to_owned())
    }
}

/// Why a file was not stored: the system, or git.
enum Unread {
    System(io::Error),
    Git(GitError),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<GitError> for Unread {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

/// Opens a file for reading without following a link and without waiting for a fifo's writer.
fn open_nofollow(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

pub(in crate::git) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Names a kind of file that has no content to keep.
pub(in crate::git) fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_fifo() {
        Some("named pipe")
    } else if kind.is_socket() {
        Some("socket")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some("device")
    } else {
        None
    }
}
