//! What can be wrong with settings: always names the place and the next step.

use super::Origin;
use std::io;
use std::path::PathBuf;

/// Failures of reading settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file exists and cannot be read.
    #[error("cannot read the settings {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not TOML.
    #[error("{}:{line}: not valid TOML: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What the parser said.
        message: String,
    },
    /// A key is not known.
    #[error("{origin}: unknown setting `{key}`{}", hint(nearest.as_deref()))]
    UnknownKey {
        /// Where it stands.
        origin: Origin,
        /// The key, dotted.
        key: String,
        /// The known key that is most like it.
        nearest: Option<String>,
    },
    /// A value is of the wrong kind or out of range.
    #[error("{origin}: `{key}` must be {expected}, not {found}")]
    BadValue {
        /// Where it stands.
        origin: Origin,
        /// The key, dotted.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
}

fn hint(nearest: Option<&str>) -> String {
    match nearest {
        Some(key) => format!("; did you mean `{key}`?"),
        None => "; `assets/config.default.toml` in longhaul's source lists all settings".to_owned(),
    }
}
