//! The history of the feature list: what was looked up, and whether it is still so.

use super::Loaded;
use super::lookup::MISMATCH;
use crate::protocol::event::Event;
use crate::protocol::{Answer, ListHistory, ListStep, Query};

/// The history and how fresh it is.
#[derive(Debug, Default)]
pub struct HistoryView {
    /// The latest answer; the one before stays while a new one is looked up.
    pub loaded: Option<Loaded<Box<ListHistory>>>,
    /// Moves with every answer.
    pub revision: u64,
    asked: bool,
    stale: bool,
}

impl HistoryView {
    /// Returns what to look up for the page to be right, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        if self.asked || (self.loaded.is_some() && !self.stale) {
            return None;
        }
        self.asked = true;
        self.stale = false;
        self.loaded.get_or_insert(Loaded::Pending);
        Some(Query::ListHistory)
    }

    /// Files the answer.
    pub fn file(&mut self, answer: Answer) {
        self.asked = false;
        self.revision += 1;
        self.loaded = Some(match answer {
            Answer::ListHistory(told) => Loaded::Ready(told),
            Answer::Failed { message } => Loaded::Failed(message),
            _ => Loaded::Failed(MISMATCH.into()),
        });
    }

    /// Notes that nobody looks any more; returns the look-up that is under way for nobody.
    pub fn leave(&mut self) -> Option<Query> {
        if !std::mem::take(&mut self.asked) {
            return None;
        }
        self.stale = true;
        if self.loaded == Some(Loaded::Pending) {
            self.loaded = None;
        }
        Some(Query::ListHistory)
    }

    /// Notes that it may be another one from now on.
    pub const fn refresh(&mut self) {
        self.stale = true;
    }

    /// Notes an event after which the history may be another one.
    pub const fn notice(&mut self, event: &Event) {
        let moves = matches!(
            event,
            Event::CommitMade(_) | Event::FeatureListEdited(_) | Event::RolledBack(_) | Event::RepositoryObserved(_)
        );
        self.stale |= moves;
    }

    /// Returns the history, if it is there.
    #[must_use]
    pub fn told(&self) -> Option<&ListHistory> {
        match &self.loaded {
            Some(Loaded::Ready(told)) => Some(told),
            _ => None,
        }
    }

    /// Returns a commit of it by its place.
    #[must_use]
    pub fn step(&self, at: usize) -> Option<&ListStep> {
        self.told()?.steps.get(at)
    }
}
