//! What a person says of commits that were made without them.
//!
//! Owns the recording and the words for the agent. Invariant: a comment that was recorded reaches the agent of the same run.

use super::comments;
use super::error::EngineError;
use super::project::Project;
use crate::protocol::event::CommitReviewed;

/// Records how far a person has looked at a commit. Returns what the agent is to be told, if they wrote anything.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn take(project: &Project, reviewed: CommitReviewed) -> Result<Option<String>, EngineError> {
    let subject = project.journal.with_state(|state| {
        let commit = state.commits.iter().find(|commit| commit.made.commit == reviewed.commit)?;
        Some(commit.made.message.lines().next().unwrap_or_default().to_owned())
    });
    let told = comments::remark(&reviewed, subject.as_deref().unwrap_or("not of this project's log"));
    project.record(reviewed)?;
    Ok(told)
}
