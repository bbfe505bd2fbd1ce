//! The one-line form of most items: a mark, a word, a title, and columns aligned at the right.

use super::Scene;
use crate::ui::text::{Clean, Glyph, Look, Wrap, fit, spans_width, truncate_spans, width};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// Columns that a title keeps before columns at the right are dropped.
const TITLE: usize = 14;

/// A line in the making.
pub(super) struct Row<'l> {
    look: &'l Look<'l>,
    left: Vec<Span<'static>>,
    title: Vec<Span<'static>>,
    right: Vec<Span<'static>>,
}

impl<'l> Row<'l> {
    /// Begins with a mark.
    pub(super) fn new(look: &'l Look<'l>, mark: Glyph, slot: Slot) -> Self {
        Self {
            look,
            left: vec![look.mark(mark, slot), Span::raw(" ")],
            title: Vec::new(),
            right: Vec::new(),
        }
    }

    /// Adds the word that says what it is, at least `columns` wide.
    pub(super) fn word(mut self, word: &str, slot: Slot, columns: usize) -> Self {
        let word = Clean::line(word).into_string();
        let pad = columns.saturating_sub(width(&word)) + 1;
        self.left.push(Span::styled(word, self.look.style(slot)));
        self.left.push(Span::raw(" ".repeat(pad)));
        self
    }

    /// Adds foreign text to the title.
    pub(super) fn title(self, text: &str, slot: Slot) -> Self {
        let style = self.look.style(slot);
        self.span(Clean::line(text).span(style))
    }

    /// Adds a part to the title, two blanks after the one before.
    pub(super) fn span(mut self, span: Span<'static>) -> Self {
        if !span.content.is_empty() {
            if !self.title.is_empty() {
                self.title.push(Span::raw("  "));
            }
            self.title.push(span);
        }
        self
    }

    /// Adds a column at the right, at least `columns` wide. The first ones are the first to go when room is short.
    pub(super) fn right(mut self, text: &str, slot: Slot, columns: usize) -> Self {
        let text = Clean::line(text).into_string();
        let pad = columns.saturating_sub(width(&text));
        self.right
            .push(Span::styled(format!("{}{text}", " ".repeat(pad)), self.look.style(slot)));
        self
    }

    /// Adds the last column, left-aligned.
    pub(super) fn state(mut self, text: &str, slot: Slot, columns: usize) -> Self {
        let columns = columns.max(width(text));
        self.right.push(Span::styled(fit(text, columns, ""), self.look.style(slot)));
        self
    }

    /// Lays the line out.
    pub(super) fn line(mut self, columns: usize) -> Line<'static> {
        let left = spans_width(&self.left);
        let title = spans_width(&self.title);
        let wanted = title.min(TITLE.max(columns / 3));
        while !self.right.is_empty() && left + wanted + 2 + joined(&self.right) > columns {
            self.right.remove(0);
        }
        let right = joined(&self.right);
        let room = columns.saturating_sub(left + if right == 0 { 0 } else { right + 2 });
        let mut spans = self.left;
        spans.extend(truncate_spans(self.title, room, self.look.glyph(Glyph::Ellipsis)));
        if right > 0 {
            spans.push(Span::raw(" ".repeat(columns.saturating_sub(spans_width(&spans) + right))));
            for (index, span) in self.right.into_iter().enumerate() {
                if index > 0 {
                    spans.push(Span::raw("  "));
                }
                spans.push(span);
            }
        }
        Line::from(truncate_spans(spans, columns, ""))
    }
}

fn joined(right: &[Span<'static>]) -> usize {
    spans_width(right) + 2 * right.len().saturating_sub(1)
}

/// Returns the mark of something that can be folded.
pub(super) const fn fold_mark(is_open: bool) -> Glyph {
    if is_open { Glyph::Unfolded } else { Glyph::Folded }
}

/// Wraps foreign text at words under an indent.
pub(super) fn words(text: &str, slot: Slot, indent: usize, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let blanks = [Span::raw(" ".repeat(indent))];
    let wrap = Wrap {
        width: scene.width,
        first: &blanks,
        rest: &blanks,
    };
    let style = scene.look.style(slot);
    Clean::block(text)
        .lines()
        .flat_map(|line| wrap.words(&[Span::styled(line.to_owned(), style)]))
        .collect()
}

/// Keeps the first `keep` lines and says how many more there are.
pub(super) fn head(mut lines: Vec<Line<'static>>, keep: usize, indent: usize, scene: &Scene<'_>) -> Vec<Line<'static>> {
    // A remark that takes as much room as what it stands for is no gain.
    if lines.len() <= keep + 1 {
        return lines;
    }
    let more = lines.len() - keep;
    lines.truncate(keep);
    lines.push(more_line(more, indent, scene));
    lines
}

/// Says how many lines are left out.
pub(super) fn more_line(more: usize, indent: usize, scene: &Scene<'_>) -> Line<'static> {
    let text = format!("{}{} {more} more", " ".repeat(indent), scene.look.glyph(Glyph::Ellipsis));
    Line::from(truncate_spans(
        vec![Span::styled(text, scene.look.style(Slot::Dim))],
        scene.width,
        "",
    ))
}
