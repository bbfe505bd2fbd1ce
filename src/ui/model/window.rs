//! The preview of the next window: what was looked up, and whether it is still so.

use super::Loaded;
use super::fresh::Fresh;
use crate::protocol::event::Event;
use crate::protocol::window::SectionPreview;
use crate::protocol::{Answer, NextWindow, Query};

/// The preview and how fresh it is.
pub type NextWindowView = Fresh<NextWindow>;

impl NextWindowView {
    /// Returns what to look up for the page to be right, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        self.begin().then_some(Query::NextWindow)
    }

    /// Files the answer.
    pub fn file(&mut self, answer: Answer) {
        self.settle(match answer {
            Answer::NextWindow(next) => Loaded::Ready(next),
            other => Loaded::other(other),
        });
    }

    /// Notes an event after which the next window may be another one.
    pub const fn notice(&mut self, event: &Event) {
        let moves = matches!(
            event,
            Event::SectionRuled(_)
                | Event::NotesEdited(_)
                | Event::NoteAdded(_)
                | Event::ExternalChangeSeen(_)
                | Event::SessionStarted(_)
                | Event::SessionEnded(_)
                | Event::FeatureFlipped(_)
                | Event::CommitMade(_)
                | Event::TestRunFinished(_)
                | Event::CheckRan(_)
        );
        if moves {
            self.refresh();
        }
    }

    /// Returns the sections, none before the answer.
    #[must_use]
    pub fn sections(&self) -> &[SectionPreview] {
        self.told().map_or(&[], |next| &next.sections)
    }
}
