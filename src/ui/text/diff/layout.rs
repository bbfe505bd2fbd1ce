//! Rows as lines: numbers, sign, text; long rows wrapped under their text.

use super::emphasis::{self, Pieces};
use super::{Row, RowKind};
use crate::ui::text::clean::Clean;
use crate::ui::text::glyph::Glyph;
use crate::ui::text::highlight::Painter;
use crate::ui::text::look::Look;
use crate::ui::text::wrap::Wrap;
use crate::ui::theme::Slot;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Rows beyond this are not coloured by syntax.
const COLOURED: usize = 2_000;
/// Columns from which both line numbers are shown, and one of them.
const ROOM_FOR_BOTH: usize = 60;
const ROOM_FOR_ONE: usize = 30;

/// Lays rows out; `path` picks the syntax. Every row gives one line or, if it is too long, several.
///
/// Added and removed lines wear their own colour; syntax colours the unchanged ones, and the others only where
/// the theme marks them by background.
#[must_use]
pub fn lines(rows: &[Row], path: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let gutter = Gutter::of(rows, width);
    let mut emphasis = emphasis::of(rows);
    let fresh = || {
        if look.color {
            Painter::for_path(path, rows.first().map_or("", |row| &row.text))
        } else {
            Painter::plain()
        }
    };
    let mut painter = fresh();
    let mut lines = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.kind == RowKind::Hunk {
            painter = fresh();
        } else if index == COLOURED {
            painter = Painter::plain();
        }
        let (first, rest) = gutter.spans(row, look);
        let spans = content(row, emphasis.remove(&index), &mut painter, look);
        let wrap = Wrap {
            width,
            first: &first,
            rest: &rest,
        };
        lines.extend(wrap.columns(&spans));
    }
    lines
}

fn content(row: &Row, pieces: Option<Pieces>, painter: &mut Painter, look: &Look<'_>) -> Vec<Span<'static>> {
    let slot = slot(row.kind);
    let style = look.style(slot);
    match row.kind {
        RowKind::Context => painter.line(&row.text, style),
        RowKind::Hunk if row.text.is_empty() => vec![look.mark(Glyph::Ellipsis, slot)],
        RowKind::Hunk | RowKind::Note => vec![Clean::line(&row.text).span(style)],
        RowKind::Added | RowKind::Removed => {
            // The painter sees added lines in any case, to know what the lines after them are part of.
            let painted = (row.kind == RowKind::Added).then(|| painter.line(&row.text, style));
            match (pieces, painted) {
                (Some(pieces), _) => pieces.into_iter().map(|piece| emphasized(piece, style)).collect(),
                (None, Some(painted)) if style.bg.is_some() => painted,
                (None, _) => vec![Clean::line(&row.text).span(style)],
            }
        }
    }
}

fn emphasized((text, changed): (String, bool), style: Style) -> Span<'static> {
    let strong = Modifier::BOLD | Modifier::UNDERLINED;
    Span::styled(text, if changed { style.add_modifier(strong) } else { style })
}

const fn slot(kind: RowKind) -> Slot {
    match kind {
        RowKind::Context => Slot::Text,
        RowKind::Added => Slot::Added,
        RowKind::Removed => Slot::Removed,
        RowKind::Hunk => Slot::Hunk,
        RowKind::Note => Slot::Dim,
    }
}

/// Which numbers are shown, and how wide they are.
struct Gutter {
    digits: usize,
    columns: usize,
}

impl Gutter {
    fn of(rows: &[Row], width: usize) -> Self {
        let has_old = rows.iter().any(|row| row.old.is_some());
        let has_new = rows.iter().any(|row| row.new.is_some());
        let highest = rows.iter().filter_map(|row| row.old.max(row.new)).max().unwrap_or(0);
        let columns = match (has_old || has_new, width) {
            (false, _) | (true, ..ROOM_FOR_ONE) => 0,
            (true, ROOM_FOR_BOTH..) if has_old && has_new => 2,
            (true, _) => 1,
        };
        Self {
            digits: highest.to_string().len().max(3),
            columns,
        }
    }

    /// What stands before a row's first line and before its other lines.
    fn spans(&self, row: &Row, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let blank = vec![Span::raw(" ".repeat(self.columns * (self.digits + 1) + 2))];
        let sign = match row.kind {
            RowKind::Added => "+ ",
            RowKind::Removed => "- ",
            RowKind::Context => "  ",
            RowKind::Hunk | RowKind::Note => return (blank.clone(), blank),
        };
        let number = |number: Option<u32>| {
            let text = number.map(|number| number.to_string()).unwrap_or_default();
            Span::styled(format!("{text:>width$} ", width = self.digits), look.style(Slot::LineNumber))
        };
        let mut first = match self.columns {
            0 => Vec::new(),
            1 => vec![number(row.new.or(row.old))],
            _ => vec![number(row.old), number(row.new)],
        };
        first.push(Span::styled(sign, look.style(slot(row.kind))));
        (first, blank)
    }
}
