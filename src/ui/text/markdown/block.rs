//! Lays out one chunk: a few blocks of Markdown, parsed by pulldown-cmark.
//!
//! Invariant: what the parser swallows without a trace (link reference definitions) is shown as it stands.

use super::list::Container;
use super::table::Table;
use super::writer::Writer;
use crate::ui::text::look::Look;
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

impl Writer<'_> {
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
}
