//! When a checkpoint is made.
//!
//! Owns the moments; what a checkpoint is, `git` says. Invariant: none is made twice of the same state, and a run goes on without
//! one that could not be made, for a move back saves the state it leaves all the same.

use super::error::EngineError;
use super::project::Project;
use crate::protocol::CallId;
use crate::protocol::event::{CheckpointCause, CheckpointMade};
use std::sync::PoisonError;

impl Project {
    /// Makes a checkpoint if anything changed since the last one, and records it.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub async fn checkpoint(&self, cause: CheckpointCause, call: Option<CallId>) -> Result<(), EngineError> {
        let last = self.checkpointed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (subject, limit) = (self.checkpoint_subject(cause), self.checkpoint_limit());
        let made = self
            .git(move |repo| {
                let last = match last {
                    Some(last) => Some(last),
                    None => repo.latest_checkpoint()?,
                };
                repo.checkpoint(&subject, limit, last.as_ref())
            })
            .await;
        let made = match made {
            Ok(Some(made)) => made,
            Ok(None) => return Ok(()),
            Err(error) => {
                tracing::warn!(%error, "no checkpoint could be made");
                return Ok(());
            }
        };
        *self.checkpointed.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        self.record(CheckpointMade {
            checkpoint: made.id,
            cause,
            tree: made.tree,
            head: made.head,
            call,
            left_out: made.left_out,
        })
    }

    /// Returns the size in bytes above which a new file is not kept.
    pub fn checkpoint_limit(&self) -> u64 {
        self.settings.checkpoint_max_file_mb << 20
    }

    fn checkpoint_subject(&self, cause: CheckpointCause) -> String {
        let session = self.journal.with_state(|state| state.current().map(|session| session.number));
        session.map_or_else(|| cause.words().to_owned(), |session| format!("{session} {}", cause.words()))
    }
}
