//! Checkpoints and moves back.

#[cfg(test)]
mod tests;
#[cfg(test)]
mod way_tests;

use super::At;
use crate::protocol::event::{CheckpointCause, CheckpointMade, CheckpointsDropped, RolledBack};
use crate::protocol::{CheckpointId, FeatureId, FeatureStatus, Oid, Seq, SessionNo, Target, TestMove, TestTotals};
use crate::session::Headway;
use crate::session::state::{CaseHistory, FeatureRow, KeptCheckpoint, PastMove, State};
use crate::session::timeline::ItemKind;
use std::collections::BTreeSet;

impl State {
    pub(super) fn checkpoint_made(&mut self, at: At, event: &CheckpointMade) {
        self.measure_files(at, event);
        self.present_kept(event);
        let session = self.session(at.session);
        self.checkpoints.push(KeptCheckpoint {
            time: at.time,
            session: at.session,
            seq: at.seq,
            feature: session.and_then(|session| session.feature.clone()),
            dropped: None,
            present: self.present.clone(),
            made: event.clone(),
        });
    }

    pub(super) fn checkpoints_dropped(&mut self, at: At, event: &CheckpointsDropped) {
        let dropped: BTreeSet<CheckpointId> = event.checkpoints.iter().copied().collect();
        for kept in &mut self.checkpoints {
            if dropped.contains(&kept.made.checkpoint) {
                kept.dropped.get_or_insert(at.time);
            }
        }
    }

    pub(super) fn rolled_back(&mut self, at: At, event: &RolledBack) {
        self.measure(at, Headway::begin_anew);
        let before = self.present.clone();
        self.present_moved(event);
        let (regressed, reopened) = self.fallen();
        let moment = self.moment_gone_to(event);
        self.moves.push(PastMove {
            seq: at.seq,
            time: at.time,
            moved: event.clone(),
            before,
            regressed,
            reopened,
            owed: self.debts.iter().map(|debt| debt.commit.clone()).collect(),
            way: self.way_from(moment, at.seq),
        });
        self.unjudged.take_if(|unjudged| unjudged.by_hand);
        self.abandoned = event.abandoned.iter().copied().collect();
        self.settle_debts(event, moment.is_some());
        for moved in &event.features {
            if let (Some(row), Some(to)) = (self.features.get_mut(&moved.feature), moved.to) {
                row.feature.status = to;
            }
        }
        self.mark_fallen(event);
        self.push(at, ItemKind::Moved(Box::new(event.clone())));
    }

    /// The moment of the log whose files a move brings; `None` if the log does not tell of it.
    fn moment_gone_to(&self, event: &RolledBack) -> Option<Seq> {
        match (event.restored, &event.target) {
            // What was there right before the move that is taken back.
            (Some(undo), _) => self.move_kept_under(undo).map(|past| Seq(past.seq.0.saturating_sub(1))),
            (None, Some(target)) => self.moment_of(target),
            (None, None) => None,
        }
    }

    pub(in crate::session) fn move_kept_under(&self, undo: u32) -> Option<&PastMove> {
        self.moves.iter().rev().find(|past| past.moved.undo == undo)
    }

    /// The features that are broken now, and those that a person has set open.
    fn fallen(&self) -> (BTreeSet<FeatureId>, BTreeSet<FeatureId>) {
        let ids = |is: fn(&&FeatureRow) -> bool| {
            let rows = self.features.rows.iter().filter(is);
            rows.map(|row| row.feature.id.clone()).collect()
        };
        (ids(|row| row.regressed), ids(|row| row.reopened))
    }

    /// Marks what has passed and does not where a move went. Taken back is not broken: the list that is read next must not call it a
    /// regression.
    fn mark_fallen(&mut self, event: &RolledBack) {
        let restored = event.restored.and_then(|undo| self.move_kept_under(undo)).cloned();
        let is_known = restored.is_some() || self.moment_gone_to(event).is_some();
        let way = self.moves.last().map(|past| past.way.clone()).unwrap_or_default();
        for row in &mut self.features.rows {
            let id = &row.feature.id;
            let fails = row.feature.status != FeatureStatus::Passing;
            let (regressed, reopened) = match &restored {
                Some(past) => (past.regressed.contains(id), past.reopened.contains(id)),
                None if is_known => row.fell_on(&way),
                None => {
                    let stays = !event.features.iter().any(|moved| &moved.feature == id);
                    (row.regressed && stays, row.reopened && stays)
                }
            };
            (row.regressed, row.reopened) = (fails && regressed && !row.uncommitted, fails && reopened);
            row.uncommitted &= fails;
        }
    }

    /// Returns the event of a target, if the log tells of it.
    #[must_use]
    pub fn moment_of(&self, target: &Target) -> Option<Seq> {
        match target {
            Target::Checkpoint { checkpoint } => self.checkpoint(*checkpoint).map(|kept| kept.seq),
            Target::Commit { commit } => {
                let known = self.commits.iter().find(|known| known.made.commit == *commit);
                let by_hand = || self.hand_commits.iter().find(|(_, known)| known == commit);
                let told = known.map(|known| known.seq).or_else(|| by_hand().map(|(seq, _)| *seq));
                told.or_else(|| self.moment_at_head(commit))
            }
            Target::Undo | Target::Redo => None,
        }
    }

    /// Returns the first moment at which the branch stood at a commit that the log does not tell of: one that was made beside us.
    fn moment_at_head(&self, commit: &Oid) -> Option<Seq> {
        let is_it = |head: &Option<Oid>| head.as_ref() == Some(commit);
        let before = |seq: Seq| Seq(seq.0.saturating_sub(1));
        let kept = self.checkpoints.iter().find(|kept| is_it(&kept.made.head));
        let child = self.commits.iter().find(|known| is_it(&known.made.parent));
        let left = self.moves.iter().find(|past| is_it(&past.moved.from));
        let moments = [
            kept.map(|kept| kept.seq),
            child.map(|known| before(known.seq)),
            left.map(|past| before(past.seq)),
        ];
        moments.into_iter().flatten().min()
    }

    /// Finds a checkpoint by its number.
    #[must_use]
    pub fn checkpoint(&self, id: CheckpointId) -> Option<&KeptCheckpoint> {
        self.checkpoints.iter().rev().find(|kept| kept.made.checkpoint == id)
    }

    /// Lists the sessions whose work is not in the files any more once the project is taken to `target`: those that were abandoned
    /// there already, and those that began after it, or with it.
    #[must_use]
    pub fn abandoned_by(&self, target: &Target) -> Vec<SessionNo> {
        let Some(moment) = self.moment_of(target) else {
            return self.abandoned.iter().copied().collect();
        };
        // A session's first checkpoint is of what it found: none of its work is there.
        let first = match target {
            Target::Checkpoint { checkpoint } => self.checkpoint(*checkpoint),
            Target::Commit { .. } | Target::Undo | Target::Redo => None,
        };
        let first = first.filter(|kept| kept.made.cause == CheckpointCause::SessionStart);
        let begins = |session: SessionNo| first.is_some_and(|kept| kept.session == session);
        let then = self.moves.iter().rev().find(|past| past.seq < moment);
        let mut abandoned: Vec<SessionNo> = then.map_or_else(Vec::new, |past| past.moved.abandoned.clone());
        let later = self.sessions.iter().filter(|session| {
            session
                .items
                .first()
                .is_some_and(|item| item.seq > moment || begins(session.number))
        });
        abandoned.extend(later.map(|session| session.number));
        abandoned.sort_unstable();
        abandoned.dedup();
        abandoned
    }

    /// Lists the sessions that were abandoned before a move, by the number that it is kept under.
    #[must_use]
    pub fn abandoned_before(&self, undo: u32) -> Vec<SessionNo> {
        let place = self.moves.iter().rposition(|past| past.moved.undo == undo);
        let before = place.and_then(|place| self.moves.get(place.checked_sub(1)?));
        before.map_or_else(Vec::new, |past| past.moved.abandoned.clone())
    }

    /// Returns the counts of the last test run before a target.
    #[must_use]
    pub fn tests_at(&self, target: &Target) -> Option<TestTotals> {
        if let Target::Commit { commit } = target {
            let known = self.commits.iter().find(|known| known.made.commit == *commit);
            return known.and_then(|known| known.made.tests_after);
        }
        self.run_at(target).and_then(|run| self.tests.past(run)).map(|run| run.totals)
    }

    /// Returns the last test run on the way to a target.
    fn run_at(&self, target: &Target) -> Option<Seq> {
        match target {
            Target::Checkpoint { checkpoint } => self.checkpoint(*checkpoint)?.present.tested,
            Target::Commit { commit } => {
                let known = self.commits.iter().find(|known| known.made.commit == *commit);
                known?.present.tested
            }
            Target::Undo | Target::Redo => None,
        }
    }

    /// Lists the tests whose latest result is another than the one in the last run before a target; none if no run is known there.
    #[must_use]
    pub fn tests_moved_by(&self, target: &Target) -> Vec<TestMove> {
        let Some(there) = self.run_at(target).filter(|_| self.tests_at(target).is_some()) else {
            return Vec::new();
        };
        let moved = |case: &CaseHistory| {
            let (from, to) = (self.result_now(case), case.at(there));
            let test = case.name.clone();
            (from != to).then_some(TestMove { test, from, to })
        };
        self.tests.cases.iter().filter_map(moved).collect()
    }

    /// Returns the state in which a feature turned green last: its commit, else the first state that was kept after the flip.
    ///
    /// # Errors
    /// The reason, if there is no such state.
    pub fn target_of_feature(&self, id: &FeatureId) -> Result<Target, &'static str> {
        let row = self.features.get(id).ok_or("the feature list does not have it")?;
        let Some(flip) = row.flips.iter().rev().find(|flip| flip.to == FeatureStatus::Passing) else {
            return Err(match row.feature.status {
                FeatureStatus::Passing => "the log does not tell when it passed",
                FeatureStatus::Failing | FeatureStatus::Unknown => "it has not passed yet: there is no such moment to go back to",
            });
        };
        let commit = self
            .commits
            .iter()
            .find(|commit| commit.seq >= flip.seq && commit.made.feature.as_ref() == Some(id));
        if let Some(commit) = commit {
            let commit = commit.made.commit.clone();
            return Ok(Target::Commit { commit });
        }
        let kept = self.checkpoints.iter().find(|kept| kept.seq >= flip.seq && kept.is_there());
        kept.map(|kept| Target::Checkpoint {
            checkpoint: kept.made.checkpoint,
        })
        .ok_or("nothing was kept of the files since it passed")
    }

    /// Returns the state in which a session began.
    #[must_use]
    pub fn target_of_session(&self, number: SessionNo) -> Option<Target> {
        let begun = |kept: &&KeptCheckpoint| kept.session == number && kept.made.cause == CheckpointCause::SessionStart;
        if let Some(kept) = self.checkpoints.iter().find(begun) {
            return Some(Target::Checkpoint {
                checkpoint: kept.made.checkpoint,
            });
        }
        // It began in a state that was kept already.
        let first = self.session(number)?.items.first()?.seq;
        self.target_before(first)
    }

    /// Returns what to go back to from an event of the log: the last checkpoint or commit at or before it.
    #[must_use]
    pub fn target_before(&self, moment: Seq) -> Option<Target> {
        let kept = self
            .checkpoints
            .iter()
            .rev()
            .find(|kept| kept.seq <= moment && kept.is_there());
        let commit = self.commits.iter().rev().find(|commit| commit.seq <= moment);
        let by_commit = |commit: Oid| Target::Commit { commit };
        match (kept, commit) {
            (Some(kept), commit) if commit.is_none_or(|commit| commit.seq < kept.seq) => Some(Target::Checkpoint {
                checkpoint: kept.made.checkpoint,
            }),
            (_, commit) => commit.map(|commit| by_commit(commit.made.commit.clone())),
        }
    }
}
