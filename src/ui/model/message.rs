//! A message to the agent that is being written, and the waiting ones above it.
//!
//! Invariant: what is typed outlives whatever happens to the message that it was to change.

use super::Field;
use super::field::Lines;
use crate::protocol::{Delivery, MessageId};
use crate::session::QueuedMessage;
use crate::ui::keymap::Situation;

/// The window's state.
#[derive(Debug)]
pub struct MessageForm {
    /// What is typed.
    pub field: Field,
    /// When a new message is delivered.
    pub when: Delivery,
    /// The waiting message that is marked; `None` while the text is.
    pub marked: Option<MessageId>,
    /// The waiting message that the text replaces.
    pub changing: Option<MessageId>,
    /// What became of that message meanwhile.
    pub news: Option<&'static str>,
}

impl MessageForm {
    /// Opens the window with a text that was begun before.
    #[must_use]
    pub fn new(when: Delivery, draft: &str) -> Self {
        Self {
            field: Field::new(Lines::Many, draft),
            when,
            marked: None,
            changing: None,
            news: None,
        }
    }

    /// Says which keys apply.
    #[must_use]
    pub const fn situation(&self) -> Situation {
        if self.marked.is_some() {
            Situation::Queue
        } else {
            Situation::Message
        }
    }

    /// Marks the waiting message above (`-1`) or below (`1`); past the last one lies the text.
    pub fn mark(&mut self, waiting: &[QueuedMessage], step: isize) {
        let at = self
            .marked
            .and_then(|id| waiting.iter().position(|message| message.id == id))
            .unwrap_or(waiting.len());
        let next = at.saturating_add_signed(step);
        self.marked = waiting.get(next).map(|message| message.id);
    }

    /// Puts a waiting message into the field.
    pub fn change(&mut self, message: &QueuedMessage) {
        self.field = Field::new(Lines::Many, &message.text);
        self.changing = Some(message.id);
        self.marked = None;
        self.news = None;
    }

    /// A message no longer waits.
    pub fn gone(&mut self, id: MessageId, news: &'static str) {
        self.marked.take_if(|marked| *marked == id);
        if self.changing.take_if(|changing| *changing == id).is_some() {
            self.news = Some(news);
        }
    }
}
