//! What a model says, in the Messages API's words, without losing what we do not know.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::sync::Arc;

/// A JSON text kept exactly as it came, so that it can be sent back verbatim.
#[derive(Debug, Clone)]
pub struct RawJson(Arc<RawValue>);

impl RawJson {
    /// Takes a JSON text.
    ///
    /// # Errors
    /// Fails if the text is not one valid JSON value.
    pub fn parse(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(|raw| Self(raw.into()))
    }

    /// Prints a value into its raw form.
    ///
    /// # Errors
    /// Fails only for maps whose keys are not strings.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(|raw| Self(raw.into()))
    }

    /// Returns the JSON `null`.
    #[must_use]
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned().into())
    }

    /// Returns the exact text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Returns the parsed value, `null` should the text be unparsable (it never is: it was checked when taken).
    #[must_use]
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_str(self.0.get()).unwrap_or_default()
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(raw.into()))
    }
}

/// The role a session is run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// First session: turns a spec into a feature list, a skeleton and a first commit.
    Initializer,
    /// Every later session: one feature, verified and committed.
    Coding,
}

impl Role {
    /// Returns the word used in file names, events and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initializer => "initializer",
            Self::Coding => "coding",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Kind of a content block that the model streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Prose, Markdown.
    Text,
    /// Visible or omitted reasoning, also its redacted form.
    Thinking,
    /// A tool call.
    ToolUse,
    /// Anything newer than this build; its `type` is kept.
    #[serde(untagged)]
    Other(String),
}

/// Why the model stopped (Messages API `stop_reason`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model finished its turn.
    EndTurn,
    /// The answer reached `max_tokens`.
    MaxTokens,
    /// A stop sequence was met.
    StopSequence,
    /// The model waits for tool results.
    ToolUse,
    /// A long turn was paused; sending it back continues it.
    PauseTurn,
    /// The model declined.
    Refusal,
    /// The context window is full.
    ModelContextWindowExceeded,
    /// Anything newer than this build.
    #[serde(untagged)]
    Other(String),
}
