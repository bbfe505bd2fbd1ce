//! When keys decide: not before a person could have seen what they decide on, and not for as long as the key that opened it is
//! held down.

use crate::ui::model::Arming;
use crate::ui::model::popup::ARMING;
use std::time::Duration;

/// A key that opens a page and decides on it counts only this long after it was last pressed: terminals do not tell when a key
/// is let go, and a held key begins to repeat after half a second.
pub const OPENING: Duration = Duration::from_secs(1);

/// A key that was pressed too soon counts this long after that press: one held down has begun to repeat by then, on the slowest of
/// keyboards after two thirds of a second.
pub const RELEASED: Duration = Duration::from_millis(700);

/// Arming that also knows when the opening key was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latch {
    arming: Arming,
    /// From when the opening key's wait is counted.
    opened: Duration,
    /// When that key was pressed last.
    pressed: Duration,
}

impl Latch {
    /// Begins with the press of the opening key.
    #[must_use]
    pub fn pressed(at: Duration) -> Self {
        Self {
            arming: Arming::default(),
            opened: at,
            pressed: at,
        }
    }

    /// Notes that all there is to decide on was drawn.
    pub fn drawn(&mut self, at: Duration) {
        self.arming.drawn(at);
    }

    /// Notes a deciding key that came too soon. On a page that could be read by then the wait goes on as it was: impatience costs
    /// nothing, and whoever holds the opening key down never stops pressing it.
    pub fn pressed_early(&mut self, at: Duration) {
        if self.arming.is_armed(at) {
            self.pressed = at;
        } else {
            self.pressed_again(at);
        }
    }

    /// Notes a deciding key after which the waiting begins again.
    pub fn pressed_again(&mut self, at: Duration) {
        self.opened = at;
        self.pressed = at;
        self.arming.begin_again(at);
    }

    /// Says whether it was drawn at all.
    #[must_use]
    pub const fn is_seen(self) -> bool {
        self.arming.is_seen()
    }

    /// Says whether a key that does not open the page decides.
    #[must_use]
    pub fn is_armed(self, at: Duration) -> bool {
        self.arming.is_armed(at)
    }

    /// Says whether the key that opens the page decides.
    #[must_use]
    pub fn is_armed_for_opener(self, at: Duration) -> bool {
        self.arming.is_armed(at) && at >= self.counts_from()
    }

    fn counts_from(self) -> Duration {
        (self.opened + OPENING).max(self.pressed + RELEASED)
    }

    /// Returns when the next key begins to decide that does not decide at `at`; `None` if all do, or nothing was drawn yet.
    #[must_use]
    pub fn next_change(self, at: Duration) -> Option<Duration> {
        let armed = self.arming.since()? + ARMING;
        [armed, armed.max(self.counts_from())].into_iter().find(|change| *change > at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_held_key_never_arms_itself() {
        let mut latch = Latch::pressed(ms(0));
        latch.drawn(ms(10));
        assert!(!latch.is_armed(ms(409)));
        assert!(latch.is_armed(ms(410)));
        // Keyboards repeat after a quarter to two thirds of a second, then every thirtieth.
        for at in (500..5_000).step_by(30) {
            assert!(!latch.is_armed_for_opener(ms(at)), "{at}");
            latch.pressed_early(ms(at));
        }
        assert!(latch.is_armed_for_opener(ms(6_000)));
    }

    #[test]
    fn impatience_on_a_page_that_can_be_read_costs_nothing() {
        let mut latch = Latch::pressed(ms(0));
        latch.drawn(ms(10));
        for at in [450, 700, 950] {
            assert!(!latch.is_armed_for_opener(ms(at)));
            latch.pressed_early(ms(at));
        }
        assert_eq!(latch.next_change(ms(960)), Some(ms(1_650)));
        assert!(latch.is_armed_for_opener(ms(1_650)));
        // Nobody could have read it yet: that press was for the page before, and the wait begins with it.
        let mut latch = Latch::pressed(ms(0));
        latch.drawn(ms(10));
        latch.pressed_early(ms(300));
        assert!(!latch.is_armed_for_opener(ms(1_200)));
        assert!(latch.is_armed_for_opener(ms(1_300)));
    }

    #[test]
    fn the_moment_of_the_next_change_is_known() {
        let mut latch = Latch::pressed(ms(0));
        assert_eq!(latch.next_change(ms(5)), None, "nothing was drawn yet");
        latch.drawn(ms(10));
        assert_eq!(latch.next_change(ms(10)), Some(ms(410)));
        assert_eq!(latch.next_change(ms(410)), Some(ms(1_000)));
        assert_eq!(latch.next_change(ms(1_000)), None);
    }
}
