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
//! | `aside.when`, `aside.text`, `aside.call` | an answer out of turn: plays whenever `when` matches the last user message, before any turn, and takes no step; `$1` in the text and the inputs is the first group of `when` |
//! | `aside.again` | the calls that failed are made once more, after the aside's own |
//!
//! Kinds of faults: `status` (an error `code`, with `retry_after` seconds if given), `cut` (the connection is
//! closed after `after_bytes` of body), `stall` (silence instead), `error_event` (an SSE `error` of `code`'s type),
//! `garbage` (an event that is not JSON). At speed 0 nothing waits; at speed 2 everything takes half the time.
//!
//! An answer that its reader cut off is given again: it did not count.
//!
//! A request beyond the script is answered by a text that says so and a call of `end_session`, and is counted.
//!
//! ```
//! use longhaul::protocol::RawJson;
//! use longhaul::provider::scripted::{Script, Server, Speed};
//! use longhaul::provider::{Anthropic, Key, Message, ProviderConfig, Request, Speaker, StreamItem};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let script = Script::parse(r#"
//!     [script]
//!     chars_per_second = 900
//!
//!     [[session]]
//!     role = "coding"
//!     title = "the first feature"
//!
//!     [[session.turn]]                 # answers the first request, once it has failed twice
//!     thinking = "The tests come first."
//!     text = "I run the tests."
//!     fault = { kind = "status", code = 529, times = 2, retry_after = 1 }
//!     [[session.turn.call]]
//!     tool = "bash"
//!     input = { command = "./test.sh" }
//!
//!     [[session.turn]]                 # step 1, if the tests failed
//!     when = "(?m)^not ok"
//!     text = "A test fails; I look into it."
//!
//!     [[session.turn]]                 # step 1, else
//!     step = 1
//!     text = "All tests pass."
//!     usage = { input = 1200, output = 80, cache_read = 9000, cache_write = 300 }
//! "#)?;
//!
//! # let text = |text: &str| RawJson::of(&serde_json::json!({"type": "text", "text": text}));
//! let runtime = tokio::runtime::Runtime::new()?;
//! runtime.block_on(async {
//!     let server = Server::start(script, Speed(0.0))?;
//!     let client = Anthropic::new(ProviderConfig {
//!         base_url: server.base_url(),
//!         key: Key::none(),
//!         idle_timeout: Duration::from_secs(90),
//!         first_byte_timeout: Duration::from_secs(60),
//!         max_retries: None,
//!         user_agent: "example".into(),
//!     })?;
//!     let request = Request {
//!         model: "scripted-demo".into(),
//!         system: vec![text("You are a coding agent.\nrole: coding")?],
//!         messages: vec![Message { role: Speaker::User, content: vec![text("Go on.")?] }],
//!         max_tokens: 4000,
//!         ..Request::default()
//!     };
//!     let mut items = client.stream(request, Default::default());
//!     let mut retries = 0;
//!     while let Some(item) = items.recv().await {
//!         match item {
//!             StreamItem::Retrying { .. } => retries += 1,
//!             StreamItem::BlockFinished { block, .. } => println!("{}", block.get()),
//!             _ => {}
//!         }
//!     }
//!     assert_eq!(retries, 2);
//!     assert_eq!(server.requests().len(), 3);
//!     # Ok(())
//! })
//! # }
//! ```
//!
//! # Strictness
//! What the real API refuses, the server refuses in the same words: roles that do not alternate, blank text blocks,
//! tool calls without results and results without calls, thinking blocks without their signature, more than
//! four cache breakpoints, prompts larger than the window, unknown models and fields.

mod answer;
mod aside;
mod book;
mod check;
mod parse;
mod play;
mod respond;
mod script;
mod server;

pub use script::{Fault, FaultKind, Script, ScriptedCall, ScriptedSession, ScriptedUsage, Turn};
pub use server::{Recorded, Server};

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
