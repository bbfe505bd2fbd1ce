//! The review at hand: which one is on the page, where it stands among what waits.

use super::{Entry, Extent, Review, Target};
use crate::session::state::Debt;
use crate::ui::model::{Model, Subject};
use std::time::Duration;

impl Model {
    /// Finds a review.
    #[must_use]
    pub fn review(&self, target: &Target) -> Option<&Review> {
        self.reviews.iter().find(|review| &review.target == target)
    }

    /// Finds a review, to change it.
    pub fn review_mut(&mut self, target: &Target) -> Option<&mut Review> {
        self.reviews.iter_mut().find(|review| &review.target == target)
    }

    /// Returns the review on the visible page.
    #[must_use]
    pub fn open_review(&self) -> Option<&Review> {
        match &self.pages.last()?.subject {
            Subject::Review(target) => self.review(target),
            _ => None,
        }
    }

    /// Returns the review on the visible page, to change it.
    pub fn open_review_mut(&mut self) -> Option<&mut Review> {
        let target = self.open_review()?.target.clone();
        self.review_mut(&target)
    }

    /// Returns the text being written over the visible review, if nothing covers it.
    pub fn writing(&mut self) -> Option<&mut Entry> {
        if self.popup.is_some() {
            return None;
        }
        self.open_review_mut()?.entry.as_mut()
    }

    /// Says which of how many a review's object is: of what waits, or of the commits that nobody saw.
    #[must_use]
    pub fn place_of(&self, target: &Target) -> (usize, usize) {
        let (place, all) = match target {
            Target::Gate(gate) => {
                let place = self.state.open_gates.iter().position(|open| open.opened.gate == *gate);
                (place, self.waiting())
            }
            Target::Commit(commit) => {
                let debts = &self.state.debts;
                (debts.iter().position(|debt| &debt.commit == commit), debts.len())
            }
        };
        (place.map_or(0, |place| place + 1), all)
    }

    /// Returns when the screen changes by itself: keys of the visible page begin to decide, hunks on it count as seen.
    #[must_use]
    pub fn next_change(&self) -> Option<Duration> {
        if let Some(going) = self.open_move() {
            let latch = going.word.as_ref().map_or(going.latch, |word| word.latch);
            return latch.next_change(self.elapsed);
        }
        let review = self.open_review()?;
        let keys = match &review.entry {
            Some(entry) => entry.next_change(self.elapsed),
            None => review.latch.next_change(self.elapsed),
        };
        let seen = review.progress.next_change().filter(|_| self.popup.is_none());
        let stored = self.stores_at().filter(|_| self.popup.is_none());
        keys.into_iter().chain(seen).chain(stored).min()
    }

    /// Returns when the log is to be told how much was seen by now of the commit on the visible page. Not before it has what it was told
    /// last: it may be long, and whoever writes to it reads it whole.
    #[must_use]
    pub fn stores_at(&self) -> Option<Duration> {
        let review = self.open_review()?;
        let Target::Commit(commit) = &review.target else { return None };
        let debt = self.debt(commit)?;
        let told = debt.hunks.saturating_sub(debt.unseen);
        let has_last = review.stored.is_none_or(|(stored, _)| stored <= told as usize);
        review.stores_at().filter(|_| has_last)
    }

    /// Counts the hunks of an unseen commit that were seen by now: what the log has of it, or this window knows already.
    #[must_use]
    pub fn seen_of(&self, debt: &Debt) -> u32 {
        let here = self.review(&Target::Commit(debt.commit.clone()));
        let here = here.map_or(0, |review| review.progress.seen(Extent::Whole));
        let told = debt.hunks.saturating_sub(debt.unseen);
        u32::try_from(here).unwrap_or(u32::MAX).min(debt.hunks).max(told)
    }

    /// Counts the hunks of an unseen commit that nobody has seen by now.
    #[must_use]
    pub fn unseen_of(&self, debt: &Debt) -> u32 {
        debt.hunks.saturating_sub(self.seen_of(debt))
    }

    /// Counts the commits of which nobody has seen some hunk by now.
    #[must_use]
    pub fn unseen_commits(&self) -> usize {
        self.state.debts.iter().filter(|debt| self.unseen_of(debt) > 0).count()
    }

    /// Counts the hunks of the branch's commits that nobody has seen by now.
    #[must_use]
    pub fn unseen_hunks(&self) -> u32 {
        self.state.debts.iter().map(|debt| self.unseen_of(debt)).sum()
    }
}
