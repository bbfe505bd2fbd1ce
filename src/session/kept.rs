//! What the log keeps of the project's past besides its sessions: checkpoints, and commits that nobody looked at.

use super::state::{Commit, State};
use super::timeline::Call;
use crate::protocol::event::{CheckpointCause, CheckpointMade, RolledBack};
use crate::protocol::{FeatureId, Oid, Seq, SessionNo};
use jiff::Timestamp;

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
    /// The checkpoint.
    pub made: CheckpointMade,
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
        let (seq, moved) = self.moves.iter().find(|(seq, _)| *seq > kept.seq)?;
        // A move that was refused left only its checkpoint: what came later is another one's.
        let between = |other: &&KeptCheckpoint| other.seq > kept.seq && other.seq < *seq;
        let other = self.checkpoints.iter().rev().find(between);
        other.is_none().then_some(moved)
    }
}
