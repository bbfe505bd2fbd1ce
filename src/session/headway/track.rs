//! What is kept of the work on a feature, over all its sessions.

use super::Beat;
use std::collections::VecDeque;

/// Turns whose beats are kept.
const KEPT: usize = 64;

/// How the work on a feature went, turn by turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Track {
    /// What its last turns brought, oldest first, at most 64.
    pub beats: VecDeque<Beat>,
    /// Turns in all.
    pub turns: u32,
    /// Those that were rounds.
    pub rounds: u32,
    /// Sessions that were ended because they went round, since the last proof or a person's word.
    pub handed_off: u32,
    /// Whether it is left out because it went round.
    pub is_given_up: bool,
}

impl Track {
    /// Adds a turn.
    pub(in crate::session) fn add(&mut self, beat: Beat) {
        self.turns += 1;
        self.rounds += u32::from(beat == Beat::Round);
        self.beats.push_back(beat);
        if self.beats.len() > KEPT {
            self.beats.pop_front();
        }
    }
}
