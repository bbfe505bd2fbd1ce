//! A transcript of another program's agent, whole: what was said, called and answered, in the order of its file.
//!
//! Text for people, never state. Invariant: what names an account is not in it.

use super::{ToolKind, TranscriptKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A transcript as its file tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignTranscript {
    /// Where it is, as the survey names it.
    pub path: String,
    /// Whose form it has.
    pub kind: TranscriptKind,
    /// What it tells, in file order.
    pub entries: Vec<ForeignEntry>,
    /// Numbers of the lines that cannot be read.
    pub broken: Vec<u32>,
    /// Whether there is more of the file than was read.
    pub cut: bool,
}

/// One thing that a transcript tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignEntry {
    /// When, where its line says so.
    pub time: Option<Timestamp>,
    /// What.
    pub said: ForeignSaid,
}

/// What a transcript tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ForeignSaid {
    /// Something was put before the model.
    Prompt {
        /// Whether a person wrote it; else a program did.
        by_person: bool,
        /// It.
        text: String,
    },
    /// Prose of the model.
    Text {
        /// It.
        text: String,
    },
    /// Reasoning of the model, where it is readable.
    Thinking {
        /// It.
        text: String,
    },
    /// A tool was called.
    Call {
        /// The model's id of the call.
        id: String,
        /// The tool's name.
        tool: String,
        /// What it does.
        kind: ToolKind,
        /// One line for a person.
        title: String,
        /// Its input, a JSON text.
        input: String,
    },
    /// A call was answered.
    Result {
        /// The model's id of the call.
        id: String,
        /// What the model was told.
        text: String,
        /// Whether it failed.
        failed: bool,
        /// Exit code, where it is told.
        exit_code: Option<i32>,
    },
    /// Something happened that is neither: the context was compacted, a turn was cut off.
    Event {
        /// What.
        text: String,
    },
}
