//! Kinds and states of tool calls, in the Agent Client Protocol's names.

use serde::{Deserialize, Serialize};

/// What a tool does (ACP `ToolKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// Reads files.
    Read,
    /// Changes files.
    Edit,
    /// Removes files.
    Delete,
    /// Moves files.
    Move,
    /// Looks for text or files.
    Search,
    /// Runs commands.
    Execute,
    /// Reasons.
    Think,
    /// Fetches from a network.
    Fetch,
    /// Anything else; the harness's own tools.
    Other,
}

/// State of a tool call (ACP `ToolCallStatus`, with the reasons for failure told apart).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Asked for, not started.
    Pending,
    /// Running.
    InProgress,
    /// Finished as the tool intends, whatever the command's exit code.
    Completed,
    /// Finished with an error that the model was told.
    Failed,
    /// Refused by a guard or a gate; never started.
    Refused,
    /// Stopped by the user, a limit or the session's end.
    Cancelled,
}
