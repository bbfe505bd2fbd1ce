//! A loopback server that speaks the Messages API from a script: the model of demos and tests.
//!
//! Owns the script format, the server and its strictness; does not own the client, which reaches it over
//! real HTTP like any other base URL. Invariant: the same requests get the same answers, byte for byte;
//! only their timing depends on [`Speed`].
//!
//! # The script
//! TOML. `[script]` holds defaults, each `[[session]]` is one conversation, each `[[session.turn]]` one
//! answer in it, each `[[session.turn.call]]` one tool call of that answer.
//!
//! | Key | Meaning |
//! |---|---|
//! | `script.model` | model that answers (`scripted-demo`) |
//! | `script.chars_per_second` | typing speed of thinking, text and tool input at speed 1 (600) |
//! | `script.think_ms` | wait before a turn's first byte at speed 1 (150) |
//! | `session.role` | `initializer` or `coding`: the n-th new conversation whose system prompt has the line `role: coding` is given the n-th session of that role; one without such a line is given the first session left |
//! | `session.title` | for people |
//! | `turn.text`, `turn.thinking` | what the model says; thinking gets a made-up signature that later requests must send back unharmed |
//! | `turn.step` | number of assistant messages before it, so that a request that is sent again gets the same turn; one more than the turn before it by default (a script whose first turn says `step = 1` counts from 1) |
//! | `turn.when` | regular expression on the last user message's text (tool results joined by line feeds); of the turns with the same `step` the first that matches plays |
//! | `turn.think_ms` | override |
//! | `turn.usage` | `{ input, output, cache_read, cache_write }`; by default computed from sizes (bytes / 4), what the conversation's previous request had marked for caching being read from the cache if it is still a prefix |
//! | `turn.stop_reason` | `tool_use` if there are calls, else `end_turn` |
//! | `turn.fault` | `{ kind, code, times, retry_after, after_bytes }`: the first `times` (1) requests for the turn fail |
//! | `call.tool`, `call.input` | tool name and input table |
//!
//! Kinds of faults: `status` (an error `code`, with `retry_after` seconds if given), `cut` (the connection is
//! closed after `after_bytes` of body), `stall` (silence instead), `error_event` (an SSE `error` of `code`'s type),
//! `garbage` (an event that is not JSON). At speed 0 nothing waits; at speed 2 everything takes half the time.
//!
//! A request beyond the script is answered by a text that says so and a call of `end_session`, and is counted.
//!
//! # Strictness
//! What the real API refuses, the server refuses in the same words: roles that do not alternate, blank text blocks,
//! tool calls without results and results without calls, thinking blocks without their signature, more than
//! four cache breakpoints, prompts larger than the window, unknown models and fields.

mod parse;
mod script;

pub use script::{Fault, FaultKind, Script, ScriptedCall, ScriptedSession, ScriptedUsage, Turn};

/// The model id that scripts speak as unless they say otherwise.
pub const MODEL: &str = "scripted-demo";

/// How much faster than written a script plays: 1 as written, 2 twice as fast, 0 without any wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed(pub f64);

/// Why a script cannot be parsed or served.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// Not TOML, or not of the script's shape.
    #[error("the script cannot be read: {reason}")]
    Syntax {
        /// Line, column and cause.
        reason: String,
    },
    /// Well-formed, but cannot be played.
    #[error("the script cannot be played: {place}: {reason}")]
    Invalid {
        /// `session 2 "login", turn 3`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// No port on 127.0.0.1 could be had, or there is no async runtime to serve on.
    #[error("the scripted model server cannot listen on 127.0.0.1: {reason}")]
    Listen {
        /// The system's words.
        reason: String,
    },
}
