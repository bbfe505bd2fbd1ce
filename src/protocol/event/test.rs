//! Test runs, from their beginning to their end.
//!
//! Invariant: a run that began is followed by its result or by why there is none, unless its session was cut off.

use crate::protocol::{FeatureId, TestPurpose, TestRun, TestTotals};
use serde::{Deserialize, Serialize};

/// A test run that a person asked for cannot begin yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunQueued {
    /// The tests that are wanted, where not all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// What it waits for.
    pub behind: TestsBehind,
}

/// What a test run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestsBehind {
    /// The end of a command of the agent, which may be writing files.
    Command,
    /// The end of another test run.
    Tests,
}

impl TestsBehind {
    /// Says it in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Command => "waits for the agent's command",
            Self::Tests => "waits for the test run before it",
        }
    }
}

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
    /// Tests of features that pass which are not there any more, where that is certain, or did not run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneTests>,
}

/// Tests of a feature that passes which are gone, or did not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneTests {
    /// The feature.
    pub feature: FeatureId,
    /// The entries of its `tests` that no test answers any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<String>,
    /// The entries whose tests are there and did not run: the command failed as a whole, was stopped by its time limit, or left them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unrun: Vec<String>,
    /// Why these did not run, in a few words; empty in older logs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A test run came to no result, or was not begun at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRunDropped {
    /// Why it was to be made.
    pub purpose: TestPurpose,
    /// Why there is none, and what can be done about it.
    pub reason: String,
}
