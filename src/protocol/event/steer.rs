//! What a person did to a live run: pauses, messages, the order of the work.

use crate::protocol::{Delivery, FeatureId, MessageId, OrderChange, PauseMode};
use serde::{Deserialize, Serialize};

/// A pause was asked for; what runs goes on to its end, or is cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseRequested {
    /// Which of the two.
    pub mode: PauseMode,
}

/// A pause was taken back before it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseCancelled {}

/// The run holds: no request goes out and no tool runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPaused {
    /// Why it holds, where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// The run goes on after a pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunResumed {}

/// A person wrote to the agent; the message waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageQueued {
    /// Its number.
    pub message: MessageId,
    /// Its text.
    pub text: String,
    /// When it shall be delivered.
    pub when: Delivery,
}

/// A waiting message was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageEdited {
    /// Which.
    pub message: MessageId,
    /// Its new text.
    pub text: String,
}

/// A waiting message was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageWithdrawn {
    /// Which.
    pub message: MessageId,
}

/// A message goes to the model with the next request; its text follows as a `prompt_sent` of the human's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDelivered {
    /// Which.
    pub message: MessageId,
}

/// A person changed the order in which features are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOrderChanged {
    /// Which feature.
    pub feature: FeatureId,
    /// How.
    pub change: OrderChange,
}

/// A person asked for something that could not be done any more, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SteerRefused {
    /// Why, for the person.
    pub reason: String,
}
