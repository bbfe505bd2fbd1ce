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
pub mod keymap;
pub mod layout;
mod mailbox;
pub mod model;
pub mod msg;
pub mod page;
pub mod pane;
pub mod popup;
pub mod rehearsal;
#[cfg(test)]
mod screens;
pub mod screenshots;
mod source;
pub mod stream;
mod svg;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod transcript;
pub mod update;
pub mod view;
mod waiting;
pub mod widget;

pub use app::run;
pub use model::appearance::Environment;
pub use msg::{Exit, Wanted};

use keymap::{Keymap, KeymapError, Preset, UserKeys};
use theme::Theme;

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
    /// The user's key file, if there is one.
    pub keys: Option<UserKeys>,
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
