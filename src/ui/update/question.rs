//! A question of the agent: choosing, scrolling, answering.
//!
//! Does not own the hold on it (that is `hold`'s). Invariant: an answer goes out once, for the question that was on the screen.

use super::action::decides;
use crate::protocol::{Command, typed};
use crate::ui::model::{Model, Popup};
use crate::ui::msg::Effect;
use crate::ui::popup::QuestionLayout;

/// Sends what is typed, or the marked choice.
pub fn send(model: &mut Model, effects: &mut Vec<Effect>) {
    if !decides(model) {
        return;
    }
    let Some(Popup::Question(form)) = &model.popup else { return };
    if form.gone.is_some() {
        model.refuse("this question no longer waits; nothing was sent");
        return;
    }
    let asked = &form.asked;
    let text = match form.choice {
        Some(choice) => asked.choices.get(choice).cloned().unwrap_or_default(),
        None => form.field.text(),
    };
    if text.trim().is_empty() {
        model.refuse("type an answer, or mark a choice with the arrow keys");
        return;
    }
    // A choice is the agent's text, and goes back to it.
    if let Some(found) = typed::hidden(&text).filter(|_| form.choice.is_none()) {
        model.refuse(found.to_string());
        return;
    }
    effects.push(Effect::Send(Command::AnswerQuestion {
        question: asked.question,
        text,
    }));
    // An answer ends the hold.
    model.holding = None;
    model.popup = None;
    model.say("answer sent");
}

/// Marks the next (1) or previous (-1) choice, and shows it.
pub fn choose(model: &mut Model, step: isize) {
    let Some(Popup::Question(form)) = &mut model.popup else {
        return;
    };
    let choices = form.asked.choices.len();
    // The typed answer is one more place, after the choices.
    let places = choices + 1;
    let at = form.choice.unwrap_or(choices);
    let next = (at + places).saturating_add_signed(step) % places;
    form.choice = (next < choices).then_some(next);
    scroll(model, |layout, from| layout.showing(next, from));
}

/// Shows another part of the question.
pub fn scroll(model: &mut Model, to: impl Fn(&QuestionLayout, usize) -> usize) {
    let look = model.appearance.look(model.clock, true);
    let Some(Popup::Question(form)) = &model.popup else { return };
    let layout = QuestionLayout::of(model, form, &look);
    let from = to(&layout, form.scroll.min(layout.lowest())).min(layout.lowest());
    if let Some(Popup::Question(form)) = &mut model.popup {
        form.scroll = from;
    }
}
