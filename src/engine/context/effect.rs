//! The turn machine's alphabet: what it is told and what it asks for. IO as data.

use super::conversation::ToolResult;
use crate::protocol::event::{EndCause, Failure, LimitReached, RetryCause};
use crate::protocol::{BlockKind, CallId, Cost, Event, PauseMode, RawJson, StopMode, StopReason, Usage};
use crate::session::QueuedMessage;
use serde::Deserialize;

/// What the turn machine is told.
#[derive(Debug, Clone)]
pub enum Input {
    /// The first message is ready.
    Begin {
        /// Its text.
        first: String,
    },
    /// The provider failed before any content and will try again.
    Retrying {
        /// Failures so far.
        attempt: u32,
        /// Wait in milliseconds.
        delay_ms: u64,
        /// What went wrong.
        error: String,
        /// What kind of trouble it is.
        cause: RetryCause,
        /// Tokens known to be spent on it.
        usage: Usage,
        /// Their price.
        cost: Option<Cost>,
    },
    /// The model began a block.
    BlockStarted {
        /// Index within the answer.
        index: u32,
        /// Kind.
        kind: BlockKind,
        /// Tool name, for calls.
        tool: Option<String>,
        /// Call id, for calls.
        call: Option<CallId>,
    },
    /// A block grew.
    Delta {
        /// Index within the answer.
        index: u32,
        /// By what.
        text: String,
    },
    /// A block is whole.
    BlockFinished {
        /// Index within the answer.
        index: u32,
        /// Kind.
        kind: BlockKind,
        /// The block, verbatim.
        block: RawJson,
    },
    /// The answer is whole.
    Answered {
        /// Why the model stopped.
        stop_reason: StopReason,
        /// Tokens.
        usage: Usage,
        /// Their price.
        cost: Option<Cost>,
        /// Model that answered.
        model: String,
        /// The provider's id of the request.
        request_id: String,
    },
    /// The request failed for good, or the answer was cut off.
    Broken(Broken),
    /// A tool call ended.
    ToolDone {
        /// What the model is told.
        result: ToolResult,
        /// Set when the call was an accepted `end_session`: its summary.
        ends: Option<String>,
    },
    /// The session shall end within a few turns: its work goes round.
    HandOff {
        /// What the model is told.
        text: String,
        /// The session's closing words, should it have none of its own.
        summary: String,
    },
    /// Something the model must be told with the next message: a change from outside, a restored file.
    Remark {
        /// The text.
        text: String,
    },
    /// The user asked for a stop.
    Stop {
        /// When.
        mode: StopMode,
    },
    /// A person steers: how the run shall hold and what waits to be said, both as the log has them now.
    Steered(Steering),
    /// The user took a stop after the running step or session back.
    CancelStop,
    /// A limit was met.
    Limit {
        /// Which.
        limit: LimitReached,
    },
    /// The time of the run is up, whatever the session does just now.
    TimeUp {
        /// The limit.
        limit: LimitReached,
    },
    /// It was decided what becomes of the session whose limit was met: it ends.
    LimitKept,
    /// A person raised it: the session goes on.
    LimitRaised {
        /// Turns allowed from now on.
        turns: Option<u32>,
        /// The next limit that is met already.
        next: Option<LimitReached>,
    },
}

impl Input {
    /// Says whether it may lead to another request.
    #[must_use]
    pub const fn asks_again(&self) -> bool {
        match self {
            Self::Begin { .. } | Self::Answered { .. } | Self::Broken(_) | Self::ToolDone { .. } | Self::Retrying { .. } => true,
            Self::BlockStarted { .. }
            | Self::Delta { .. }
            | Self::BlockFinished { .. }
            | Self::Remark { .. }
            | Self::HandOff { .. }
            | Self::Stop { .. }
            | Self::CancelStop
            | Self::Steered(_)
            | Self::Limit { .. }
            | Self::TimeUp { .. }
            | Self::LimitKept
            | Self::LimitRaised { .. } => false,
        }
    }
}

/// How a person wants the run to go on.
#[derive(Debug, Clone, Default)]
pub struct Steering {
    /// How the run shall hold, if it shall.
    pub pause: Option<PauseMode>,
    /// What waits to be said to the agent, in the order it was written.
    pub messages: Vec<QueuedMessage>,
    /// What the agent must be told of the change.
    pub remark: Option<String>,
}

/// An answer that will not become whole.
#[derive(Debug, Clone)]
pub struct Broken {
    /// What went wrong, with the next step.
    pub error: String,
    /// Whose fault it is.
    pub failure: Failure,
    /// Whether content had come: then the turn is tried again.
    pub partial: bool,
    /// Tokens known to be spent.
    pub usage: Usage,
    /// Their price.
    pub cost: Option<Cost>,
}

/// What the turn machine asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Write an event.
    Record(Box<Event>),
    /// Send the conversation to the provider.
    Request,
    /// Drop the running request.
    CancelRequest,
    /// Run a tool call through the dispatch.
    Call(ProposedCall),
    /// Stop the running tool call; its `ToolDone` still comes.
    CancelCall,
    /// Find out whether the session may go past a limit; [`Input::LimitKept`] or [`Input::LimitRaised`] comes.
    AskLimit(LimitReached),
    /// The session is over.
    End {
        /// Why.
        cause: EndCause,
        /// Closing words.
        summary: String,
    },
}

/// A tool call the model asked for, its input whole.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedCall {
    /// The model's id of it.
    pub call: CallId,
    /// Tool name.
    pub tool: String,
    /// Its input, verbatim.
    pub input: RawJson,
}

#[derive(Deserialize)]
struct ToolUse {
    #[serde(rename = "type")]
    kind: BlockKind,
    id: CallId,
    name: String,
    input: RawJson,
}

impl ProposedCall {
    /// Reads a finished block; `None` if it is not a tool call.
    pub fn of(block: &RawJson) -> Option<Self> {
        let block: ToolUse = serde_json::from_str(block.get()).ok()?;
        (block.kind == BlockKind::ToolUse).then_some(Self {
            call: block.id,
            tool: block.name,
            input: block.input,
        })
    }
}
