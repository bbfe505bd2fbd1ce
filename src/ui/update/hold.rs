//! Tells the engine that a person has a question open, for as long as they have.
//!
//! Invariant: a question is held from the first frame that shows its window until the window closes, and not longer.

use crate::protocol::command::HOLD;
use crate::protocol::{Command, QuestionId};
use crate::ui::model::{Model, Popup};
use crate::ui::msg::Effect;
use std::time::Duration;

/// After this long a hold is renewed: two renewals may be late before it ends.
pub const RENEWAL: Duration = Duration::from_secs(HOLD.as_secs() / 3);

/// Holds the question that a frame has just shown, or renews the hold.
pub fn renew(model: &mut Model, at: Duration, effects: &mut Vec<Effect>) {
    let Some(question) = open(model) else { return };
    let fresh = model
        .holding
        .is_some_and(|(held, since)| held == question && at < since + RENEWAL);
    if !fresh {
        model.holding = Some((question, at));
        effects.push(Effect::Send(Command::HoldQuestion { question }));
    }
}

/// Lets a held question go whose window is no longer open, however it came to close.
pub fn let_go(model: &mut Model, effects: &mut Vec<Effect>) {
    let open = open(model);
    if let Some((question, _)) = model.holding.take_if(|(held, _)| open != Some(*held))
        && model.state.open_questions.iter().any(|asked| asked.question == question)
    {
        effects.push(Effect::Send(Command::ReleaseQuestion { question }));
    }
}

fn open(model: &Model) -> Option<QuestionId> {
    match &model.popup {
        Some(Popup::Question(form)) if form.gone.is_none() => Some(form.asked.question),
        _ => None,
    }
}
