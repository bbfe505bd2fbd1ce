//! Checkpoints, moves back and forth, and the end of a worktree.

pub mod checkpoint;
pub mod finish;
pub mod rollback;
