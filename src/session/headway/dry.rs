//! Turns that brought little: no proof, no work on the files worth the name.
//!
//! Owns what each weighs. Invariant: none weighs as much as a round.

use super::DRY_PER_ROUND;
use super::counts::Counted;
use crate::protocol::event::RepeatKind;

/// What a turn weighs that changes a line or two of what was written before and hears nothing new, in turns that only look. No more
/// than such a turn itself: whoever mends a long file line by line, each at another place, does honest work.
const TWEAK: u32 = 1;
/// What one weighs that sees only what had been seen.
const STALE: u32 = 4;
/// What one weighs in which a test passed once more: whoever looks whether it always does has reason to do it again.
const RERUN: u32 = 3;

/// Turns that brought little, since one that brought something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dry {
    /// Those that only looked.
    looks: u32,
    /// Those of them that saw only what had been seen.
    stale: u32,
    /// Those that changed a line or two.
    tweaks: u32,
    /// What they weigh, in turns that only look.
    pub(super) weight: u32,
}

impl Dry {
    pub(super) const NONE: Self = Self {
        looks: 0,
        stale: 0,
        tweaks: 0,
        weight: 0,
    };

    pub(super) const fn with_look(mut self) -> Self {
        self.looks += 1;
        self.weight += 1;
        self
    }

    pub(super) const fn with_rerun(mut self) -> Self {
        self.looks += 1;
        self.weight += RERUN;
        self
    }

    pub(super) const fn with_stale_look(mut self) -> Self {
        self.looks += 1;
        self.stale += 1;
        self.weight += STALE;
        self
    }

    pub(super) const fn with_tweak(mut self) -> Self {
        self.tweaks += 1;
        self.weight += TWEAK;
        self
    }

    /// Says whether these turns are why so many rounds were counted.
    pub(super) const fn is_told_for(self, rounds: u32) -> bool {
        rounds > 0 && self.weight / DRY_PER_ROUND >= rounds
    }

    /// Names them, what weighs most first.
    pub(super) fn counted(self) -> Vec<Counted> {
        let looks = self.looks / DRY_PER_ROUND * DRY_PER_ROUND;
        let mut named = [
            (self.tweaks * TWEAK, RepeatKind::Tweak, self.tweaks),
            (self.stale * STALE, RepeatKind::Stale, self.stale),
            (looks.saturating_sub(self.stale), RepeatKind::Dry, looks),
        ];
        named.sort_by_key(|(weight, ..)| std::cmp::Reverse(*weight));
        let heavy = named.into_iter().filter(|(weight, _, times)| *weight > 1 && *times > 1);
        heavy.map(|(_, kind, times)| Counted::new(0, kind, "", times)).collect()
    }
}
