//! Moving: one vocabulary for lists, texts, diffs and the transcript.

use super::{editor, question};
use crate::protocol::{Autonomy, FinishWay};
use crate::ui::layout::Pane;
use crate::ui::model::{Model, Popup, Subject};
use crate::ui::page::{self, Document, Mark};
use crate::ui::popup;
use crate::ui::transcript::Move;

/// A movement as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Rows, down is positive.
    Lines(isize),
    /// Halves of what is visible.
    HalfPages(isize),
    /// What is visible.
    Pages(isize),
    /// The first row.
    Top,
    /// The last row.
    Bottom,
}

impl Motion {
    /// Returns the row that it leads to from row `at` of `rows`, of which `height` are visible.
    fn target(self, at: usize, rows: usize, height: usize) -> usize {
        let height = isize::try_from(height).unwrap_or(isize::MAX);
        let step = match self {
            Self::Lines(n) => n,
            Self::HalfPages(n) => n.saturating_mul((height / 2).max(1)),
            Self::Pages(n) => n.saturating_mul((height - 1).max(1)),
            Self::Top => return 0,
            Self::Bottom => return rows.saturating_sub(1),
        };
        at.saturating_add_signed(step).min(rows.saturating_sub(1))
    }
}

/// Moves in whatever has the focus.
pub fn motion(model: &mut Model, motion: Motion) {
    if model.popup.is_some() {
        in_popup(model, motion);
    } else if model.pages.last().is_some_and(|page| page.subject == Subject::Editor) {
        editor::scroll_versions(model, |at, rows, height| motion.target(at, rows, height));
    } else if !model.pages.is_empty() {
        on_page(model, motion);
    } else {
        in_pane(model, motion);
    }
}

/// Scrolls what has the focus, as the wheel does.
pub fn scroll(model: &mut Model, rows: isize) {
    if model.popup.is_none() && model.pages.is_empty() && model.focus == Pane::Transcript {
        in_transcript(model, &Move::Scroll(clamp(rows)));
    } else {
        motion(model, Motion::Lines(rows));
    }
}

fn clamp(rows: isize) -> i32 {
    i32::try_from(rows).unwrap_or(if rows > 0 { i32::MAX } else { i32::MIN })
}

fn in_popup(model: &mut Model, motion: Motion) {
    let height = popup::list_height(model.size);
    match model.popup.take() {
        Some(Popup::Help(mut cursor)) => {
            let rows = model.help_rows(&cursor.filter);
            let at = motion.target(cursor.index(), rows.len(), height);
            cursor.select(at, rows.get(at).map(|entry| entry.action));
            model.popup = Some(Popup::Help(cursor));
        }
        Some(Popup::Palette(mut palette)) => {
            let rows = model.palette_rows(&palette.cursor.filter);
            let height = height.saturating_sub(popup::QUERY_ROWS);
            let at = motion.target(palette.cursor.index(), rows.len(), height);
            palette.cursor.select(at, rows.get(at).map(|entry| entry.action));
            model.popup = Some(Popup::Palette(palette));
        }
        Some(Popup::Sessions(mut cursor)) => {
            let rows = model.session_rows(&cursor.filter);
            let at = motion.target(cursor.index(), rows.len(), height);
            cursor.select(at, rows.get(at).map(|session| session.number));
            model.popup = Some(Popup::Sessions(cursor));
        }
        Some(form @ Popup::Question(_)) => {
            model.popup = Some(form);
            question::scroll(model, |layout, from| {
                let (rows, height) = layout.rows();
                motion.target(from, rows, height)
            });
        }
        Some(Popup::Autonomy(mut menu)) => {
            menu.at = motion.target(menu.at, Autonomy::ALL.len(), height);
            model.popup = Some(Popup::Autonomy(menu));
        }
        Some(Popup::Finish(mut menu)) => {
            menu.at = motion.target(menu.at, FinishWay::ALL.len(), height);
            model.popup = Some(Popup::Finish(menu));
        }
        other => model.popup = other,
    }
}

fn in_pane(model: &mut Model, motion: Motion) {
    let height = model
        .layout()
        .place(model.focus)
        .map_or(1, |place| usize::from(place.body().height));
    match model.focus {
        Pane::Transcript => in_transcript(
            model,
            &match motion {
                Motion::Lines(n) => Move::Lines(clamp(n)),
                Motion::HalfPages(n) => Move::HalfPages(clamp(n)),
                Motion::Pages(n) => Move::Pages(clamp(n)),
                Motion::Top => Move::Top,
                Motion::Bottom => Move::Bottom,
            },
        ),
        Pane::Features if model.has_bare_list() => {
            let look = model.appearance.look(model.clock, true);
            let width = model
                .layout()
                .place(Pane::Features)
                .map_or(1, |place| place.body().width.saturating_sub(2));
            let rows = page::list::summary(model, width, &look).len();
            let lowest = rows.saturating_sub(height);
            model.list_scroll = motion.target(model.list_scroll.min(lowest), rows, height).min(lowest);
        }
        Pane::Features => {
            let rows = model.feature_rows();
            let at = motion.target(model.features.index(), rows.len(), height);
            let key = rows.get(at).map(|row| row.feature.id.clone());
            model.features.select(at, key);
        }
        Pane::Git => {
            let rows = model.commit_rows();
            let at = motion.target(model.commits.index(), rows.len(), height);
            let key = rows.get(at).map(|commit| commit.id.clone());
            model.commits.select(at, key);
        }
        Pane::Tests => {
            let rows = model.test_rows();
            let at = motion.target(model.tests.index(), rows.len(), height);
            let key = rows.get(at).map(|case| case.name.clone());
            model.tests.select(at, key);
        }
    }
}

fn on_page(model: &mut Model, motion: Motion) {
    let body = page::area(model);
    let height = usize::from(body.height);
    let Some(open) = model.pages.last() else { return };
    let document = page::document(model, open, body.width);
    let rows = document.lines.len();
    let Some(open) = model.pages.last_mut() else { return };
    if open.subject.has_cursor() {
        let to = motion.target(open.cursor, rows, height);
        open.cursor = beside_gap(&document, open.cursor, to);
        open.reveal(height);
    } else {
        let lowest = rows.saturating_sub(height);
        open.scroll = motion.target(open.scroll.min(lowest), rows, height).min(lowest);
    }
}

/// A cursor does not rest on an empty line: it goes on as it went, or stays before the gap that ends the page.
fn beside_gap(document: &Document, from: usize, to: usize) -> usize {
    let has_text = |row: &usize| document.lines.get(*row).is_some_and(|line| line.width() > 0);
    let found = if to >= from {
        (to..document.lines.len()).find(has_text)
    } else {
        (0..=to).rev().find(has_text)
    };
    found.unwrap_or(from)
}

/// Goes to a row of the open page.
pub fn page_to(model: &mut Model, row: usize) {
    let height = usize::from(page::area(model).height);
    let Some(open) = model.pages.last_mut() else { return };
    if open.subject.has_cursor() {
        open.cursor = row;
        open.reveal(height);
    } else {
        open.scroll = row;
    }
}

/// Goes to a row of the open page and shows what follows it, not what came before.
pub fn show_from(model: &mut Model, row: usize) {
    page_to(model, row);
    if let Some(open) = model.pages.last_mut() {
        open.scroll = row.saturating_sub(1);
    }
}

/// Goes to the next (1) or previous (-1) hunk or file of the open diff.
pub fn in_diff(model: &mut Model, mark: Mark, step: isize) {
    let Some(open) = model.pages.last() else { return };
    let document = page::document(model, open, page::area(model).width);
    let stops = document
        .marks
        .iter()
        .filter(|stop| mark == Mark::Hunk || stop.mark == mark)
        .map(|stop| stop.row);
    let here = open.cursor;
    let found = if step > 0 {
        stops.into_iter().find(|row| *row > here)
    } else {
        stops.rev().find(|row| *row < here)
    };
    match found {
        Some(row) => show_from(model, row),
        None => model.refuse(match mark {
            Mark::Hunk => "no further hunk",
            Mark::File => "no further one",
        }),
    }
}

/// Moves in the shown transcript; says so if there was nowhere to go.
pub fn in_transcript(model: &mut Model, to: &Move) {
    let Some(number) = model.shown_session().map(|session| session.number) else {
        return;
    };
    let mut view = model.views.remove(&number).unwrap_or_default();
    let moved = match model.session(number) {
        Some(session) => {
            let look = model.appearance.look(model.clock, true);
            view.handle(to, &session.items, &mut model.caches.borrow_mut().transcript, &look)
        }
        None => Ok(()),
    };
    model.views.insert(number, view);
    if let Err(reason) = moved {
        model.refuse(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn motions_stay_within_the_rows() {
        assert_eq!(Motion::Lines(1).target(9, 10, 5), 9);
        assert_eq!(Motion::Lines(-3).target(1, 10, 5), 0);
        assert_eq!(Motion::HalfPages(1).target(0, 100, 20), 10);
        assert_eq!(Motion::Pages(-1).target(50, 100, 20), 31);
        assert_eq!(Motion::Bottom.target(0, 0, 0), 0);
    }
}
