//! Test runs made by the harness itself.

use super::{Oid, Payload};
use serde::{Deserialize, Serialize};

/// Name of the case that stands for the command as a whole: the only one where no test is named, or what is amiss with the run.
pub const COMMAND_CASE: &str = "verify command";

/// One run of the project's verify command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRun {
    /// Why it was run.
    pub purpose: TestPurpose,
    /// The command line.
    pub command: String,
    /// Tree of the working directory when it ran, if it could be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// The same without what the harness writes itself, the feature list and the notes: runs with the same of it ran the same program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Oid>,
    /// Results by test, in the order they came. If the output names no tests, one case that stands for the command.
    #[serde(default)]
    pub cases: Vec<TestCase>,
    /// Exit code, of the last attempt where there were several; `None` if killed by a signal or a timeout.
    pub exit_code: Option<i32>,
    /// Whether it was stopped by its timeout.
    #[serde(default)]
    pub timed_out: bool,
    /// That time limit in seconds, where it was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_seconds: Option<u32>,
    /// What it was at then, tests or files of tests, where it told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub under_way: Vec<String>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// Everything it printed.
    pub output: Payload,
    /// The tests that were asked for, where not all were; others may have been run with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Whether the files changed while it ran: it was of no tree then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

impl TestRun {
    /// Counts the cases by status. That a run in which tests failed was also stopped by its timeout is no further failed test.
    #[must_use]
    pub fn totals(&self) -> TestTotals {
        let mut totals = TestTotals::default();
        let fails = |case: &TestCase| case.status == CaseStatus::Failed && case.name != COMMAND_CASE;
        let told = self.timed_out && self.cases.iter().any(fails);
        for case in self.cases.iter().filter(|case| !told || case.name != COMMAND_CASE) {
            *totals.of(case.status) += 1;
        }
        totals
    }

    /// Returns what stands for the program that it ran: two runs with the same of it ran the same.
    #[must_use]
    pub fn ground(&self) -> Option<&Oid> {
        self.code.as_ref().or(self.tree.as_ref())
    }

    /// Says that its time limit stopped it, with the limit, if it did: of tests that it does not name nothing is known then.
    #[must_use]
    pub fn cut(&self) -> Option<String> {
        let limit = self
            .limit_seconds
            .map_or_else(String::new, |seconds| format!(" of {seconds} s"));
        self.timed_out.then(|| format!("stopped by its time limit{limit}"))
    }

    /// Says whether no test told its result, and the command as a whole is all that failed.
    #[must_use]
    pub fn tells_of_command_only(&self) -> bool {
        let is_command = |case: &TestCase| case.name == COMMAND_CASE && case.status == CaseStatus::Failed;
        !self.cases.is_empty() && self.cases.iter().all(is_command)
    }

    /// Says whether something in it ended the program of the tests before it told its results: it names none, or not all, although
    /// nothing stopped it, and its runner has no word of its own for why.
    #[must_use]
    pub fn was_ended(&self) -> bool {
        let unnamed = self.cases.iter().all(|case| case.name == COMMAND_CASE);
        let fails = |case: &TestCase| case.name == COMMAND_CASE && case.status == CaseStatus::Failed;
        match self.exit_code.filter(|_| !self.timed_out) {
            None => false,
            Some(0) => unnamed || self.cases.iter().any(fails),
            // Whatever ends pytest from within is told by it.
            Some(_) => unnamed && self.command.contains("pytest") && !self.output.text.contains("rror"),
        }
    }

    /// Says whether a case can be held against other runs: what stands for the command as a whole cannot where its time limit stopped it,
    /// nor where only some tests were asked for, for that was another command.
    #[must_use]
    pub fn compares(&self, case: &TestCase) -> bool {
        case.name != COMMAND_CASE || !self.timed_out && self.only.is_empty()
    }

    /// Lists the tests that both failed and passed on this tree.
    pub fn flaky(&self) -> impl Iterator<Item = &TestCase> {
        self.cases.iter().filter(|case| case.is_flaky())
    }

    /// Says whether it tells how the files as a whole stand: all tests were run, and of one state of them.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.only.is_empty() && !self.moved
    }

    /// Says whether the run as a whole is green: exit code 0 and no failed case.
    #[must_use]
    pub fn is_green(&self) -> bool {
        self.exit_code == Some(0) && !self.cases.iter().any(|case| case.status == CaseStatus::Failed)
    }
}

/// Counts of test cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestTotals {
    /// Passed cases.
    pub passed: u32,
    /// Failed cases.
    pub failed: u32,
    /// Skipped cases and TODO tests.
    pub skipped: u32,
}

impl TestTotals {
    /// Returns the number of cases.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.passed + self.failed + self.skipped
    }

    /// Returns the count that a result belongs to.
    pub const fn of(&mut self, status: CaseStatus) -> &mut u32 {
        match status {
            CaseStatus::Passed => &mut self.passed,
            CaseStatus::Failed => &mut self.failed,
            CaseStatus::Skipped | CaseStatus::Todo => &mut self.skipped,
        }
    }
}

/// One test's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCase {
    /// Name, with its file or suite where the format gives one (`tests/08-tags.sh: filters by tag`).
    pub name: String,
    /// Result.
    pub status: CaseStatus,
    /// Time in milliseconds, if the format gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// What it printed about itself, at most a few lines.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Results of every attempt on this tree, oldest first, where they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<CaseStatus>,
}

impl TestCase {
    /// Says whether it both failed and passed on this tree. Whoever goes by its status, the latest, names it as flaky.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        self.attempts.contains(&CaseStatus::Failed) && self.attempts.contains(&CaseStatus::Passed)
    }
}

/// Result of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Passed.
    Passed,
    /// Failed.
    Failed,
    /// Skipped by its author.
    Skipped,
    /// Known to fail (TAP `# TODO`).
    Todo,
}

/// Why the harness ran the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestPurpose {
    /// Orientation at a session's start; also the smoke test of what passes.
    Smoke,
    /// The command was just declared: does it run?
    Declared,
    /// The agent asked for a pass flag.
    Evidence,
    /// The agent asked for a commit.
    Commit,
    /// The agent says that it is done, or every feature passes: the final look.
    #[serde(alias = "session_end")]
    Final,
    /// A person asked for it.
    Asked,
    /// The agent asked for it; it counts for nothing but what the agent makes of it.
    Agent,
}

impl TestPurpose {
    /// Says it in a few words, as what stands behind `test run`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Smoke => "smoke test at the session's start",
            Self::Declared => "the first run of the declared command",
            Self::Evidence => "evidence for a pass flag",
            Self::Commit => "before a commit",
            Self::Final => "of the final files",
            Self::Asked => "asked for by you",
            Self::Agent => "asked for by the agent",
        }
    }

    /// Says when such a run was made, behind what happened in it: `failed at the session's start`.
    #[must_use]
    pub const fn when(self) -> &'static str {
        match self {
            Self::Smoke => "at the session's start",
            Self::Declared => "when its command was declared",
            Self::Evidence => "when it was claimed before",
            Self::Commit => "before a commit",
            Self::Final => "in the last look at the finished list",
            Self::Asked => "in a run that you asked for",
            Self::Agent => "in a run that the agent asked for",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::samples;

    #[test]
    fn a_run_that_tells_nothing_was_ended_unless_its_runner_says_why() {
        let run = |exit_code: Option<i32>, command: &str, text: &str| TestRun {
            command: command.to_owned(),
            exit_code,
            output: Payload {
                text: text.to_owned(),
                ..Payload::default()
            },
            ..samples::test_run(&[(COMMAND_CASE, CaseStatus::Failed)])
        };
        let pytest = |exit: i32, text: &str| run(Some(exit), "pytest -q", text);
        let make = |exit: Option<i32>, text: &str| run(exit, "make test", text);
        assert!(make(Some(0), "").was_ended() && pytest(3, "..").was_ended());
        assert!(!pytest(4, "ImportError while loading conftest").was_ended());
        assert!(!make(Some(3), "lib.sh:1: expected a line").was_ended() && !make(None, "").was_ended());
        let stopped = TestRun {
            timed_out: true,
            ..pytest(0, "")
        };
        assert!(!stopped.was_ended());
    }
}
