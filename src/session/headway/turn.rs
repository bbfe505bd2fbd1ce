//! The turn that is under way.
//!
//! Owns what is kept of it until it is over, and which beat it is. Invariant: what it brought once, it brought.

use super::Beat;

/// Most lines that an edit may change to be a small one.
const SMALL: u32 = 2;

/// The turn that is under way.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Turn {
    pub(super) calls: bool,
    pub(super) proved: bool,
    /// The files came to be as they had never been.
    changed: bool,
    /// They did so by no more than this many lines of files that had been written before.
    tweaked: Option<u32>,
    /// The same question got another answer.
    pub(super) moved: bool,
    pub(super) fresh: u32,
    /// A line was shown that had never been.
    pub(super) heard: bool,
    /// A new question was answered by nothing that had not been seen.
    pub(super) stale: bool,
    /// What the call that ended last brought.
    pub(super) last: Answer,
    pub(super) again: bool,
    /// A test passed that had passed before on these files.
    pub(super) rerun: bool,
    /// Something that the agent started was awaited.
    pub(super) waits: bool,
}

/// What an answer was worth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// It was counted as a look at something new.
    pub(super) is_fresh: bool,
    /// Its words had not been heard before.
    pub(super) is_new: bool,
}

impl Turn {
    /// The files came to be as they had never been. `lines` are those that changed, where all are of files that had been written.
    pub(super) fn writes(&mut self, lines: Option<u32>) {
        let lines = lines.map(|lines| lines.saturating_add(self.tweaked.unwrap_or(0)));
        match lines.filter(|lines| *lines <= SMALL) {
            Some(lines) => self.tweaked = Some(lines),
            None => self.changed = true,
        }
    }

    /// Says whether it ends a streak: by proof, by work on the files, or by an answer that moved. A line or two more of what was written
    /// before is work where something new was heard of it.
    pub(super) const fn brings_something(&self) -> bool {
        self.proved || self.changed || self.moved || self.tweaked.is_some() && self.heard
    }

    pub(super) const fn beat(&self) -> Beat {
        if self.proved {
            Beat::Proved
        } else if self.changed || self.tweaked.is_some() {
            Beat::Changed
        } else if self.moved || self.fresh > 0 {
            Beat::Looked
        } else if self.again {
            Beat::Round
        } else {
            Beat::Idle
        }
    }
}
