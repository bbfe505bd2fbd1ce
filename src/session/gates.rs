//! What waits for a person, and what they decided.

use crate::protocol::event::{GateCommented, GateOpened};
use crate::protocol::{GateId, MessageId, Oid, ReviewComment, SessionNo};
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
    /// What was changed from outside since: the tree that waits is not the files' any more.
    pub outside: Option<String>,
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

/// What a person wrote on a commit that was made without them, or on what waits at a gate, on its way to the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The commit; `None` while it is not made.
    pub commit: Option<Oid>,
    /// The gate at which it was written, without the comments themselves.
    pub gate: Option<Box<GateCommented>>,
    /// The message that takes it there.
    pub message: MessageId,
    /// What they wrote, each on its line.
    pub comments: Vec<ReviewComment>,
    /// What became of the message.
    pub fate: Fate,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It waits in the queue.
    Waits,
    /// The agent has it.
    Delivered,
    /// The person took it back.
    Withdrawn,
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
