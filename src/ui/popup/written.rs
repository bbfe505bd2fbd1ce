//! A text that is written in a window: its rows on the screen, and its cursor there.
//!
//! Does not own the text. Invariant: the rows are those that the keys of the field go by.

use crate::ui::model::Field;
use crate::ui::text::{Glyph, Look, soft_cursor, soft_wrap};
use crate::ui::theme::Slot;
use ratatui::layout::Size;
use ratatui::text::{Line, Span};

/// Returns the columns of a window that a text is written in.
pub(super) const fn window_columns(size: Size) -> u16 {
    let columns = size.width.saturating_sub(4);
    if columns > 88 { 88 } else { columns }
}

/// Returns the columns inside such a window.
pub(super) const fn room(size: Size) -> usize {
    let room = window_columns(size).saturating_sub(4) as usize;
    if room == 0 { 1 } else { room }
}

/// Returns the columns of the text itself, between its mark and the place of a cursor behind a full row.
#[must_use]
pub const fn written_columns(size: Size) -> usize {
    room(size).saturating_sub(3)
}

/// The text, laid out.
pub(super) struct Written {
    /// Its rows, each behind the mark or as far to the right.
    pub lines: Vec<Line<'static>>,
    /// The row with the cursor.
    pub row: usize,
    /// The cursor's column, the mark counted in.
    pub column: usize,
}

/// Lays a text out behind its mark; `hint` stands there as long as nothing is typed.
pub(super) fn written(field: &Field, mark: Glyph, hint: &'static str, size: Size, look: &Look<'_>) -> Written {
    let typed = field.lines();
    let rows = soft_wrap(typed, written_columns(size));
    let mark = format!("{} ", look.glyph(mark));
    let lines = rows.iter().enumerate().map(|(index, row)| {
        let lead = if index == 0 { mark.clone() } else { "  ".to_owned() };
        let text = if field.is_empty() {
            Span::styled(if index == 0 { hint } else { "" }, look.style(Slot::Dim))
        } else {
            row.text(typed).span(look.style(Slot::Human))
        };
        Line::from(vec![Span::styled(lead, look.style(Slot::Key)), text])
    });
    let lines = lines.collect();
    let (row, column) = soft_cursor(&rows, typed, field.cursor());
    Written {
        lines,
        row,
        column: column + 2,
    }
}
