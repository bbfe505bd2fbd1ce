//! L5: the terminal: the only user of ratatui and crossterm.
//!
//! ```text
//! keys, link, signals -> mailbox -> update: (&mut Model, Msg) -> Vec<Effect> -> loop carries effects out
//!                                   view:   (&Model, screen)  -> cells       -> one write a frame
//! ```
//! Owns what is seen and typed. Does not own what happens: it folds the log with the one reducer and sends commands.
//! Invariant: nothing is drawn that is not in the log, and no key decides anything that was not on the screen.

mod app;
mod guide;
mod handover;
pub mod history;
pub mod keymap;
pub mod layout;
mod mailbox;
pub mod model;
pub mod msg;
pub mod notice;
pub mod page;
pub mod pane;
pub mod popup;
pub mod rehearsal;
mod samples;
#[cfg(test)]
mod screens;
pub mod screenshots;
mod source;
pub mod stream;
mod svg;
pub mod terminal;
#[cfg(test)]
mod testing;
pub mod text;
pub mod theme;
mod title;
pub mod transcript;
pub mod update;
pub mod view;
mod waiting;
pub mod widget;
mod zone;

pub use app::run;
pub use model::appearance::Environment;
pub use msg::{Exit, Wanted};

use keymap::{Keymap, KeymapError, Preset, UserKeys};
use std::sync::Arc;
use theme::Theme;

/// Opens a text in a program of the person's own, which has the terminal meanwhile. Takes the text's name and the text; returns what
/// became of it, or a sentence why nothing did.
#[derive(Clone)]
pub struct OutsideEditor(Arc<EditFn>);

type EditFn = dyn Fn(&str, &str) -> Result<String, String> + Send + Sync;

impl OutsideEditor {
    /// Makes one.
    pub fn new(edit: impl Fn(&str, &str) -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(edit))
    }

    fn edit(&self, name: &str, text: &str) -> Result<String, String> {
        (self.0)(name, text)
    }
}

impl std::fmt::Debug for OutsideEditor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OutsideEditor")
    }
}

/// How the UI is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether the footer says what to try next.
    pub guided: bool,
    /// Name shown before the log tells the project's.
    pub title: String,
    /// Flag or configuration for colour; `None` leaves it to `NO_COLOR` and the terminal.
    pub color: Option<bool>,
    /// Flag or configuration for ASCII; `None` leaves it to the locale.
    pub ascii: Option<bool>,
    /// Whether the mouse is captured from the start.
    pub mouse: bool,
    /// Whether the window has a title of ours.
    pub title_bar: bool,
    /// How a person who looks elsewhere is told.
    pub notice: notice::Setup,
    /// The user's key file, if there is one.
    pub keys: Option<UserKeys>,
    /// The person's own editor; `None` where none can be opened.
    pub editor: Option<OutsideEditor>,
    /// What the environment says.
    pub environment: Environment,
}

impl Options {
    fn keymap(&self) -> Result<Keymap, KeymapError> {
        match &self.keys {
            Some(user) => Keymap::from_user(user),
            None => Ok(Keymap::preset(Preset::Default)),
        }
    }

    fn theme(&self) -> Theme {
        if self.environment.wants_color(self.color) {
            Theme::terminal()
        } else {
            Theme::monochrome()
        }
    }
}

/// Why the UI could not run, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// Standard input or output is a file or a pipe.
    #[error("{end} is not a terminal; use `--headless` to run without one")]
    NotATerminal {
        /// Which end.
        end: &'static str,
    },
    /// The key file was refused.
    #[error(transparent)]
    Keymap(#[from] KeymapError),
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[source] std::io::Error),
    /// A thread or a signal handler could not be made.
    #[error("cannot listen for keys and signals: {0}")]
    Thread(#[source] std::io::Error),
}
