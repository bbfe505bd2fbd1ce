//! The user's pre-commit hook, while it is asked about a commit.
//!
//! Invariant: a hook that began is followed by how it ended, unless its session was cut off.

use serde::{Deserialize, Serialize};

/// The harness began to ask the user's pre-commit hook about a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreCommitStarted {
    /// Seconds after which it is stopped.
    pub timeout_seconds: u64,
}

/// The pre-commit hook ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreCommitFinished {
    /// How, as the end of a sentence about it.
    pub how: String,
}
