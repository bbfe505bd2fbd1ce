//! What a person says of commits that were made without them, and of what waits, before they decide.
//!
//! Owns the recording; the words for the agent are [`crate::harness::comments`]'. Invariant: a comment that was recorded waits as a
//! message until an agent has it, of this run or of the next.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::comments;
use crate::protocol::event::{CommitReviewed, GateCommented};

/// Records what a person wrote on what waits at a gate.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn comment(project: &Project, commented: GateCommented) -> Result<(), EngineError> {
    let events = project.journal.with_state(|state| comments::at_gate(state, commented));
    events.into_iter().try_for_each(|event| project.record(event))
}

/// Records how far a person has looked at a commit, and what they wrote on it.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn take(project: &Project, reviewed: CommitReviewed) -> Result<(), EngineError> {
    let events = project.journal.with_state(|state| comments::review(state, reviewed));
    events.into_iter().try_for_each(|event| project.record(event))
}
