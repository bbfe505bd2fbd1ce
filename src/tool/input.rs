//! Inputs of tool calls, parsed at the edge.

use super::catalog::Tool;
use crate::protocol::RawJson;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A tool was called with an input that it cannot use. Told to the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the input of `{tool}` is not usable: {reason}; call it again with {usage}")]
pub struct InputError {
    /// Which tool.
    pub tool: String,
    /// What is wrong.
    pub reason: String,
    /// What it takes.
    pub usage: String,
}

impl InputError {
    pub(super) fn new(tool: Tool, reason: impl Into<String>) -> Self {
        Self {
            tool: tool.name().to_owned(),
            reason: reason.into(),
            usage: tool.usage(),
        }
    }
}

/// Parses a call's input; fields that we do not know are passed over.
pub(super) fn parse<T: DeserializeOwned>(tool: Tool, input: &RawJson) -> Result<T, InputError> {
    serde_json::from_str(input.get()).map_err(|error| {
        let words = error.to_string();
        // A position in JSON that the model does not see as a text helps nobody.
        let reason = words.split(" at line ").next().unwrap_or(&words);
        InputError::new(tool, reason)
    })
}

/// Input of `bash`.
#[derive(Debug, Deserialize)]
pub(super) struct BashInput {
    pub command: Option<String>,
    #[serde(default)]
    pub restart: bool,
    pub timeout_seconds: Option<u64>,
}

/// Input of the API's text editor.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(super) enum EditorInput {
    View {
        path: String,
        view_range: Option<(i64, i64)>,
    },
    Create {
        path: String,
        #[serde(default)]
        file_text: String,
    },
    StrReplace {
        path: String,
        old_str: String,
        #[serde(default)]
        new_str: String,
    },
    Insert {
        path: String,
        insert_line: i64,
        #[serde(alias = "new_str")]
        insert_text: String,
    },
}

impl EditorInput {
    /// Returns the file it is about, and whether it is written.
    pub(super) fn target(&self) -> (&str, bool) {
        match self {
            Self::View { path, .. } => (path, false),
            Self::Create { path, .. } | Self::StrReplace { path, .. } | Self::Insert { path, .. } => (path, true),
        }
    }
}

/// Input of `read`.
#[derive(Debug, Deserialize)]
pub(super) struct ReadInput {
    pub path: String,
    pub offset: Option<i64>,
    pub limit: Option<i64>,
}

/// Input of `write`.
#[derive(Debug, Deserialize)]
pub(super) struct WriteInput {
    pub path: String,
    pub content: String,
}

/// Input of `edit`.
#[derive(Debug, Deserialize)]
pub(super) struct EditInput {
    pub path: String,
    pub old_text: String,
    pub new_text: String,
}

/// Input of `glob`.
#[derive(Debug, Deserialize)]
pub(super) struct GlobInput {
    pub pattern: String,
    pub path: Option<String>,
}

/// Input of `search`.
#[derive(Debug, Deserialize)]
pub(super) struct SearchInput {
    pub pattern: String,
    pub path: Option<String>,
    pub glob: Option<String>,
    #[serde(default)]
    pub literal: bool,
    #[serde(default)]
    pub ignore_case: bool,
}
