//! Test runs as the log tells them: the one under way, the last one, and each test through time.
//!
//! Owns what is kept; `reduce` folds it, `present` says what of it speaks for the files of now. Invariant: a run of some tests, or one
//! during which the files changed, shows in the tests' own histories and nowhere else.

use super::present::PastRun;
use crate::protocol::event::TestsBehind;
use crate::protocol::{CaseStatus, Oid, Seq, SessionNo, TestCase, TestPurpose, TestRun, TestTotals};
use jiff::Timestamp;
use std::collections::HashMap;

/// Test runs and each test's history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestBoard {
    /// The run that is under way.
    pub running: Option<RunningTests>,
    /// The run that a person asked for, while it waits.
    pub queued: Option<QueuedTests>,
    /// The latest finished run of all tests on one state of the files, with its session and event.
    pub latest: Option<(SessionNo, Seq, TestRun)>,
    /// Every such run, oldest first.
    pub history: Vec<PastRun>,
    /// History by test name, in order of first appearance.
    pub cases: Vec<CaseHistory>,
    /// Place of each name in `cases`.
    pub by_name: HashMap<String, usize>,
    /// The agent's last command but for those that run tests: it may have changed what the tests find beside the tree.
    pub commanded: Seq,
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
    /// What it did on the files that it was run on last.
    pub steady: Option<Steady>,
    /// The last run that showed it as flaky.
    pub flaky: Option<Flaky>,
}

/// What a test did on one state of the program, in all runs there since it was run on another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steady {
    /// What stands for that state ([`TestRun::ground`]).
    pub ground: Oid,
    /// The last run there in which it failed, and why that was made.
    pub failed: Option<(Seq, TestPurpose)>,
    /// The last run there in which it passed.
    pub passed: Option<Seq>,
}

/// A test that failed and passed on one state of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaky {
    /// The run that showed it.
    pub run: Seq,
    /// In which session, or after it.
    pub session: SessionNo,
    /// What stands for that state.
    pub ground: Oid,
    /// The tree of that run.
    pub tree: Oid,
}

/// A test run that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedTests {
    /// The tests that are wanted; empty for all.
    pub only: Vec<String>,
    /// What it waits for.
    pub behind: TestsBehind,
    /// Since when.
    pub since: Timestamp,
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

impl TestBoard {
    /// Nothing of a run goes on or waits.
    pub(super) fn end(&mut self) {
        (self.running, self.queued) = (None, None);
    }

    /// Finds a test by its name.
    #[must_use]
    pub fn case(&self, name: &str) -> Option<&CaseHistory> {
        self.cases.get(*self.by_name.get(name)?)
    }

    /// Says why the run was made in which a test failed on this very program, if one did: the last of these.
    #[must_use]
    pub fn failed_on(&self, name: &str, ground: &Oid) -> Option<TestPurpose> {
        self.steady_on(name, ground)?.failed.map(|(_, purpose)| purpose)
    }

    /// Names as flaky what passed in a run and failed in one of the same program before, or the other way round, with nothing in between
    /// that could account for it: says so in the attempts of its cases.
    pub fn name_flaky(&self, run: &mut TestRun) {
        let Some(ground) = run.ground().cloned() else { return };
        let compared: Vec<bool> = run.cases.iter().map(|case| run.compares(case)).collect();
        for (case, compares) in run.cases.iter_mut().zip(compared) {
            if compares && self.is_flaky(case, &ground) && case.attempts.is_empty() {
                let before = match case.status {
                    CaseStatus::Failed => CaseStatus::Passed,
                    CaseStatus::Passed | CaseStatus::Skipped | CaseStatus::Todo => CaseStatus::Failed,
                };
                case.attempts = vec![before, case.status];
            }
        }
    }

    /// Says whether a result makes a test flaky, by itself or with what it did on this program before.
    pub(super) fn is_flaky(&self, case: &TestCase, ground: &Oid) -> bool {
        let other = || {
            let steady = self.steady_on(&case.name, ground)?;
            match case.status {
                CaseStatus::Passed => steady.failed.map(|(failed, _)| failed),
                CaseStatus::Failed => steady.passed,
                CaseStatus::Skipped | CaseStatus::Todo => None,
            }
        };
        case.is_flaky() || other().is_some_and(|other| other > self.commanded)
    }

    fn steady_on(&self, name: &str, ground: &Oid) -> Option<&Steady> {
        self.case(name)?.steady.as_ref().filter(|steady| steady.ground == *ground)
    }
}
