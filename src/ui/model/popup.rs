//! Windows over the screen.

use super::cursor::Cursor;
use super::{Field, MessageForm, Model, Palette};
use crate::protocol::event::QuestionAsked;
use crate::protocol::{Autonomy, FinishWay, SessionNo};
use crate::ui::keymap::Action;
use std::time::Duration;

/// An open window.
#[derive(Debug)]
pub enum Popup {
    /// Every key, searchable; the selected action can be run.
    Help(Cursor<Action>),
    /// Every action, found by a few letters.
    Palette(Box<Palette>),
    /// The sessions.
    Sessions(Cursor<SessionNo>),
    /// What to do with a live run.
    Leave(Arming),
    /// A question of the agent.
    Question(Box<QuestionForm>),
    /// A message to the agent.
    Message(Box<MessageForm>),
    /// How much waits for a person.
    Autonomy(AutonomyMenu),
    /// What becomes of the worktree's work.
    Finish(FinishMenu),
    /// What to copy.
    Copy(Vec<CopyEntry>),
    /// The run's summary.
    Summary,
}

/// The levels of autonomy, one marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutonomyMenu {
    /// Place of the marked level in [`Autonomy::ALL`].
    pub at: usize,
    /// Whether Enter counts yet.
    pub arming: Arming,
}

/// The ways to finish a worktree, one marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FinishMenu {
    /// Place of the marked way in [`FinishWay::ALL`].
    pub at: usize,
    /// Whether Enter counts yet.
    pub arming: Arming,
}

impl FinishMenu {
    /// Returns the marked way.
    #[must_use]
    pub fn way(&self) -> FinishWay {
        FinishWay::ALL.get(self.at).copied().unwrap_or(FinishWay::Leave)
    }
}

impl AutonomyMenu {
    /// Opens with the level in force marked.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let level = model.state.run.as_ref().map(|run| run.autonomy).unwrap_or_default();
        Self {
            at: Autonomy::ALL.iter().position(|one| *one == level).unwrap_or(0),
            arming: Arming::default(),
        }
    }

    /// Returns the marked level.
    #[must_use]
    pub fn level(&self) -> Autonomy {
        Autonomy::ALL.get(self.at).copied().unwrap_or_default()
    }
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

/// Whether a window that decides something may take keys already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arming {
    /// When the window was first drawn in full; unset until then.
    drawn: Option<Duration>,
}

/// Keys that come sooner after the window's first frame were meant for what was on the screen before.
pub const ARMING: Duration = Duration::from_millis(400);

impl Arming {
    /// Notes that a frame with the window was drawn.
    pub fn drawn(&mut self, at: Duration) {
        self.drawn.get_or_insert(at);
    }

    /// Begins to wait anew, if a frame was drawn at all.
    pub fn begin_again(&mut self, at: Duration) {
        self.drawn = self.drawn.map(|_| at);
    }

    /// Returns since when the window is on the screen, or since when it waits anew.
    #[must_use]
    pub const fn since(self) -> Option<Duration> {
        self.drawn
    }

    /// Says whether the window was on the screen at all.
    #[must_use]
    pub const fn is_seen(self) -> bool {
        self.drawn.is_some()
    }

    /// Says whether a key read at `at` was typed by someone who could see the window.
    #[must_use]
    pub fn is_armed(self, at: Duration) -> bool {
        self.drawn.is_some_and(|drawn| at >= drawn + ARMING)
    }

    /// As [`Self::is_armed`]; a key that comes too soon makes the waiting begin again, so that no burst outlasts it.
    #[must_use]
    pub fn takes(&mut self, at: Duration) -> bool {
        let armed = self.is_armed(at);
        if !armed {
            self.begin_again(at);
        }
        armed
    }
}

/// A question being answered. It has its own copy of the question: what is typed must outlast one that stops waiting.
#[derive(Debug)]
pub struct QuestionForm {
    /// The question; an answer is bound to its number.
    pub asked: QuestionAsked,
    /// What is typed.
    pub field: Field,
    /// The marked choice; `None` means the typed text.
    pub choice: Option<usize>,
    /// First visible row of the question.
    pub scroll: usize,
    /// Whether keys count yet.
    pub arming: Arming,
    /// Why it no longer waits, if it does not.
    pub gone: Option<String>,
}

impl QuestionForm {
    /// Opens the form for a question.
    #[must_use]
    pub fn new(asked: &QuestionAsked) -> Self {
        Self {
            asked: asked.clone(),
            field: Field::new(super::field::Lines::Many, ""),
            choice: None,
            scroll: 0,
            arming: Arming::default(),
            gone: None,
        }
    }
}

impl Popup {
    /// Returns the window's arming, if it decides something.
    pub const fn arming(&mut self) -> Option<&mut Arming> {
        match self {
            Self::Leave(arming) => Some(arming),
            Self::Question(form) => Some(&mut form.arming),
            Self::Autonomy(menu) => Some(&mut menu.arming),
            Self::Finish(menu) => Some(&mut menu.arming),
            Self::Help(_) | Self::Palette(_) | Self::Sessions(_) | Self::Message(_) | Self::Copy(_) | Self::Summary => None,
        }
    }
}
