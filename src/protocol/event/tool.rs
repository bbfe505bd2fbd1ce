//! Tool calls: intent, output, result.

use crate::protocol::{CallId, CallStatus, Payload, RawJson, ToolKind};
use serde::{Deserialize, Serialize};

/// A tool call is about to run. Written before the start: a call without a result is `unknown` after a crash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolStarted {
    /// The model's id of the call.
    pub call: CallId,
    /// Tool name as the model knows it.
    pub tool: String,
    /// What it does.
    pub kind: ToolKind,
    /// One line for a person: the command, the path, the pattern.
    pub title: String,
    /// The whole input, as the model gave it.
    pub input: RawJson,
}

/// Ephemeral: a running tool printed `text` (lossy UTF-8, unsanitized).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOutputAppended {
    /// Which call.
    pub call: CallId,
    /// What it printed.
    pub text: String,
}

/// A tool call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolFinished {
    /// Which call.
    pub call: CallId,
    /// How it ended.
    pub status: CallStatus,
    /// What the model is told, unsanitized.
    pub output: Payload,
    /// Exit code, for commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Lines added and removed, for edits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<(u32, u32)>,
    /// What the agent had started and was still running then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<StillRunning>,
}

/// What runs beside the agent, because the agent started it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StillRunning {
    /// Processes that its commands left in the background, but for servers.
    pub processes: u32,
    /// Processes of commands that wait for connections.
    pub servers: u32,
    /// CPU time that these processes have used by then, in milliseconds.
    pub cpu_ms: u64,
    /// Whether a test run is under way that it does not wait for.
    pub tests: bool,
}
