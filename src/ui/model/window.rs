//! The preview of the next window: what was looked up, and whether it is still so.

use super::Loaded;
use super::lookup::MISMATCH;
use crate::protocol::event::Event;
use crate::protocol::window::SectionPreview;
use crate::protocol::{Answer, NextWindow, Query};

/// The preview and how fresh it is.
#[derive(Debug, Default)]
pub struct NextWindowView {
    /// The latest answer; the one before stays while a new one is looked up.
    pub loaded: Option<Loaded<Box<NextWindow>>>,
    /// Moves with every answer.
    pub revision: u64,
    asked: bool,
    stale: bool,
}

impl NextWindowView {
    /// Returns what to look up for the page to be right, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        if self.asked || (self.loaded.is_some() && !self.stale) {
            return None;
        }
        self.asked = true;
        self.stale = false;
        self.loaded.get_or_insert(Loaded::Pending);
        Some(Query::NextWindow)
    }

    /// Files the answer.
    pub fn file(&mut self, answer: Answer) {
        self.asked = false;
        self.revision += 1;
        self.loaded = Some(match answer {
            Answer::NextWindow(next) => Loaded::Ready(next),
            Answer::Failed { message } => Loaded::Failed(message),
            _ => Loaded::Failed(MISMATCH.into()),
        });
    }

    /// Notes that it may be another one from now on.
    pub const fn refresh(&mut self) {
        self.stale = true;
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
        self.stale |= moves;
    }

    /// Returns the sections, none before the answer.
    #[must_use]
    pub fn sections(&self) -> &[SectionPreview] {
        match &self.loaded {
            Some(Loaded::Ready(next)) => &next.sections,
            _ => &[],
        }
    }
}
