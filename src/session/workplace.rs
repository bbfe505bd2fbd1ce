//! The worktree that runs work in, as the log tells of it.

use crate::protocol::event::{WorktreeFinished, WorktreeTaken};
use crate::protocol::{FinishWay, Seq};

/// A worktree as the log tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workplace {
    /// What was told when it was taken last.
    pub taken: WorktreeTaken,
    /// The event that told of it first: all that was done in it came later.
    pub since: Seq,
    /// What became of its work, if that was settled.
    pub finished: Option<WorktreeFinished>,
}

impl Workplace {
    /// Says whether its work was brought to the user's branch, and nothing more is in it.
    #[must_use]
    pub fn is_home(&self) -> bool {
        self.finished
            .as_ref()
            .is_some_and(|finished| finished.way != FinishWay::Leave && finished.stays.is_none())
    }
}
