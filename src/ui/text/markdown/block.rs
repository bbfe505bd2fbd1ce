//! Lays out one chunk: a few blocks of Markdown, parsed by pulldown-cmark.
//!
//! Invariant: what the parser swallows without a trace (link reference definitions) is shown as it stands.

use super::fence::{code_line, painter};
use super::list::{Container, Nesting};
use super::table::Table;
use crate::ui::text::clean::Clean;
use crate::ui::text::glyph::Glyph;
use crate::ui::text::look::Look;
use crate::ui::text::width::spans_width;
use crate::ui::text::wrap::{Wrap, wrap};
use crate::ui::theme::Slot;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

/// Lays out a chunk.
pub(super) fn lines(source: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut writer = Writer::new(width, look);
    let mut depth = 0_usize;
    let mut covered = 0;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        if depth == 0 {
            writer.swallowed(source.get(covered..range.start).unwrap_or_default());
            covered = covered.max(range.end);
        }
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        writer.event(event);
    }
    writer.flush();
    writer.swallowed(source.get(covered..).unwrap_or_default());
    writer.out
}

struct Writer<'l> {
    look: &'l Look<'l>,
    width: usize,
    out: Vec<Line<'static>>,
    /// The paragraph being gathered.
    inline: Vec<Span<'static>>,
    styles: Vec<Style>,
    links: Vec<String>,
    nesting: Nesting,
    code: Option<(String, String)>,
    table: Option<Table>,
    /// A blank line is due before the next block.
    parted: bool,
}

impl<'l> Writer<'l> {
    fn new(width: usize, look: &'l Look<'l>) -> Self {
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

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text, self.style()),
            },
            Event::Code(text) => {
                let style = self.style().patch(self.look.style(Slot::Code));
                // Without colour the backticks must tell code from prose.
                let tick = if self.look.color { "" } else { "`" };
                self.text(&format!("{tick}{text}{tick}"), style);
            }
            Event::Html(text) | Event::InlineHtml(text) => self.html(&text),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(&text, self.style()),
            Event::SoftBreak => self.inline.push(Span::styled(" ", self.style())),
            Event::HardBreak => self.flush(),
            Event::Rule => self.rule(),
            Event::TaskListMarker(done) => {
                let (mark, slot) = if done { ("[x] ", Slot::Pass) } else { ("[ ] ", Slot::Dim) };
                self.inline.push(Span::styled(mark, self.look.style(slot)));
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => self.styled(self.look.style(Slot::Heading)),
            Tag::Emphasis => self.styled(Style::new().add_modifier(Modifier::ITALIC)),
            Tag::Strong => self.styled(Style::new().add_modifier(Modifier::BOLD)),
            Tag::Strikethrough => self.styled(Style::new().add_modifier(Modifier::CROSSED_OUT)),
            Tag::Link { dest_url, .. } => {
                self.links.push(dest_url.into_string());
                self.styled(self.look.style(Slot::Link));
            }
            Tag::Image { dest_url, .. } => {
                self.links.push(dest_url.into_string());
                self.text("image: ", self.look.style(Slot::Dim));
                self.styled(Style::new());
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.nesting.push(Container::Quote);
            }
            Tag::List(first) => {
                self.flush();
                self.nesting.push(Container::List(first));
            }
            Tag::Item => {
                self.flush();
                self.nesting.push_item(self.look);
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::Table(alignments) => {
                self.flush();
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => self.table.iter_mut().for_each(Table::begin_row),
            // The rest is not enabled, or needs nothing but its text.
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.flush();
                self.parted = true;
            }
            TagEnd::Heading(_) => {
                self.flush();
                self.styles.pop();
                self.parted = true;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.nesting.pop();
                self.parted = true;
            }
            TagEnd::List(_) => {
                self.flush();
                self.nesting.pop();
                self.parted |= !self.nesting.is_in_list();
            }
            TagEnd::Item => {
                if self.nesting.owes_mark() || !self.inline.is_empty() {
                    self.emit_inline();
                }
                self.nesting.pop();
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                self.table.iter_mut().for_each(|table| table.cell(cell.clone()));
            }
            TagEnd::Table => self.end_table(),
            _ => {}
        }
    }

    fn styled(&mut self, style: Style) {
        self.styles.push(style);
    }

    fn style(&self) -> Style {
        let slot = if self.nesting.is_in_quote() { Slot::Quote } else { Slot::Text };
        self.styles
            .iter()
            .fold(self.look.style(slot), |style, more| style.patch(*more))
    }

    fn text(&mut self, text: &str, style: Style) {
        self.inline.push(Clean::line(text).span(style));
    }

    fn html(&mut self, text: &str) {
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

    fn end_link(&mut self) {
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

    fn part(&mut self) {
        if std::mem::take(&mut self.parted) && !self.out.is_empty() {
            self.out.push(Line::from(self.nesting.quotes(self.look)));
        }
    }

    fn flush(&mut self) {
        if !self.inline.is_empty() {
            self.emit_inline();
        }
    }

    fn emit_inline(&mut self) {
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

    fn rule(&mut self) {
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

    fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        self.part();
        let mut painter = painter(&language, self.look);
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

    fn end_table(&mut self) {
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

    fn swallowed(&mut self, source: &str) {
        if !source.trim().is_empty() {
            self.part();
            let style = self.look.style(Slot::Dim);
            self.out
                .extend(wrap(&Clean::block(source.trim_matches(['\n', '\r'])), self.width, style));
        }
    }
}
