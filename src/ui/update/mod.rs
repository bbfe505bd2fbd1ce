//! The one place where the model changes: `(&mut Model, Msg) -> Vec<Effect>`, without IO, clock or terminal.
//!
//! Owns what actions do. Invariant: nothing is decided for the user — a command goes out only after a key that was
//! bound to it in a window that was on the screen before that key was typed.

mod action;
#[cfg(test)]
mod aside_tests;
mod audit;
mod availability;
mod copy;
mod data;
mod editor;
#[cfg(test)]
mod editor_tests;
mod find;
mod finish;
pub mod foreign;
pub mod history;
mod hold;
mod key;
#[cfg(test)]
mod linked_tests;
mod links;
mod motion;
mod next_window;
pub(super) mod open;
#[cfg(test)]
mod over_tests;
#[cfg(test)]
mod palette_tests;
mod plan;
#[cfg(test)]
mod plan_tests;
mod question;
mod rerun;
pub mod review;
pub mod rollback;
mod rules;
#[cfg(test)]
mod rules_tests;
mod steer;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod written_tests;

pub use action::perform;
pub use availability::{obstacle, refusal};
pub use hold::RENEWAL;
pub use plan::standing as edit_standing;
pub use review::{objection_words, watches};

use super::model::Model;
use super::msg::{Effect, Exit, Msg};
use crate::link::Mode;
use crate::session::Phase;
use crossterm::event::{MouseEvent, MouseEventKind};

/// Folds a message in and says what shall be done about it.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    let looking_back = review::looking_back(model);
    let moves = matches!(msg, Msg::Key(..) | Msg::Mouse(_));
    if moves {
        model.find_place();
    }
    match msg {
        Msg::Key(key, at) => {
            model.elapsed = at;
            model.attention.typed(at);
            review::looked_on(model);
            key::key(model, key, &mut effects);
        }
        Msg::Paste(text) => key::paste(model, &text),
        Msg::Mouse(event) => mouse(model, event),
        Msg::Focus(focus) => model.attention.focused(focus),
        Msg::Resize(size) => model.resize(size),
        Msg::Events(events) => data::events(model, &events, &mut effects),
        Msg::CaughtUp => {
            model.caught_up = true;
            model.saw_run_live |= model.run_is_live();
        }
        Msg::Closed => {
            model.closed = true;
            model.caught_up = true;
            plan::lost(model);
            if model.mode == Mode::Following {
                model.mode = Mode::Offline;
            }
            model.leaving &= !model.has_unsaved_text();
            rollback::not_sent(model);
            if model.leaving {
                effects.push(Effect::Quit(Exit::Left));
            }
        }
        Msg::Reopened => {
            (model.mode, model.closed) = (Mode::Following, false);
            model.say("another process runs this project now: this window watches");
        }
        Msg::Answered(query, answer) => data::answered(model, query, answer),
        Msg::NotSent(reason) => {
            model.leaving = false;
            editor::not_sent(model);
            plan::not_sent(model);
            review::not_sent(model);
            rollback::not_sent(model);
            model.refuse(reason);
        }
        Msg::EditedOutside(outcome) => editor::edited_outside(model, outcome, &mut effects),
        Msg::Clock(now) => model.clock = Some(now),
        Msg::Drawn(at) => {
            if data::drawn(model, at) {
                effects.push(Effect::DrawAgain);
            }
            review::store(model, at, &mut effects);
            model.note_shown(at);
            hold::renew(model, at, &mut effects);
            if let (Phase::Stuck, Some(since)) = model.phase() {
                model.attention.silent(since, &model.state);
            }
            let told = model.attention.look(&model.state, at);
            effects.extend(told.into_iter().map(Effect::Notify));
        }
        Msg::Ready => {}
        Msg::Continued => effects.push(Effect::Resume),
        Msg::Terminate(signal) => effects.push(Effect::Quit(Exit::Terminated(signal))),
    }
    if moves {
        model.note_place();
    }
    hold::let_go(model, &mut effects);
    review::left(model, looking_back, &mut effects);
    review::out_of_sight(model);
    rollback::left(model, &mut effects);
    history::left(model, &mut effects);
    open::look_up_what_is_shown(model, &mut effects);
    effects
}

/// The wheel scrolls what has the focus; clicks are left alone, so that a click that only brings the window to the front does nothing.
fn mouse(model: &mut Model, event: MouseEvent) {
    let rows = match event.kind {
        MouseEventKind::ScrollDown => 3,
        MouseEventKind::ScrollUp => -3,
        _ => return,
    };
    motion::scroll(model, rows);
}
