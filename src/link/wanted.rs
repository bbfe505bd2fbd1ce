//! Whether somebody still waits for a long look-up.
//!
//! Owns one number a backend. Invariant: a look-up that nobody waits for ends at its next step, and is not answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The latest of a kind of look-up: a newer one, or nobody's wish, ends it.
#[derive(Debug, Clone, Default)]
pub struct Wanted(Arc<AtomicU64>);

impl Wanted {
    /// Begins a look-up; an earlier one is not wanted any more. The answer says whether this one still is.
    pub fn begin(&self) -> impl Fn() -> bool + use<> {
        let (latest, own) = (Arc::clone(&self.0), self.0.fetch_add(1, Ordering::Relaxed) + 1);
        move || latest.load(Ordering::Relaxed) == own
    }

    /// Nobody waits any more.
    pub fn forget(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_is_wanted_and_only_until_it_is_forgotten() {
        let wanted = Wanted::default();
        let first = wanted.begin();
        assert!(first());
        let second = wanted.begin();
        assert!(!first() && second());
        wanted.forget();
        assert!(!second());
    }
}
