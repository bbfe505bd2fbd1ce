//! Why an edit of the feature list was not made, in words for the person who made it.

use crate::git::GitError;
use crate::harness::ListError;

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The words are not enough.
    #[error("{0}")]
    Words(&'static str),
    /// The list is another one by now.
    #[error("the list has changed since it was shown, nothing was written; look, try again")]
    Changed,
    /// The list on disk has words that are not committed, which are not of this edit.
    #[error(
        "nothing was written: {path} differs from the last commit ({what}), and an edit by hand is a commit of its own; \
         commit that first (`git commit {path}`), or take it back (`git restore {path}`), then save again"
    )]
    Uncommitted {
        /// What differs.
        what: String,
        /// The list, as git names it.
        path: String,
    },
    /// A character of the words does not show.
    #[error(
        "line {line} of the words holds U+{code:04X}, which does not show and can hide or turn round what is read; take it out"
    )]
    Hidden {
        /// The character.
        code: u32,
        /// The line of the description or step.
        line: usize,
    },
    /// There is no list.
    #[error("there is no feature list any more; nothing was written")]
    Gone,
    /// There is no commit yet.
    #[error("nothing is committed yet: the list can be edited once the initializer has made its first commit")]
    NotBegun,
    /// The list is still being written.
    #[error("the initializer is writing the list: edit it once its session has ended")]
    Initializing,
    /// The list cannot be read, or the edit cannot be made in it.
    #[error(transparent)]
    List(#[from] ListError),
    /// The edit cannot be committed.
    #[error("not made, for it cannot be committed: {0}")]
    Git(#[from] GitError),
    /// The file cannot be written.
    #[error("the list cannot be written: {what}")]
    Write {
        /// Why.
        what: String,
    },
}
