//! Checkpoints and moves back.

use super::At;
use crate::protocol::event::{CheckpointCause, CheckpointMade, RolledBack};
use crate::protocol::{CheckpointId, FeatureId, FeatureStatus, Oid, Seq, SessionNo, Target, TestTotals};
use crate::session::state::{KeptCheckpoint, State};
use crate::session::timeline::ItemKind;

impl State {
    pub(super) fn checkpoint_made(&mut self, at: At, event: &CheckpointMade) {
        self.checkpoints.push(KeptCheckpoint {
            time: at.time,
            session: at.session,
            seq: at.seq,
            made: event.clone(),
        });
    }

    pub(super) fn rolled_back(&mut self, at: At, event: &RolledBack) {
        self.moves.push((at.seq, event.clone()));
        self.abandoned = event.abandoned.iter().copied().collect();
        for moved in &event.features {
            // Taken back is not broken: the list that is read next must not call it a regression.
            if let (Some(row), Some(to)) = (self.features.get_mut(&moved.feature), moved.to) {
                (row.feature.status, row.regressed) = (to, false);
            }
        }
        self.push(at, ItemKind::Moved(Box::new(event.clone())));
    }

    /// Returns the event of a target, if the log tells of it.
    #[must_use]
    pub fn moment_of(&self, target: &Target) -> Option<Seq> {
        match target {
            Target::Checkpoint { checkpoint } => self.checkpoint(*checkpoint).map(|kept| kept.seq),
            Target::Commit { commit } => self
                .commits
                .iter()
                .find(|known| known.made.commit == *commit)
                .map(|known| known.seq),
            Target::Undo | Target::Redo => None,
        }
    }

    /// Finds a checkpoint by its number.
    #[must_use]
    pub fn checkpoint(&self, id: CheckpointId) -> Option<&KeptCheckpoint> {
        self.checkpoints.iter().rev().find(|kept| kept.made.checkpoint == id)
    }

    /// Lists the sessions whose work is not in the files any more once the project is taken to `target`: those that were abandoned
    /// there already, and those that began after it.
    #[must_use]
    pub fn abandoned_by(&self, target: &Target) -> Vec<SessionNo> {
        let Some(moment) = self.moment_of(target) else {
            return self.abandoned.iter().copied().collect();
        };
        let then = self.moves.iter().rev().find(|(seq, _)| *seq < moment);
        let mut abandoned: Vec<SessionNo> = then.map_or_else(Vec::new, |(_, moved)| moved.abandoned.clone());
        let later = self
            .sessions
            .iter()
            .filter(|session| session.items.first().is_some_and(|item| item.seq > moment));
        abandoned.extend(later.map(|session| session.number));
        abandoned.sort_unstable();
        abandoned.dedup();
        abandoned
    }

    /// Lists the sessions that were abandoned before a move, by the number that it is kept under.
    #[must_use]
    pub fn abandoned_before(&self, undo: u32) -> Vec<SessionNo> {
        let place = self.moves.iter().rposition(|(_, moved)| moved.undo == undo);
        let before = place.and_then(|place| self.moves.get(place.checked_sub(1)?));
        before.map_or_else(Vec::new, |(_, moved)| moved.abandoned.clone())
    }

    /// Returns the counts of the last test run before a target.
    #[must_use]
    pub fn tests_at(&self, target: &Target) -> Option<TestTotals> {
        if let Target::Commit { commit } = target {
            let known = self.commits.iter().find(|known| known.made.commit == *commit);
            return known.and_then(|known| known.made.tests_after);
        }
        let moment = self.moment_of(target)?;
        let before = self.tests.history.iter().rev().find(|(seq, _)| *seq < moment);
        before.map(|(_, totals)| *totals)
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
        let kept = self.checkpoints.iter().find(|kept| kept.seq >= flip.seq);
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
        let kept = self.checkpoints.iter().rev().find(|kept| kept.seq <= moment);
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
