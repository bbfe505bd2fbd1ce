//! Features that pass by the list and whose own tests failed in a later run, are gone, or did not run.
//!
//! Owns that fact and until when it is told. Does not own the flag: a run that nobody was to judge by, such as one that a person asks
//! for, flips nothing. Invariant: it is told until the tests that failed have passed in a run and the others were run, or the flag
//! was decided on anew.

use super::board::FeatureRow;
use super::reduce::At;
use super::state::{Flaky, State};
use crate::protocol::event::GoneTests;
use crate::protocol::naming::{is_at, matches, names};
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
    /// The entries of its `tests` that are there and did not run, or not to their end.
    pub unrun: Vec<String>,
    /// Why they did not run, where it is known.
    pub why: String,
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
        if !self.unrun.is_empty() {
            let why = if self.why.is_empty() {
                String::new()
            } else {
                format!(" ({})", self.why)
            };
            what.push(format!("{} did not run{why}", self.unrun.join(", ")));
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

    /// Says what is so of the tests of those features: `fail`, `are gone`, `did not run`, or more of these.
    #[must_use]
    pub fn doubted_for(&self) -> &'static str {
        let doubts = || self.features.rows.iter().filter_map(|row| self.doubt_of(row));
        match (
            doubts().any(|doubt| !doubt.tests.is_empty()),
            doubts().any(|doubt| !doubt.gone.is_empty()),
            doubts().any(|doubt| !doubt.unrun.is_empty()),
        ) {
            (_, false, false) => "fail",
            (false, true, false) => "are gone",
            (true, true, false) => "fail or are gone",
            (false, false, true) => "did not run",
            (true, false, true) => "fail or did not run",
            (false, true, true) => "are gone or did not run",
            (true, true, true) => "fail, are gone or did not run",
        }
    }

    /// Says the same of a run that is over.
    #[must_use]
    pub fn doubted_then(&self) -> String {
        self.doubted_for().replacen("fail", "failed", 1)
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
                let is_open = |entry: &String| run.under_way.iter().any(|name| is_at(entry, name));
                let is_silent = |entry: &String| is_open(entry) || !run.cases.iter().any(|case| matches(entry, &case.name));
                doubt.gone.retain(is_silent);
                doubt.unrun.retain(is_silent);
            }
            let before = row
                .doubt
                .take()
                .filter(|doubt| !doubt.tests.is_empty() || !doubt.gone.is_empty() || !doubt.unrun.is_empty());
            if row.feature.status != FeatureStatus::Passing || row.feature.tests.is_empty() {
                row.doubt = before;
                continue;
            }
            let own = failed.iter().filter(|test| names(&row.feature, test));
            let tests: Vec<String> = own.map(|test| (*test).to_owned()).collect();
            let gone = gone.iter().find(|gone| gone.feature == row.feature.id);
            let why = gone.map_or("", |gone| gone.why.as_str());
            let (gone, unrun) = gone.map_or_else(Default::default, |gone| (gone.tests.clone(), gone.unrun.clone()));
            if tests.is_empty() && gone.is_empty() && unrun.is_empty() {
                row.doubt = before;
                continue;
            }
            // What this run does not speak of stands as it was told.
            let old = before.map(|before| (before.tests, before.gone, before.unrun, before.why));
            let (old_tests, mut old_gone, mut old_unrun, old_why) = old.unwrap_or_default();
            // What is gone did not run either, and what did not run is there: a run tells one of them.
            old_gone.retain(|entry| !unrun.contains(entry));
            old_unrun.retain(|entry| !gone.contains(entry));
            row.doubt = Some(Doubt {
                run: at.seq,
                session: at.session,
                purpose: run.purpose,
                tree: run.tree.clone(),
                tests: if tests.is_empty() { old_tests } else { tests },
                gone: if gone.is_empty() { old_gone } else { gone },
                why: if unrun.is_empty() { old_why } else { why.to_owned() },
                unrun: if unrun.is_empty() { old_unrun } else { unrun },
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{FeatureFlipped, FeatureListLoaded, FlipBy, TestRunFinished};
    use crate::protocol::{Event, Feature, samples};

    fn tell(state: &mut State, event: impl Into<Event>) {
        state.apply(&samples::envelope(state.last_seq.next(), SessionNo(1), event));
    }

    fn run(statuses: &[CaseStatus], gone: &[&str]) -> TestRunFinished {
        let last = statuses.last().copied();
        let last: Vec<_> = last.map(|status| ("tests/a.sh: adds", status)).into_iter().collect();
        let mut run = TestRun {
            purpose: TestPurpose::Final,
            tree: Some(samples::oid('a')),
            ..samples::test_run(&last)
        };
        if statuses.len() > 1 {
            run.cases[0].attempts = statuses.to_vec();
        }
        let gone = gone.iter().map(|test| GoneTests {
            feature: "F001".into(),
            tests: vec![(*test).to_owned()],
            unrun: Vec::new(),
            why: String::new(),
        });
        let gone = gone.collect();
        TestRunFinished { run, gone }
    }

    fn proven() -> State {
        let mut state = State::default();
        tell(&mut state, samples::session_started());
        let features = vec![Feature {
            id: "F001".into(),
            tests: vec!["tests/a.sh".into()],
            ..Feature::default()
        }];
        tell(
            &mut state,
            FeatureListLoaded {
                path: "feature_list.json".into(),
                features,
                notices: Vec::new(),
            },
        );
        tell(
            &mut state,
            FeatureFlipped {
                feature: "F001".into(),
                from: FeatureStatus::Failing,
                to: FeatureStatus::Passing,
                evidence: None,
                by: FlipBy::Agent,
                reason: String::new(),
            },
        );
        state
    }

    #[test]
    fn a_test_that_needed_a_second_attempt_after_the_proof_is_told() {
        let mut state = proven();
        let flaky = |state: &State| state.flaky_since(&state.features.rows[0]).len();
        tell(&mut state, run(&[CaseStatus::Passed], &[]));
        assert_eq!(flaky(&state), 0);
        tell(&mut state, run(&[CaseStatus::Failed, CaseStatus::Passed], &[]));
        let told = state.flaky_since(&state.features.rows[0]);
        assert_eq!((told.len(), told[0].0), (1, "tests/a.sh: adds"));
        assert_eq!(state.doubted(), 0, "it passed in the end");
    }

    #[test]
    fn what_could_not_run_is_told_until_it_runs_and_is_never_gone_as_well() {
        let mut state = proven();
        tell(&mut state, run(&[], &["tests/a.sh"]));
        let mut broke = run(&[], &[]);
        broke.gone = vec![GoneTests {
            feature: "F001".into(),
            tests: Vec::new(),
            unrun: vec!["tests/a.sh".into()],
            why: "the runner is not there".into(),
        }];
        tell(&mut state, broke);
        assert_eq!(
            (state.doubted_for(), state.doubted_then().as_str()),
            ("did not run", "did not run")
        );
        let words = state.doubt_of(&state.features.rows[0]).unwrap().words();
        assert!(
            words.starts_with("tests/a.sh did not run (the runner is not there) on tree"),
            "{words}"
        );
        tell(&mut state, run(&[CaseStatus::Passed], &[]));
        assert_eq!(state.doubted(), 0);
    }

    #[test]
    fn what_is_gone_is_told_until_it_is_run_and_stands_beside_what_fails() {
        let mut state = proven();
        tell(&mut state, run(&[], &["tests/a.sh"]));
        assert_eq!((state.doubted(), state.doubted_for()), (1, "are gone"));
        let words = |state: &State| state.doubt_of(&state.features.rows[0]).unwrap().words();
        assert!(words(&state).starts_with("tests/a.sh is gone on tree"), "{}", words(&state));
        tell(&mut state, run(&[CaseStatus::Failed], &[]));
        assert_eq!(state.doubted_for(), "fail", "{}", words(&state));
        tell(&mut state, run(&[CaseStatus::Passed], &[]));
        assert_eq!(state.doubted(), 0);
    }
}
