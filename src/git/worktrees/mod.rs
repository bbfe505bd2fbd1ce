//! Worktrees beside the user's checkout: their making, their work's way home, their end.

pub mod finish;
pub mod homecoming;
pub mod ignored;
pub mod lease;
pub mod retire;
pub mod worktree;
