//! Turns: requests to the model and what streams back.

use crate::protocol::{BlockKind, CallId, Cost, RawJson, StopReason, TurnNo, Usage};
use serde::{Deserialize, Serialize};

/// A message other than tool results was put before the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptSent {
    /// Who speaks: `harness` or `human`.
    pub from: String,
    /// The exact text.
    pub text: String,
}

/// A turn began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnStarted {
    /// Its number within the session.
    pub turn: TurnNo,
}

/// A request failed before its first content and will be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRetried {
    /// How many times it has failed so far, from 1.
    pub attempt: u32,
    /// Wait before the next try in milliseconds.
    pub delay_ms: u64,
    /// What went wrong.
    pub error: String,
    /// What kind of trouble it is.
    #[serde(default)]
    pub cause: RetryCause,
    /// Tokens the failed try is known to have used, nearly always none.
    #[serde(default)]
    pub usage: Usage,
    /// Their price, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// Why a request is sent again, as far as a person must know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryCause {
    /// The account has used up what it may use for now (429): nobody can hurry it.
    UsageLimit,
    /// Anything else: the provider is overloaded, the network stumbled.
    #[default]
    Other,
}

/// A request failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFailed {
    /// What went wrong and what to do about it.
    pub error: String,
    /// Whose door to knock at.
    #[serde(default)]
    pub failure: Failure,
}

/// Whose fault a failure is, as far as it decides what to do next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// There is no key, or the provider refuses it.
    Key,
    /// The conversation no longer fits the context window.
    ContextFull,
    /// The provider, the network, or what they say of the request.
    #[default]
    Provider,
}

/// The model began a content block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockStarted {
    /// Index within the answer, from 0.
    pub index: u32,
    /// Its kind.
    pub kind: BlockKind,
    /// Tool name, for tool calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Call id, for tool calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
}

/// Ephemeral: a content block grew by `text` (prose, reasoning, or partial JSON of a tool's input).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockDelta {
    /// Index within the answer.
    pub index: u32,
    /// What was added.
    pub text: String,
}

/// A content block is whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlockFinished {
    /// Index within the answer.
    pub index: u32,
    /// Its kind.
    pub kind: BlockKind,
    /// The block as it must be sent back: every field, known or not.
    pub block: RawJson,
}

/// The model's answer is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseFinished {
    /// Why the model stopped.
    pub stop_reason: StopReason,
    /// Tokens of this request.
    pub usage: Usage,
    /// Its price; `None` where the model is not in the price table.
    pub cost: Option<Cost>,
    /// Model that answered.
    pub model: String,
    /// The provider's own id of the request, for support.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

/// An answer was cut off. Blocks without a `block_finished` are void: none of their tool calls runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnInterrupted {
    /// By what.
    pub reason: String,
    /// What had come of blocks that never became whole; the deltas themselves may be gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partial: Vec<PartialBlock>,
    /// Tokens known to be spent on it.
    #[serde(default)]
    pub usage: Usage,
    /// Their price, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// The part of a block that had come when its answer was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialBlock {
    /// Index within the answer.
    pub index: u32,
    /// Its text, or the partial JSON of a tool's input.
    pub text: String,
}
