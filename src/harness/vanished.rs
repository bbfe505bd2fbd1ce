//! Tests of passing features that are not there any more, or did not run.
//!
//! Owns when a test that a run does not name is gone for certain, and when it is there and did not run: the run broke as a whole, its
//! time limit stopped it, or it left a file out that lies there. Does not own those that fail, nor what follows. Invariant: nothing is
//! called gone because a run broke off or another command was run: either its file was removed since it proved the feature, or the
//! command that named it last leaves it out in a run that named others and had its end. A file that lies there is never gone.

use crate::git::{GitError, Repo};
use crate::protocol::event::GoneTests;
use crate::protocol::naming::is_at;
use crate::protocol::{CaseStatus, EvidenceKind, FeatureId, FeatureStatus, Oid, TestRun};
use crate::session::State;
use crate::session::state::{CaseHistory, FeatureRow};
use crate::verify::{self, COMMAND_CASE, broken, broken::Kept};

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
    /// Whether the command failed.
    failed: bool,
    /// Whether the run came to no test.
    of_none: bool,
    /// That its time limit stopped the run, if it did.
    cut: Option<String>,
}

/// An entry of its `tests`.
#[derive(Debug)]
struct Entry {
    text: String,
    /// Tests that it meant.
    named: Vec<String>,
    /// Whether the command that named these last is the one of the run.
    same_command: bool,
    /// Whether they passed when they were named last.
    passed: bool,
    /// What kept them from running, where the run shows it, and that in words.
    kept: Option<(Kept, String)>,
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

/// Names of what is missing the tests that are gone, and those that did not run.
///
/// # Errors
/// If git fails.
pub fn gone(missing: &[Missing], repo: &Repo) -> Result<Vec<GoneTests>, GitError> {
    let mut found = Vec::new();
    for missing in missing {
        let gone = missing.gone(repo)?;
        if !gone.tests.is_empty() || !gone.unrun.is_empty() {
            found.push(gone);
        }
    }
    Ok(found)
}

impl Missing {
    fn of(state: &State, row: &FeatureRow, run: &TestRun, now: &Oid) -> Option<Self> {
        let own = verify::own(&row.feature, run);
        let unended = |text: &&str| run.under_way.iter().any(|name| is_at(text, name));
        let texts = row.feature.tests.iter().map(String::as_str);
        let texts: Vec<&str> = texts.filter(|text| own.missing.contains(text) || unended(text)).collect();
        if texts.is_empty() {
            return None;
        }
        let evidence = state.evidence_of(row)?;
        let proven = evidence.tree.clone().filter(|_| evidence.kind == EvidenceKind::OwnTests)?;
        let entries = texts.iter().map(|text| {
            let cases = || state.tests.cases.iter().filter(|case| verify::matches(text, &case.name));
            let last = |case: &CaseHistory| case.results.last().copied();
            let named: Vec<String> = cases().map(|case| case.name.clone()).collect();
            let names: Vec<&str> = named.iter().map(String::as_str).chain([*text]).collect();
            Entry {
                text: (*text).to_owned(),
                kept: Kept::of(run, &names).map(|kept| (kept.clone(), kept.why(run))),
                named,
                same_command: cases().any(|case| was_named_by(state, case, &run.command)),
                passed: cases().any(|case| last(case) == Some(CaseStatus::Passed))
                    && cases().all(|case| last(case) != Some(CaseStatus::Failed)),
            }
        });
        // A name that never passed and failed may be a runner's word for what it could not run.
        let mut failed = run.cases.iter().filter(|case| case.status == CaseStatus::Failed);
        let fails_as_known = failed.all(|case| state.tests.case(&case.name).is_some_and(has_passed));
        Some(Self {
            feature: row.feature.id.clone(),
            proven,
            now: now.clone(),
            entries: entries.collect(),
            is_telling: fails_as_known && is_telling(run, own.amiss.is_some()),
            failed: broken::failure(run).is_some(),
            of_none: broken::tells_of_none(run),
            cut: run.cut(),
        })
    }

    /// The entries that are gone, and those that did not run.
    fn gone(&self, repo: &Repo) -> Result<GoneTests, GitError> {
        let changes = repo.changes(Some(&self.proven), &self.now)?;
        let removed: Vec<&str> = changes
            .iter()
            .filter_map(|file| match file.status {
                'D' => Some(file.path.as_str()),
                'R' => file.old_path.as_deref(),
                _ => None,
            })
            .collect();
        let there = repo.paths_at(&self.now)?;
        let is_there = |entry: &Entry| there.iter().any(|path| verify::lies_in(&entry.text, path));
        let is_file = |entry: &Entry| names_a_file(&entry.text) && is_there(entry);
        let is_left_out = |entry: &Entry| entry.same_command && self.is_telling;
        let is_gone = |entry: &&Entry| {
            let mut names = entry.named.iter().chain([&entry.text]);
            names.any(|name| removed.iter().any(|path| verify::lies_in(name, path))) || is_left_out(entry) && !is_file(entry)
        };
        let (gone, left): (Vec<&Entry>, Vec<&Entry>) = self.entries.iter().partition(is_gone);
        let is_any_there = |entry: &Entry| {
            let mut names = entry.named.iter().chain([&entry.text]);
            names.any(|name| there.iter().any(|path| verify::lies_in(name, path)))
        };
        let could_not_run = |entry: &Entry| match entry.kept.as_ref().map(|(kept, _)| kept) {
            Some(Kept::Absent(_) | Kept::Untold | Kept::Elsewhere(_)) => true,
            Some(Kept::Part(_)) => is_any_there(entry),
            // Where tests were run, one that names no file may be gone as well as not run.
            Some(Kept::Whole) => self.of_none || is_there(entry),
            None => self.cut.is_some(),
        };
        let did_not_run = |entry: &&Entry| {
            let lies_there = || !self.failed && is_left_out(entry) && is_file(entry);
            entry.same_command && entry.passed && (could_not_run(entry) || lies_there())
        };
        let unrun: Vec<&Entry> = left.into_iter().filter(did_not_run).collect();
        let mut whys = unrun.iter().filter_map(|entry| entry.kept.as_ref().map(|(_, why)| why));
        let why = whys.next().or(self.cut.as_ref()).cloned().unwrap_or_default();
        let texts = |entries: Vec<&Entry>| entries.into_iter().map(|entry| entry.text.clone()).collect();
        Ok(GoneTests {
            feature: self.feature.clone(),
            tests: texts(gone),
            unrun: texts(unrun),
            why,
        })
    }
}

/// Whether an entry of `tests` names a file and nothing in it.
fn names_a_file(entry: &str) -> bool {
    !entry.contains("::") && !entry.contains(": ")
}

/// Whether a test passed in any run.
fn has_passed(case: &CaseHistory) -> bool {
    case.changes.iter().any(|(_, status)| *status == Some(CaseStatus::Passed))
}

/// Says whether tests were named by this very command, and by no other since.
#[must_use]
pub fn names_tests(state: &State, command: &str) -> bool {
    let is_test = |case: &&CaseHistory| case.name != COMMAND_CASE;
    state
        .tests
        .cases
        .iter()
        .filter(is_test)
        .any(|case| was_named_by(state, case, command))
}

/// Lists the tests that the last run of this very command named that named any; none where another command was run since.
#[must_use]
pub fn named_last<'a>(state: &'a State, command: &str) -> Vec<&'a CaseHistory> {
    let named = |seq| {
        let cases = state.tests.cases.iter();
        let is_named = |case: &&CaseHistory| case.name != COMMAND_CASE && case.at(seq).is_some();
        cases.filter(is_named).collect::<Vec<_>>()
    };
    let runs = state.tests.history.iter().rev().take_while(|run| run.command == command);
    runs.map(|run| named(run.seq))
        .find(|named| !named.is_empty())
        .unwrap_or_default()
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
