//! Tests of passing features that are not there any more.
//!
//! Owns when a test that a run does not name is gone for certain. Does not own those that fail, nor what follows. Invariant: nothing is
//! called gone because a run broke off or another command was run: either its file was removed since it proved the feature, or the
//! command that named it last leaves it out in a run that named others and had its end.

use crate::git::{GitError, Repo};
use crate::protocol::event::GoneTests;
use crate::protocol::{CaseStatus, EvidenceKind, FeatureId, FeatureStatus, Oid, TestRun};
use crate::session::State;
use crate::session::state::{CaseHistory, FeatureRow};
use crate::verify::{self, COMMAND_CASE};

/// What is known of the tests of a passing feature that a run does not name.
#[derive(Debug)]
pub struct Missing {
    feature: FeatureId,
    /// The tree on which they proved the feature.
    proven: Oid,
    /// The tree of the run.
    now: Oid,
    entries: Vec<Entry>,
    /// Whether what the run does not name is not there.
    is_telling: bool,
}

/// An entry of its `tests`.
#[derive(Debug)]
struct Entry {
    text: String,
    /// Tests that it meant.
    named: Vec<String>,
    /// Whether the command that named these last is the one of the run.
    same_command: bool,
}

/// Lists what a run of all tests does not name of passing features that tests have proven. The log does not hold the run yet.
#[must_use]
pub fn missing(state: &State, run: &TestRun) -> Vec<Missing> {
    let Some(now) = run.tree.as_ref().filter(|_| run.is_whole()) else {
        return Vec::new();
    };
    let passing = state.features.rows.iter();
    let passing = passing.filter(|row| row.feature.status == FeatureStatus::Passing);
    passing.filter_map(|row| Missing::of(state, row, run, now)).collect()
}

/// Names of what is missing the tests that are gone.
///
/// # Errors
/// If git fails.
pub fn gone(missing: &[Missing], repo: &Repo) -> Result<Vec<GoneTests>, GitError> {
    let mut found = Vec::new();
    for missing in missing {
        let tests = missing.gone(repo)?;
        if !tests.is_empty() {
            let feature = missing.feature.clone();
            found.push(GoneTests { feature, tests });
        }
    }
    Ok(found)
}

impl Missing {
    fn of(state: &State, row: &FeatureRow, run: &TestRun, now: &Oid) -> Option<Self> {
        let own = verify::own(&row.feature, run);
        if own.missing.is_empty() {
            return None;
        }
        let evidence = state.evidence_of(row)?;
        let proven = evidence.tree.clone().filter(|_| evidence.kind == EvidenceKind::OwnTests)?;
        let entries = own.missing.iter().map(|text| {
            let cases = || state.tests.cases.iter().filter(|case| verify::matches(text, &case.name));
            Entry {
                text: (*text).to_owned(),
                named: cases().map(|case| case.name.clone()).collect(),
                same_command: cases().any(|case| was_named_by(state, case, &run.command)),
            }
        });
        // A new name that failed may be a runner's word for what it could not run.
        let mut failed = run.cases.iter().filter(|case| case.status == CaseStatus::Failed);
        let fails_as_known = failed.all(|case| state.tests.case(&case.name).is_some());
        Some(Self {
            feature: row.feature.id.clone(),
            proven,
            now: now.clone(),
            entries: entries.collect(),
            is_telling: fails_as_known && is_telling(run, own.amiss.is_some()),
        })
    }

    fn gone(&self, repo: &Repo) -> Result<Vec<String>, GitError> {
        let changes = repo.changes(Some(&self.proven), &self.now)?;
        let removed: Vec<&str> = changes
            .iter()
            .filter_map(|file| match file.status {
                'D' => Some(file.path.as_str()),
                'R' => file.old_path.as_deref(),
                _ => None,
            })
            .collect();
        let is_gone = |entry: &&Entry| {
            let mut names = entry.named.iter().chain([&entry.text]);
            entry.same_command && self.is_telling || names.any(|name| removed.iter().any(|path| verify::lies_in(name, path)))
        };
        Ok(self.entries.iter().filter(is_gone).map(|entry| entry.text.clone()).collect())
    }
}

/// Whether the last run that named a test was of this command.
fn was_named_by(state: &State, case: &CaseHistory, command: &str) -> bool {
    let last = match case.lost(|status| status.is_some()) {
        Some(lost) => state.tests.run_before(lost),
        None if case.changes.is_empty() => None,
        None => state.tests.history.last(),
    };
    last.is_some_and(|last| last.command == command)
}

/// Whether what a run does not name is not there.
fn is_telling(run: &TestRun, is_amiss: bool) -> bool {
    let named = run.cases.iter().any(|case| case.name != COMMAND_CASE);
    named && run.exit_code.is_some() && !run.timed_out && !is_amiss
}
