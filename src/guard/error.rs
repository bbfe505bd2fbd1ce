//! What can go wrong with the guard itself, as opposed to what it finds.

use std::io;
use std::path::{Path, PathBuf};

/// The guard cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// A glob of the settings is malformed.
    #[error("the glob `{glob}`: {source}; mend it under [verify] in longhaul.toml")]
    Glob {
        /// The glob.
        glob: String,
        /// Why.
        source: globset::Error,
    },
    /// A guarded file or its copy cannot be read or written.
    #[error("{}: guarded file cannot be {what}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// `read`, `written`, …
        what: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A guarded file cannot be guarded where it lies.
    #[error("{}: {why}, so it cannot be guarded; put a regular file inside the workspace there", path.display())]
    Place {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
}

impl GuardError {
    pub(super) fn io(path: &Path, what: &'static str, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            what,
            source,
        }
    }
}
