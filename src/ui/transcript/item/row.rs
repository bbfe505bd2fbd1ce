//! The one-line form of most items: a mark, a word, a title, and columns aligned at the right.

use super::Scene;
use crate::ui::text::{Clean, Glyph, Look, Wrap, fit, spans_width, truncate_spans, width};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// Columns of the word that says what an item is, so that titles stand below each other.
pub(super) const NAME: usize = 7;
/// Columns that a title keeps before columns at the right are dropped.
const TITLE: usize = 20;

/// A line in the making.
pub(super) struct Row<'l> {
    look: &'l Look<'l>,
    left: Vec<Span<'static>>,
    title: Vec<Span<'static>>,
    right: Vec<Span<'static>>,
    /// The last column stays, whatever becomes of the title.
    insists: bool,
}

impl<'l> Row<'l> {
    /// Begins with a mark.
    pub(super) fn new(look: &'l Look<'l>, mark: Glyph, slot: Slot) -> Self {
        Self {
            look,
            left: vec![look.mark(mark, slot), Span::raw(" ")],
            title: Vec::new(),
            right: Vec::new(),
            insists: false,
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

    /// Adds the first line of a foreign text to the title, two blanks after the part before it.
    pub(super) fn title(mut self, text: &str, slot: Slot) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let Some(first) = lines.next() else { return self };
        let style = self.look.style(slot);
        if !self.title.is_empty() {
            self.title.push(Span::raw("  "));
        }
        self.title.push(Clean::line(first).span(style));
        if lines.next().is_some() {
            self.title
                .push(Span::styled(format!(" {}", self.look.glyph(Glyph::Ellipsis)), style));
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

    /// Adds a last column that is worth more than the title.
    pub(super) fn insist(mut self, text: &str, slot: Slot) -> Self {
        self.insists = true;
        self.right(text, slot, 0)
    }

    /// Adds the last column, left-aligned.
    pub(super) fn state(mut self, text: &str, slot: Slot, columns: usize) -> Self {
        let text = Clean::line(text);
        let columns = columns.max(text.width());
        self.right
            .push(Span::styled(fit(text.as_str(), columns, ""), self.look.style(slot)));
        self
    }

    /// Lays the line out.
    pub(super) fn line(mut self, columns: usize) -> Line<'static> {
        let left = spans_width(&self.left);
        let title = spans_width(&self.title);
        let wanted = title.min(TITLE.max(columns / 3));
        let stays = usize::from(self.insists);
        while self.right.len() > stays && left + wanted + 2 + joined(&self.right) > columns {
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

/// Wraps a text with names of files in it: one line, whatever a name holds.
pub(super) fn names(text: &str, slot: Slot, indent: usize, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let blanks = [Span::raw(" ".repeat(indent))];
    let wrap = Wrap {
        width: scene.width,
        first: &blanks,
        rest: &blanks,
    };
    wrap.words(&[Clean::name(text).span(scene.look.style(slot))])
}

/// Keeps the first `keep` lines and says how many more there are.
pub(super) fn head(mut lines: Vec<Line<'static>>, keep: usize, indent: usize, scene: &Scene<'_>) -> Vec<Line<'static>> {
    // A remark that takes as much room as what it stands for is no gain.
    if lines.len() <= keep.saturating_add(1) {
        return lines;
    }
    let more = lines.len() - keep;
    lines.truncate(keep);
    lines.push(more_line(more, indent, scene));
    lines
}

/// Says how many lines are left out.
pub(super) fn more_line(more: usize, indent: usize, scene: &Scene<'_>) -> Line<'static> {
    let what = if more == 1 { "line" } else { "lines" };
    let text = format!(
        "{}{} {more} more {what}",
        " ".repeat(indent),
        scene.look.glyph(Glyph::Ellipsis)
    );
    Line::from(truncate_spans(
        vec![Span::styled(text, scene.look.style(Slot::Dim))],
        scene.width,
        "",
    ))
}
