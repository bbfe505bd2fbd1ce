//! What arrives without a key: events, answers, frames.

use super::{editor, open, plan, refusal, rerun, review, rollback, rules, steer};
use crate::protocol::event::{Event, ExternalKind};
use crate::protocol::{Answer, Envelope, Query, SessionNo};
use crate::ui::model::{Model, Popup};
use crate::ui::msg::{Effect, Exit};
use std::sync::Arc;
use std::time::Duration;

/// Folds events in. This is the only way the state changes.
pub fn events(model: &mut Model, events: &[Arc<Envelope>], effects: &mut Vec<Effect>) {
    for envelope in events {
        let before = model.state.current().map(|session| session.number);
        model.state.apply(envelope);
        model.next_window.notice(&envelope.event);
        model.history.notice(&envelope.event);
        model.list.notice(&envelope.event);
        editor::notice(model, &envelope.event);
        if let Some(going) = &mut model.going {
            going.notice(&envelope.event);
        }
        // The past is no news.
        if model.caught_up {
            model.attention.happened(&envelope.event, &model.state);
        }
        match &envelope.event {
            Event::SessionStarted(_) => hold_the_reader(model, before),
            Event::RunEnded(_) => {
                review::closed(model, "the run has ended");
                run_ended(model, effects);
            }
            Event::RunInterrupted(_) => {
                review::closed(model, "the run was interrupted");
                no_longer_waits(model, "the run was interrupted");
            }
            Event::ReviewRefused(refused) => review::not_recorded(model, refused),
            Event::GateCommented(commented) => review::commented(model, commented.gate),
            Event::GateDecided(decided) => review::decided(model, decided),
            Event::CommitMade(made) => review::made(model, made, effects),
            Event::ExternalChangeSeen(seen) if seen.what == ExternalKind::Processes && model.caught_up => {
                model.say(format!("{}: {}", seen.detail, seen.paths.join(", ")));
            }
            Event::ExternalChangeSeen(_) | Event::NotesEdited(_) => review::changed_outside(model),
            Event::GateAnswerRefused(refused) => review::refused(model, refused),
            Event::QuestionAnswered(answered) => {
                let told = format!("answered by {}: {}", answered.by, answered.text);
                no_longer_waits(model, &told);
            }
            Event::MessageDelivered(gone) => {
                let why = "That message has reached the agent already: this goes as a new one.";
                steer::gone(model, gone.message, why);
                review::as_told(model);
            }
            Event::MessageWithdrawn(gone) => {
                steer::gone(model, gone.message, "That message was taken back: this goes as a new one.");
                review::as_told(model);
            }
            Event::FeatureListEdited(edited) => plan::edited(model, edited),
            Event::FeatureEditRefused(refused) => plan::refused(model, refused),
            Event::SteerRefused(refused) if model.caught_up => model.refuse(refused.reason.clone()),
            Event::TestRunFinished(finished) => rerun::finished(model, finished),
            Event::TestRunDropped(dropped) => rerun::dropped(model, dropped),
            Event::TestRunQueued(queued) => rerun::queued(model, queued),
            Event::RolledBack(moved) => rollback::moved(model, moved),
            Event::MoveRefused(refused) => rollback::refused(model, refused, effects),
            Event::SessionEnded(_) => {
                no_longer_waits(model, "the session has ended");
                review::closed(model, "the session has ended");
            }
            // What was said before is old news now.
            Event::GateOpened(_) | Event::QuestionAsked(_) => {
                model.note.take_if(|note| !note.warning);
                if let Event::GateOpened(opened) = &envelope.event
                    && model.caught_up
                {
                    review::next_round(model, opened);
                }
            }
            _ => {}
        }
    }
    // A refusal that is no longer one is not left standing.
    if let Some(action) = model.note.as_ref().and_then(|note| note.refused)
        && refusal(model, action).is_none()
    {
        model.note = None;
    }
    model.saw_run_live |= model.caught_up && model.run_is_live();
}

/// Marks an open form whose question was answered or withdrawn. It stays: its window says why, and what was typed is not lost.
fn no_longer_waits(model: &mut Model, why: &str) {
    let Some(Popup::Question(form)) = &mut model.popup else {
        return;
    };
    let waits = model
        .state
        .open_questions
        .iter()
        .any(|open| open.question == form.asked.question);
    if !waits && form.gone.is_none() {
        form.gone = Some(why.to_owned());
        // Whoever is in the middle of an answer has not left yet.
        model.leaving &= form.field.is_empty();
    }
}

/// A new session takes the transcript over only from a reader who follows; one who reads stays where they are.
fn hold_the_reader(model: &mut Model, before: Option<SessionNo>) {
    let Some(before) = before.filter(|_| model.reading.is_none()) else {
        return;
    };
    if model.views.get(&before).is_some_and(|view| !view.follows()) {
        model.reading = Some(before);
        model.say("a new session has begun; Esc in the transcript goes to it");
    }
}

/// The summary opens by itself only if nothing is being read or typed in its place.
fn run_ended(model: &mut Model, effects: &mut Vec<Effect>) {
    no_longer_waits(model, "the run has ended");
    if let Some(Popup::Message(form)) = &model.popup {
        // Whoever is in the middle of a sentence has not left yet.
        model.leaving &= form.field.is_empty();
    }
    if matches!(model.popup, Some(Popup::Leave(_))) {
        model.popup = None;
    }
    // Whoever is in the middle of a text has not left yet.
    model.leaving &= !model.has_unsaved_text();
    if model.leaving {
        effects.push(Effect::Quit(Exit::Left));
    } else if model.saw_run_live && model.popup.is_none() && model.pages.is_empty() && model.search.is_none() {
        model.popup = Some(Popup::Summary);
    }
}

/// Files the answer to a look-up.
pub fn answered(model: &mut Model, query: Query, answer: Answer) {
    open::file(model, query, answer);
    review::carry_over(model);
}

/// Notes what the frame found out. Says whether the screen is behind that.
pub fn drawn(model: &mut Model, at: Duration) -> bool {
    if model.is_too_small() {
        return false;
    }
    if let Some(arming) = model.popup.as_mut().and_then(Popup::arming) {
        arming.drawn(at);
    }
    plan::drawn(model, at);
    rollback::drawn(model, at);
    rules::drawn(model, at);
    review::drawn(model, at)
}
