//! What a caller sees of one request.
//!
//! Owns the items of the channel; [`super::answer`] makes them out of events. Invariant: the order is
//! `Retrying* Started (BlockStarted Delta* BlockFinished?)* (Finished | Failed)`, then the channel closes;
//! `Failed` may also come instead of anything before it.

use super::ProviderError;
use crate::protocol::{BlockKind, CallId, RawJson, StopReason, Usage};
use std::time::Duration;

/// Something that happened to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamItem {
    /// It failed before its first content and is sent again.
    Retrying {
        /// How many times it has failed so far, from 1.
        attempt: u32,
        /// Wait before the next try.
        delay: Duration,
        /// What went wrong.
        error: ProviderError,
        /// Tokens the failed try is known to have used, nearly always none.
        usage: Usage,
    },
    /// Content begins: from here on the request is never sent again.
    Started {
        /// The message's id.
        message_id: String,
        /// Model that answers.
        model: String,
        /// The provider's id of the request, may be empty.
        request_id: String,
    },
    /// A content block began.
    BlockStarted {
        /// Index within the answer, from 0.
        index: u32,
        /// Its kind.
        kind: BlockKind,
        /// Tool name, for tool calls.
        tool: Option<String>,
        /// Call id, for tool calls.
        call: Option<CallId>,
    },
    /// A content block grew by a text: prose, reasoning, or partial JSON of an input.
    Delta {
        /// Index within the answer.
        index: u32,
        /// What was added.
        text: String,
    },
    /// A content block is whole. A block that never gets here is void: a tool call that was cut off, or whose
    /// input is not a JSON object, must not run and must not be sent back.
    BlockFinished {
        /// Index within the answer.
        index: u32,
        /// Its kind.
        kind: BlockKind,
        /// The block as it must be sent back.
        block: RawJson,
    },
    /// The answer is whole.
    Finished {
        /// Why the model stopped.
        stop_reason: StopReason,
        /// Tokens of the request.
        usage: Usage,
        /// Model that answered.
        model: String,
        /// The provider's id of the request, may be empty.
        request_id: String,
    },
    /// The request failed for good.
    Failed {
        /// Why, and what to do.
        error: ProviderError,
        /// Tokens known to be used.
        usage: Usage,
        /// Whether content had begun.
        partial: bool,
    },
}
