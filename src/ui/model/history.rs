//! The history of the feature list: what was looked up, and whether it is still so.

use super::Loaded;
use super::fresh::Fresh;
use crate::protocol::event::Event;
use crate::protocol::{Answer, ListHistory, ListStep, Query};

/// The history and how fresh it is.
pub type HistoryView = Fresh<ListHistory>;

impl HistoryView {
    /// Returns what to look up for the page to be right, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        self.begin().then_some(Query::ListHistory)
    }

    /// Files the answer.
    pub fn file(&mut self, answer: Answer) {
        if let Answer::HistoryProgress(so_far) = answer {
            self.so_far(so_far);
            return;
        }
        self.settle(match answer {
            Answer::ListHistory(told) => Loaded::Ready(told),
            other => Loaded::other(other),
        });
    }

    /// Notes that nobody looks any more; returns the look-up that is under way for nobody.
    pub fn leave(&mut self) -> Option<Query> {
        self.abandon().then_some(Query::ListHistory)
    }

    /// Notes an event after which the history may be another one.
    pub const fn notice(&mut self, event: &Event) {
        let moves = matches!(
            event,
            Event::CommitMade(_) | Event::FeatureListEdited(_) | Event::RolledBack(_) | Event::RepositoryObserved(_)
        );
        if moves {
            self.refresh();
        }
    }

    /// Returns a commit of it by its place.
    #[must_use]
    pub fn step(&self, at: usize) -> Option<&ListStep> {
        self.told()?.steps.get(at)
    }
}
