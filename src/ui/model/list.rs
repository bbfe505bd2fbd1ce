//! The text of a feature list that has no rows to show: what was looked up, and whether it is still so.

use super::fresh::Fresh;
use super::{Loaded, Model};
use crate::protocol::event::Event;
use crate::protocol::{Answer, Query, RawList};

/// The text and how fresh it is.
pub type ListView = Fresh<RawList>;

impl ListView {
    /// Returns what to look up for the text to be right, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        self.begin().then_some(Query::ListText)
    }

    /// Files the answer.
    pub fn file(&mut self, answer: Answer) {
        self.settle(match answer {
            Answer::ListText(list) => Loaded::Ready(list),
            other => Loaded::other(other),
        });
    }

    /// Notes an event after which the text may be another one.
    pub const fn notice(&mut self, event: &Event) {
        if matches!(event, Event::FeatureListLoaded(_) | Event::FeatureListEdited(_)) {
            self.refresh();
        }
    }
}

impl Model {
    /// Says whether there is a list of which no feature can be shown: it cannot be read, or it is empty.
    #[must_use]
    pub fn has_bare_list(&self) -> bool {
        let board = &self.state.features;
        self.caught_up && board.rows.is_empty() && !board.notices.is_empty()
    }
}
