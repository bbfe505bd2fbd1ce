//! What the log keeps of the project's past besides its sessions: checkpoints, and commits that nobody looked at.

use crate::protocol::event::CheckpointMade;
use crate::protocol::{Oid, Seq, SessionNo};
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
