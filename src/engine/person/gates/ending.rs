//! By what a call is cut that waits at a gate.
//!
//! Owns the words for it, and whether the session goes on. Invariant: both are told by the log alone.

use crate::engine::project::Project;
use crate::protocol::{PauseMode, StopMode};
use crate::session::Hold;

/// Says by what a call is cut that waited.
#[must_use]
pub fn cut(project: &Project) -> &'static str {
    if is_ending(project) {
        "the session ended"
    } else {
        "interrupted"
    }
}

/// Says whether a call that is cut is the session's last: a person who interrupts it lets the session go on, also where the run is to
/// stop after it.
pub(in crate::engine) fn is_ending(project: &Project) -> bool {
    project.journal.with_state(|state| {
        state.run.as_ref().is_some_and(|run| {
            let cut = matches!(
                run.hold,
                Hold::Pausing {
                    mode: PauseMode::Now,
                    ..
                }
            );
            !cut && matches!(run.stopping, Some(StopMode::AfterStep | StopMode::Now))
        })
    })
}
