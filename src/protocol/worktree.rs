//! Working beside the user's checkout: a worktree with a branch of its own, and the ways to bring its work home.

use super::Oid;
use serde::{Deserialize, Serialize};

/// A worktree that a project is worked on in. All of it is settled before the worktree is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkTree {
    /// The name that git knows it by.
    pub name: String,
    /// Absolute path of its top directory.
    pub path: String,
    /// Absolute path of the user's own working directory, which stays as it is.
    pub checkout: String,
    /// Its branch, without `refs/heads/`.
    pub branch: String,
    /// The commit that the branch began at.
    pub base: Oid,
    /// The branch that the user had checked out then; `None` if HEAD was detached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
}

/// What becomes of a worktree's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishWay {
    /// Its commits are merged into the user's branch.
    Merge,
    /// Its work becomes one commit on the user's branch.
    Squash,
    /// It stays as it is, in the user's hands.
    Leave,
}

impl FinishWay {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Squash, Self::Leave];

    /// Returns its word, as flags and keys name it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Leave => "leave",
        }
    }

    /// Finds one by its word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.word() == word)
    }
}
