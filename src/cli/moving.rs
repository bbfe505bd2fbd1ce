//! How a session's work moves, as `status` and `sessions` tell it.

use crate::protocol::event::Repeat;
use crate::session::{Beat, Session};
use serde::Serialize;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
pub struct Moving {
    /// Rounds counted: turns in a row without anything new, and what weighs as much.
    rounds: u32,
    /// Whether the agent knows that it goes round, and has not moved since.
    circling: bool,
    /// Whether the session was ended for it.
    handed_off: bool,
    /// What was repeated most.
    repeats: Vec<Repeat>,
    /// What its last turns brought, oldest first: `round`, `idle`, `looked`, `changed`, `proved`.
    turns: Vec<&'static str>,
}

impl Moving {
    /// Reads it from the folded log.
    pub fn of(session: &Session) -> Self {
        let headway = &session.headway;
        Self {
            rounds: headway.rounds(),
            circling: headway.circling_since().is_some(),
            handed_off: headway.is_handed_off(),
            repeats: headway.repeats(),
            turns: session.track.beats.iter().copied().map(Beat::word).collect(),
        }
    }

    /// Says it in one line, if there is anything to say: work that moves is no news.
    pub fn line(&self) -> Option<String> {
        let repeated: Vec<String> = self.repeats.iter().map(Repeat::words).collect();
        (self.circling || self.handed_off).then(|| format!("{} rounds: {}", self.rounds, repeated.join("; ")))
    }
}
