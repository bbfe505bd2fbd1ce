//! Windows over the screen.

use super::Field;
use super::cursor::Cursor;
use crate::protocol::event::QuestionAsked;
use crate::protocol::{QuestionId, SessionNo};
use crate::ui::keymap::Action;
use std::time::Duration;

/// An open window.
#[derive(Debug)]
pub enum Popup {
    /// Every key, searchable; the selected action can be run.
    Help(Cursor<Action>),
    /// The sessions.
    Sessions(Cursor<SessionNo>),
    /// What to do with a live run.
    Leave,
    /// A question of the agent.
    Question(Box<QuestionForm>),
    /// What to copy.
    Copy(Vec<CopyEntry>),
    /// The run's summary.
    Summary,
}

/// One thing that can be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyEntry {
    /// The key that copies it.
    pub key: char,
    /// What it is.
    pub label: &'static str,
    /// The text.
    pub text: String,
}

/// A question being answered.
#[derive(Debug)]
pub struct QuestionForm {
    /// Which question; an answer is bound to it.
    pub question: QuestionId,
    /// What is typed.
    pub field: Field,
    /// The marked choice; `None` means the typed text.
    pub choice: Option<usize>,
    /// When the window was first drawn in full; unset until then.
    pub drawn: Option<Duration>,
}

/// Keys that come sooner after the window's first frame were meant for what was on the screen before.
pub const ARMING: Duration = Duration::from_millis(400);

impl QuestionForm {
    /// Opens the form for a question.
    #[must_use]
    pub fn new(asked: &QuestionAsked) -> Self {
        Self {
            question: asked.question,
            field: Field::new(super::field::Lines::Many, ""),
            choice: None,
            drawn: None,
        }
    }

    /// Says whether a key read at `at` was typed by someone who could see the window.
    #[must_use]
    pub fn is_armed(&self, at: Duration) -> bool {
        self.drawn.is_some_and(|drawn| at >= drawn + ARMING)
    }
}
