//! What a client may look up without changing anything; answered by the engine's side of the link, or from disk when no engine runs.

use super::{
    BlobId, ForeignTranscript, HistoryProgress, ListHistory, NextWindow, Oid, RawList, Rehearsal, RuleProposal, Survey, Target,
};
use serde::{Deserialize, Serialize};

/// A look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Query {
    /// The changes of a commit against its first parent.
    CommitDiff {
        /// The commit.
        commit: Oid,
    },
    /// The changes between two trees, renames detected.
    TreeDiff {
        /// A commit or a tree; `None` for the empty tree.
        from: Option<Oid>,
        /// A commit or a tree.
        to: Oid,
    },
    /// What a move back would do.
    Rehearse {
        /// Where to.
        target: Target,
    },
    /// The whole of a text kept as a blob.
    Blob {
        /// Its name.
        blob: BlobId,
    },
    /// What could be made a standing rule of a command, and what it would have meant in the past.
    ProposeRule {
        /// The script.
        command: String,
    },
    /// What the next session would read if it began now.
    NextWindow,
    /// The progress notes as they are on disk.
    Notes,
    /// How the feature list went through the commits.
    ListHistory,
    /// What lies in the directory: lists, notes, start script, transcripts.
    Survey,
    /// The feature list's text as it stands in its file.
    ListText,
    /// A transcript of another program's agent, whole.
    Transcript {
        /// As the survey names it.
        path: String,
    },
}

/// The answer to a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// To [`Query::CommitDiff`].
    CommitDiff(CommitDiff),
    /// To [`Query::TreeDiff`]: changed files in path order.
    TreeDiff {
        /// The files.
        files: Vec<FileDiff>,
    },
    /// To [`Query::Rehearse`].
    Rehearsal(Box<Rehearsal>),
    /// To [`Query::Blob`]; lossy UTF-8.
    Blob {
        /// The text.
        text: String,
        /// Where the bytes lie.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        path: String,
    },
    /// To [`Query::ProposeRule`].
    RuleProposal(Box<RuleProposal>),
    /// To [`Query::NextWindow`].
    NextWindow(Box<NextWindow>),
    /// To [`Query::Notes`].
    Notes {
        /// The text, its lines ended by line feeds; empty if there is no file.
        text: String,
        /// Hash of the file's bytes; empty if there is none.
        hash: String,
    },
    /// To [`Query::ListHistory`].
    ListHistory(Box<ListHistory>),
    /// On the way to an answer to [`Query::ListHistory`]: how far it is. It may come any number of times before that.
    HistoryProgress(HistoryProgress),
    /// To [`Query::Survey`].
    Survey(Box<Survey>),
    /// To [`Query::ListText`].
    ListText(Box<RawList>),
    /// To [`Query::Transcript`].
    Transcript(Box<ForeignTranscript>),
    /// The look-up failed; the sentence names what and why.
    Failed {
        /// For the user.
        message: String,
    },
}

/// A commit with its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitDiff {
    /// The commit.
    pub commit: Oid,
    /// First parent, `None` for a root commit.
    pub parent: Option<Oid>,
    /// Author as `Name <mail>`.
    pub author: String,
    /// Author time (UTC).
    pub time: jiff::Timestamp,
    /// Whole message.
    pub message: String,
    /// Changed files, renames detected, in path order.
    pub files: Vec<FileDiff>,
}

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDiff {
    /// Path now (or before, if deleted), lossy UTF-8.
    pub path: String,
    /// Path before, if renamed.
    pub old_path: Option<String>,
    /// One letter as in `git status`: `A`, `M`, `D`, `R`, `T`.
    pub status: char,
    /// Added lines.
    pub added: u32,
    /// Removed lines.
    pub removed: u32,
    /// What cannot be shown as lines: `binary`, `mode 100644 → 100755`.
    pub note: String,
    /// Unified hunks with their `@@` lines, without file headers. Cut at 1 MB with a last line that says so.
    pub patch: String,
}

impl FileDiff {
    /// Counts what a person has to look at: its hunks, or one where there are no lines to show.
    #[must_use]
    pub fn hunks(&self) -> u32 {
        let hunks = self.patch.lines().filter(|line| line.starts_with("@@ ")).count();
        u32::try_from(hunks.max(1)).unwrap_or(u32::MAX)
    }
}
