//! Composes the text of a page: headings, paragraphs, facts, lists, all wrapped to one width.

use super::Document;
use crate::ui::text::{Clean, Look, Wrap};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// A text being composed.
#[derive(Debug)]
pub struct Sheet<'a> {
    document: Document,
    width: usize,
    look: &'a Look<'a>,
}

impl<'a> Sheet<'a> {
    /// Begins an empty text.
    #[must_use]
    pub fn new(width: u16, look: &'a Look<'a>) -> Self {
        Self {
            document: Document::default(),
            width: usize::from(width).max(1),
            look,
        }
    }

    /// Returns the width that lines must keep to.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Adds laid-out lines.
    pub fn lines(&mut self, lines: impl IntoIterator<Item = Line<'static>>) {
        self.document.lines.extend(lines);
    }

    /// Adds an empty line, but never two.
    pub fn gap(&mut self) {
        if self.document.lines.last().is_some_and(|line| line.width() > 0) {
            self.document.lines.push(Line::default());
        }
    }

    /// Adds a heading with a gap before it.
    pub fn heading(&mut self, text: &'static str) {
        self.gap();
        self.document.lines.push(Line::styled(text, self.look.style(Slot::Heading)));
    }

    /// Adds a paragraph of spans.
    pub fn spans(&mut self, spans: &[Span<'static>]) {
        self.document.lines.extend(Wrap::to(self.width).words(spans));
    }

    /// Adds a paragraph of foreign text.
    pub fn text(&mut self, text: &str, slot: Slot) {
        let style = self.look.style(slot);
        for line in Clean::block(text).lines() {
            self.spans(&[Span::styled(line.to_owned(), style)]);
        }
    }

    /// Adds output as it came: broken only where a line is full.
    pub fn output(&mut self, text: &str, slot: Slot) {
        let style = self.look.style(slot);
        for line in Clean::output(text).lines() {
            self.document
                .lines
                .extend(Wrap::to(self.width).columns(&[Span::styled(line.to_owned(), style)]));
        }
    }

    /// Adds a label and a foreign text beside it.
    pub fn fact(&mut self, label: &'static str, value: &str) {
        let value = Clean::line(value).span(self.look.style(Slot::Text));
        self.fact_spans(label, &[value]);
    }

    /// Adds a label and spans beside it.
    pub fn fact_spans(&mut self, label: &'static str, value: &[Span<'static>]) {
        let first = [Span::styled(format!("{label:<12}"), self.look.style(Slot::Dim))];
        let rest = [Span::raw(" ".repeat(12))];
        let wrap = Wrap {
            width: self.width,
            first: &first,
            rest: &rest,
        };
        self.document.lines.extend(wrap.words(value));
    }

    /// Adds a row of a list behind a mark.
    pub fn item(&mut self, mark: Vec<Span<'static>>, value: &[Span<'static>]) {
        let indent = mark.iter().map(Span::width).sum();
        let rest = [Span::raw(" ".repeat(indent))];
        let wrap = Wrap {
            width: self.width,
            first: &mark,
            rest: &rest,
        };
        self.document.lines.extend(wrap.words(value));
    }

    /// Returns the number of rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.document.lines.len()
    }

    /// Adds a place to jump to at the next row.
    pub fn stop(&mut self, mark: super::Mark, file: usize) {
        let row = self.rows();
        self.document.marks.push(super::Stop { row, mark, file });
    }

    /// Ends the text.
    #[must_use]
    pub fn finish(self) -> Document {
        self.document
    }
}
