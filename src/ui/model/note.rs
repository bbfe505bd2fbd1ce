//! How long a sentence in the footer stands.
//!
//! Invariant: a sentence that was shown goes by itself; until then somebody wakes the loop for it, afterwards nobody does.

use super::{Model, Note};
use std::time::Duration;

/// A sentence is read by then, and what it said may no longer be so.
pub const STANDS: Duration = Duration::from_secs(10);

impl Note {
    /// Makes a sentence that was not shown yet.
    #[must_use]
    pub const fn new(text: String, warning: bool) -> Self {
        Self {
            text,
            warning,
            refused: None,
            shown: None,
        }
    }

    fn until(&self) -> Option<Duration> {
        Some(self.shown? + STANDS)
    }
}

impl Model {
    /// Notes that the sentence in the footer, if there is one, was on the screen.
    pub fn note_shown(&mut self, at: Duration) {
        if let Some(note) = &mut self.note {
            note.shown.get_or_insert(at);
        }
    }

    /// Drops a sentence that has stood long enough, and what its key would have meant if it was pressed again.
    pub fn drop_old_note(&mut self) {
        let now = self.elapsed;
        if self
            .note
            .take_if(|note| note.until().is_some_and(|until| until <= now))
            .is_some()
        {
            self.cancel_armed = false;
        }
    }

    /// Returns when the sentence in the footer goes.
    #[must_use]
    pub fn note_until(&self) -> Option<Duration> {
        self.note.as_ref().and_then(Note::until)
    }
}
