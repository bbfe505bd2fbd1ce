//! One function per topic; this file only sends each event to its topic.

use super::State;
use crate::protocol::Envelope;

impl State {
    /// Folds one envelope in.
    pub fn apply(&mut self, envelope: &Envelope) {
        self.last_seq = envelope.seq;
        self.last_time = Some(envelope.time);
    }
}
