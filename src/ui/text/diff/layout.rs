//! Rows as lines: numbers, sign, text; long rows wrapped under their text.

use super::emphasis::{self, Pieces};
use super::{Row, RowKind};
use crate::ui::text::clean::Clean;
use crate::ui::text::glyph::Glyph;
use crate::ui::text::highlight::Painter;
use crate::ui::text::look::Look;
use crate::ui::text::reveal::reveal;
use crate::ui::text::wrap::Wrap;
use crate::ui::theme::Slot;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Rows beyond this are not coloured by syntax.
const COLOURED: usize = 2_000;
/// Columns from which both line numbers are shown, and one of them.
const ROOM_FOR_BOTH: usize = 60;
const ROOM_FOR_ONE: usize = 30;

/// How true to the file's bytes rows are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For reading: what costs more than it tells is left out.
    Reading,
    /// For a decision: two different texts never look alike.
    Exact,
}

impl Form {
    /// Cleans a text in this form.
    #[must_use]
    pub fn clean(self, text: &str) -> Clean {
        match self {
            Self::Reading => Clean::line(text),
            Self::Exact => Clean::exact(text),
        }
    }

    /// Cleans a file's name in this form.
    #[must_use]
    pub fn name(self, name: &str) -> Clean {
        match self {
            Self::Reading => Clean::line(name),
            Self::Exact => Clean::name(name),
        }
    }
}

/// Whether before and after stand above or beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Removed lines above added ones.
    Unified,
    /// Before at the left, after at the right.
    Split,
}

/// How rows are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Columns of the screen.
    pub width: usize,
    /// How true.
    pub form: Form,
    /// How arranged.
    pub columns: Columns,
}

/// A row of a diff as laid out: one line or, if it is too long, several.
#[derive(Debug, Clone)]
pub struct Block {
    /// The row; of two beside each other the one after the change.
    pub row: usize,
    /// The row before the change that stands beside it.
    pub beside: Option<usize>,
    /// Its lines.
    pub lines: Vec<Line<'static>>,
}

/// Lays rows out for reading; `path` picks the syntax.
///
/// Added and removed lines wear their own colour; syntax colours the unchanged ones, and the others only where
/// the theme marks them by background.
#[must_use]
pub fn lines(rows: &[Row], path: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let plan = Plan {
        width,
        form: Form::Reading,
        columns: Columns::Unified,
    };
    blocks(rows, path, plan, look)
        .into_iter()
        .flat_map(|block| block.lines)
        .collect()
}

/// Lays rows out and says which line belongs to which row.
#[must_use]
pub fn blocks(rows: &[Row], path: &str, plan: Plan, look: &Look<'_>) -> Vec<Block> {
    let contents = contents(rows, path, plan.form, look);
    if plan.columns == Columns::Split {
        return super::split::blocks(rows, &contents, plan, look);
    }
    let gutter = Gutter::of(rows, plan);
    let laid = rows.iter().zip(&contents).enumerate().map(|(index, (row, spans))| Block {
        row: index,
        beside: None,
        lines: gutter.wrap(row, spans, plan.width, look),
    });
    laid.collect()
}

/// Colours the text of every row.
fn contents(rows: &[Row], path: &str, form: Form, look: &Look<'_>) -> Vec<Vec<Span<'static>>> {
    let mut emphasis = emphasis::of(rows, form);
    let fresh = || {
        if look.color {
            Painter::for_path(path, rows.first().map_or("", |row| &row.text))
        } else {
            Painter::plain()
        }
    };
    let mut painter = fresh();
    let mut contents = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        if row.kind == RowKind::Hunk {
            painter = fresh();
        } else if index == COLOURED {
            painter = Painter::plain();
        }
        let spans = content(row, emphasis.remove(&index), &mut painter, form, look);
        contents.push(match form {
            Form::Reading => spans,
            Form::Exact => reveal(spans, look),
        });
    }
    contents
}

fn content(row: &Row, pieces: Option<Pieces>, painter: &mut Painter, form: Form, look: &Look<'_>) -> Vec<Span<'static>> {
    let slot = slot(row.kind);
    let style = look.style(slot);
    match row.kind {
        RowKind::Context => painter.cleaned(form.clean(&row.text), style),
        RowKind::Hunk if row.text.is_empty() => vec![look.mark(Glyph::Ellipsis, slot)],
        RowKind::Hunk | RowKind::Note => vec![form.clean(&row.text).span(style)],
        RowKind::Added | RowKind::Removed => {
            // The painter sees added lines in any case, to know what the lines after them are part of.
            let painted = (row.kind == RowKind::Added).then(|| painter.cleaned(form.clean(&row.text), style));
            match (pieces, painted) {
                (Some(pieces), _) => pieces.into_iter().map(|piece| emphasized(piece, style)).collect(),
                (None, Some(painted)) if style.bg.is_some() => painted,
                (None, _) => vec![form.clean(&row.text).span(style)],
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
pub(super) struct Gutter {
    digits: usize,
    numbers: Numbers,
    form: Form,
}

/// Which line numbers stand before a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    None,
    /// The number after the change, or before it if there is none.
    Newest,
    /// The number before the change.
    Before,
    Both,
}

impl Gutter {
    pub(super) fn of(rows: &[Row], plan: Plan) -> Self {
        let has_old = rows.iter().any(|row| row.old.is_some());
        let has_new = rows.iter().any(|row| row.new.is_some());
        let highest = rows.iter().filter_map(|row| row.old.max(row.new)).max().unwrap_or(0);
        let numbers = match (has_old || has_new, plan.width) {
            (false, _) | (true, ..ROOM_FOR_ONE) => Numbers::None,
            (true, ROOM_FOR_BOTH..) if has_old && has_new && plan.columns == Columns::Unified => Numbers::Both,
            (true, _) => Numbers::Newest,
        };
        Self {
            digits: highest.to_string().len().max(3),
            numbers,
            form: plan.form,
        }
    }

    /// Returns the same for the side before the change.
    pub(super) fn before(&self) -> Self {
        let numbers = match self.numbers {
            Numbers::None => Numbers::None,
            Numbers::Newest | Numbers::Before | Numbers::Both => Numbers::Before,
        };
        Self { numbers, ..*self }
    }

    /// Wraps a row's text behind its numbers and its sign.
    pub(super) fn wrap(&self, row: &Row, spans: &[Span<'static>], width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
        let (first, rest) = self.spans(row, look);
        let wrap = Wrap {
            width,
            first: &first,
            rest: &rest,
        };
        wrap.columns(spans)
    }

    /// What stands before a row's first line and before its other lines.
    fn spans(&self, row: &Row, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
        let columns = match self.numbers {
            Numbers::None => 0,
            Numbers::Newest | Numbers::Before => 1,
            Numbers::Both => 2,
        };
        let room = columns * (self.digits + 1);
        let blank = vec![Span::raw(" ".repeat(room + 2))];
        let sign = match row.kind {
            RowKind::Added => "+ ",
            RowKind::Removed => "- ",
            RowKind::Context => "  ",
            // A remark must not look like the rest of the line before it.
            RowKind::Note if self.form == Form::Exact => {
                let sign = Span::styled("\\ ", look.style(Slot::Dim));
                return (vec![Span::raw(" ".repeat(room)), sign], blank);
            }
            RowKind::Hunk | RowKind::Note => return (blank.clone(), blank),
        };
        let number = |number: Option<u32>| {
            let text = number.map(|number| number.to_string()).unwrap_or_default();
            Span::styled(format!("{text:>width$} ", width = self.digits), look.style(Slot::LineNumber))
        };
        let mut first = match self.numbers {
            Numbers::None => Vec::new(),
            Numbers::Newest => vec![number(row.new.or(row.old))],
            Numbers::Before => vec![number(row.old)],
            Numbers::Both => vec![number(row.old), number(row.new)],
        };
        first.push(Span::styled(sign, look.style(slot(row.kind))));
        (first, blank)
    }
}
