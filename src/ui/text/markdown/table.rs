//! Tables: columns side by side where they fit, wrapped where they nearly do, `name: value` lists where they do not.

use crate::ui::text::glyph::Glyph;
use crate::ui::text::look::Look;
use crate::ui::text::width::spans_width;
use crate::ui::text::wrap::Wrap;
use crate::ui::theme::Slot;
use pulldown_cmark::Alignment;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

/// Columns that a wrapped cell gets at least.
const NARROWEST: usize = 9;

type Cell = Vec<Span<'static>>;

/// A table as it is parsed; the first row is its head.
#[derive(Debug)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) const fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn cell(&mut self, cell: Cell) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// Lays the table out.
    pub(super) fn lines(mut self, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
        if let Some(head) = self.rows.first_mut() {
            for span in head.iter_mut().flatten() {
                span.style = span.style.add_modifier(Modifier::BOLD);
            }
        }
        match self.columns(width) {
            Some(columns) => self.grid(&columns, look),
            None => self.list(width),
        }
    }

    /// Shares the width out; `None` if the columns cannot stand side by side.
    fn columns(&self, width: usize) -> Option<Vec<usize>> {
        let count = self.alignments.len();
        let room = width.checked_sub(3 * count.saturating_sub(1))?;
        let mut columns: Vec<usize> = (0..count)
            .map(|index| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(index))
                    .map(|cell| spans_width(cell))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        while columns.iter().sum::<usize>() > room {
            let over = columns.iter().sum::<usize>() - room;
            let widest = columns.iter().copied().max()?;
            if widest <= NARROWEST {
                return None;
            }
            // Take from the widest what brings it level with the next, at most what is needed.
            let next = columns
                .iter()
                .copied()
                .filter(|columns| *columns < widest)
                .max()
                .unwrap_or(0)
                .max(NARROWEST);
            let column = columns.iter_mut().find(|columns| **columns == widest)?;
            *column -= over.min((widest - next).max(1));
        }
        Some(columns)
    }

    fn grid(&self, columns: &[usize], look: &Look<'_>) -> Vec<Line<'static>> {
        let bar = Span::styled(format!(" {} ", look.glyph(Glyph::Bar)), look.style(Slot::Border));
        let mut lines = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let cells: Vec<Vec<Line<'static>>> = columns
                .iter()
                .enumerate()
                .map(|(index, width)| Wrap::to(*width).words(row.get(index).map_or(&[][..], Vec::as_slice)))
                .collect();
            for level in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut spans = Vec::new();
                for (index, width) in columns.iter().enumerate() {
                    if index > 0 {
                        spans.push(bar.clone());
                    }
                    let content = cells[index].get(level).map_or_else(Vec::new, |line| line.spans.clone());
                    self.align(index, *width, content, index + 1 == columns.len(), &mut spans);
                }
                lines.push(Line::from(spans));
            }
            if number == 0 {
                let rule = look.glyph(Glyph::Rule);
                let cross = format!("{rule}{}{rule}", look.glyph(Glyph::Cross));
                let text = columns
                    .iter()
                    .map(|width| rule.repeat(*width))
                    .collect::<Vec<_>>()
                    .join(&cross);
                lines.push(Line::from(Span::styled(text, look.style(Slot::Border))));
            }
        }
        lines
    }

    fn align(&self, index: usize, width: usize, content: Cell, is_last: bool, out: &mut Vec<Span<'static>>) {
        let free = width.saturating_sub(spans_width(&content));
        let left = match self.alignments.get(index) {
            Some(Alignment::Right) => free,
            Some(Alignment::Center) => free / 2,
            _ => 0,
        };
        if left > 0 {
            out.push(Span::raw(" ".repeat(left)));
        }
        out.extend(content);
        if free > left && !is_last {
            out.push(Span::raw(" ".repeat(free - left)));
        }
    }

    fn list(&self, width: usize) -> Vec<Line<'static>> {
        let Some((head, rows)) = self.rows.split_first() else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            if number > 0 {
                lines.push(Line::default());
            }
            for (index, cell) in row.iter().enumerate() {
                let mut spans = head.get(index).cloned().unwrap_or_default();
                spans.push(Span::raw(": "));
                spans.extend(cell.iter().cloned());
                let indent = [Span::raw("  ")];
                let wrap = Wrap {
                    width,
                    first: &[],
                    rest: &indent,
                };
                lines.extend(wrap.words(&spans));
            }
        }
        if rows.is_empty() {
            let spans: Vec<_> = head
                .iter()
                .flat_map(|cell| cell.iter().cloned().chain([Span::raw(" ")]))
                .collect();
            lines.extend(Wrap::to(width).words(&spans));
        }
        lines
    }
}
