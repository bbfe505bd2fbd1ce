//! The review page: what waits for a decision, whole, with the facts it is judged by above it and the deciding keys below.
//!
//! Owns what is drawn; does not own what keys do (`update::review`). Invariant: everything that comes from the agent is drawn in
//! the sanitizer's exact form, and the bar with the decisions is on the screen at every size.

mod bar;
mod body;
mod found;
mod head;
mod particulars;
mod remarks;
#[cfg(test)]
mod tests;

use head::Tally;

pub use bar::written_columns;
pub use body::{Outline, Place, file_hunks};

use super::Document;
use crate::protocol::FileDiff;
use crate::ui::model::review::{Extent, Review, Standing, Target};
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::text::{Clean, Look};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::text::{Line, Span};

/// Columns from which before and after can stand beside each other.
pub const ROOM_FOR_SPLIT: u16 = 120;

/// Where the parts of the page stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// What this is, since when.
    pub title: Rect,
    /// The facts; empty where there is no room, they then begin the body.
    pub facts: Rect,
    /// The change.
    pub body: Rect,
    /// The text being written.
    pub entry: Rect,
    /// What is to be known before deciding.
    pub status: Rect,
    /// The deciding keys.
    pub bar: Rect,
}

/// What the page's text depends on besides its width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    revision: u64,
    extent: Extent,
    split: bool,
    /// Whether all of the change is here: what a comment stands on is looked for in all of it.
    whole: bool,
    /// The log's position, if facts of the log are part of the text.
    log: Option<u64>,
}

/// What there is to show.
pub enum Change<'a> {
    /// A text and no files: a command.
    Text(&'a str),
    /// Being looked up.
    Pending,
    /// Not to be had.
    Failed(&'a str),
    /// Files.
    Files(&'a [FileDiff]),
}

/// Returns the change that a review shows.
#[must_use]
pub fn change<'a>(model: &'a Model, review: &'a Review) -> Change<'a> {
    change_of(model, review, review.extent)
}

/// Returns a part of the change, in view or not.
#[must_use]
pub fn change_of<'a>(model: &'a Model, review: &'a Review, extent: Extent) -> Change<'a> {
    use crate::protocol::Query;
    let files = match review.query_of(extent) {
        Some(Query::TreeDiff { from, to }) => match model.changes.get(&(from, to)) {
            Some(Loaded::Ready(files)) => Ok(files.as_slice()),
            Some(Loaded::Failed(reason)) => Err(Some(reason)),
            Some(Loaded::Pending) | None => Err(None),
        },
        Some(Query::CommitDiff { commit }) => match model.diffs.get(&commit) {
            Some(Loaded::Ready(diff)) => Ok(diff.files.as_slice()),
            Some(Loaded::Failed(reason)) => Err(Some(reason)),
            Some(Loaded::Pending) | None => Err(None),
        },
        Some(
            Query::Blob { .. }
            | Query::Rehearse { .. }
            | Query::NextWindow
            | Query::Notes
            | Query::ProposeRule { .. }
            | Query::ListHistory
            | Query::Survey
            | Query::ListText
            | Query::Transcript { .. },
        ) => Err(None),
        None => {
            let body = review.gate.as_ref().map_or("", |gate| gate.opened.body.as_str());
            return Change::Text(body);
        }
    };
    match files {
        Ok(files) => Change::Files(files),
        Err(Some(reason)) => Change::Failed(reason),
        Err(None) => Change::Pending,
    }
}

/// Says whether before and after stand beside each other: wanted, and room for it.
#[must_use]
pub const fn is_split(review: &Review, width: u16) -> bool {
    review.split && width.saturating_add(2) >= ROOM_FOR_SPLIT
}

/// Lays the parts out.
#[must_use]
pub fn places(model: &Model, review: &Review) -> Places {
    let Size { width, height } = model.size;
    let look = model.appearance.look(model.clock, true);
    let facts = if is_pinned(model, review, width) {
        u16::try_from(head::facts(model, review, Tally::Later, width, &look).len()).unwrap_or(u16::MAX)
    } else {
        0
    };
    let entry = review.entry.as_ref().map_or(0, |entry| {
        bar::written_rows(entry, width).saturating_add(1).min((height / 3).max(2))
    });
    let row = |y: u16, rows: u16| Rect::new(0, y.min(height), width, rows.min(height.saturating_sub(y)));
    let top = 1 + facts + u16::from(facts > 0);
    let bottom = 2 + entry;
    let body = row(top, height.saturating_sub(top + bottom));
    Places {
        title: row(0, 1),
        facts: row(1, facts),
        body: Rect {
            x: 1.min(width),
            width: width.saturating_sub(2),
            ..body
        },
        entry: row(height.saturating_sub(bottom), entry),
        status: row(height.saturating_sub(2), 1),
        bar: row(height.saturating_sub(1), 1),
    }
}

/// Says whether the facts stay on the screen: they may take a third of it, else they scroll with the change.
fn is_pinned(model: &Model, review: &Review, width: u16) -> bool {
    let look = model.appearance.look(model.clock, true);
    head::facts(model, review, Tally::Later, width, &look).len() <= usize::from(model.size.height / 3)
}

/// Returns what the text depends on.
#[must_use]
pub fn key(model: &Model, review: &Review, width: u16) -> Key {
    Key {
        revision: review.revision,
        extent: review.extent,
        split: is_split(review, width),
        whole: matches!(change_of(model, review, Extent::Whole), Change::Files(_)),
        log: (!is_pinned(model, review, model.size.width)).then_some(model.state.last_seq.0),
    }
}

/// Lays the text out.
#[must_use]
pub fn document(model: &Model, page: &Page, review: &Review, width: u16, look: &Look<'_>) -> Document {
    let facts = if is_pinned(model, review, model.size.width) {
        Vec::new()
    } else {
        head::facts(model, review, Tally::Elsewhere, width, look)
    };
    body::document(model, page, review, facts, width, look)
}

/// Draws the page; returns where the cursor rests and where text is typed.
pub fn draw(
    model: &Model,
    page: &Page,
    target: &Target,
    buf: &mut Buffer,
    look: &Look<'_>,
) -> (Option<Position>, Option<Position>) {
    let Some(review) = model.review(target) else {
        return (None, None);
    };
    let places = places(model, review);
    let document = super::document(model, page, places.body.width);
    let (left, right) = head::title(model, review, places.title.width, look);
    widget::row(buf, places.title, look, left, right);
    if places.facts.height > 0 {
        let tally = document.outline.as_ref().map_or(Tally::Later, Tally::Of);
        let facts = head::facts(model, review, tally, places.facts.width, look);
        widget::lines(buf, places.facts, &facts);
        rule(buf, Rect::new(0, places.facts.bottom(), model.size.width, 1), look);
    }
    super::draw_rows(page, &document, places.body, buf, look);
    counts(page, review, &document, places.body, buf, look);
    let resting = super::draw_cursor(page, places.body, buf, look);
    let typing = bar::entry(model, review, places.entry, buf, look);
    bar::status(model, page, review, &document, &places, buf, look);
    let searching = bar::keys(model, review, places.bar, buf, look);
    (resting, searching.or(typing))
}

fn rule(buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let line = look.glyph(crate::ui::text::Glyph::Rule).repeat(usize::from(area.width));
    buf.set_line(area.x, area.y, &Line::styled(line, look.style(Slot::Border)), area.width);
}

/// Writes at the right of each file's row how many of its hunks were seen. Not part of the text: it changes with every key.
fn counts(page: &Page, review: &Review, document: &Document, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Some(outline) = &document.outline else { return };
    let top = page.scroll.min(document.lines.len().saturating_sub(1));
    let shown = top..top + usize::from(area.height);
    let files = document.marks.iter().filter(|stop| stop.mark == super::Mark::File);
    for stop in files.filter(|stop| shown.contains(&stop.row)) {
        let all = outline.hunks.get(stop.file).copied().unwrap_or(0);
        if all == 0 {
            continue;
        }
        let seen = review.progress.seen_of(review.extent, stop.file);
        let slot = if seen == all { Slot::Pass } else { Slot::Dim };
        let mark = if seen == all {
            format!("{} ", look.glyph(crate::ui::text::Glyph::Pass))
        } else {
            String::new()
        };
        let text = Clean::line(&format!("{mark}{seen}/{all} seen"));
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let used = u16::try_from(document.lines[stop.row].width()).unwrap_or(u16::MAX);
        if used.saturating_add(width).saturating_add(1) <= area.width {
            let y = area.y + u16::try_from(stop.row - top).unwrap_or(0);
            buf.set_span(area.right() - width, y, &text.span(look.style(slot)), width);
        }
    }
}

/// Says why a review can no longer be answered, if so.
#[must_use]
pub fn gone(review: &Review) -> Option<&str> {
    match &review.standing {
        Standing::Gone(why) => Some(why),
        Standing::Waits | Standing::Sent => None,
    }
}

/// A label of the facts' column.
fn label(text: &'static str, look: &Look<'_>) -> Span<'static> {
    Span::styled(format!("{text:<9}"), look.style(Slot::Dim))
}
