//! A move back being looked at: where to, what it would do, and the word that is typed for it.
//!
//! Owns how fresh the rehearsal is and whether keys count. Invariant: what goes out names the rehearsal that was on the screen, and
//! a rehearsal of another state empties a half-typed word. The line stays open, so that the letters that follow are still the word's.

use super::field::{Field, Lines};
use super::review::Latch;
use super::{Loaded, Model, Subject};
use crate::protocol::event::Event;
use crate::protocol::{Answer, Command, Query, Rehearsal, Target};
use crossterm::event::{KeyCode, KeyEvent};
use std::time::Duration;

/// The word that makes a move. None of its letters opens the page.
pub const WORD: &str = "back";

/// A move being looked at.
#[derive(Debug)]
pub struct Going {
    /// Where to.
    pub target: Target,
    /// The latest rehearsal; the one before stays while a new one is made.
    pub rehearsal: Loaded<Box<Rehearsal>>,
    /// Number of the rehearsal, zero before the first.
    pub revision: u64,
    /// Whether keys count yet.
    pub latch: Latch,
    /// The word being typed, if one is.
    pub word: Option<Word>,
    /// Whether the move was asked for and is not answered yet.
    pub sent: bool,
    /// Whether the run was asked to hold still for the word.
    pub holds: bool,
    asked: bool,
    stale: bool,
}

/// The word being typed.
#[derive(Debug)]
pub struct Word {
    /// The letters.
    pub field: Field,
    /// Whether Enter counts yet.
    pub latch: Latch,
    /// The letter of the key that opened the line: typed again at once, it is the same letter.
    opener: Option<char>,
}

impl Going {
    /// Begins with the key that opens the page.
    #[must_use]
    pub fn new(target: Target, pressed: Duration) -> Self {
        Self {
            target,
            rehearsal: Loaded::Pending,
            revision: 0,
            latch: Latch::pressed(pressed),
            word: None,
            sent: false,
            holds: false,
            asked: false,
            stale: true,
        }
    }

    /// Returns what to look up for the page to be right, if anything.
    pub fn ask(&mut self) -> Option<Query> {
        // What the move itself changes is not rehearsed.
        if self.asked || self.sent || !self.stale {
            return None;
        }
        (self.asked, self.stale) = (true, false);
        Some(Query::Rehearse {
            target: self.target.clone(),
        })
    }

    /// Returns the rehearsal, if there is one.
    #[must_use]
    pub fn ready(&self) -> Option<&Rehearsal> {
        match &self.rehearsal {
            Loaded::Ready(rehearsal) => Some(rehearsal),
            Loaded::Pending | Loaded::Failed(_) => None,
        }
    }

    /// Files the answer under its number. Returns whether letters of a word are gone, for they were typed under another rehearsal.
    pub fn file(&mut self, answer: Answer, number: u64, now: Duration) -> bool {
        self.asked = false;
        let loaded = match answer {
            Answer::Rehearsal(rehearsal) => Loaded::Ready(rehearsal),
            other => Loaded::other(other),
        };
        let same = match (&self.rehearsal, &loaded) {
            (Loaded::Ready(before), Loaded::Ready(after)) => before.seen == after.seen,
            _ => false,
        };
        self.rehearsal = loaded;
        self.revision = number;
        if same {
            return false;
        }
        self.latch = Latch::pressed(now);
        let before = self.word.take();
        self.word = before.as_ref().filter(|_| self.ready().is_some()).map(|_| Word::new("", now));
        before.is_some()
    }

    /// Begins anew: what was shown is not what is there.
    pub fn begin_again(&mut self) {
        (self.sent, self.stale) = (false, true);
        self.rehearsal = Loaded::Pending;
        self.word = None;
    }

    /// Notes an event after which a move may do something else.
    pub const fn notice(&mut self, event: &Event) {
        let moves = matches!(
            event,
            Event::CheckpointMade(_)
                | Event::CommitMade(_)
                | Event::FeatureFlipped(_)
                | Event::ExternalChangeSeen(_)
                | Event::NotesEdited(_)
                | Event::SessionEnded(_)
                | Event::RolledBack(_)
        );
        self.stale |= moves;
    }

    /// Returns the command for the move as it was shown; `None` while there is nothing to do.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        let rehearsal = self.ready().filter(|rehearsal| !rehearsal.is_idle())?;
        Some(Command::Move {
            target: self.target.clone(),
            seen: rehearsal.seen.clone(),
            files: rehearsal.trees.as_ref().map(|(now, _)| now.clone()),
        })
    }
}

impl Word {
    /// Opens the line with what is typed so far.
    #[must_use]
    pub fn new(typed: &str, pressed: Duration) -> Self {
        Self {
            field: Field::new(Lines::One, typed),
            latch: Latch::pressed(pressed),
            opener: typed.chars().next(),
        }
    }

    /// Takes a key. Who opened the line with the word's first letter may begin the word anew, as the line says.
    pub fn key(&mut self, event: KeyEvent) {
        let again = self.opener.take().is_some_and(|opener| {
            event.code == KeyCode::Char(opener) && event.modifiers.is_empty() && self.field.text() == opener.to_string()
        });
        if !again {
            self.field.key(event);
        }
    }
}

impl Model {
    /// Returns the move that is looked at on the visible page.
    #[must_use]
    pub fn open_move(&self) -> Option<&Going> {
        let visible = self.pages.last().is_some_and(|page| page.subject == Subject::Rehearsal);
        self.going.as_ref().filter(|_| visible)
    }
}
