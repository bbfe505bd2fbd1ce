//! How a feature's own tests stand at an old state.
//!
//! Owns what a trial says, what it leaves unknown, and how long one may take. Invariant: a state at which the tests did not run, and not for the reason for which
//! they do not run now, is blamed for nothing.

use super::{Broken, Search};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::{CaseStatus, Oid, TestRun};
use crate::verify;
use crate::verify::broken::Kept;
use std::time::Duration;

/// How many times as long as in the run in which they passed tests may take before they are taken for ones that do not end, and how long
/// that is at least.
const TIMES_AS_LONG: u32 = 10;
const LONG_ENOUGH: Duration = Duration::from_secs(20);

/// How a feature's own tests stand in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// They pass.
    Works,
    /// One of them fails, or its file is not there.
    Fails,
    /// They did not run, because the run as a whole broke, or the part that they are in.
    Unrun,
    /// They did not run, and that has to do with something else, or nobody knows with what.
    Unknown,
    /// They pass, and the run is not to be believed.
    Amiss,
}

impl Search<'_> {
    /// Says whether the feature works by a run; `None` if that does not show it: a time limit stopped it before, or its tests did not run
    /// there for another reason than on the present files.
    pub(super) fn judged(&self, broken: &Broken, run: &TestRun, stand: Stand) -> Option<bool> {
        match stand {
            Stand::Works => Some(true),
            Stand::Fails => Some(false),
            _ if run.timed_out => broken.hangs.then_some(false),
            // Whose doing that was shows only where they are run without the others.
            _ if !broken.alone.is_empty() && run.only.is_empty() && run.was_ended() => None,
            Stand::Unrun | Stand::Unknown | Stand::Amiss => self.wanted.is_none_or(|wanted| wanted == stand).then_some(false),
        }
    }

    /// Says how the feature's own tests stand in a run on a tree.
    pub(super) async fn stand(&self, broken: &Broken, run: &TestRun, tree: &Oid) -> Result<Stand, EngineError> {
        let own = verify::own(&broken.feature, run);
        if own.proven() {
            return Ok(Stand::Works);
        }
        if own.cases.iter().any(|case| case.status != CaseStatus::Passed) {
            return Ok(Stand::Fails);
        }
        if own.missing.is_empty() {
            return Ok(Stand::Amiss);
        }
        let at = tree.clone();
        let there = self.project.git(move |repo| repo.paths_at(&at)).await?;
        let names_a_file = |entry: &str| entry.contains(['/', '.']) && !entry.contains(['*', '?', '[']);
        let is_removed = |entry: &&&str| names_a_file(entry) && !there.iter().any(|path| verify::lies_in(entry, path));
        if own.missing.iter().any(|entry| is_removed(&entry)) {
            return Ok(Stand::Fails);
        }
        // An entry need not say in which file or package its tests are; runs did.
        let of_entry = |name: &&str| own.missing.iter().any(|entry| verify::matches(entry, name));
        let known = self.own.iter().map(String::as_str).filter(of_entry);
        let names: Vec<&str> = known.chain(own.missing.iter().copied()).collect();
        Ok(match Kept::of(run, &names) {
            Some(Kept::Whole | Kept::Part(_) | Kept::Untold) => Stand::Unrun,
            Some(Kept::Absent(_) | Kept::Elsewhere(_)) | None => Stand::Unknown,
        })
    }

    /// Says why states tell nothing: how they `ran` into the time limit, or did not come to the tests, or both.
    pub(super) fn unknown(&self, trees: &[&Oid], ran: &str, unrun: &str) -> String {
        let is_cut = |tree: &&&Oid| self.ran(tree).is_none_or(|run| run.timed_out);
        let cut = trees.iter().filter(is_cut).count();
        let limit = format!("{ran} into the time limit");
        match (cut, trees.len() - cut) {
            (_, 0) => limit,
            (0, _) => unrun.to_owned(),
            _ => format!("{limit} or {unrun}"),
        }
    }
}

impl Broken {
    /// How long a trial may take: of tests that do not end the limit would be met again and again, and the time of the run in which they
    /// passed says how long is long.
    pub(super) fn patience(&self, project: &Project) -> Duration {
        let limit = Duration::from_secs(project.settings.verify.timeout_seconds);
        let held = self.held.filter(|_| self.hangs).and_then(|(held, _)| {
            project.journal.with_state(|state| {
                let run = state.tests.history.iter().find(|run| run.seq == held)?;
                Some(Duration::from_millis(run.duration_ms))
            })
        });
        held.map_or(limit, |took| limit.min(took.saturating_mul(TIMES_AS_LONG).max(LONG_ENOUGH)))
    }
}
