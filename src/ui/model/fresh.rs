//! What a page shows of a look-up that events make stale.
//!
//! Owns when to look again. Does not own what is looked up, nor which events change it: each page's own module does. Invariant: one
//! look-up is under way at a time, and the answer before it stays until the next is there.

use super::Loaded;
use crate::protocol::HistoryProgress;

/// The latest answer, and whether it is still so.
#[derive(Debug)]
pub struct Fresh<T> {
    /// The latest answer; the one before stays while a new one is looked up.
    pub loaded: Option<Loaded<Box<T>>>,
    /// Moves with every answer.
    pub revision: u64,
    /// How far the look-up under way is, where it says so.
    pub progress: Option<HistoryProgress>,
    asked: bool,
    stale: bool,
}

impl<T> Default for Fresh<T> {
    fn default() -> Self {
        Self {
            loaded: None,
            revision: 0,
            progress: None,
            asked: false,
            stale: false,
        }
    }
}

impl<T> Fresh<T> {
    /// Says whether to look it up for the page to be right; a look-up is under way then.
    pub(super) fn begin(&mut self) -> bool {
        if self.asked || (self.loaded.is_some() && !self.stale) {
            return false;
        }
        (self.asked, self.stale) = (true, false);
        self.loaded.get_or_insert(Loaded::Pending);
        true
    }

    /// Files the answer.
    pub(super) fn settle(&mut self, answer: Loaded<Box<T>>) {
        self.asked = false;
        self.progress = None;
        self.revision += 1;
        self.loaded = Some(answer);
    }

    /// Notes how far the look-up is; nobody's is not noted.
    pub(super) const fn so_far(&mut self, progress: HistoryProgress) {
        if self.asked {
            self.progress = Some(progress);
            self.revision += 1;
        }
    }

    /// Notes that nobody looks any more; says whether a look-up is under way for nobody.
    pub(super) fn abandon(&mut self) -> bool {
        if !std::mem::take(&mut self.asked) {
            return false;
        }
        self.stale = true;
        if matches!(self.loaded, Some(Loaded::Pending)) {
            self.loaded = None;
        }
        true
    }

    /// Notes that it may be another one from now on.
    pub const fn refresh(&mut self) {
        self.stale = true;
    }

    /// Returns the answer, if it is there.
    #[must_use]
    pub fn told(&self) -> Option<&T> {
        match &self.loaded {
            Some(Loaded::Ready(told)) => Some(told),
            _ => None,
        }
    }
}
