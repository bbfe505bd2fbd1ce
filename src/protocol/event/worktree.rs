//! A worktree that a run works in, from its taking to what became of its work.

use crate::protocol::{FinishWay, Oid, WorkTree};
use serde::{Deserialize, Serialize};

/// The run works in a worktree beside the user's checkout. Follows the run's start; a run without it works in the checkout itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorktreeTaken {
    /// Which.
    #[serde(flatten)]
    pub tree: WorkTree,
    /// Uncommitted paths that were in the checkout then. They stay there and are not in the worktree.
    #[serde(default)]
    pub left_behind: u32,
}

/// The work of a worktree was brought to the user's branch, or left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorktreeFinished {
    /// How.
    pub way: FinishWay,
    /// Its branch, without `refs/heads/`.
    pub branch: String,
    /// Where that branch was: everything up to here was brought home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip: Option<Oid>,
    /// The user's branch; `None` if it was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// Where the user's branch was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Oid>,
    /// Where it is now. The same as `from` if the work was there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Oid>,
    /// The ref that keeps where the user's branch was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// The files as they are in `to`: of a squash the only sign that the work is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Oid>,
    /// Why the worktree still is there; `None` if it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stays: Option<String>,
    /// Where the files that git ignores were moved, so that the worktree could go; `None` if there were none, or they stay in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<String>,
}
