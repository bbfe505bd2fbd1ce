//! What a person's steering leaves in the folded state: a hold on the run, messages that wait, a request that must wait.

use crate::protocol::event::RetryCause;
use crate::protocol::{Delivery, MessageId, PauseMode};
use jiff::Timestamp;

/// Whether a run holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hold {
    /// It does not.
    #[default]
    Free,
    /// It will, once what runs is over.
    Pausing {
        /// What becomes of what runs.
        mode: PauseMode,
        /// When the pause was asked for.
        since: Timestamp,
    },
    /// It does.
    Paused {
        /// Since when.
        since: Timestamp,
    },
}

impl Hold {
    /// Returns how the pause that is asked for or in force was to begin; `None` if the run is free.
    #[must_use]
    pub const fn mode(self) -> Option<PauseMode> {
        match self {
            Self::Free => None,
            Self::Pausing { mode, .. } => Some(mode),
            Self::Paused { .. } => Some(PauseMode::AfterStep),
        }
    }
}

/// A message of a person that the agent has not got yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// Its number.
    pub id: MessageId,
    /// Its text.
    pub text: String,
    /// When it shall be delivered.
    pub when: Delivery,
    /// When it was written.
    pub since: Timestamp,
}

/// A request that failed and waits to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The kind of trouble.
    pub cause: RetryCause,
    /// Since when it has been that.
    pub since: Timestamp,
    /// When it is sent again.
    pub until: Timestamp,
}
