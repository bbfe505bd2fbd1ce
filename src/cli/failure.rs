//! Why a command failed: one clear sentence for the user, or an internal error with its trace.
//!
//! Invariant: a user's mistake never prints a trace, and every failure has an exit code.

use super::exit::Exit;
use crate::config::ConfigError;
use crate::git::GitError;
use crate::harness::ListError;
use crate::process::ProcessError;
use crate::provider::ProviderError;
use crate::store::StoreError;
use std::io;

/// A failed command.
#[derive(Debug)]
pub enum Failure {
    /// Something the user can mend; the message says what, where, and the next step.
    User {
        /// How the program ends.
        exit: Exit,
        /// The message.
        message: String,
    },
    /// Something only we can mend.
    Internal(color_eyre::Report),
    /// The reader of our output went away; nothing to say to anybody.
    NobodyReads,
}

impl Failure {
    /// Makes a failure for the user.
    pub fn user(exit: Exit, message: impl Into<String>) -> Self {
        Self::User {
            exit,
            message: message.into(),
        }
    }

    /// Makes one that says the project or the machine is not ready.
    pub fn unready(message: impl Into<String>) -> Self {
        Self::user(Exit::Precondition, message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::Busy { .. } => Exit::Busy,
            StoreError::Encode(_) | StoreError::NoSegment => return Self::Internal(error.into()),
            StoreError::Io { .. }
            | StoreError::NoStateRoot
            | StoreError::Unwritable { .. }
            | StoreError::Displaced { .. }
            | StoreError::Poisoned { .. }
            | StoreError::Cut { .. }
            | StoreError::BadBlobName(_)
            | StoreError::DamagedBlob { .. } => Exit::Precondition,
        };
        Self::user(exit, error.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        // A bad value on the command line is the command line's fault.
        let usage = matches!(
            &error,
            ConfigError::BadValue {
                origin: crate::config::Origin::Flag(_),
                ..
            }
        );
        Self::user(if usage { Exit::Usage } else { Exit::Precondition }, error.to_string())
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        if let ListError::Several(several) = error {
            return Self::user(Exit::Usage, several.to_string());
        }
        Self::unready(format!(
            "the feature list cannot be used: {error}; mend the file, or go back to a state before it broke with `longhaul rollback`"
        ))
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Leased { .. } => Self::user(Exit::Busy, error.to_string()),
            _ => Self::unready(error.to_string()),
        }
    }
}

impl From<ProcessError> for Failure {
    fn from(error: ProcessError) -> Self {
        Self::unready(error.to_string())
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        let exit = match &error {
            ProviderError::NoKey { .. } | ProviderError::BadKey { .. } => Exit::Key,
            ProviderError::BaseUrl { .. } | ProviderError::Client { .. } => Exit::Precondition,
            _ => Exit::Provider,
        };
        Self::user(exit, error.to_string())
    }
}

impl From<io::Error> for Failure {
    /// For errors of our own output; other IO errors come as errors that name their file.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::NobodyReads
        } else {
            Self::user(Exit::Internal, format!("cannot write the output: {error}"))
        }
    }
}

impl From<color_eyre::Report> for Failure {
    fn from(report: color_eyre::Report) -> Self {
        Self::Internal(report)
    }
}
