//! What is so of the files that are there now, as far as the log tells: which test run speaks for them, which move brought them here.
//!
//! Owns the questions; what happened to the files is folded by `reduce`. Does not own what was once so: runs, commits and sessions stay
//! in the state as they were. Invariant: a run that was made of other files is never told as one of these.

use super::state::State;
use super::timeline::ItemKind;
use super::way::Way;
use crate::protocol::event::RolledBack;
use crate::protocol::{CaseStatus, FeatureId, MoveKind, Oid, Seq, SessionNo, TestRun, TestTotals};
use crate::session::state::{CaseHistory, TestBoard};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The files at a moment of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    /// The last finished test run on the way to them; of a state that was gone back to, the one on the way to that.
    pub tested: Option<Seq>,
    /// Whether they are as they were when that run began.
    pub unchanged: bool,
    /// The first of the runs of some tests that were made of them since any of them changed.
    pub apart: Option<Seq>,
    /// The files as a tree, as the log named it last.
    pub tree: Option<Oid>,
    /// The same without what the harness writes itself.
    pub code: Option<Oid>,
    /// Whether the log tells of changes since the repository was observed last.
    pub touched: bool,
}

/// A finished test run, without what it printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRun {
    /// The event that tells it.
    pub seq: Seq,
    /// The files that it ran on, where they are known.
    pub tree: Option<Oid>,
    /// What stands for the program that it ran.
    pub ground: Option<Oid>,
    /// Its command line.
    pub command: String,
    /// Its counts.
    pub totals: TestTotals,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// A move back or forth.
#[derive(Debug, Clone, PartialEq)]
pub struct PastMove {
    /// The event that tells it.
    pub seq: Seq,
    /// When it was made.
    pub time: Timestamp,
    /// What it did.
    pub moved: RolledBack,
    /// The files that it left.
    pub before: Present,
    /// The features that were called regressed before it.
    pub regressed: BTreeSet<FeatureId>,
    /// The features that a person had set open before it.
    pub reopened: BTreeSet<FeatureId>,
    /// The commits that were owed a look before it.
    pub owed: BTreeSet<Oid>,
    /// What led to the files after it.
    pub way: Way,
}

/// What test runs say of the files that are there now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tested<'a> {
    /// Nothing.
    Never,
    /// A run was made of just these files.
    OfThese(&'a TestRun, SessionNo),
    /// The last run before they were changed to what they are.
    Before(&'a TestRun, SessionNo),
}

impl<'a> Tested<'a> {
    /// Returns the run that was made of just these files.
    #[must_use]
    pub const fn exactly(self) -> Option<&'a TestRun> {
        match self {
            Self::OfThese(run, _) => Some(run),
            Self::Never | Self::Before(..) => None,
        }
    }

    /// Returns the run, whether the files were changed since or not.
    #[must_use]
    pub const fn run(self) -> Option<(&'a TestRun, SessionNo)> {
        match self {
            Self::OfThese(run, session) | Self::Before(run, session) => Some((run, session)),
            Self::Never => None,
        }
    }
}

impl State {
    /// Returns what test runs say of the files that are there now.
    #[must_use]
    pub fn tested_now(&self) -> Tested<'_> {
        let run = self.present.tested.and_then(|seq| self.test_run(seq));
        match run {
            None => Tested::Never,
            Some((run, session)) if self.present.unchanged => Tested::OfThese(run, session),
            Some((run, session)) => Tested::Before(run, session),
        }
    }

    /// Finds a finished test run by its event.
    fn test_run(&self, seq: Seq) -> Option<(&TestRun, SessionNo)> {
        if let Some((session, latest, run)) = &self.tests.latest
            && *latest == seq
        {
            return Some((run, *session));
        }
        self.sessions.iter().rev().find_map(|session| {
            let place = session.items.binary_search_by_key(&seq, |item| item.seq).ok()?;
            match &session.items.get(place)?.kind {
                ItemKind::Tests(run) => Some((run.as_ref(), session.number)),
                _ => None,
            }
        })
    }

    /// Returns the latest move, if no run has begun since: it is what the project's files come from.
    #[must_use]
    pub fn standing_move(&self) -> Option<&PastMove> {
        let begun = self.run.as_ref().map_or(Seq(0), |run| run.begun);
        self.moves.last().filter(|last| last.seq > begun)
    }

    /// Counts the moves that can be taken back, and those that were taken back and can be made again.
    #[must_use]
    pub fn moves_open(&self) -> (usize, usize) {
        let (mut undo, mut redo) = (0_usize, 0_usize);
        for past in &self.moves {
            (undo, redo) = match past.moved.kind {
                MoveKind::Rollback => (undo + 1, 0),
                MoveKind::Undo => (undo.saturating_sub(1), redo + 1),
                MoveKind::Redo => (undo + 1, redo.saturating_sub(1)),
            };
        }
        (undo, redo)
    }

    /// Names the branch that was observed last.
    #[must_use]
    pub fn branch(&self) -> &str {
        let branch = self.repository.as_ref().map(|repository| repository.branch.as_str());
        branch.filter(|branch| !branch.is_empty()).unwrap_or("the branch")
    }

    /// Says whether the work of a session is not in the files any more.
    #[must_use]
    pub fn is_abandoned(&self, session: SessionNo) -> bool {
        self.abandoned.contains(&session)
    }

    /// Returns a test's result in the run that speaks for the files, or its own later one; `None` if no such run named it.
    #[must_use]
    pub fn result_now(&self, case: &CaseHistory) -> Option<CaseStatus> {
        if let Some((_, status)) = self.apart_now(case) {
            return Some(status);
        }
        self.present.tested.and_then(|run| case.at(run))
    }

    /// Returns a test's own later result of the files that are there now, with the run of some tests that gave it.
    #[must_use]
    pub fn apart_now(&self, case: &CaseHistory) -> Option<(Seq, CaseStatus)> {
        let first = self.present.apart?;
        case.apart.filter(|(seq, _)| first <= *seq)
    }

    /// Counts the tests as they stand by the run that speaks for the files, and by their own later results; `None` if no run does.
    #[must_use]
    pub fn totals_now(&self) -> Option<TestTotals> {
        let mut totals = self.tested_now().run()?.0.totals();
        for case in &self.tests.cases {
            let Some((_, status)) = self.apart_now(case) else { continue };
            if let Some(before) = self.present.tested.and_then(|run| case.at(run)) {
                let count = totals.of(before);
                *count = count.saturating_sub(1);
            }
            *totals.of(status) += 1;
        }
        Some(totals)
    }

    /// Returns the run that gave the result which [`State::result_now`] tells; where there is none, the one that speaks for the files.
    #[must_use]
    pub fn run_now(&self, case: &CaseHistory) -> Option<(&TestRun, SessionNo)> {
        match self.apart_now(case) {
            Some((seq, _)) => self.test_run(seq),
            None => self.tested_now().run(),
        }
    }

    /// Finds the run at which a test's result became what [`State::result_now`] tells.
    #[must_use]
    pub fn turned(&self, case: &CaseHistory) -> Option<Seq> {
        let whole = || {
            let mut runs = case.changes.iter().rev().filter(|(_, status)| status.is_some());
            runs.next().map(|(seq, _)| *seq)
        };
        // The run that did not name it any more is where it became unknown.
        let lost = || {
            let (seq, status) = case.told_at(self.present.tested?)?;
            status.is_none().then_some(*seq)
        };
        let Some((last, status)) = self.apart_now(case) else {
            return lost().or_else(whole).or(case.apart.map(|(seq, _)| seq));
        };
        // The runs that named it, newest first, as long as it did the same; runs of all tests that did not tell it otherwise are passed over.
        let mut since = last;
        let items = self.sessions.iter().rev().flat_map(|session| session.items.iter().rev());
        for item in items.filter(|item| item.seq < last) {
            let ItemKind::Tests(run) = &item.kind else { continue };
            match run.cases.iter().find(|told| told.name == case.name) {
                Some(told) if told.status == status => since = item.seq,
                Some(_) => break,
                None => {}
            }
        }
        Some(since)
    }
}

impl PastRun {
    /// Says whether it ran on these files, whatever the harness wrote into its own beside them.
    pub(super) fn is_of(&self, tree: &Oid, code: Option<&Oid>) -> bool {
        self.tree.as_ref() == Some(tree) || code.is_some() && self.ground.as_ref() == code
    }
}

impl TestBoard {
    /// Finds the latest run of just these files, whatever the harness wrote into its own beside them.
    pub(super) fn run_of(&self, tree: &Oid, code: Option<&Oid>) -> Option<&PastRun> {
        self.history.iter().rev().find(|run| run.is_of(tree, code))
    }

    /// Finds the last run before an event.
    #[must_use]
    pub fn run_before(&self, seq: Seq) -> Option<&PastRun> {
        self.history.iter().rev().find(|run| run.seq < seq)
    }

    /// Finds a run by its event.
    pub(super) fn past(&self, seq: Seq) -> Option<&PastRun> {
        let place = self.history.binary_search_by_key(&seq, |run| run.seq).ok()?;
        self.history.get(place)
    }
}

impl CaseHistory {
    /// Returns the first run since which its result is none that `wanted` takes; `None` where it is still one, or never was.
    #[must_use]
    pub fn lost(&self, wanted: impl Fn(Option<CaseStatus>) -> bool) -> Option<Seq> {
        let had = self.changes.iter().rposition(|(_, status)| wanted(*status))?;
        self.changes.get(had + 1).map(|(seq, _)| *seq)
    }

    /// Returns its result in a run; `None` if that run did not name it.
    #[must_use]
    pub fn at(&self, run: Seq) -> Option<CaseStatus> {
        self.told_at(run).and_then(|(_, status)| *status)
    }

    /// The run since which its result is the one that it had in a run.
    fn told_at(&self, run: Seq) -> Option<&(Seq, Option<CaseStatus>)> {
        let later = self.changes.partition_point(|(seq, _)| *seq <= run);
        self.changes.get(later.checked_sub(1)?)
    }
}
