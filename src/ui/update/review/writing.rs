//! Writing over the page: the reason of a denial, the message, comments. Nothing written here is lost but by dropping it.

use super::reading::{file_at_cursor, place_at_cursor};
use super::{answer, page, remark, too_soon};
use crate::harness::limits;
use crate::protocol::{GateDecision, typed};
use crate::ui::model::Model;
use crate::ui::model::field::{Field, Lines};
use crate::ui::model::review::{Entry, Review, Spot, Writing};
use crate::ui::msg::Effect;
use crate::ui::page::review::Change;

/// Asks for the reason of a denial. Nothing is sent before the field was on the screen and Enter was typed in it.
pub fn write_reason(model: &mut Model, decision: GateDecision) {
    let now = model.elapsed;
    let armed = model.open_review().is_some_and(|review| review.latch.is_armed(now));
    if !armed {
        return too_soon(model);
    }
    begin(model, Writing::Reason(decision), Lines::One, "");
}

/// Opens the commit's message for rewriting.
pub fn edit_message(model: &mut Model) {
    let Some(review) = model.open_review() else { return };
    let lines = if review.is_commit() { Lines::Many } else { Lines::One };
    let text = review.message.as_deref().unwrap_or(original(review)).trim_end().to_owned();
    begin(model, Writing::Message, lines, &text);
}

/// Says whether a commit's message is being written of which the agent has another wording than the person.
pub fn has_other_words(review: &Review) -> bool {
    let writes = review.entry.as_ref().is_some_and(|entry| entry.what == Writing::Message);
    writes && review.is_commit() && review.message.is_some()
}

/// Puts the agent's wording in the place of what is written, or the person's in the place of that.
pub fn other_words(model: &mut Model) {
    let Some(review) = model.open_review_mut().filter(|review| has_other_words(review)) else {
        return;
    };
    let (theirs, yours) = (original(review).to_owned(), review.message.clone().unwrap_or_default());
    if let Some(entry) = &mut review.entry {
        let text = if entry.field.text().trim_end() == theirs {
            yours
        } else {
            theirs
        };
        entry.field = Field::new(Lines::Many, text.trim_end());
    }
}

/// Reads what was typed over what waits, or says why it cannot be the limit that waits.
fn read(model: &Model, typed: &str) -> Result<String, String> {
    let gate = model.open_review().and_then(|review| review.gate.as_ref());
    let particulars = gate.and_then(|open| open.opened.particulars.as_deref());
    if typed.trim().is_empty() {
        return Ok(String::new());
    }
    limits::read(particulars, typed, &model.state)
}

/// What waits, as the agent or the harness worded it.
fn original(review: &Review) -> &str {
    let body = review.gate.as_ref().map_or("", |gate| gate.opened.body.trim_end());
    review.proposed_limit().unwrap_or(body)
}

/// Opens the comment on what is under the cursor, new or as it was: a line, a file by its heading, the whole change by what stands
/// above its files.
pub fn comment(model: &mut Model) {
    let Some(spot) = spot(model) else { return };
    let written = model
        .open_review()
        .and_then(|review| review.comments.iter().find(|comment| !comment.sent && spot.has(comment)));
    let text = written.map(|comment| comment.at.text.clone()).unwrap_or_default();
    begin(model, Writing::Comment(spot), Lines::Many, &text);
}

fn spot(model: &Model) -> Option<Spot> {
    let Change::Files(files) = page::change(model, model.open_review()?) else {
        return None;
    };
    let Some(under) = file_at_cursor(model) else {
        return Some(Spot::of_change());
    };
    let file = files.get(under)?;
    let hunks = page::file_hunks(file);
    match place_at_cursor(model) {
        Some(place) if !hunks.is_empty() => Some(Spot::of(&file.path, hunks.get(place.hunk)?, place.row)),
        _ => Some(Spot::of_file(&file.path)),
    }
}

fn begin(model: &mut Model, what: Writing, lines: Lines, text: &str) {
    let now = model.elapsed;
    if let Some(review) = model.open_review_mut() {
        review.entry = Some(Entry::new(what, Field::new(lines, text), now));
    }
    // The page is shorter now: the cursor's line must stay in view.
    let height = usize::from(crate::ui::page::area(model).height);
    if let Some(open) = model.pages.last_mut() {
        open.reveal(height);
    }
}

/// Keeps what is written; a reason is sent with its denial.
pub fn keep_writing(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.elapsed;
    let Some(entry) = model.open_review().and_then(|review| review.entry.as_ref()) else {
        return;
    };
    if entry.decides() && !entry.is_armed(now) {
        return too_soon(model);
    }
    let (what, mut text) = (entry.what.clone(), entry.field.text());
    // The line stays open, to be mended.
    if let Some(found) = typed::hidden(&text) {
        return model.refuse(found.to_string());
    }
    if what == Writing::Message {
        match read(model, text.trim_end()) {
            Ok(read) => text = read,
            Err(why) => return model.refuse(why),
        }
    }
    match &what {
        Writing::Reason(decision) => return deny(model, *decision, text.trim(), effects),
        Writing::Message => reword(model, text.trim_end()),
        Writing::Comment(spot) => place(model, spot, text.trim()),
    }
    if let Some(review) = model.open_review_mut() {
        review.entry = None;
        review.touch();
    }
    remark(model, &what, effects);
}

fn deny(model: &mut Model, decision: GateDecision, reason: &str, effects: &mut Vec<Effect>) {
    if let Some(why) = model.open_review().and_then(page::gone) {
        let told = format!("not sent, it no longer waits: {why}");
        model.refuse(told);
        return;
    }
    answer(model, decision, reason.to_owned(), effects);
}

fn reword(model: &mut Model, text: &str) {
    let Some(review) = model.open_review_mut() else { return };
    let changed = !text.trim().is_empty() && text != original(review);
    review.message = changed.then(|| text.to_owned());
}

fn place(model: &mut Model, spot: &Spot, text: &str) {
    let Some(review) = model.open_review_mut() else { return };
    let there = review.comments.iter().position(|comment| !comment.sent && spot.has(comment));
    match (there, text.is_empty()) {
        (Some(at), true) => {
            review.comments.remove(at);
        }
        (Some(at), false) => text.clone_into(&mut review.comments[at].at.text),
        (None, true) => {}
        (None, false) => review.comments.push(spot.clone().comment(text.to_owned())),
    }
}

/// Drops what is written.
pub fn drop_writing(model: &mut Model) {
    if let Some(review) = model.open_review_mut() {
        review.entry = None;
    }
}
