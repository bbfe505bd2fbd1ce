//! What the log keeps of the project's past besides its sessions: checkpoints, and commits that nobody looked at.

use super::state::{Commit, Present, State};
use super::timeline::Call;
use crate::protocol::event::{CheckpointCause, CheckpointMade, FeatureHeld, RolledBack};
use crate::protocol::{FeatureId, FeatureStatus, Oid, Seq, SessionNo};
use jiff::{SignedDuration, Timestamp};

/// A checkpoint of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// When.
    pub time: Timestamp,
    /// In which session.
    pub session: SessionNo,
    /// Event that tells it.
    pub seq: Seq,
    /// The feature that the session worked on then.
    pub feature: Option<FeatureId>,
    /// When it was dropped, if it is kept no longer.
    pub dropped: Option<Timestamp>,
    /// What was known of the files then.
    pub present: Present,
    /// The checkpoint.
    pub made: CheckpointMade,
}

/// How long checkpoints of steps are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// Younger ones stay.
    pub days: u32,
    /// Those of so many last sessions stay, whatever their age.
    pub sessions: u32,
}

impl KeptCheckpoint {
    /// Says whether it is kept still.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.dropped.is_none()
    }
}

/// Review debt: a commit with hunks that no person has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// The commit.
    pub commit: Oid,
    /// Hunks not seen yet.
    pub unseen: u32,
    /// Hunks in all.
    pub hunks: u32,
}

impl State {
    /// Counts the hunks of the branch's commits that no person has seen.
    #[must_use]
    pub fn unseen_hunks(&self) -> u32 {
        self.debts.iter().map(|debt| debt.unseen).sum()
    }

    /// Lists what features wait for: commits that made their tests weaker, and that no person has looked at since.
    #[must_use]
    pub fn waits_for_a_look(&self) -> Vec<&FeatureHeld> {
        let owed = |held: &&FeatureHeld| self.debts.iter().any(|debt| debt.unseen > 0 && debt.commit == held.commit);
        let open = self
            .features
            .rows
            .iter()
            .filter(|row| row.feature.status != FeatureStatus::Passing);
        open.filter_map(|row| row.held.as_ref()).filter(owed).collect()
    }

    /// Lists the checkpoints that need not be kept longer, oldest first: of steps alone, for sessions' borders, commits and what was
    /// before a move stay, as does the newest of all, which the next one is compared with. Those that are dropped already are among
    /// them: whoever dropped them may have been cut off.
    pub fn droppable(&self, keeping: Keeping, now: Timestamp) -> impl Iterator<Item = &KeptCheckpoint> {
        let last = self.sessions.last().map_or(0, |session| session.number.0);
        let newest = self.checkpoints.last().map(|kept| kept.seq);
        let age = SignedDuration::from_hours(24 * i64::from(keeping.days));
        self.checkpoints.iter().filter(move |kept| {
            kept.made.cause == CheckpointCause::Step
                && Some(kept.seq) != newest
                && kept.session.0.saturating_add(keeping.sessions) <= last
                && now.duration_since(kept.time) > age
        })
    }

    /// Returns the tool call that a checkpoint followed.
    #[must_use]
    pub fn call_before(&self, kept: &KeptCheckpoint) -> Option<&Call> {
        self.session(kept.session)?.call(kept.made.call.as_ref()?)
    }

    /// Returns the commit that a checkpoint was made at, if it was made because of one.
    #[must_use]
    pub fn commit_at(&self, kept: &KeptCheckpoint) -> Option<&Commit> {
        if kept.made.cause != CheckpointCause::Commit {
            return None;
        }
        let commits = self.commits.iter().rev();
        commits
            .skip_while(|commit| commit.seq > kept.seq)
            .find(|commit| Some(&commit.made.commit) == kept.made.head.as_ref())
    }

    /// Returns the move that a checkpoint was made for, if it was made before one and the move came of it.
    #[must_use]
    pub fn move_after(&self, kept: &KeptCheckpoint) -> Option<&RolledBack> {
        if kept.made.cause != CheckpointCause::BeforeRollback {
            return None;
        }
        let past = self.moves.iter().find(|past| past.seq > kept.seq)?;
        // A move that was refused left only its checkpoint: what came later is another one's.
        let between = |other: &&KeptCheckpoint| other.seq > kept.seq && other.seq < past.seq;
        let other = self.checkpoints.iter().rev().find(between);
        other.is_none().then_some(&past.moved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::CheckpointId;
    use crate::protocol::event::CheckpointsDropped;
    use crate::protocol::{Envelope, Event, samples};

    const DAY: i64 = 24 * 3600;

    /// A session a day; in each a checkpoint of every cause, numbered on.
    fn days(sessions: u32) -> State {
        let mut state = State::default();
        let mut tell = |session: u32, event: Event| {
            state.apply(&Envelope {
                v: 1,
                seq: state.last_seq.next(),
                time: Timestamp::from_second(i64::from(session) * DAY).unwrap(),
                session: SessionNo(session),
                event,
            });
        };
        let mut number = 0;
        for session in 1..=sessions {
            tell(session, samples::session_started().into());
            for cause in [
                CheckpointCause::SessionStart,
                CheckpointCause::Step,
                CheckpointCause::Commit,
                CheckpointCause::BeforeRollback,
                CheckpointCause::SessionEnd,
            ] {
                number += 1;
                let made = CheckpointMade {
                    checkpoint: CheckpointId(number),
                    cause,
                    tree: "a".repeat(40).as_str().into(),
                    code: None,
                    head: None,
                    call: None,
                    left_out: Vec::new(),
                    wrote: Vec::new(),
                };
                tell(session, made.into());
            }
        }
        state
    }

    fn gone(state: &State, days: u32, sessions: u32) -> Vec<u32> {
        let now = Timestamp::from_second(10 * DAY + 1).unwrap();
        let keeping = Keeping { days, sessions };
        state.droppable(keeping, now).map(|kept| kept.made.checkpoint.0).collect()
    }

    #[test]
    fn only_steps_go_that_are_old_and_of_old_sessions() {
        let state = days(10);
        assert_eq!(gone(&state, 0, 20), [0; 0], "all are of the last sessions");
        assert_eq!(gone(&state, 30, 1), [0; 0], "none is old enough");
        assert_eq!(gone(&state, 7, 1), [2, 7, 12]);
        assert_eq!(gone(&state, 1, 8), [2, 7], "sessions 3 to 10 stay whatever their age");
    }

    #[test]
    fn what_is_dropped_leads_nowhere_any_more_but_is_known() {
        let mut state = days(2);
        let step = state.checkpoint(CheckpointId(7)).unwrap().seq;
        let before = |state: &State| state.target_before(step);
        let target = |number| {
            let checkpoint = CheckpointId(number);
            Some(crate::protocol::Target::Checkpoint { checkpoint })
        };
        assert_eq!(before(&state), target(7));
        state.tell(CheckpointsDropped {
            checkpoints: vec![CheckpointId(7)],
            reason: "old".into(),
        });
        assert_eq!(before(&state), target(6));
        assert!(!state.checkpoint(CheckpointId(7)).unwrap().is_there());
    }
}
