//! How a tool call ended.

use super::ToolError;
use crate::protocol::CallStatus;

/// What a tool call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolOutcome {
    /// How it ended.
    pub status: CallStatus,
    /// What the model is told.
    pub shown: String,
    /// The whole output, if `shown` is not all of it.
    pub whole: Option<Vec<u8>>,
    /// Exit code, for commands.
    pub exit_code: Option<i32>,
    /// Lines added and removed, for edits.
    pub lines: Option<(u32, u32)>,
}

impl ToolOutcome {
    /// Makes an outcome of a call that did what it should.
    #[must_use]
    pub fn completed(shown: impl Into<String>) -> Self {
        Self {
            status: CallStatus::Completed,
            shown: shown.into(),
            whole: None,
            exit_code: None,
            lines: None,
        }
    }

    /// Adds how many lines an edit added and removed.
    #[must_use]
    pub fn with_lines(mut self, lines: (u32, u32)) -> Self {
        self.lines = Some(lines);
        self
    }
}

impl From<ToolError> for ToolOutcome {
    fn from(error: ToolError) -> Self {
        let status = match error {
            ToolError::Cancelled => CallStatus::Cancelled,
            _ => CallStatus::Failed,
        };
        Self {
            status,
            ..Self::completed(error.to_string())
        }
    }
}

impl From<Result<Self, ToolError>> for ToolOutcome {
    fn from(result: Result<Self, ToolError>) -> Self {
        result.unwrap_or_else(Self::from)
    }
}
