//! When a checkpoint is made, and when it is dropped.
//!
//! Owns the moments; what a checkpoint is, `git` says, and which may go, the log. Invariant: none is made twice of the same state, and
//! a run goes on without one that could not be made, for a move back saves the state it leaves all the same; none goes that the log
//! does not call dropped.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::own_files;
use crate::protocol::event::{CheckpointCause, CheckpointMade, CheckpointsDropped};
use crate::protocol::{CallId, Oid, SessionNo};
use crate::session::state::{Keeping, KeptCheckpoint};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::PoisonError;

/// Files of a step that are named.
const NAMED: usize = 16;

/// Checkpoints dropped at a session's start: each may make git write all its packed refs anew.
const AT_ONCE: usize = 500;

impl Project {
    /// Makes a checkpoint if anything changed since the last one, and records it.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub async fn checkpoint(&self, cause: CheckpointCause, call: Option<CallId>) -> Result<(), EngineError> {
        let last = self.checkpointed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (subject, limit) = (self.checkpoint_subject(cause), self.checkpoint_limit());
        let list = self.list().to_owned();
        let made = self
            .git(move |repo| {
                let last = match last {
                    Some(last) => Some(last),
                    None => repo.latest_checkpoint()?,
                };
                let made = repo.checkpoint(&subject, limit, last.as_ref())?;
                let between = last.zip(made.as_ref()).filter(|_| cause == CheckpointCause::Step);
                let wrote = between.map(|(last, made)| repo.written(&last.tree, &made.tree, NAMED));
                let code = made
                    .as_ref()
                    .and_then(|made| repo.without(&made.tree, &own_files(&list)).ok());
                Ok(made.map(|made| (made, wrote, code)))
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
        let (made, wrote, code) = made;
        let wrote = wrote.and_then(|wrote| {
            wrote
                .inspect_err(|error| tracing::warn!(%error, "what a step wrote is not known"))
                .ok()
        });
        *self.checkpointed.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.clone());
        self.record(CheckpointMade {
            checkpoint: made.id,
            cause,
            tree: made.tree,
            code,
            head: made.head,
            call,
            left_out: made.left_out,
            wrote: wrote.unwrap_or_default(),
        })
    }

    /// The files as a session found them; `None` if nothing was kept of them.
    #[must_use]
    pub fn tree_at_start(&self, session: SessionNo) -> Option<Oid> {
        // None is made of a state that has one already, perhaps from the session before.
        let is_before = |kept: &&KeptCheckpoint| {
            kept.session < session || kept.session == session && kept.made.cause == CheckpointCause::SessionStart
        };
        self.journal.with_state(|state| {
            let before = state.checkpoints.iter().rev().find(is_before);
            before.filter(|kept| kept.is_there()).map(|kept| kept.made.tree.clone())
        })
    }

    /// Drops the checkpoints of steps that need not be kept longer, some at a time.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub async fn drop_old_checkpoints(&self) -> Result<(), EngineError> {
        let sessions = self.settings.checkpoint_keep_sessions;
        let Some(days) = self.settings.checkpoint_keep_days else {
            return Ok(());
        };
        let keeping = Keeping { days, sessions };
        let (old, dropped): (Vec<_>, BTreeSet<_>) = self.journal.with_state(|state| {
            let old = || state.droppable(keeping, Timestamp::now());
            let gone = old().filter(|kept| !kept.is_there()).map(|kept| kept.made.checkpoint);
            let named = old().map(|kept| (kept.made.checkpoint, kept.made.tree.clone()));
            (named.collect(), gone.collect())
        });
        if old.is_empty() {
            return Ok(());
        }
        let there = self.git(move |repo| repo.checkpoints_among(&old)).await;
        let going = there.map(|there| there.into_iter().take(AT_ONCE).collect::<Vec<_>>());
        let going = match going {
            Ok(going) if going.is_empty() => return Ok(()),
            Ok(going) => going,
            Err(error) => {
                tracing::warn!(%error, "old checkpoints stay");
                return Ok(());
            }
        };
        let checkpoints: Vec<_> = going.iter().copied().filter(|id| !dropped.contains(id)).collect();
        if !checkpoints.is_empty() {
            self.record(CheckpointsDropped {
                checkpoints,
                reason: format!("steps older than {days} days, of sessions before the last {sessions}"),
            })?;
        }
        // What is not dropped now is met again: the next session does it.
        if let Err(error) = self.git(move |repo| repo.drop_checkpoints(&going)).await {
            tracing::warn!(%error, "old checkpoints stay");
        }
        Ok(())
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
