//! What the run does, as the header says it and as far as keys depend on it.

use super::Model;
use crate::link::Mode;
use crate::session::{Activity, Phase};
use jiff::Timestamp;

impl Model {
    /// Returns what the project does and since when, by the clock of the frame.
    #[must_use]
    pub fn phase(&self) -> (Phase, Option<Timestamp>) {
        self.clock.map_or_else(|| self.state.phase(), |now| self.state.phase_at(now))
    }

    /// Says whether a run of this process is under way.
    #[must_use]
    pub fn run_is_live(&self) -> bool {
        self.mode == Mode::Live && !self.closed && !self.state.phase().0.is_over()
    }

    /// Says whether something counts seconds on the screen: a program of the person's that is stopped after so many.
    #[must_use]
    pub fn counts_seconds(&self) -> bool {
        let session = self.state.current();
        session.is_some_and(|session| matches!(session.activity, Activity::Hook(_)))
    }
}
