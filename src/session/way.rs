//! The way to the files that are there now: which events of the log led to them, and what is so of a feature by those alone.
//!
//! A move back leaves the log as it is and begins a new branch of it: what was told between the place it goes to and the move is of
//! files that are set aside. Owns that order and the questions that need it; a row's own lists keep all that ever was, which is what its
//! history shows. Invariant: taking a move back makes the way what it was before the move, and nothing else.

use super::board::{CheckResult, FeatureRow, Flip, KeptCheck, Trace};
use super::state::State;
use super::timeline::ItemKind;
use crate::protocol::event::FlipBy;
use crate::protocol::{CheckRun, Evidence, FeatureId, FeatureStatus, Oid, Seq, SessionNo};
use std::collections::BTreeSet;

/// Stretches of the log that lead to a state of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// Closed stretches, first and last event, oldest first.
    before: Vec<(Seq, Seq)>,
    /// The event that the open stretch begins with.
    since: Seq,
}

impl Way {
    /// Says whether an event lies on it.
    #[must_use]
    pub fn holds(&self, seq: Seq) -> bool {
        seq >= self.since || self.before.iter().any(|(first, last)| (*first..=*last).contains(&seq))
    }

    /// Returns the way that goes as far as `last` and on from `since`.
    fn branch(&self, last: Seq, since: Seq) -> Self {
        let open = (self.since, last);
        let stretches = self.before.iter().copied().chain([open]);
        let kept = stretches.filter(|(first, _)| *first <= last);
        Self {
            before: kept.map(|(first, end)| (first, end.min(last))).collect(),
            since,
        }
    }
}

impl State {
    /// Says whether what an event tells led to the files that are there now.
    #[must_use]
    pub fn is_on_the_way(&self, seq: Seq) -> bool {
        self.moves.last().is_none_or(|last| last.way.holds(seq))
    }

    /// Returns the way that a move at `now` leaves, which goes on from a moment of the log. Where the log does not know the files that
    /// it brings, as those of a commit that was made beside us, nothing that it tells is of them.
    pub(super) fn way_from(&self, moment: Option<Seq>, now: Seq) -> Way {
        let Some(moment) = moment else {
            return Way {
                before: Vec::new(),
                since: now,
            };
        };
        let earlier = self.moves.partition_point(|past| past.seq <= moment);
        let moves = self.moves.get(..earlier).unwrap_or_default();
        let way = moves.last().map_or_else(Way::default, |past| past.way.clone());
        way.branch(moment, now)
    }

    /// Returns the last change of a feature's flag that led to what it is now.
    #[must_use]
    pub fn last_flip<'a>(&self, row: &'a FeatureRow) -> Option<&'a Flip> {
        row.flips.iter().rev().find(|flip| self.is_on_the_way(flip.seq))
    }

    /// Says whether a feature does not pass for the one reason that its work was never committed.
    #[must_use]
    pub fn is_uncommitted(&self, row: &FeatureRow) -> bool {
        let fails = row.feature.status != FeatureStatus::Passing && !row.regressed;
        fails && (row.uncommitted || self.last_flip(row).is_some_and(Flip::is_uncommitted))
    }

    /// Says whether a feature passes by files whose commit a person denied, and which no commit holds.
    #[must_use]
    pub fn is_denied(&self, row: &FeatureRow) -> bool {
        let denied = self.unjudged.as_ref().is_some_and(|unjudged| unjudged.by_hand);
        denied && row.feature.status == FeatureStatus::Passing && row.is_pending()
    }

    /// Returns what it rests on that a feature passes; `None` if it does not, or if nobody showed anything.
    #[must_use]
    pub fn evidence_of<'a>(&self, row: &'a FeatureRow) -> Option<&'a Evidence> {
        let passes = row.feature.status == FeatureStatus::Passing;
        let flip = self
            .last_flip(row)
            .filter(|flip| passes && flip.to == FeatureStatus::Passing)?;
        flip.evidence.as_ref()
    }

    /// Says whether a feature passes by its list alone: no test, check or person has shown it.
    #[must_use]
    pub fn is_unshown(&self, row: &FeatureRow) -> bool {
        let by_hand = || self.last_flip(row).is_some_and(|flip| flip.by == FlipBy::Human);
        row.feature.status == FeatureStatus::Passing && self.evidence_of(row).is_none() && !by_hand()
    }

    /// Counts those features.
    #[must_use]
    pub fn unshown(&self) -> usize {
        self.features.rows.iter().filter(|row| self.is_unshown(row)).count()
    }

    /// Says whether they are marked one by one. Where nothing was ever run, everything is the list's word, and it is said once.
    #[must_use]
    pub const fn marks_unshown(&self) -> bool {
        self.run.is_some()
    }

    /// Lists the sessions that worked on a feature and whose work is in the files.
    pub fn sessions_of<'a>(&self, row: &'a FeatureRow) -> impl Iterator<Item = SessionNo> + use<'a, '_> {
        row.sessions.iter().copied().filter(|session| !self.is_abandoned(*session))
    }

    /// Lists the commits that were made for a feature and that the branch holds, oldest first.
    #[must_use]
    pub fn commits_of<'a>(&self, row: &'a FeatureRow) -> Vec<&'a Oid> {
        if row.commits.is_empty() {
            return Vec::new();
        }
        // Where nobody has looked at the repository, only the log tells.
        let held = self.commits_held().into_iter();
        let held = held.filter(|commit| self.repository.is_some() || self.is_on_the_way(commit.seq));
        let held: BTreeSet<&Oid> = held.map(|commit| &commit.made.commit).collect();
        row.commits.iter().filter(|commit| held.contains(commit)).collect()
    }

    /// Finds the whole of a run of a feature's check.
    #[must_use]
    pub fn check_run(&self, feature: &FeatureId, result: &CheckResult) -> Option<&CheckRun> {
        let items = &self.session(result.session)?.items;
        items.iter().rev().find_map(|item| match &item.kind {
            ItemKind::Check(run) if item.seq == result.seq && run.feature == *feature => Some(&**run),
            _ => None,
        })
    }

    /// Returns what was found to have broken a feature that does not pass since, unless that is set aside or was of an earlier time.
    #[must_use]
    pub fn trace_of<'a>(&self, row: &'a FeatureRow) -> Option<&'a Trace> {
        let trace = row.traced.as_ref()?;
        let flips = row.flips.iter().rev();
        let passed = flips
            .filter(|flip| self.is_on_the_way(flip.seq))
            .find(|flip| flip.to == FeatureStatus::Passing);
        let is_of_now = row.regressed && passed.is_none_or(|flip| flip.seq < trace.seq);
        (is_of_now && !self.is_abandoned(trace.session)).then_some(trace)
    }

    /// Returns the recorded check of a feature, unless it was recorded for work that is set aside.
    #[must_use]
    pub fn check_of<'a>(&self, row: &'a FeatureRow) -> Option<&'a KeptCheck> {
        row.check.as_ref().filter(|kept| !self.is_abandoned(kept.recorded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_of_a_way_holds_what_came_before_its_place_and_what_comes_after_the_move() {
        let held = |way: &Way| (1..=40).filter(|seq| way.holds(Seq(*seq))).collect::<Vec<_>>();
        let to = |ranges: &[std::ops::RangeInclusive<u64>]| ranges.iter().cloned().flatten().collect::<Vec<_>>();
        let back = Way::default().branch(Seq(5), Seq(10));
        assert_eq!(held(&back), to(&[1..=5, 10..=40]));
        let again = back.branch(Seq(20), Seq(30));
        assert_eq!(held(&again), to(&[1..=5, 10..=20, 30..=40]));
        assert_eq!(held(&again.branch(Seq(3), Seq(35))), to(&[1..=3, 35..=40]));
        assert_eq!(held(&again.branch(Seq(7), Seq(35))), to(&[1..=5, 35..=40]));
    }
}
