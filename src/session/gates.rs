//! What waits for a person, and what they decided.

use crate::protocol::event::GateOpened;
use crate::protocol::{GateId, Oid, SessionNo};
use jiff::Timestamp;

/// A gate that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenGate {
    /// Since when.
    pub since: Timestamp,
    /// In which session.
    pub session: SessionNo,
    /// What waits.
    pub opened: GateOpened,
}

/// What a person decided on commits, over the whole log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByHand {
    /// Commits approved.
    pub approved: u32,
    /// Commits denied.
    pub denied: u32,
    /// Whether the latest decision was a denial.
    pub denied_last: bool,
}

/// A change of a guarded file that a person approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedChange {
    /// The gate at which they did.
    pub gate: GateId,
    /// In which session.
    pub session: SessionNo,
    /// The file, relative to the workspace.
    pub path: String,
    /// A tree that holds nothing but the file as it was approved.
    pub tree: Oid,
}
