//! What can stop the engine itself. What goes wrong inside a tool call is told to the model instead.

use crate::git::GitError;
use crate::store::StoreError;

/// A failure that ends the run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The log or the state directory failed. The run ends: nothing may happen that is not recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Git failed where it must not.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A guarded file could not be compared or restored.
    #[error("a guarded file cannot be kept: {0}")]
    Guard(#[from] crate::guard::GuardError),
    /// The workspace cannot be watched.
    #[error(transparent)]
    Watch(#[from] crate::guard::watch::WatchError),
    /// The feature list cannot be read.
    #[error(transparent)]
    List(#[from] crate::harness::ListError),
    /// A prompt cannot be used.
    #[error(transparent)]
    Prompt(#[from] crate::harness::prompt::PromptError),
    /// The progress notes cannot be read.
    #[error(transparent)]
    Notes(#[from] crate::harness::notes::NotesError),
    /// A child process could not be run.
    #[error(transparent)]
    Process(#[from] crate::process::ProcessError),
    /// A file of the workspace could not be read or written.
    #[error("{what}: {source}")]
    File {
        /// What was tried, with the path.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// There is no worktree to finish.
    #[error("{} is worked on in place, or its worktree is finished: there is nothing to bring home", checkout.display())]
    NoWorktree {
        /// The user's directory.
        checkout: std::path::PathBuf,
    },
    /// Nobody said where the work goes.
    #[error("HEAD was detached when {branch} began, so no branch waits for its work: name one with --into BRANCH")]
    NoTarget {
        /// The worktree's branch.
        branch: String,
    },
    /// A task of ours panicked.
    #[error("internal error, please report it: {0}")]
    Task(String),
}

impl EngineError {
    /// Wraps the failure of one of our own tasks.
    #[must_use]
    pub fn task(error: tokio::task::JoinError) -> Self {
        Self::Task(error.to_string())
    }
}
