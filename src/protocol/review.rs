//! A person's part: how much waits for them, how they decide, what they write on a change.

use super::event::GateKind;
use super::{GateId, Oid};
use serde::{Deserialize, Serialize};

/// How much waits for a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Autonomy {
    /// Commits wait, and every shell command that is not a plain read.
    Manual,
    /// Commits wait.
    Commits,
    /// No gate waits: commits are made, marked as not reviewed, and queued for later. The agent's questions wait at any level.
    Deferred,
    /// No gate waits: the machine's checks answer.
    #[default]
    Auto,
}

impl Autonomy {
    /// All levels, from the one that asks most.
    pub const ALL: [Self; 4] = [Self::Manual, Self::Commits, Self::Deferred, Self::Auto];

    /// Finds a level by its word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }

    /// Returns the word for the configuration, the command line and the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Commits => "commits",
            Self::Deferred => "deferred",
            Self::Auto => "auto",
        }
    }

    /// Says whether a person is asked at such a gate.
    #[must_use]
    pub const fn asks(self, what: GateKind) -> bool {
        match (what, self) {
            (GateKind::Command, Self::Manual)
            | (GateKind::Commit | GateKind::Artifact | GateKind::Limit, Self::Manual | Self::Commits) => true,
            (GateKind::Command, Self::Commits) | (_, Self::Deferred | Self::Auto) => false,
        }
    }
}

/// Decisions on a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateDecision {
    /// Go ahead.
    Approve,
    /// No; the agent is told why and goes on.
    Reject,
    /// No; the agent is told why, and the run stops after this step.
    RejectAndStop,
    /// Nobody decided: what waited is gone, because the tree moved or the session ended.
    Void,
}

/// An answer to a gate. It counts only if the gate still waits and the tree is still the one that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateAnswer {
    /// Which gate.
    pub gate: GateId,
    /// The tree that was shown, for gates that are bound to one.
    #[serde(default)]
    pub tree: Option<Oid>,
    /// The decision; [`GateDecision::Void`] is not a person's to give.
    pub decision: GateDecision,
    /// Why, may be empty.
    #[serde(default)]
    pub reason: String,
    /// The commit message or the limit, if the person rewrote it.
    #[serde(default)]
    pub message: Option<String>,
    /// Comments on single lines.
    #[serde(default)]
    pub comments: Vec<ReviewComment>,
    /// What was on the screen.
    #[serde(default)]
    pub seen: Option<Seen>,
}

/// A comment on a line, a hunk, a file or the whole change, with the text it stands on, so that it is not lost when the lines move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewComment {
    /// Path of the file, as the diff names it; empty for a comment on the whole change.
    pub path: String,
    /// Line in the new file; `None` for a removed line.
    #[serde(default)]
    pub line: Option<u32>,
    /// Line in the old file; `None` for an added line.
    #[serde(default)]
    pub old_line: Option<u32>,
    /// The line of the diff it stands on and those around it, with their `+`, `-` or space; empty for a comment on a file.
    pub snippet: String,
    /// Which line of the snippet is meant, counted from 0.
    #[serde(default)]
    pub row: u32,
    /// What the person wrote.
    pub text: String,
}

/// What a person had before them when they decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Columns of the screen.
    pub width: u16,
    /// Rows of the screen.
    pub height: u16,
    /// Hunks in all.
    pub hunks: u32,
    /// Hunks that were drawn or marked as seen.
    pub hunks_seen: u32,
    /// Whether the end of the change was on the screen.
    pub end: bool,
    /// Seconds that the review was open.
    pub seconds: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_asks_no_more_than_the_one_before_it_and_has_its_word() {
        let kinds = [GateKind::Command, GateKind::Commit, GateKind::Artifact, GateKind::Limit];
        let asked = Autonomy::ALL.map(|level| kinds.map(|what| level.asks(what)));
        assert_eq!(asked, [[true; 4], [false, true, true, true], [false; 4], [false; 4]]);
        assert!(Autonomy::ALL.iter().all(|level| Autonomy::of(level.word()) == Some(*level)));
        assert_eq!(Autonomy::of("Manual"), None);
    }
}
