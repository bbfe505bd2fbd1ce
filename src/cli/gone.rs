//! Worktrees that are gone, in words: what is kept of them, and how git reaches it.
//!
//! Invariant: no sentence here promises a move; there are no files any more that could be moved.

use super::words;
use crate::git::Gone;
use crate::protocol::CheckpointId;
use std::path::Path;

/// Says of a list of checkpoints that their worktree is gone, and how to reach them.
#[must_use]
pub fn checkpoints(gone: &Gone, checkout: &Path) -> String {
    let numbers = match gone.checkpoints.as_slice() {
        [] => return String::new(),
        [only] => only.id.0.to_string(),
        [first, .., last] => format!("{} to {}", first.id.0, last.id.0),
    };
    let example = gone.checkpoints.last().map_or(CheckpointId(0), |last| last.id);
    format!(
        "{numbers}, of the worktree {}, which is gone; {}:",
        gone.worktree,
        reach(&gone.checkpoint_ref(example), checkout)
    )
}

/// Says which state a worktree had last that is kept, its branch's commits or not; `None` if none is.
#[must_use]
pub fn last(gone: &Gone, checkout: &Path) -> Option<String> {
    let last = gone.checkpoints.last()?;
    Some(format!(
        "{} has the files as they were last, committed or not: {}",
        last.id,
        reach(&gone.checkpoint_ref(last.id), checkout)
    ))
}

/// Says why a checkpoint cannot be gone to although it is kept; `None` if no worktree that is gone has it.
#[must_use]
pub fn checkpoint(gone: &[Gone], id: CheckpointId, checkout: &Path) -> Option<String> {
    let of = gone.iter().find(|gone| gone.checkpoints.iter().any(|kept| kept.id == id))?;
    Some(format!(
        "{id} is of the worktree {}, which is gone, so there are no files to take back to it. It is kept: {}",
        of.worktree,
        reach(&of.checkpoint_ref(id), checkout)
    ))
}

/// Says where the states are that moves in a worktree left; `None` if there are none.
#[must_use]
pub fn moves(gone: &Gone, checkout: &Path) -> Option<String> {
    let (number, facts) = gone.moves.last()?;
    Some(format!(
        "what the move to {} in the worktree {}, which is gone, left is kept: {}",
        facts.title,
        gone.worktree,
        reach(&format!("{}:files", gone.undo_ref(*number)), checkout)
    ))
}

/// Says how git shows a state, and brings a file of it back.
fn reach(state: &str, checkout: &Path) -> String {
    let git = format!("git -C {}", words::path(checkout));
    format!("`{git} diff HEAD {state}` shows it, `{git} restore --source={state} -- PATH` brings a file of it back")
}
