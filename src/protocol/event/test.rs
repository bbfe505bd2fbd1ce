//! Test runs, from their beginning to their end.
//!
//! Invariant: a run that began is followed by its result or by why there is none, unless its session was cut off.

use crate::protocol::{TestPurpose, TestRun, TestTotals};
use serde::{Deserialize, Serialize};

/// The harness began a test run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunStarted {
    /// Why.
    pub purpose: TestPurpose,
    /// The command line.
    pub command: String,
    /// The tests that are wanted, where not all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
}

/// A test run has told more of itself; at most once a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunProgressed {
    /// Results so far, where the runner tells them before its end.
    pub totals: TestTotals,
    /// Tests that failed since the last word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// The last line that it printed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last: String,
}

/// A test run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunFinished {
    /// Its results.
    pub run: TestRun,
}

/// A test run came to no result, or was not begun at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunDropped {
    /// Why it was to be made.
    pub purpose: TestPurpose,
    /// Why there is none, and what can be done about it.
    pub reason: String,
}
