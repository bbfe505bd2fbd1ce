//! The review at hand: which one is on the page, where it stands among what waits, what it needs looked up.

use super::{Entry, Review, Target};
use crate::protocol::Query;
use crate::ui::model::{Loaded, Model, Subject};
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
            Subject::Feature(_) | Subject::Commit(_) | Subject::Test(_) | Subject::Item(..) => None,
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

    /// Notes that a look-up is under way; says whether it must be asked for.
    pub fn await_answer(&mut self, query: &Query) -> bool {
        match query {
            Query::TreeDiff { from, to } => {
                let key = (from.clone(), to.clone());
                let fresh = !self.changes.contains_key(&key);
                self.changes.entry(key).or_insert(Loaded::Pending);
                fresh
            }
            Query::CommitDiff { commit } => {
                let fresh = !self.diffs.contains_key(commit);
                self.diffs.entry(commit.clone()).or_insert(Loaded::Pending);
                fresh
            }
            Query::Blob { blob } => {
                let fresh = !self.blobs.contains_key(blob);
                self.blobs.entry(blob.clone()).or_insert(Loaded::Pending);
                fresh
            }
        }
    }

    /// Forgets a look-up that failed, so that it is tried again.
    pub fn forget_failure(&mut self, query: &Query) {
        match query {
            Query::TreeDiff { from, to } => {
                let key = (from.clone(), to.clone());
                if matches!(self.changes.get(&key), Some(Loaded::Failed(_))) {
                    self.changes.remove(&key);
                }
            }
            Query::CommitDiff { commit } => {
                if matches!(self.diffs.get(commit), Some(Loaded::Failed(_))) {
                    self.diffs.remove(commit);
                }
            }
            Query::Blob { .. } => {}
        }
    }

    /// Returns when the screen changes by itself: keys of the visible page begin to decide.
    #[must_use]
    pub fn next_change(&self) -> Option<Duration> {
        let review = self.open_review()?;
        let latch = review.entry.as_ref().map_or(review.latch, |entry| entry.latch);
        latch.next_change(self.elapsed)
    }
}
