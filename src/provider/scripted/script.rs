//! A script as data: what the model of a play says, when, how fast, and what goes wrong on the way.
//!
//! Owns the types; [`super::parse`] owns their TOML form. Invariant: a [`Script`] that exists is valid:
//! steps have no gaps and every turn can be reached.

use super::ScriptError;
use super::aside::Aside;
use super::parse;
use crate::protocol::Role;
use regex::Regex;
use std::time::Duration;

/// A whole play: sessions in the order in which conversations of their role are given them.
#[derive(Debug, Clone)]
pub struct Script {
    /// Model that answers, unless the request names another.
    pub model: String,
    /// Typing speed of text and tool input at speed 1.
    pub chars_per_second: f64,
    /// Sessions in file order.
    pub sessions: Vec<ScriptedSession>,
    /// Answers out of turn; the first that matches plays.
    pub asides: Vec<Aside>,
}

impl Script {
    /// Parses and checks the TOML form (documented at [`super`]).
    ///
    /// # Errors
    /// Fails on TOML that does not parse, on unknown keys, and on a script that cannot be played;
    /// the error names the line, or the session and turn.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        parse::script(text)
    }

    /// Counts the turns of all sessions, alternatives included.
    #[must_use]
    pub fn turns(&self) -> usize {
        self.sessions.iter().map(|session| session.turns.len()).sum()
    }
}

/// One conversation's worth of turns.
#[derive(Debug, Clone)]
pub struct ScriptedSession {
    /// Role of the conversations it may answer.
    pub role: Role,
    /// Name for people, may be empty.
    pub title: String,
    /// Turns in file order, `step` never falling.
    pub turns: Vec<Turn>,
}

/// One answer of the model.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Number of assistant messages that stand before it in the conversation.
    pub step: usize,
    /// The turn is a candidate only if this matches the last user message's text; `None` always matches.
    pub when: Option<Regex>,
    /// Reasoning, streamed first.
    pub thinking: Option<String>,
    /// Prose, streamed after the reasoning.
    pub text: Option<String>,
    /// Tool calls, streamed last.
    pub calls: Vec<ScriptedCall>,
    /// Wait before the first byte at speed 1.
    pub think: Duration,
    /// Tokens to report; `None` means: computed from sizes.
    pub usage: Option<ScriptedUsage>,
    /// `stop_reason` to report; `None` means `tool_use` if there are calls, else `end_turn`.
    pub stop_reason: Option<String>,
    /// What goes wrong before the turn is answered whole.
    pub fault: Option<Fault>,
}

/// A tool call of a turn.
#[derive(Debug, Clone)]
pub struct ScriptedCall {
    /// Tool name.
    pub tool: String,
    /// Its input as JSON text.
    pub input: String,
}

/// Tokens that a turn claims to have used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScriptedUsage {
    /// Uncached input.
    pub input: u64,
    /// Output.
    pub output: u64,
    /// Read from the cache.
    pub cache_read: u64,
    /// Written to the 5-minute cache.
    pub cache_write: u64,
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// How many requests for the turn it hits before one is answered.
    pub times: u32,
    /// Bytes of the answer's body that come through first.
    pub after_bytes: usize,
}

/// Sorts of faults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FaultKind {
    /// The request is answered with an error status.
    Status {
        /// HTTP status.
        code: u16,
        /// What the server asks the client to wait (at speed 1).
        retry_after: Option<Duration>,
    },
    /// The connection is closed.
    Cut,
    /// Nothing more is sent; the connection stays open.
    Stall,
    /// An SSE `error` event ends the answer.
    ErrorEvent {
        /// The status whose error type it carries.
        code: u16,
    },
    /// An event that is not JSON ends the answer.
    Garbage,
}
