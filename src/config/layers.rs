//! Where settings come from, before they are merged.
//!
//! Owns the sources and their names; reads only the files it is given. Invariant: a missing file is an empty
//! layer, an unreadable one an error.

use super::ConfigError;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Settings files larger than this are refused: a project's file may be anything.
const LARGEST: u64 = 1 << 20;

/// All layers above the built-in one.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The user's own file.
    pub user: Option<Document>,
    /// The project's file; only its `[verify]` is used.
    pub project: Option<Document>,
    /// From variables and flags, later ones win.
    pub overrides: Vec<Override>,
}

/// A settings file.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// One value from a variable or a flag.
#[derive(Debug, Clone)]
pub struct Override {
    /// Dotted key.
    pub key: &'static str,
    /// The value as typed.
    pub text: String,
    /// Where from: [`Origin::Variable`] or [`Origin::Flag`].
    pub origin: Origin,
}

/// The place that set a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `assets/config.default.toml`.
    BuiltIn,
    /// The price table's facts about the model.
    Model,
    /// A line of a file.
    File {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
    },
    /// An environment variable.
    Variable(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::Model => f.write_str("known of the model"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

impl Layers {
    /// Reads the user's file and the project's, where they exist.
    ///
    /// # Errors
    /// Fails if a file exists and cannot be read as text.
    pub fn read(user: Option<&Path>, project: Option<&Path>) -> Result<Self, ConfigError> {
        Ok(Self {
            user: user.map(Document::read).transpose()?.flatten(),
            project: project.map(Document::read).transpose()?.flatten(),
            overrides: Vec::new(),
        })
    }

    /// Adds a value from a flag or a variable; `None` adds nothing.
    #[must_use]
    pub fn with(mut self, key: &'static str, origin: Origin, text: Option<String>) -> Self {
        self.overrides.extend(text.map(|text| Override { key, text, origin }));
        self
    }
}

impl Document {
    /// Reads a file; `None` if there is none.
    ///
    /// # Errors
    /// Fails if it exists and cannot be read as text of at most 1 MB.
    pub fn read(path: &Path) -> Result<Option<Self>, ConfigError> {
        let failed = |source| ConfigError::Read {
            path: path.to_owned(),
            source,
        };
        let odd = |what| failed(io::Error::new(io::ErrorKind::InvalidData, what));
        match fs::metadata(path) {
            Ok(meta) if !meta.is_file() => return Err(odd("it is not a regular file")),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        let file = fs::File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > LARGEST {
            return Err(odd("it is larger than 1 MB"));
        }
        let text = String::from_utf8(bytes).map_err(|_| odd("it is not UTF-8 text"))?;
        Ok(Some(Self {
            path: path.to_owned(),
            text,
        }))
    }
}
