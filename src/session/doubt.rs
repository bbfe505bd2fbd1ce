//! Features that pass by the list and whose own tests failed in a later run.
//!
//! Owns that fact and until when it is told. Does not own the flag: a run that nobody was to judge by, such as one that a person asks
//! for, flips nothing. Invariant: it is told until the tests that failed have passed in a run, or the flag was decided on anew.

use super::board::FeatureRow;
use super::reduce::At;
use super::state::State;
use crate::protocol::naming::names;
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
}

impl Doubt {
    /// Says it in a line: `a, b failed on tree c3ccb3f in a later run by the harness (asked for by you, s4)`.
    #[must_use]
    pub fn words(&self) -> String {
        let tree = self
            .tree
            .as_ref()
            .map_or_else(String::new, |tree| format!(" on tree {}", tree.short()));
        format!(
            "{} failed{tree} in a later run by the harness ({}, {})",
            self.tests.join(", "),
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

    /// Counts the features that pass and against which a later run speaks.
    #[must_use]
    pub fn doubted(&self) -> usize {
        self.features.rows.iter().filter(|row| self.doubt_of(row).is_some()).count()
    }

    /// Holds a finished run against the features that pass.
    pub(super) fn doubt(&mut self, at: At, run: &TestRun) {
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
            }
            row.doubt = row.doubt.take().filter(|doubt| !doubt.tests.is_empty());
            if row.feature.status != FeatureStatus::Passing || row.feature.tests.is_empty() {
                continue;
            }
            let own = failed.iter().filter(|test| names(&row.feature, test));
            let tests: Vec<String> = own.map(|test| (*test).to_owned()).collect();
            if !tests.is_empty() {
                row.doubt = Some(Doubt {
                    run: at.seq,
                    session: at.session,
                    purpose: run.purpose,
                    tree: run.tree.clone(),
                    tests,
                });
            }
        }
    }
}
