//! What a client asks the engine to do.

use super::QuestionId;
use serde::{Deserialize, Serialize};

/// A request from a client to the engine. Answered by events, never by a return value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Stop the run.
    Stop {
        /// When.
        mode: StopMode,
    },
    /// Answer a question that the agent asked with `ask_human`.
    AnswerQuestion {
        /// Which question.
        question: QuestionId,
        /// The answer, as typed.
        text: String,
    },
}

/// When a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopMode {
    /// Once the running turn and its tool calls are done.
    AfterStep,
    /// At once: the request is dropped, running commands are killed.
    Now,
}
