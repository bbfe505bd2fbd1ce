//! Gathers inline text and turns finished blocks into lines, with what their containers put before them.

use super::fence::{code_line, painter, remark};
use super::list::Nesting;
use super::table::Table;
use crate::ui::text::clean::Clean;
use crate::ui::text::glyph::Glyph;
use crate::ui::text::look::Look;
use crate::ui::text::width::spans_width;
use crate::ui::text::wrap::{Wrap, wrap};
use crate::ui::theme::Slot;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines in the making.
pub(super) struct Writer<'l> {
    pub(super) look: &'l Look<'l>,
    pub(super) width: usize,
    pub(super) out: Vec<Line<'static>>,
    /// The paragraph being gathered.
    pub(super) inline: Vec<Span<'static>>,
    pub(super) styles: Vec<Style>,
    pub(super) links: Vec<String>,
    pub(super) nesting: Nesting,
    pub(super) code: Option<(String, String)>,
    pub(super) table: Option<Table>,
    /// A blank line is due before the next block.
    pub(super) parted: bool,
}

impl<'l> Writer<'l> {
    pub(super) fn new(width: usize, look: &'l Look<'l>) -> Self {
        Self {
            look,
            width,
            out: Vec::new(),
            inline: Vec::new(),
            styles: Vec::new(),
            links: Vec::new(),
            nesting: Nesting::default(),
            code: None,
            table: None,
            parted: false,
        }
    }

    pub(super) fn styled(&mut self, style: Style) {
        self.styles.push(style);
    }

    pub(super) fn style(&self) -> Style {
        let slot = if self.nesting.is_in_quote() { Slot::Quote } else { Slot::Text };
        self.styles
            .iter()
            .fold(self.look.style(slot), |style, more| style.patch(*more))
    }

    pub(super) fn text(&mut self, text: &str, style: Style) {
        self.inline.push(Clean::line(text).span(style));
    }

    pub(super) fn html(&mut self, text: &str) {
        let style = self.look.style(Slot::Dim);
        for (index, line) in text.trim_end_matches('\n').split('\n').enumerate() {
            if index > 0 {
                self.flush();
            }
            self.text(line, style);
        }
        if text.ends_with('\n') {
            self.flush();
        }
    }

    pub(super) fn end_link(&mut self) {
        self.styles.pop();
        let Some(url) = self.links.pop() else { return };
        let shown = self
            .inline
            .last()
            .is_some_and(|span| span.content == url.trim_start_matches("mailto:"));
        if !shown && !url.is_empty() {
            self.text(&format!(" ({url})"), self.look.style(Slot::Dim));
        }
    }

    pub(super) fn part(&mut self) {
        if std::mem::take(&mut self.parted) && !self.out.is_empty() {
            self.out.push(Line::from(self.nesting.quotes(self.look)));
        }
    }

    pub(super) fn flush(&mut self) {
        if !self.inline.is_empty() {
            self.emit_inline();
        }
    }

    pub(super) fn emit_inline(&mut self) {
        self.part();
        let inline = std::mem::take(&mut self.inline);
        let (first, rest) = self.nesting.prefixes(self.width, self.look);
        let wrap = Wrap {
            width: self.width,
            first: &first,
            rest: &rest,
        };
        self.out.extend(wrap.words(&inline));
    }

    pub(super) fn rule(&mut self) {
        self.flush();
        self.part();
        let (mut line, rest) = self.nesting.prefixes(self.width, self.look);
        let columns = self.width.saturating_sub(spans_width(&rest)).min(40);
        line.push(Span::styled(
            self.look.glyph(Glyph::Rule).repeat(columns),
            self.look.style(Slot::Border),
        ));
        self.out.push(Line::from(line));
        self.parted = true;
    }

    pub(super) fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        self.part();
        let mut painter = painter(&language, self.look);
        if language.split_whitespace().nth(1).is_some() {
            let (_, rest) = self.nesting.prefixes(self.width, self.look);
            self.out.extend(remark(&language, &rest, self.width, self.look));
        }
        for line in code.lines() {
            let (first, rest) = self.nesting.prefixes(self.width, self.look);
            let mut lines = code_line(&mut painter, line, &rest, self.width, self.look);
            if let Some(line) = lines.first_mut() {
                // The mark of the item that holds the listing stands on its first line.
                line.spans.splice(..rest.len(), first);
            }
            self.out.append(&mut lines);
        }
        self.parted = !self.nesting.is_in_list();
    }

    pub(super) fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        self.part();
        let (first, rest) = self.nesting.prefixes(self.width, self.look);
        let room = self.width.saturating_sub(spans_width(&rest));
        for (index, line) in table.lines(room, self.look).into_iter().enumerate() {
            let mut spans = if index == 0 { first.clone() } else { rest.clone() };
            spans.extend(line.spans);
            self.out.push(Line::from(spans));
        }
        self.parted = true;
    }

    pub(super) fn swallowed(&mut self, source: &str) {
        if !source.trim().is_empty() {
            self.part();
            let style = self.look.style(Slot::Dim);
            self.out
                .extend(wrap(&Clean::block(source.trim_matches(['\n', '\r'])), self.width, style));
        }
    }
}
