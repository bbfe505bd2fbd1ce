//! What can go wrong with the state on disk, in sentences for a person.

use crate::protocol::BlobId;
use std::io;
use std::path::PathBuf;

/// Failures of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no place for state.
    #[error("no place for longhaul's state: the home directory is unknown; set LONGHAUL_STATE_DIR to a directory of yours")]
    NoStateRoot,
    /// State cannot be kept where it should lie.
    #[error("longhaul's state cannot be kept in {}: {source}; make it writable, or set LONGHAUL_STATE_DIR to a directory of yours", path.display())]
    Unwritable {
        /// The innermost part of the path that exists.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process runs this project.
    #[error("another longhaul (process {pid}) is running this project; open it with `longhaul` to watch it, or stop it first")]
    Busy {
        /// Its process id; 0 if it could not be read.
        pid: u32,
    },
    /// The log's file is not the one at its path any more.
    #[error("the session log {} was {what} while it was being written; nothing more is recorded. Restore the file or start a new run", path.display())]
    Displaced {
        /// Where it was.
        path: PathBuf,
        /// `removed` or `replaced by another file`.
        what: &'static str,
    },
    /// An earlier append failed.
    #[error("the session log {} takes no more events since an earlier failure: {cause}", path.display())]
    Poisoned {
        /// The segment.
        path: PathBuf,
        /// The first failure.
        cause: String,
    },
    /// An event came before any segment was begun.
    #[error("no session was begun in the log yet")]
    NoSegment,
    /// A log file became shorter than what was read of it.
    #[error("the session log {} was cut from outside: it is shorter than what was already read", path.display())]
    Cut {
        /// The segment.
        path: PathBuf,
    },
    /// An event could not be printed as JSON.
    #[error("an event cannot be written as JSON: {0}")]
    Encode(#[from] serde_json::Error),
    /// A blob's name is not a SHA-256.
    #[error("`{0}` is not the name of a blob")]
    BadBlobName(BlobId),
    /// A blob's bytes do not match its name.
    #[error("blob {blob} at {} is damaged: its content does not match its name", path.display())]
    DamagedBlob {
        /// Its name.
        blob: BlobId,
        /// Where it lies.
        path: PathBuf,
    },
}

impl StoreError {
    /// Wraps an IO error with what was tried where; made for `map_err`.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
