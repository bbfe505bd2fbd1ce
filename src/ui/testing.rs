//! A person at the screen, for tests: what they type, what happens meanwhile, what they see.
//!
//! Owns no clock: time goes on by what is typed. Invariant: every key typed here comes two seconds after the one before it, and what it led
//! to is drawn; whoever tests haste presses keys one by one.

pub use super::waiting::tell;

use super::keymap::KeyPress;
use super::model::Model;
use super::msg::{Effect, Msg};
use super::screenshots::{draw, model_of, recorded};
use super::update::update;
use crate::protocol::Command;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use std::time::Duration;

/// The smallest step of the tests' time.
pub const MS: Duration = Duration::from_millis(1);

/// A live run on a screen of this size, a question of the agent open.
pub fn live((width, height): (u16, u16)) -> Model {
    model_of(recorded().unwrap(), Size { width, height })
}

/// A live run for which nothing waits.
pub fn undisturbed(size: (u16, u16)) -> Model {
    let mut model = live(size);
    model.state.open_questions.clear();
    model
}

/// Presses one key at a moment; nothing is drawn.
pub fn press(model: &mut Model, code: KeyCode, at: Duration) -> Vec<Effect> {
    update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE), at))
}

/// Draws and tells the model so, as the loop does.
pub fn frame(model: &mut Model, at: Duration) -> Vec<Effect> {
    let _ = draw(model);
    let mut effects = update(model, Msg::Drawn(at));
    if let Some(again) = effects.iter().position(|effect| *effect == Effect::DrawAgain) {
        effects.remove(again);
        let _ = draw(model);
        effects.extend(update(model, Msg::Drawn(at)));
    }
    effects
}

/// Types keys as written in the key file, spaces between them.
pub fn keys(model: &mut Model, typed: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for word in typed.split(' ') {
        let key: KeyPress = word.parse().unwrap();
        let at = model.elapsed + Duration::from_secs(2);
        effects.extend(update(model, Msg::Key(KeyEvent::new(key.code, key.modifiers), at)));
        effects.extend(frame(model, at + 5 * MS));
    }
    effects
}

/// Looks at the screen for a moment.
pub fn look(model: &mut Model) {
    model.elapsed += Duration::from_secs(2);
    frame(model, model.elapsed);
}

/// Types a text into the open field, fast once begun.
pub fn text(model: &mut Model, typed: &str) {
    model.elapsed += Duration::from_secs(2);
    for c in typed.chars() {
        let at = model.elapsed + 10 * MS;
        press(model, KeyCode::Char(c), at);
    }
    let at = model.elapsed + MS;
    frame(model, at);
}

/// The commands among effects.
pub fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let sent = effects.into_iter().filter_map(|effect| match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    });
    sent.collect()
}

/// What is on the screen, row by row.
pub fn screen(model: &mut Model) -> String {
    shown(&draw(model))
}

/// A buffer's text, without the blanks at the ends of rows.
pub fn shown(buf: &Buffer) -> String {
    let width = usize::from(buf.area.width).max(1);
    let rows = buf.content().chunks(width);
    let rows: Vec<String> = rows
        .map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned())
        .collect();
    rows.join("\n")
}
