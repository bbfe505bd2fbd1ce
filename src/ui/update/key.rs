//! Keys: to the text field that is open, else through the keymap to an action.

use super::{action, copy, editor, find, obstacle, review, rollback, rules};
use crate::ui::keymap::{Action, KeyPress, Resolution, Resolver, Situation};
use crate::ui::model::{Model, Popup};
use crate::ui::msg::Effect;
use crate::ui::page::review::written_columns as review_columns;
use crate::ui::popup::written_columns;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::Duration;

/// Who types leaves no longer pause between two keys.
const TYPING: Duration = Duration::from_secs(1);

/// Takes a key.
pub fn key(model: &mut Model, event: KeyEvent, effects: &mut Vec<Effect>) {
    let Some(press) = KeyPress::from_event(&event) else { return };
    model.note = None;
    let cancel_was_armed = std::mem::take(&mut model.cancel_armed);
    if std::mem::take(&mut model.astray) && matches!(press.code, KeyCode::Char(_)) && press.modifiers == KeyModifiers::NONE {
        model.refuse("that key was the second of a sequence that means nothing here; nothing was done");
        return;
    }
    if still_typing(model, press) {
        return;
    }
    let half_typed = !model.resolver.typed().is_empty();
    if half_typed && press.code == KeyCode::Esc {
        model.resolver.clear();
        return;
    }
    let unseen = model.is_too_small();
    if let (false, Some(Popup::Copy(entries)), KeyCode::Char(c), KeyModifiers::NONE) =
        (unseen, &model.popup, press.code, press.modifiers)
    {
        let chosen = entries.iter().find(|entry| entry.key == c).cloned();
        if let Some(entry) = chosen {
            model.popup = None;
            copy::copy(model, &entry, effects);
            return;
        }
    }
    let situation = model.situation();
    let typed = model.resolver.feed(press, &model.keymap, situation);
    match typed {
        // Nobody sees what a key would do.
        _ if unseen && !matches!(typed, Resolution::Action(chosen) if harmless(chosen)) => {}
        Resolution::Action(Action::Cancel) if cancel_was_armed => action::perform(model, Action::Leave, effects),
        // A key held down means what it meant when it was pressed.
        Resolution::Action(Action::MoveBack) if event.kind == KeyEventKind::Repeat => rollback::too_soon(model),
        Resolution::Action(chosen) if event.kind == KeyEventKind::Repeat && review::decides(chosen) => review::too_soon(model),
        // The word may be typed as if the line were open: its first letter opens it.
        Resolution::Action(Action::TypeWord) if rollback::closed(model).is_none() => {
            rollback::type_word(model, Some(event), effects)
        }
        Resolution::Action(chosen) if within_text(model, chosen, event) || rules::hold_back(model, chosen) => {}
        Resolution::Action(chosen) => action::perform(model, chosen, effects),
        Resolution::Pending(_) => {}
        Resolution::Unbound if situation.takes_text() => text(model, event),
        Resolution::Unbound if half_typed => model.refuse("no such key sequence"),
        Resolution::Unbound => astray(model, press),
    }
}

/// Whoever typed on in a form while its edit was on its way types for it still when it closes: says whether the key is such a one.
fn still_typing(model: &mut Model, press: KeyPress) -> bool {
    if model.is_editing() {
        return false;
    }
    let types = matches!(press.code, KeyCode::Char(_)) && !press.modifiers.contains(KeyModifiers::CONTROL);
    let Some(last) = model.typed_on.take() else { return false };
    let on = types && model.elapsed < last + TYPING;
    if on {
        model.typed_on = Some(model.elapsed);
        model.refuse("the form has closed, its edit is made: that key was not counted");
    }
    on
}

/// A key that begins something elsewhere: what is typed behind it must not be taken for keys of their own.
fn astray(model: &mut Model, press: KeyPress) {
    let Some(action) = model.keymap.begun_by(press) else {
        return behind(model, press);
    };
    let why = obstacle(model, action).unwrap_or_default();
    model.astray = true;
    model.refuse(format!("{press} begins nothing here; {why}: {}", action.entry().about));
}

/// A key that would do something if no window stood before it.
fn behind(model: &mut Model, press: KeyPress) {
    if model.popup.is_none() {
        return;
    }
    let Resolution::Action(action) = Resolver::default().feed(press, &model.keymap, model.situation_below()) else {
        return;
    };
    let (about, close) = (action.entry().about, model.keymap.key_text(Action::Back));
    model.refuse(match obstacle(model, action) {
        Some(why) => format!("{press} ({about}): {why}"),
        None => format!("{press} ({about}) is for what stands behind this window: {close} closes it first"),
    });
}

/// Says whether an action may be done on a screen that is too small to show anything: what leads away from what is not seen.
const fn harmless(action: Action) -> bool {
    matches!(
        action,
        Action::Leave | Action::Cancel | Action::Suspend | Action::Redraw | Action::Back | Action::Stay | Action::NotNow
    )
}

/// Lets the up and down keys be the text's until its edge, where they also lead out of it; says whether they were.
fn within_text(model: &mut Model, action: Action, event: KeyEvent) -> bool {
    let step = match event.code {
        KeyCode::Up => -1,
        KeyCode::Down => 1,
        _ => return false,
    };
    let columns = written_columns(model.size);
    let field = match (&mut model.popup, action) {
        (Some(Popup::Question(form)), Action::NextChoice | Action::PreviousChoice) if form.choice.is_none() => &mut form.field,
        (Some(Popup::Message(form)), Action::PreviousWaiting | Action::LaterWaiting) if form.marked.is_none() => &mut form.field,
        _ => return false,
    };
    let inside = field.has_row(step, columns);
    if inside {
        field.move_rows(step, columns);
    }
    inside
}

fn text(model: &mut Model, event: KeyEvent) {
    let (in_window, on_page, now) = (written_columns(model.size), review_columns(model.size), model.elapsed);
    if let Some(Popup::Question(form)) = &mut model.popup {
        // What was typed for the screen before must not become part of an answer either.
        if form.gone.is_none() && form.arming.takes(model.elapsed) && form.field.key_in_rows(event, in_window) {
            // What a number means is seen before it is sent.
            form.choice = form.asked.meant(&form.field.text());
        }
    } else if let Some(Popup::Palette(palette)) = &mut model.popup {
        if palette.field.key(event) {
            palette.typed();
        }
    } else if let Some(Popup::Message(form)) = &mut model.popup {
        form.field.key_in_rows(event, in_window);
    } else if let Some(field) = &mut model.search {
        field.key(event);
        find::typed(model);
    } else if rollback::letter(model, event) || review::hold_back(model, event) {
    } else if let Some(entry) = model.writing() {
        if entry.field.key_in_rows(event, on_page) {
            entry.note_typed(now);
        }
    } else {
        editor::key(model, event);
    }
}

/// Takes pasted text: into the open field, or nowhere. A paste never decides and never runs actions.
pub fn paste(model: &mut Model, pasted: &str) {
    model.cancel_armed = false;
    model.resolver.clear();
    if model.is_too_small() {
        return;
    }
    if let Some(Popup::Question(form)) = &mut model.popup {
        if form.arming.is_seen() && form.gone.is_none() {
            form.choice = form.asked.meant(&form.field.text());
            form.field.paste(pasted);
        }
    } else if let Some(Popup::Palette(palette)) = &mut model.popup {
        palette.field.paste(pasted);
        palette.typed();
    } else if let Some(Popup::Message(form)) = &mut model.popup {
        form.marked = None;
        form.field.paste(pasted);
    } else if let Some(field) = &mut model.search {
        field.paste(pasted);
        find::typed(model);
    } else if model.situation() == Situation::Word {
        model.refuse("pasted text does not count here: type the word");
    } else if let Some(entry) = model.writing() {
        if !entry.is_held {
            entry.field.paste(pasted);
        }
    } else if !editor::paste(model, pasted) {
        model.say("pasted text was dropped: no text field is open");
    }
}
