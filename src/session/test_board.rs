//! Test runs as the log tells them: the one under way, the last one, and each test through time.
//!
//! Owns what is kept; `reduce` folds it, `present` says what of it speaks for the files of now. Invariant: a run of some tests, or one
//! during which the files changed, shows in the tests' own histories and nowhere else.

use super::present::PastRun;
use crate::protocol::{CaseStatus, Seq, SessionNo, TestPurpose, TestRun, TestTotals};
use jiff::Timestamp;
use std::collections::HashMap;

/// Test runs and each test's history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestBoard {
    /// The run that is under way.
    pub running: Option<RunningTests>,
    /// The latest finished run of all tests on one state of the files, with its session and event.
    pub latest: Option<(SessionNo, Seq, TestRun)>,
    /// Every such run, oldest first.
    pub history: Vec<PastRun>,
    /// History by test name, in order of first appearance.
    pub cases: Vec<CaseHistory>,
    /// Place of each name in `cases`.
    pub by_name: HashMap<String, usize>,
}

/// One test through time.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseHistory {
    /// Its name.
    pub name: String,
    /// Its results, oldest first, at most the last 64.
    pub results: Vec<CaseStatus>,
    /// Time of its last run in milliseconds, if known.
    pub duration_ms: Option<u64>,
    /// What it said last.
    pub detail: String,
    /// The last result of a run that says nothing of the files as a whole: of some tests only, or while they changed.
    pub apart: Option<(Seq, CaseStatus)>,
    /// Each run of all tests that had another result for it than the run before, oldest first; `None`: that run did not name it.
    pub changes: Vec<(Seq, Option<CaseStatus>)>,
}

/// A test run under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningTests {
    /// Why it is made.
    pub purpose: TestPurpose,
    /// The command line.
    pub command: String,
    /// The tests that are wanted; empty for all.
    pub only: Vec<String>,
    /// When it began.
    pub since: Timestamp,
    /// Results so far, where they are told.
    pub totals: TestTotals,
    /// Tests that have failed so far, where they are told.
    pub failed: Vec<String>,
    /// The last line that it printed.
    pub last: String,
}
