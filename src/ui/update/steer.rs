//! Steering a live run: pausing it, writing to the agent, changing the order of the features. Where no run is on, what is written waits for
//! the next session.
//!
//! Invariant: a sent message or a key says what it asked for; that it happened is said by the header, from the log.

use crate::link::Mode;
use crate::protocol::{Command, Delivery, FeatureId, MessageId, OrderChange, PauseMode, Steer, StopMode, typed};
use crate::session::{Hold, QueuedMessage};
use crate::ui::keymap::Action;
use crate::ui::layout::Pane;
use crate::ui::model::rows::Standing;
use crate::ui::model::{MessageForm, Model, Popup, Subject};
use crate::ui::msg::Effect;
use crate::ui::update::availability::watches_another;

/// Does an action of this topic.
pub fn perform(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Pause => pause(model, effects),
        Action::Interrupt => {
            model.say("interrupting; the run pauses then");
            send(effects, Steer::Pause { mode: PauseMode::Now });
        }
        Action::Message => open(model, Delivery::NextStep),
        Action::MessageNow => open(model, Delivery::Now),
        Action::SkipFeature => reorder(model, Standing::Skipped, effects),
        Action::PickFeature => reorder(model, Standing::Next, effects),
        Action::SendMessage => say(model, effects),
        Action::PutAside => close(model),
        Action::PreviousWaiting => mark(model, -1),
        Action::LaterWaiting => mark(model, 1),
        Action::ChangeWaiting => change(model),
        Action::WithdrawWaiting => withdraw(model, effects),
        _ => {}
    }
}

/// Says why an action of this topic cannot be done now.
#[must_use]
pub fn refusal(model: &Model, action: Action) -> Option<&'static str> {
    if matches!(
        action,
        Action::Message | Action::PreviousWaiting | Action::SendMessage | Action::ChangeWaiting | Action::WithdrawWaiting
    ) {
        return message_refusal(model, action);
    }
    if !model.run_is_live() {
        return Some("the run has ended: nothing reaches the agent any more");
    }
    if model.mode != Mode::Live || model.closed {
        return Some("this window only watches; steer where the run was started");
    }
    let run = model.state.run.as_ref();
    let stopping = run.is_some_and(|run| matches!(run.stopping, Some(StopMode::AfterStep | StopMode::Now)));
    let held = run.is_some_and(|run| matches!(run.hold, Hold::Paused { .. }));
    match action {
        Action::Pause | Action::Interrupt if stopping => Some("the run is stopping"),
        Action::Interrupt if held => Some("the run is paused already"),
        Action::SkipFeature | Action::PickFeature => match selected(model) {
            None => Some("select a feature first"),
            Some((_, Standing::Passing | Standing::Doubted | Standing::Bereft | Standing::Unrun)) => Some("it passes already"),
            Some((_, Standing::InProgress)) if action == Action::PickFeature => Some("it is worked on already"),
            Some(_) => None,
        },
        _ => None,
    }
}

/// Messages outlive sessions and runs: where no run is on they wait for the next session, and this window keeps the log. Where another
/// process does, they can be read.
fn message_refusal(model: &Model, action: Action) -> Option<&'static str> {
    let nothing_waits = model.state.messages.is_empty();
    match action {
        Action::PreviousWaiting => nothing_waits.then_some("no message waits"),
        _ if model.run_is_live() => None,
        Action::Message if model.state.run.is_none() => Some("no run yet whose next session could read it"),
        Action::Message if !nothing_waits => None,
        // Its engine takes nothing any more, and still holds the log.
        _ if model.mode == Mode::Live && !model.closed => {
            Some("the run ends just now; in a moment the next session can be written to")
        }
        _ => watches_another(model),
    }
}

/// A message no longer waits: a window that shows it must not change it any more.
pub fn gone(model: &mut Model, id: MessageId, news: &'static str) {
    if let Some(Popup::Message(form)) = &mut model.popup {
        form.gone(id, news);
    }
}

fn send(effects: &mut Vec<Effect>, steer: Steer) {
    effects.push(Effect::Send(Command::Steer(steer)));
}

fn pause(model: &mut Model, effects: &mut Vec<Effect>) {
    let hold = model.state.run.as_ref().map(|run| run.hold).unwrap_or_default();
    let (told, steer) = match hold {
        Hold::Free => {
            let key = model.keymap.key_text(Action::Pause);
            let mode = PauseMode::AfterStep;
            (format!("pausing after this step; {key} takes it back"), Steer::Pause { mode })
        }
        Hold::Pausing { .. } => ("asked the run to go on".to_owned(), Steer::CancelPause),
        Hold::Paused { .. } => ("asked the run to go on".to_owned(), Steer::Resume),
    };
    model.say(told);
    send(effects, steer);
}

fn open(model: &mut Model, when: Delivery) {
    let form = MessageForm::new(when, &model.draft);
    model.popup = Some(Popup::Message(Box::new(form)));
}

/// Closes the window. A new message that was begun is kept for the next time; a change of a waiting one is given up.
fn close(model: &mut Model) {
    if let Some(Popup::Message(form)) = model.popup.take()
        && form.changing.is_none()
    {
        model.draft = form.field.text();
        if !form.field.is_empty() {
            model.say("the text is kept; the same key goes on with it");
        }
    }
}

fn say(model: &mut Model, effects: &mut Vec<Effect>) {
    // The window may have outlived the run, and another process may have begun one.
    if let Some(reason) = refusal(model, Action::SendMessage) {
        return model.refuse(reason);
    }
    let Some(Popup::Message(form)) = &model.popup else { return };
    let is_on = model.run_is_live();
    // Where nothing runs there is nothing to interrupt.
    let when = if is_on { form.when } else { Delivery::NextStep };
    let text = form.field.text();
    if text.trim().is_empty() {
        return model.refuse("type a message first");
    }
    if let Some(found) = typed::hidden(&text) {
        return model.refuse(found.to_string());
    }
    let held = model
        .state
        .run
        .as_ref()
        .is_some_and(|run| matches!(run.hold, Hold::Paused { .. }));
    let told = match (form.changing, when) {
        (Some(message), _) => {
            send(effects, Steer::EditMessage { message, text });
            "message changed"
        }
        (None, _) => {
            send(effects, Steer::Say { text, when });
            model.draft.clear();
            match when {
                _ if !is_on => "message kept: the next session reads it",
                _ if held => "message sent: the agent reads it when the run goes on",
                Delivery::NextStep => "message sent: the agent reads it at its next step",
                Delivery::Now => "message sent: the agent is interrupted and reads it first",
            }
        }
    };
    model.popup = None;
    model.say(told);
}

/// Moves the mark; below the text is nothing to mark.
fn mark(model: &mut Model, step: isize) {
    if let Some(Popup::Message(form)) = &mut model.popup
        && (form.marked.is_some() || step < 0)
    {
        form.mark(&model.state.messages, step);
    }
}

fn marked(model: &Model) -> Option<QueuedMessage> {
    let Some(Popup::Message(form)) = &model.popup else {
        return None;
    };
    let id = form.marked?;
    model.state.messages.iter().find(|message| message.id == id).cloned()
}

fn change(model: &mut Model) {
    let Some(message) = marked(model) else { return };
    if let Some(reason) = refusal(model, Action::ChangeWaiting) {
        return model.refuse(reason);
    }
    if let Some(Popup::Message(form)) = &mut model.popup {
        if form.changing.is_none() {
            model.draft = form.field.text();
        }
        form.change(&message);
    }
}

fn withdraw(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(message) = marked(model) else { return };
    if let Some(reason) = refusal(model, Action::WithdrawWaiting) {
        return model.refuse(reason);
    }
    send(effects, Steer::WithdrawMessage { message: message.id });
    if let Some(Popup::Message(form)) = &mut model.popup {
        form.marked = None;
    }
}

/// The selected feature, where a list of features or a feature's page shows it.
fn selected(model: &Model) -> Option<(FeatureId, Standing)> {
    if model.pages.is_empty() && model.focus != Pane::Features {
        return None;
    }
    let Subject::Feature(id) = model.subject()? else { return None };
    let standing = model.standing(model.state.features.get(&id)?);
    Some((id, standing))
}

/// Gives the selected feature a standing, or takes that standing from it again.
fn reorder(model: &mut Model, wanted: Standing, effects: &mut Vec<Effect>) {
    let Some((feature, standing)) = selected(model) else { return };
    let (change, told) = match (wanted == standing, wanted) {
        (false, Standing::Skipped) => (OrderChange::Skip, "is left out of this run"),
        (true, Standing::Skipped) => (OrderChange::Unskip, "is taken back in"),
        (false, _) => (OrderChange::Pick, "comes next"),
        (true, _) => (OrderChange::Unpick, "waits for its usual turn"),
    };
    model.say(format!("{feature} {told}"));
    send(effects, Steer::Order { feature, change });
}
