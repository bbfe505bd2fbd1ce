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
    /// Another repository, or none, is where the run's was.
    #[error(
        "the repository of {} is not the one that the run began with: {}. Nothing was committed there. Look at both; put the old one \
         back in place of `.git`, or leave the new one there if it is to be worked on, then run again",
        workspace.display(), whereabouts(now.as_deref())
    )]
    Replaced {
        /// The workspace.
        workspace: std::path::PathBuf,
        /// Where the old one is now, if it was found.
        now: Option<std::path::PathBuf>,
    },
    /// The repository is the run's by its place only.
    #[error(
        "the repository of {} does not hold the commit {} any more, on which the run stands: its objects were removed or replaced. \
         Nothing was committed since; put them back, from a clone or a copy, then run again",
        workspace.display(), commit.short()
    )]
    Emptied {
        /// The workspace.
        workspace: std::path::PathBuf,
        /// The commit.
        commit: crate::protocol::Oid,
    },
    /// A commit that nobody was to be asked about could not be signed. None is ever made unsigned where the user signs.
    #[error(
        "a commit could not be signed ({reason}), and at this level of autonomy nobody is asked. The files are as the agent left \
         them: see that `git commit -S` works in a terminal, then run again"
    )]
    Unsigned {
        /// The signing program's words.
        reason: String,
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

fn whereabouts(now: Option<&std::path::Path>) -> String {
    match now {
        Some(now) => format!("that one lies in {} now", now.display()),
        None => "that one is neither in this directory nor beside it any more".to_owned(),
    }
}
