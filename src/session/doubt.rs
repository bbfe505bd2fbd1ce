//! Features that pass by the list and whose own tests failed in a later run, or are gone.
//!
//! Owns that fact and until when it is told. Does not own the flag: a run that nobody was to judge by, such as one that a person asks
//! for, flips nothing. Invariant: it is told until the tests that failed have passed in a run and those that were gone were run, or the flag
//! was decided on anew.

use super::board::FeatureRow;
use super::reduce::At;
use super::state::{Flaky, State};
use crate::protocol::event::GoneTests;
use crate::protocol::naming::{matches, names};
use crate::protocol::{CaseStatus, FeatureStatus, Oid, Seq, SessionNo, TestPurpose, TestRun};
use std::collections::BTreeSet;

/// What speaks against a feature that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The run that told it last.
    pub run: Seq,
    /// In which session, or after it.
    pub session: SessionNo,
    /// Why that run was made.
    pub purpose: TestPurpose,
    /// The tree that it ran on.
    pub tree: Option<Oid>,
    /// The feature's own tests that failed.
    pub tests: Vec<String>,
    /// The entries of its `tests` that no test answered any more.
    pub gone: Vec<String>,
}

impl Doubt {
    /// Says it in a line: `a, b failed on tree c3ccb3f in a later run by the harness (asked for by you, s4)`.
    #[must_use]
    pub fn words(&self) -> String {
        let tree = self
            .tree
            .as_ref()
            .map_or_else(String::new, |tree| format!(" on tree {}", tree.short()));
        let mut what = Vec::new();
        if !self.tests.is_empty() {
            what.push(format!("{} failed", self.tests.join(", ")));
        }
        if !self.gone.is_empty() {
            let are = if self.gone.len() == 1 { "is" } else { "are" };
            what.push(format!("{} {are} gone", self.gone.join(", ")));
        }
        format!(
            "{}{tree} in a later run by the harness ({}, {})",
            what.join(" and "),
            self.purpose.words(),
            self.session
        )
    }
}

impl State {
    /// Returns what speaks against a feature that passes, if anything does.
    #[must_use]
    pub fn doubt_of<'a>(&self, row: &'a FeatureRow) -> Option<&'a Doubt> {
        let passes = row.feature.status == FeatureStatus::Passing;
        row.doubt.as_ref().filter(|doubt| passes && self.is_on_the_way(doubt.run))
    }

    /// Lists the tests of a passing feature that failed and passed on one tree after its proof, each with the run that showed it.
    #[must_use]
    pub fn flaky_since<'a>(&'a self, row: &FeatureRow) -> Vec<(&'a str, &'a Flaky)> {
        let Some(flip) = self.last_flip(row).filter(|flip| flip.to == FeatureStatus::Passing) else {
            return Vec::new();
        };
        let own = self.tests.cases.iter().filter(|case| names(&row.feature, &case.name));
        let since = own.filter_map(|case| Some((case.name.as_str(), case.flaky.as_ref()?)));
        since
            .filter(|(_, flaky)| flaky.run > flip.seq && self.is_on_the_way(flaky.run))
            .collect()
    }

    /// Counts the features that pass and against which a later run speaks.
    #[must_use]
    pub fn doubted(&self) -> usize {
        self.features.rows.iter().filter(|row| self.doubt_of(row).is_some()).count()
    }

    /// Says what is so of the tests of those features: `fail`, `are gone`, or either.
    #[must_use]
    pub fn doubted_for(&self) -> &'static str {
        let doubts = || self.features.rows.iter().filter_map(|row| self.doubt_of(row));
        match (
            doubts().all(|doubt| doubt.gone.is_empty()),
            doubts().all(|doubt| doubt.tests.is_empty()),
        ) {
            (true, _) => "fail",
            (false, true) => "are gone",
            (false, false) => "fail or are gone",
        }
    }

    /// Holds a finished run against the features that pass.
    pub(super) fn doubt(&mut self, at: At, run: &TestRun, gone: &[GoneTests]) {
        if run.moved {
            return;
        }
        let with = |status| run.cases.iter().filter(move |case| case.status == status);
        let failed: Vec<&str> = with(CaseStatus::Failed).map(|case| case.name.as_str()).collect();
        let mut passed: Option<BTreeSet<&str>> = None;
        for row in &mut self.features.rows {
            if let Some(doubt) = &mut row.doubt {
                let passed = passed.get_or_insert_with(|| with(CaseStatus::Passed).map(|case| case.name.as_str()).collect());
                doubt.tests.retain(|test| !passed.contains(test.as_str()));
                doubt
                    .gone
                    .retain(|entry| !run.cases.iter().any(|case| matches(entry, &case.name)));
            }
            let before = row
                .doubt
                .take()
                .filter(|doubt| !doubt.tests.is_empty() || !doubt.gone.is_empty());
            if row.feature.status != FeatureStatus::Passing || row.feature.tests.is_empty() {
                row.doubt = before;
                continue;
            }
            let own = failed.iter().filter(|test| names(&row.feature, test));
            let tests: Vec<String> = own.map(|test| (*test).to_owned()).collect();
            let gone = gone.iter().find(|gone| gone.feature == row.feature.id);
            let gone = gone.map_or_else(Vec::new, |gone| gone.tests.clone());
            if tests.is_empty() && gone.is_empty() {
                row.doubt = before;
                continue;
            }
            // What this run does not speak of stands as it was told.
            let (old_tests, old_gone) = before.map_or_else(Default::default, |before| (before.tests, before.gone));
            row.doubt = Some(Doubt {
                run: at.seq,
                session: at.session,
                purpose: run.purpose,
                tree: run.tree.clone(),
                tests: if tests.is_empty() { old_tests } else { tests },
                gone: if gone.is_empty() { old_gone } else { gone },
            });
        }
    }
}
