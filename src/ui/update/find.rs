//! Search in texts, filters in lists: one line, one key.

use super::{editor, motion};
use crate::ui::layout::Pane;
use crate::ui::model::{Field, Model, Popup, Subject, field::Lines};
use crate::ui::page;
use crate::ui::transcript::Move;

/// Opens the line for whatever has the focus, with what was searched for last.
pub fn open(model: &mut Model) {
    let present = match current(model) {
        Some(text) => text.clone(),
        None => model.transcript_search(),
    };
    model.search = Some(Field::new(Lines::One, &present));
}

/// Applies what is typed so far.
pub fn typed(model: &mut Model) {
    let Some(text) = model.search.as_ref().map(Field::text) else {
        return;
    };
    if let Some(place) = current(model) {
        *place = text;
    } else {
        motion::in_transcript(model, &Move::Search(text));
    }
    if model.popup.is_none() && !model.pages.is_empty() {
        to_match(model, 0);
    }
}

/// Drops the search or filter of whatever has the focus; says whether there was one.
pub fn clear(model: &mut Model) -> bool {
    if let Some(place) = current(model) {
        return !std::mem::take(place).is_empty();
    }
    let there = !model.transcript_search().is_empty();
    if there {
        motion::in_transcript(model, &Move::EndSearch);
    }
    there
}

/// Goes to the next (1) or previous (-1) match. In a filtered list every row is one.
pub fn next(model: &mut Model, step: isize) {
    if !model.pages.is_empty() {
        to_match(model, step);
    } else if model.focus == Pane::Transcript {
        motion::in_transcript(model, &if step > 0 { Move::NextHit } else { Move::PreviousHit });
    } else {
        motion::motion(model, motion::Motion::Lines(step));
    }
}

/// Returns the text that filters the focused list or is searched for on the open page; `None` for the transcript.
fn current(model: &mut Model) -> Option<&mut String> {
    match &mut model.popup {
        Some(Popup::Help(cursor)) => return Some(&mut cursor.filter),
        Some(Popup::Palette(palette)) => return Some(&mut palette.cursor.filter),
        Some(Popup::Sessions(cursor)) => return Some(&mut cursor.filter),
        Some(
            Popup::Leave(_)
            | Popup::Question(_)
            | Popup::Message(_)
            | Popup::Autonomy(_)
            | Popup::Finish(_)
            | Popup::Copy(_)
            | Popup::Summary,
        )
        | None => {}
    }
    if let Some(page) = model.pages.last_mut() {
        let typed = model.editor.as_mut().filter(|_| page.subject == Subject::Editor);
        return Some(typed.map_or(&mut page.search, |editor| &mut editor.search));
    }
    match model.focus {
        Pane::Features => Some(&mut model.features.filter),
        Pane::Git => Some(&mut model.commits.filter),
        Pane::Tests => Some(&mut model.tests.filter),
        Pane::Transcript => None,
    }
}

fn to_match(model: &mut Model, step: isize) {
    let Some(open) = model.pages.last() else { return };
    if open.subject == Subject::Editor {
        let from = if step == 0 { editor::From::Here } else { editor::From::Next };
        return editor::find(model, from);
    }
    if open.search.is_empty() {
        return;
    }
    let rows = page::matching_rows(model, open);
    let here = open.position();
    let found = match step {
        0 => rows.iter().find(|row| **row >= here).or(rows.first()),
        1.. => rows.iter().find(|row| **row > here).or(rows.first()),
        _ => rows.iter().rev().find(|row| **row < here).or(rows.last()),
    };
    match found.copied() {
        Some(row) => motion::page_to(model, row),
        None if step != 0 => model.refuse("no match"),
        None => {}
    }
}
