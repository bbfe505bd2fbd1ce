//! What a person's steering leaves in the folded state: a hold on the run, messages that wait, a request that must wait.

use super::state::State;
use crate::protocol::event::RetryCause;
use crate::protocol::{Delivery, FeatureEdit, FeatureId, GateId, MessageId, PauseMode, QuestionId};
use jiff::Timestamp;
use std::fmt;

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

/// A person's edit of the feature list that waits for the running step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEdit {
    /// What was asked for.
    pub edit: FeatureEdit,
    /// Why, may be empty.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// A person's edit of the feature list that was not made: the run was cut off while it waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostEdit {
    /// What was asked for.
    pub edit: FeatureEdit,
    /// Whether the log tells of it.
    pub is_told: bool,
}

impl fmt::Display for LostEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = self
            .edit
            .feature()
            .map_or_else(String::new, |feature| format!(" of {feature}"));
        let words = self.edit.in_words();
        write!(
            f,
            "an edit{of} by hand was not made: the run was cut off while it waited; make it again if it is still wanted: {words}"
        )
    }
}

/// What an edit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBy {
    /// A person's decision.
    Gate(GateId),
    /// A person's answer.
    Question(QuestionId),
    /// The end of what runs.
    Step,
}

impl HeldBy {
    /// Says when it waits no more, in words that follow `once`.
    #[must_use]
    pub fn over(self) -> String {
        match self {
            Self::Gate(_) => format!("{self} is decided"),
            Self::Question(_) => format!("{self} is answered"),
            Self::Step => format!("{self} is done"),
        }
    }
}

impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gate(gate) => write!(f, "{gate}"),
            Self::Question(question) => write!(f, "{question}"),
            Self::Step => f.write_str("the running step"),
        }
    }
}

impl State {
    /// Finds an edit of a feature that was lost with its run.
    #[must_use]
    pub fn lost_edit(&self, feature: &FeatureId) -> Option<&LostEdit> {
        self.lost_edits.iter().rev().find(|lost| lost.edit.feature() == Some(feature))
    }

    /// Returns what edits of the feature list wait for now.
    #[must_use]
    pub fn edits_wait_for(&self) -> HeldBy {
        match (self.open_gates.first(), self.open_questions.first()) {
            (Some(gate), _) => HeldBy::Gate(gate.opened.gate),
            (None, Some(asked)) => HeldBy::Question(asked.question),
            (None, None) => HeldBy::Step,
        }
    }

    /// Says whether an edit of a feature waits.
    #[must_use]
    pub fn has_queued_edit(&self, feature: &FeatureId) -> bool {
        self.queued_edits.iter().any(|queued| queued.edit.feature() == Some(feature))
    }
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
