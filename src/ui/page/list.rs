//! A feature list that cannot be read or holds nothing: why, where, and its text as it stands.
//!
//! Owns what is said of it, on its page and in the Features pane. Does not own the reason (the reader's) nor the text. Invariant: the
//! reason is never cut, and the place it names is in view above the whole text.

use super::Document;
use super::sheet::Sheet;
use crate::protocol::RawList;
use crate::ui::model::{Loaded, Model};
use crate::ui::text::{Clean, Glyph, Look, Wrap, format, truncate, width};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// Lines shown above and below the place.
const AROUND: u32 = 3;

/// Lines shown of a text without such a place.
const HEAD: usize = 8;

/// Characters of a line that are laid out at once: a list can be one line.
const PIECE: usize = 4_000;

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, columns: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(columns, look);
    reason(&mut sheet, model);
    match &model.list.loaded {
        Some(Loaded::Ready(list)) => {
            place(&mut sheet, list, look);
            if !list.text.is_empty() {
                sheet.heading("The whole text");
            }
            if list.cut {
                let size = format::bytes(list.bytes);
                sheet.text(&format!("Of {size}, what stands around the place."), Slot::Dim);
            }
            whole(&mut sheet, list, look);
        }
        Some(Loaded::Failed(why)) => sheet.text(&format!("Its text cannot be shown: {why}"), Slot::Error),
        Some(Loaded::Pending) | None => sheet.text("Reading the file.", Slot::Dim),
    }
    sheet.finish()
}

/// Lays out what the Features pane shows in place of rows: the reason, and the text around the place.
#[must_use]
pub fn summary(model: &Model, columns: u16, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut sheet = Sheet::new(columns, look);
    reason(&mut sheet, model);
    if let Some(Loaded::Ready(list)) = &model.list.loaded {
        place(&mut sheet, list, look);
        if !list.text.is_empty() {
            sheet.gap();
            let open = model.keymap.key_text(crate::ui::keymap::Action::Open);
            sheet.text(&format!("{open} opens the whole text."), Slot::Dim);
        }
    }
    sheet.finish().lines
}

/// Says what is wrong, whole.
fn reason(sheet: &mut Sheet<'_>, model: &Model) {
    let board = &model.state.features;
    sheet.text(&board.path, Slot::Bold);
    let told = model.list.told().filter(|list| !list.reason.is_empty());
    match told {
        Some(list) => {
            if let Some((line, column)) = list.at {
                sheet.text(&format!("line {line}, column {column}"), Slot::Dim);
            }
            // The place stands on a line of its own already.
            let place = list.at.map(|(line, column)| format!("{line}:{column}: ")).unwrap_or_default();
            let why = list.reason.strip_prefix(place.as_str()).unwrap_or(&list.reason);
            sheet.text(why, Slot::Warning);
        }
        None => board.notices.iter().for_each(|notice| sheet.text(notice, Slot::Warning)),
    }
    if told.is_some_and(|list| list.broken) {
        sheet.text(
            "Shown read-only: nothing here can be flipped or edited until the file is mended.",
            Slot::Dim,
        );
    }
}

/// The text around the place at which reading stops, or the beginning.
fn place(sheet: &mut Sheet<'_>, list: &RawList, look: &Look<'_>) {
    if list.text.is_empty() {
        return;
    }
    sheet.heading(if list.at.is_some() {
        "Where reading stops"
    } else {
        "How it begins"
    });
    let (fault, column) = list.at.unwrap_or((0, 1));
    let first = if fault == 0 {
        list.first_line
    } else {
        fault.saturating_sub(AROUND).max(list.first_line)
    };
    let skip = (first - list.first_line) as usize;
    let count = if fault == 0 {
        HEAD
    } else {
        (fault + AROUND - first + 1) as usize
    };
    let digits = (first as usize + count).to_string().len();
    let room = sheet.width().saturating_sub(digits + 2).max(4);
    // All lines are shifted alike, so that they stay below one another.
    let from = (column as usize - 1).saturating_sub(if column as usize > room * 2 / 3 {
        room / 2
    } else {
        column as usize
    });
    for (number, line) in (first..).zip(list.text.lines().skip(skip).take(count)) {
        let here: String = line.chars().skip(from).take(room * 2).collect();
        let shown = Clean::line(&here);
        let lead = if from > 0 && !line.is_empty() {
            look.glyph(Glyph::Ellipsis)
        } else {
            " "
        };
        let slot = if number == fault { Slot::Bold } else { Slot::Text };
        let text = truncate(shown.as_str(), room, look.glyph(Glyph::Ellipsis));
        sheet.lines([Line::from(vec![
            Span::styled(format!("{number:>digits$}{lead}"), look.style(Slot::Dim)),
            Span::styled(text, look.style(slot)),
        ])]);
        if number == fault {
            let before: String = here.chars().take(column as usize - 1 - from).collect();
            let pad = digits + 1 + width(Clean::line(&before).as_str());
            sheet.lines([Line::from(vec![
                Span::raw(" ".repeat(pad)),
                look.mark(Glyph::Up, Slot::Error),
            ])]);
        }
    }
}

/// Every line with its number.
fn whole(sheet: &mut Sheet<'_>, list: &RawList, look: &Look<'_>) {
    let last = list.first_line as usize + list.text.lines().count();
    let digits = last.to_string().len();
    let rest = [Span::raw(" ".repeat(digits + 1))];
    for (number, line) in (list.first_line..).zip(list.text.lines()) {
        let fault = list.at.is_some_and(|(at, _)| at == number);
        let style = look.style(if fault { Slot::Bold } else { Slot::Text });
        let mut lead = vec![Span::styled(format!("{number:>digits$} "), look.style(Slot::Dim))];
        let mut left = line;
        loop {
            let cut = left.char_indices().nth(PIECE).map_or(left.len(), |(at, _)| at);
            let (piece, after) = left.split_at(cut);
            let wrap = Wrap {
                width: sheet.width(),
                first: &lead,
                rest: &rest,
            };
            let lines = wrap.columns(&[Clean::line(piece).span(style)]);
            sheet.lines(lines);
            if after.is_empty() {
                break;
            }
            (left, lead) = (after, rest.to_vec());
        }
    }
}
