//! How a person steers a live run: pause it, speak to the agent, change the order of the work.
//!
//! Owns the words only. What came of them is told by the events of [`super::event::steer`].

use super::{FeatureId, MessageId};
use serde::{Deserialize, Serialize};

/// Something a person asks of a live run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Steer {
    /// Hold the run before its next request.
    Pause {
        /// What becomes of what runs until then.
        mode: PauseMode,
    },
    /// Take a pause back that has not come yet. One that has come meanwhile is ended: the wish is the same.
    CancelPause,
    /// Go on after a pause.
    Resume,
    /// Say something to the agent.
    Say {
        /// The text, as typed.
        text: String,
        /// When.
        when: Delivery,
    },
    /// Change a message that waits.
    EditMessage {
        /// Which.
        message: MessageId,
        /// The new text.
        text: String,
    },
    /// Take a message back that waits.
    WithdrawMessage {
        /// Which.
        message: MessageId,
    },
    /// Change what is worked on next.
    Order {
        /// Which feature.
        feature: FeatureId,
        /// How.
        change: OrderChange,
    },
}

/// How a pause begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseMode {
    /// Once the running turn and its tool calls are done.
    AfterStep,
    /// At once: the request is dropped, the running command is killed.
    Now,
}

/// When the agent is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// With the next request, whenever it comes.
    NextStep,
    /// At once: what runs is interrupted for it.
    Now,
}

/// A change of the order in which features are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderChange {
    /// Leave it out until it is taken back in.
    Skip,
    /// Take it back in.
    Unskip,
    /// Take it next, before anything that was picked earlier.
    Pick,
    /// Let it wait for its usual turn.
    Unpick,
}
