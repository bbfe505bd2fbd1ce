//! Tests of passing features that are not there any more.
//!
//! Owns when a test that a run does not name is gone for certain. Does not own those that fail (`regress`). Invariant: nothing is
//! called gone because a run broke off or another command was run: either its file was removed since it proved the feature, or the
//! command that named it last leaves it out in a run that named others and had its end.

use super::error::EngineError;
use super::project::Project;
use crate::protocol::{CaseStatus, EvidenceKind, Feature, Oid, TestCase, TestRun};
use crate::session::State;
use crate::session::state::CaseHistory;
use crate::verify::{self, COMMAND_CASE};

/// What is known of the tests of a feature that a run does not name.
struct Missing {
    /// The tree on which they proved the feature.
    proven: Oid,
    entries: Vec<Entry>,
    /// Whether every test that failed in the run is one that was known: a new name may be a runner's word for what it could not run.
    fails_as_known: bool,
}

/// An entry of its `tests`.
struct Entry {
    text: String,
    /// Tests that it meant.
    named: Vec<String>,
    /// Whether the command that named these last is the one of the run.
    same_command: bool,
}

impl Project {
    /// Names the tests of a feature that are gone in a run.
    ///
    /// # Errors
    /// If git fails.
    pub(super) async fn gone_tests(&self, feature: &Feature, run: &TestRun) -> Result<Vec<String>, EngineError> {
        let own = verify::own(feature, run);
        let known = self.journal.with_state(|state| known(state, feature, &own.missing, run));
        let (Some(known), Some(now)) = (known, &run.tree) else {
            return Ok(Vec::new());
        };
        let (from, to) = (known.proven, now.clone());
        let changes = self.git(move |repo| repo.changes(Some(&from), &to)).await?;
        let removed: Vec<&str> = changes
            .iter()
            .filter_map(|file| match file.status {
                'D' => Some(file.path.as_str()),
                'R' => file.old_path.as_deref(),
                _ => None,
            })
            .collect();
        let is_telling = known.fails_as_known && is_telling(run, own.amiss.is_some());
        let is_gone = |entry: &Entry| {
            let mut names = entry.named.iter().chain([&entry.text]);
            entry.same_command && is_telling || names.any(|name| removed.iter().any(|path| verify::lies_in(name, path)))
        };
        Ok(known.entries.into_iter().filter(is_gone).map(|entry| entry.text).collect())
    }
}

/// What the log tells of the entries; `None` if none is missing, or no test has proven the feature.
fn known(state: &State, feature: &Feature, missing: &[&str], run: &TestRun) -> Option<Missing> {
    let row = state.features.get(&feature.id).filter(|_| !missing.is_empty())?;
    let evidence = state
        .evidence_of(row)
        .filter(|evidence| evidence.kind == EvidenceKind::OwnTests)?;
    let entries = missing.iter().map(|text| {
        let cases = || state.tests.cases.iter().filter(|case| verify::matches(text, &case.name));
        let same = |case: &CaseHistory| {
            let lost = case.lost(|status| status.is_some());
            lost.and_then(|lost| state.tests.run_before(lost))
                .is_some_and(|last| last.command == run.command)
        };
        Entry {
            text: (*text).to_owned(),
            named: cases().map(|case| case.name.clone()).collect(),
            same_command: cases().any(same),
        }
    });
    let mut failed = run.cases.iter().filter(|case| case.status == CaseStatus::Failed);
    let is_known = |case: &TestCase| state.tests.case(&case.name).is_some_and(|case| case.results.len() > 1);
    Some(Missing {
        fails_as_known: failed.all(is_known),
        proven: evidence.tree.clone()?,
        entries: entries.collect(),
    })
}

/// Whether what a run does not name is not there.
fn is_telling(run: &TestRun, is_amiss: bool) -> bool {
    let named = run.cases.iter().any(|case| case.name != COMMAND_CASE);
    named && run.is_whole() && run.exit_code.is_some() && !run.timed_out && !is_amiss
}
