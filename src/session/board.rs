//! The feature list as it stands, each feature with its history.
//!
//! Owns what is kept of a feature; how it comes about, `reduce` says. Invariant: a history belongs to the feature that its row holds,
//! whatever id an edit of the list gives it.

use super::doubt::Doubt;
use super::headway::Track;
use super::state::Totals;
use super::way::Way;
use crate::protocol::event::{FeatureFlipped, FeatureHeld, FlipBy, RegressionTraced};
use crate::protocol::naming::names;
use crate::protocol::{Check, Evidence, Feature, FeatureId, FeatureStatus, Oid, Seq, SessionNo};
use jiff::Timestamp;

/// The feature list and what happened to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureBoard {
    /// Path within the workspace, empty until one was read.
    pub path: String,
    /// Features in file order.
    pub rows: Vec<FeatureRow>,
    /// What the reader found odd.
    pub notices: Vec<String>,
    /// Features that a person told the run to leave out.
    pub skipped: Vec<FeatureId>,
    /// Features that a person wants next, the first one first.
    pub picked: Vec<FeatureId>,
}

/// A feature with its history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureRow {
    /// As the list tells it, status kept up to date by flips.
    pub feature: Feature,
    /// Whether it passed once and something broke it.
    pub regressed: bool,
    /// Whether it passed once and a person said that it does not: by its flag, or by other words that are to be proven.
    pub reopened: bool,
    /// Whether it passed by work that no commit ever held, and does not now that its list was read again.
    pub uncommitted: bool,
    /// Every flip, oldest first: when, session, new status, evidence, reason.
    pub flips: Vec<Flip>,
    /// Edits by a person, oldest first.
    pub edits: Vec<HandEdit>,
    /// Sessions that worked on it.
    pub sessions: Vec<SessionNo>,
    /// Commits made for it.
    pub commits: Vec<Oid>,
    /// Sums over the sessions while they worked on it.
    pub totals: Totals,
    /// How the work on it went.
    pub track: Track,
    /// Its recorded check, with how it went.
    pub check: Option<KeptCheck>,
    /// What broke it when it last regressed, and the session that looked for it.
    pub traced: Option<Trace>,
    /// What a test run told against it since it passes.
    pub doubt: Option<Doubt>,
    /// What kept its last claim from counting, if that was a commit that nobody had looked at.
    pub held: Option<FeatureHeld>,
}

/// What was found where somebody looked for what broke a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The session that looked for it.
    pub session: SessionNo,
    /// Event that tells it.
    pub seq: Seq,
    /// What was found.
    pub found: RegressionTraced,
}

/// A feature's recorded check.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptCheck {
    /// What is run.
    pub check: Check,
    /// The session that recorded it.
    pub recorded: SessionNo,
    /// Its latest run.
    pub last: CheckResult,
    /// Its latest run that held.
    pub held: CheckResult,
}

/// How a run of a recorded check went.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// In which session.
    pub session: SessionNo,
    /// Event that tells it.
    pub seq: Seq,
    /// The tree it ran on.
    pub tree: Option<Oid>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// What did not hold; `None` if all did.
    pub failure: Option<String>,
}

/// One edit of a feature by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandEdit {
    /// When.
    pub time: Timestamp,
    /// In which session.
    pub session: SessionNo,
    /// What, in one line; ids as they were then.
    pub title: String,
    /// Why, may be empty.
    pub reason: String,
    /// The commit that holds it.
    pub commit: Option<Oid>,
    /// The last event that tells of it: a flag that it changes is told after it.
    pub seq: Seq,
}

/// One change of a pass flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Flip {
    /// When.
    pub time: Timestamp,
    /// In which session.
    pub session: SessionNo,
    /// Event that tells it.
    pub seq: Seq,
    /// Status after it.
    pub to: FeatureStatus,
    /// Who flipped it.
    pub by: FlipBy,
    /// What it rests on.
    pub evidence: Option<Evidence>,
    /// Its reason.
    pub reason: String,
    /// Whether the branch got a commit since, by whomever.
    pub in_commit: bool,
}

impl FeatureRow {
    /// Says whether it passes, or did last, by work that no commit holds.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        let last = self.flips.last();
        last.is_some_and(|flip| flip.to == FeatureStatus::Passing && !flip.in_commit)
    }

    /// Notes that the branch got a commit.
    pub(super) fn note_commit(&mut self) {
        for flip in self.flips.iter_mut().rev().take_while(|flip| !flip.in_commit) {
            flip.in_commit = true;
        }
    }

    /// Says of a feature that does not pass whether it was broken on a way, and whether a person set it open there.
    pub(super) fn fell_on(&self, way: &Way) -> (bool, bool) {
        let mut flips = self.flips.iter().filter(|flip| way.holds(flip.seq));
        if !flips.any(|flip| flip.to == FeatureStatus::Passing) {
            return (false, false);
        }
        let last = flips.next_back().filter(|last| last.to != FeatureStatus::Passing);
        let by_hand = last.is_some_and(|last| last.by == FlipBy::Human);
        let broken = !by_hand && !last.is_some_and(Flip::is_uncommitted);
        (broken, by_hand)
    }
}

impl Flip {
    /// Says whether it set the feature back as work that no commit ever held.
    #[must_use]
    pub fn is_uncommitted(&self) -> bool {
        self.by == FlipBy::Harness && self.to != FeatureStatus::Passing && self.reason.starts_with(FeatureFlipped::UNCOMMITTED)
    }
}

impl FeatureBoard {
    /// Counts passing features and all features.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let passing = self
            .rows
            .iter()
            .filter(|row| row.feature.status == FeatureStatus::Passing)
            .count();
        (passing, self.rows.len())
    }

    /// Lists the features to which tests belong, in file order.
    #[must_use]
    pub fn of_tests(&self, tests: &[String]) -> Vec<FeatureId> {
        let of_it = |row: &&FeatureRow| tests.iter().any(|name| names(&row.feature, name));
        self.rows.iter().filter(of_it).map(|row| row.feature.id.clone()).collect()
    }

    /// Finds a feature by id.
    #[must_use]
    pub fn get(&self, id: &FeatureId) -> Option<&FeatureRow> {
        self.rows.iter().find(|row| &row.feature.id == id)
    }
}
