//! Moving: one vocabulary for lists, texts, diffs and the transcript.

use crate::session::timeline::Item;
use crate::ui::layout::Pane;
use crate::ui::model::{Cursor, Model, Popup, Subject};
use crate::ui::page::{self, diff};
use crate::ui::popup;
use crate::ui::transcript::{Move, View};

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
    } else if !model.pages.is_empty() {
        on_page(model, motion);
    } else {
        in_pane(model, motion);
    }
}

/// Scrolls what has the focus, as the wheel does.
pub fn scroll(model: &mut Model, rows: isize) {
    motion(model, Motion::Lines(rows));
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
        Some(Popup::Sessions(mut cursor)) => {
            let rows = model.session_rows(&cursor.filter);
            let at = motion.target(cursor.index(), rows.len(), height);
            cursor.select(at, rows.get(at).map(|session| session.number));
            model.popup = Some(Popup::Sessions(cursor));
        }
        other => model.popup = other,
    }
}

fn in_pane(model: &mut Model, motion: Motion) {
    let height = model.layout().place(model.focus).map_or(1, |place| usize::from(place.body().height));
    match model.focus {
        Pane::Transcript => in_transcript(
            model,
            match motion {
                Motion::Lines(n) => Move::Lines(n),
                Motion::HalfPages(n) => Move::HalfPages(n),
                Motion::Pages(n) => Move::Pages(n),
                Motion::Top => Move::Top,
                Motion::Bottom => Move::Bottom,
            },
        ),
        Pane::Features => {
            let keys: Vec<_> = model.feature_rows().iter().map(|row| row.feature.id.clone()).collect();
            in_list(&mut model.features, &keys, motion, height);
        }
        Pane::Git => {
            let keys: Vec<_> = model.commit_rows().iter().map(|commit| commit.id.clone()).collect();
            in_list(&mut model.commits, &keys, motion, height);
        }
        Pane::Tests => {
            let keys: Vec<_> = model.test_rows().iter().map(|case| case.name.clone()).collect();
            in_list(&mut model.tests, &keys, motion, height);
        }
    }
}

fn in_list<K: Clone + PartialEq>(cursor: &mut Cursor<K>, keys: &[K], motion: Motion, height: usize) {
    let at = motion.target(cursor.index(), keys.len(), height);
    cursor.select(at, keys.get(at).cloned());
}

fn on_page(model: &mut Model, motion: Motion) {
    let height = usize::from(page::body(model.size).height);
    let Some(open) = model.pages.last_mut() else { return };
    match open.subject {
        Subject::Commit(_) => {
            let rows = open.measured.rows;
            open.cursor = motion.target(open.cursor, rows, height);
            open.reveal(height);
        }
        Subject::Feature(_) | Subject::Test(_) | Subject::Item(..) => {
            let lowest = open.lowest();
            open.scroll = motion.target(open.scroll.min(lowest), open.measured.rows, height).min(lowest);
        }
    }
}

/// Goes to a row of the open page.
pub fn page_to(model: &mut Model, row: usize) {
    let height = usize::from(page::body(model.size).height);
    let Some(open) = model.pages.last_mut() else { return };
    match open.subject {
        Subject::Commit(_) => {
            open.cursor = row;
            open.reveal(height);
        }
        Subject::Feature(_) | Subject::Test(_) | Subject::Item(..) => open.scroll = row.min(open.lowest()),
    }
}

/// Scrolls a diff sideways.
pub fn shift(model: &mut Model, columns: isize) {
    if let Some(open) = model.pages.last_mut() {
        open.shift = open.shift.saturating_add_signed(columns).min(10_000);
    }
}

/// What the diff's jumps stop at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A hunk's first row.
    Hunk,
    /// A file's row.
    File,
}

/// Goes to the next (1) or previous (-1) hunk or file of the open diff.
pub fn in_diff(model: &mut Model, mark: Mark, step: isize) {
    let Some(open) = model.pages.last() else { return };
    let rows = diff::rows_of(model, open, page::body(model.size).width);
    let stops = |row: &diff::Row| match mark {
        Mark::Hunk => matches!(row, diff::Row::Hunk { .. }),
        Mark::File => matches!(row, diff::Row::File { .. }),
    };
    let here = open.cursor;
    let found = if step > 0 {
        rows.iter().enumerate().skip(here + 1).find(|(_, row)| stops(row))
    } else {
        rows.iter().enumerate().take(here).rev().find(|(_, row)| stops(row))
    };
    match found.map(|(row, _)| row) {
        Some(row) => {
            page_to(model, row);
            // A jump shows what follows, not what came before.
            if let Some(open) = model.pages.last_mut() {
                open.scroll = row.saturating_sub(1);
            }
        }
        None => model.refuse(match mark {
            Mark::Hunk => "no further hunk",
            Mark::File => "no further file",
        }),
    }
}

/// Moves in the shown transcript; says so if there was nowhere to go.
pub fn in_transcript(model: &mut Model, to: Move) {
    let moved = transcript(model, |view, items| view.handle(to, items));
    if moved == Some(false) {
        if let Some(what) = missing(to) {
            model.refuse(what);
        }
    }
}

const fn missing(to: Move) -> Option<&'static str> {
    match to {
        Move::NextError | Move::PrevError => Some("no further error"),
        Move::NextTool | Move::PrevTool => Some("no further tool call"),
        Move::NextCommit | Move::PrevCommit => Some("no further commit"),
        Move::NextHuman | Move::PrevHuman => Some("no further question"),
        Move::NextMatch | Move::PrevMatch => Some("no match"),
        _ => None,
    }
}

/// Works on the view of the shown session together with its items.
pub fn transcript<R>(model: &mut Model, work: impl FnOnce(&mut View, &[Item]) -> R) -> Option<R> {
    let number = model.shown_session()?.number;
    let mut view = model.views.remove(&number).unwrap_or_default();
    let result = model.state.session(number).map(|session| work(&mut view, &session.items));
    model.views.insert(number, view);
    result
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
