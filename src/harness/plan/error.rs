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
