//! What lies in a directory that another harness made: lists, notes, start script, transcripts.
//!
//! Text for people, never state: notes and transcripts may claim what they like.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was found, each kind at the places where it is usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Feature lists.
    pub lists: Vec<FoundList>,
    /// Files of progress notes, the one changed last first.
    pub notes: Vec<FoundNotes>,
    /// The start script.
    pub script: Option<FoundScript>,
    /// Transcripts, the newest first.
    pub transcripts: Vec<FoundTranscript>,
}

/// A feature list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundList {
    /// Where it is, relative to the directory.
    pub path: String,
    /// How many features it has and how many of them pass, or why it cannot be read.
    pub counts: Result<(u32, u32), String>,
}

/// A list that cannot be read, or that holds no feature: its text as it stands, for a person to find what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawList {
    /// Where it is, relative to the directory.
    pub path: String,
    /// The whole reason; what the reader found odd in it if it can be read.
    pub reason: String,
    /// Line and column of what is wrong, from 1, where there is such a place.
    pub at: Option<(u32, u32)>,
    /// Its text, lossy where it is none.
    pub text: String,
    /// The number of the text's first line: of a very large file only what stands around the place is told.
    pub first_line: u32,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether the text is not the whole file.
    pub cut: bool,
    /// Whether it cannot be read; an empty list can.
    pub broken: bool,
}

/// A file of progress notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundNotes {
    /// Where it is.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether the newest stands at its top; an entry's place is that of the file.
    pub newest_first: bool,
    /// Whether only its end was read.
    pub cut: bool,
    /// Its entries, the newest first whatever the order of the file.
    pub entries: Vec<NotesEntry>,
}

/// What one session wrote into the notes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesEntry {
    /// Its heading without marks; empty for text that stands before every heading.
    pub heading: String,
    /// The session that it names.
    pub session: Option<u32>,
    /// The text below the heading.
    pub text: String,
}

/// A script that starts the project. It is shown; looking never runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundScript {
    /// Where it is.
    pub path: String,
    /// Its text.
    pub text: String,
    /// How a run would start it.
    pub command: String,
    /// What a person should know before it is run, as sentences.
    pub notices: Vec<String>,
}

/// A transcript of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTranscript {
    /// Where it is: relative to the directory, or whole where it lies elsewhere.
    pub path: String,
    /// Whose form it has.
    pub kind: TranscriptKind,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its lines, and those of them that cannot be read.
    pub lines: (u32, u32),
    /// When it begins and ends, where it says so.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Calls of tools.
    pub calls: u32,
    /// What was asked first.
    pub opening: String,
}

/// Forms of transcripts, told by their lines and never by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptKind {
    /// A session file of Claude Code.
    ClaudeCode,
    /// What `claude -p --output-format stream-json` printed.
    ClaudeStream,
    /// A rollout of Codex.
    Codex,
}

impl TranscriptKind {
    /// Returns its name for a person.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code session",
            Self::ClaudeStream => "Claude stream",
            Self::Codex => "Codex rollout",
        }
    }
}
