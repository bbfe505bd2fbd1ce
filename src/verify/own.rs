//! Which results of a run are a feature's own, and whether they prove it.
//!
//! Owns what proves; which test an entry of the list means is said by [`naming`](crate::protocol::naming). Invariant: what was skipped,
//! or did not run, proves nothing.

use super::COMMAND_CASE;
use super::format::tap;
use crate::protocol::naming::{matches, names};
use crate::protocol::{CaseStatus, Feature, TestCase, TestRun};

/// A feature's own results in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own<'a> {
    /// Results, in the run's order.
    pub cases: Vec<&'a TestCase>,
    /// Entries of the feature's `tests` that no result answers.
    pub missing: Vec<&'a str>,
    /// What is amiss with the run as a whole: then no result of it proves anything.
    pub amiss: Option<&'a str>,
}

impl Own<'_> {
    /// Says whether they prove the feature: it names tests, each was run, every one passed (skipped is not passed), and nothing is
    /// amiss with the run. A failed test of another feature is not amiss.
    #[must_use]
    pub fn proven(&self) -> bool {
        self.amiss.is_none()
            && !self.cases.is_empty()
            && self.missing.is_empty()
            && self.cases.iter().all(|case| case.status == CaseStatus::Passed)
    }
}

/// Finds a feature's own results and the entries without any.
#[must_use]
pub fn own<'a>(feature: &'a Feature, run: &'a TestRun) -> Own<'a> {
    let answered = |entry: &&String| run.cases.iter().any(|case| matches(entry, &case.name));
    Own {
        cases: own_tests(feature, run),
        missing: feature
            .tests
            .iter()
            .filter(|entry| !answered(entry))
            .map(String::as_str)
            .collect(),
        amiss: run
            .cases
            .iter()
            .filter(|case| case.status == CaseStatus::Failed)
            .find_map(amiss),
    }
}

/// Returns what a failed case tells of the run as a whole, if it does.
fn amiss(case: &TestCase) -> Option<&str> {
    if case.name == COMMAND_CASE {
        return Some(&case.detail);
    }
    // Whoever ends the program in the middle of a test takes the rest of it along, and nobody knows whose that is.
    tap::is_short(&case.name).then_some(&case.name)
}

/// Finds a feature's own results, in the run's order, each once.
#[must_use]
pub fn own_tests<'a>(feature: &Feature, run: &'a TestRun) -> Vec<&'a TestCase> {
    run.cases.iter().filter(|case| names(feature, &case.name)).collect()
}

#[cfg(test)]
mod tests;
