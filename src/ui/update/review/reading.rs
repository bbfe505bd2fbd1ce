//! Looking: what was on the screen, marking hunks, which part of the change is shown and how.

use super::{page, rounds};
use crate::protocol::FileDiff;
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::model::review::{Extent, Objection, Review, Standing, Target};
use crate::ui::page::review::Change;
use crate::ui::page::{self as pages, Mark};
use crate::ui::text::format;
use crate::ui::update::motion;
use std::collections::BTreeSet;
use std::time::Duration;

/// Counts what has stood on the visible page for a moment by now, before a key leads away from it.
pub fn looked_on(model: &mut Model) {
    let (at, covered) = (model.elapsed, model.popup.is_some());
    let Some(review) = model.open_review_mut().filter(|_| !covered) else {
        return;
    };
    let before = review.progress.told();
    review.progress.settle(at);
    if review.progress.told() != before && review.extent == Extent::SinceLast {
        rounds::carry_over(model);
    }
}

/// Forgets the look at hunks that something else stands before by now: the time that they are hidden is none.
pub fn out_of_sight(model: &mut Model) {
    let shown = model.open_review().filter(|_| model.popup.is_none());
    let shown = shown.map(|review| review.target.clone());
    let hidden = model
        .reviews
        .iter_mut()
        .filter(|review| shown.as_ref() != Some(&review.target));
    hidden.for_each(|review| review.progress.put_away());
}

/// Notes what a frame has shown: lines of hunks, the end, and that there is something to decide on. Says whether the screen, which
/// tells how much was seen, is behind that.
pub fn drawn(model: &mut Model, at: Duration) -> bool {
    let (Some(open), Some(review)) = (model.pages.last(), model.open_review()) else {
        return false;
    };
    if model.popup.is_some() {
        return false;
    }
    let pending = matches!(page::change(model, review), Change::Pending);
    let body = page::places(model, review).body;
    let document = pages::document(model, open, body.width);
    let end = open.scroll + usize::from(body.height);
    let rows = open.scroll..end.min(document.lines.len());
    let split = page::is_split(review, body.width);
    let before = review.progress.told();
    let Some(review) = model.open_review_mut() else { return false };
    review.opened.get_or_insert(at);
    if pending {
        return false;
    }
    if review.standing == Standing::Waits {
        review.latch.drawn(at);
        if let Some(entry) = &mut review.entry {
            entry.latch.drawn(at);
        }
    }
    let extent = review.extent;
    review.progress.settle(at);
    review.progress.laid_out(body.width, split);
    review.progress.shows(extent);
    if let Some(outline) = &document.outline {
        let mut shown = BTreeSet::new();
        for place in rows.clone().filter_map(|row| outline.places.get(row).copied().flatten()) {
            let lines = outline.lines.get(&(place.file, place.hunk)).copied().unwrap_or(usize::MAX);
            let part = (extent, place.file, place.hunk);
            review.progress.drew(part, (place.row, place.line), lines, at);
            shown.insert(part);
        }
        review.progress.showed(&shown);
    }
    if rows.end == document.lines.len() {
        review.progress.reached_end(extent);
    }
    if review.progress.told() == before {
        return false;
    }
    if extent == Extent::SinceLast {
        rounds::carry_over(model);
    }
    true
}

/// Says what stands against approving next: nothing that was insisted on already.
pub(super) fn objection(model: &Model, review: &Review) -> Option<(Objection, String)> {
    let fresh = |objection| !review.insisted.contains(&objection);
    let mut found = [Objection::Unseen, Objection::Hook]
        .into_iter()
        .filter(|objection| fresh(*objection));
    found.find_map(|objection| Some((objection, objection_words(model, review, objection)?)))
}

/// Says an objection in words; `None` if it does not stand.
#[must_use]
pub fn objection_words(model: &Model, review: &Review, objection: Objection) -> Option<String> {
    let key = model.keymap.key_text(Action::Approve);
    match objection {
        Objection::Unseen => Some(format!("{}; {key} again does it all the same", unseen(model, review)?)),
        Objection::Hook => {
            let facts = review.gate.as_ref()?.opened.commit.as_ref()?;
            facts.hook_failure.as_ref()?;
            Some(format!(
                "your pre-commit hook does not let it through; {key} again commits over it"
            ))
        }
    }
}

/// Says what of the change was never on the screen, if there is anything.
fn unseen(model: &Model, review: &Review) -> Option<String> {
    let open = model.pages.last()?;
    let body = page::places(model, review).body;
    let document = pages::document(model, open, body.width);
    if !review.progress.has_ended(review.extent) {
        let below = document.lines.len().saturating_sub(open.scroll + usize::from(body.height));
        let s = if below == 1 { "" } else { "s" };
        return Some(match below {
            // It is where the page stands, and no frame has shown it yet.
            0 => "end not seen yet".to_owned(),
            _ => format!("end not seen: {below} line{s} below"),
        });
    }
    let outline = document.outline.as_ref()?;
    let hidden: usize = outline
        .folded
        .iter()
        .map(|file| {
            let all = outline.hunks.get(*file).copied().unwrap_or(0);
            all.saturating_sub(review.progress.seen_of(review.extent, *file))
        })
        .sum();
    if hidden > 0 {
        let s = if hidden == 1 { "" } else { "s" };
        return Some(format!("not seen: {hidden} hunk{s} in folded files"));
    }
    // Without files there is only the text, and its end was seen.
    review.query()?;
    let Some(files) = super::whole(model, review) else {
        return Some("not seen: the whole change, which is still being read".to_owned());
    };
    let before = match &review.target {
        Target::Commit(commit) => super::seen_before(model, commit),
        Target::Gate(_) => 0,
    };
    let seen = super::seen(model, review).hunks_seen.max(before);
    let all = files.iter().map(FileDiff::hunks).fold(0, u32::saturating_add);
    let left = all.saturating_sub(seen);
    let hunks = format::plural(left as usize, "hunk");
    (left > 0).then(|| match review.extent {
        Extent::Whole => format!("{hunks} not seen"),
        Extent::SinceLast => format!("{hunks} not seen in any round"),
    })
}

/// Marks the hunk under the cursor, or all of the file whose row it is on, and goes to the next that is not seen.
pub fn mark_seen(model: &mut Model) {
    let (Some(open), Some(review)) = (model.pages.last(), model.open_review()) else {
        return;
    };
    let (extent, cursor) = (review.extent, open.cursor);
    let document = pages::document(model, open, page::places(model, review).body.width);
    let Some(outline) = &document.outline else { return };
    let under = document.marks.iter().rev().find(|stop| stop.row <= cursor);
    let marked: Vec<(Extent, usize, usize)> = match under {
        Some(stop) if stop.mark == Mark::File => {
            let hunks = outline.hunks.get(stop.file).copied().unwrap_or(0);
            (0..hunks).map(|hunk| (extent, stop.file, hunk)).collect()
        }
        Some(stop) => {
            let place = outline.places.get(stop.row).copied().flatten();
            place.map(|place| (extent, place.file, place.hunk)).into_iter().collect()
        }
        None => Vec::new(),
    };
    let hunks = document.marks.iter().filter(|stop| stop.mark == Mark::Hunk);
    let Some(review) = model.open_review_mut() else { return };
    for part in marked {
        review.progress.mark(part);
    }
    if extent == Extent::SinceLast {
        rounds::carry_over(model);
    }
    let Some(review) = model.open_review() else { return };
    let fresh: Vec<usize> = hunks
        .filter_map(|stop| outline.places.get(stop.row).copied().flatten().map(|place| (stop.row, place)))
        .filter(|(_, place)| !review.progress.has_seen((extent, place.file, place.hunk)))
        .map(|(row, _)| row)
        .collect();
    match fresh.iter().find(|row| **row > cursor).or(fresh.first()) {
        Some(row) => motion::show_from(model, *row),
        None => model.say("every hunk in view is seen"),
    }
}

/// Shows only what changed since the last round, or all again.
pub fn since_last(model: &mut Model) {
    let Some(review) = model.open_review_mut() else { return };
    review.extent = match review.extent {
        Extent::Whole => Extent::SinceLast,
        Extent::SinceLast => Extent::Whole,
    };
    review.insisted.clear();
    if let Some(open) = model.pages.last_mut() {
        open.cursor = 0;
        open.scroll = 0;
        open.toggled.clear();
    }
}

/// Puts before and after beside each other, or above each other again; the cursor stays on its line.
pub fn split(model: &mut Model) {
    let place = place_at_cursor(model);
    let Some(review) = model.open_review_mut() else { return };
    review.split = !review.split;
    let (Some(open), Some(review)) = (model.pages.last(), model.open_review()) else {
        return;
    };
    let document = pages::document(model, open, page::places(model, review).body.width);
    let same = |found: &page::Place, exact: bool| {
        place.is_some_and(|place| {
            (found.file, found.hunk) == (place.file, place.hunk) && (!exact || (found.row, found.line) == (place.row, place.line))
        })
    };
    let places = document.outline.as_ref().map_or(&[][..], |outline| &outline.places);
    let find = |exact| places.iter().position(|found| found.is_some_and(|found| same(&found, exact)));
    if let Some(row) = find(true).or_else(|| find(false)) {
        motion::page_to(model, row);
    }
}

/// Returns the number of the file whose rows the cursor is among; `None` above the first.
pub(super) fn file_at_cursor(model: &Model) -> Option<usize> {
    let (open, review) = (model.pages.last()?, model.open_review()?);
    let document = pages::document(model, open, page::places(model, review).body.width);
    let mut above = document.marks.iter().rev().filter(|stop| stop.row <= open.cursor);
    above.next().map(|stop| stop.file)
}

/// Returns what the line under the cursor stands for; a comment's line stands for the line above it.
pub(super) fn place_at_cursor(model: &Model) -> Option<page::Place> {
    let (open, review) = (model.pages.last()?, model.open_review()?);
    let document = pages::document(model, open, page::places(model, review).body.width);
    let outline = document.outline.as_ref()?;
    let file = document
        .marks
        .iter()
        .rev()
        .find(|stop| stop.mark == Mark::File && stop.row <= open.cursor)?;
    let rows = (file.row + 1..=open.cursor).rev();
    rows.into_iter().find_map(|row| outline.places.get(row).copied().flatten())
}
