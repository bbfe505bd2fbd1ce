//! Code fences at the outermost level, taken line by line so that a long listing streams at the cost of its new lines.

use super::chunk::indent;
use crate::ui::text::clean::Clean;
use crate::ui::text::glyph::Glyph;
use crate::ui::text::highlight::Painter;
use crate::ui::text::look::Look;
use crate::ui::text::wrap::Wrap;
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// An open code fence.
#[derive(Debug, Clone)]
pub(super) struct Fence {
    mark: u8,
    length: usize,
    indent: usize,
    language: String,
    painter: Option<Painter>,
}

impl Fence {
    /// Reads an opening line.
    pub(super) fn open(line: &str) -> Option<Self> {
        let columns = indent(line);
        let text = line.trim();
        let mark = *text.as_bytes().first()?;
        let length = text.bytes().take_while(|byte| *byte == mark).count();
        let info = text.get(length..)?.trim();
        let opens = columns <= 3 && matches!(mark, b'`' | b'~') && length >= 3 && !(mark == b'`' && info.contains('`'));
        opens.then(|| Self {
            mark,
            length,
            indent: columns,
            language: info.to_owned(),
            painter: None,
        })
    }

    /// Says whether a line closes the fence.
    pub(super) fn is_closed_by(&self, line: &str) -> bool {
        let text = line.trim();
        indent(line) <= 3 && text.len() >= self.length && text.bytes().all(|byte| byte == self.mark)
    }

    /// Shows what stands behind the language's name, if anything.
    pub(super) fn remark(&self, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
        remark(&self.language, &[], width, look)
    }

    /// Lays out a line of the listing.
    pub(super) fn line(&mut self, line: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
        let line = line.trim_end_matches(['\n', '\r']);
        let blanks = line.bytes().take_while(|byte| *byte == b' ').count().min(self.indent);
        let painter = self.painter.get_or_insert_with(|| painter(&self.language, look));
        code_line(painter, &line[blanks..], &[], width, look)
    }
}

/// Shows a fence's info string where it is more than a language: nothing that was written is hidden.
pub(super) fn remark(info: &str, prefix: &[Span<'static>], width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    if info.split_whitespace().count() < 2 {
        return Vec::new();
    }
    let mut indent = prefix.to_vec();
    indent.push(look.mark(Glyph::Bar, Slot::Border));
    indent.push(Span::raw(" "));
    let wrap = Wrap {
        width,
        first: &indent,
        rest: &indent,
    };
    wrap.words(&[Clean::line(info).span(look.style(Slot::Dim))])
}

/// Chooses a painter; without colours code stays plain.
pub(super) fn painter(language: &str, look: &Look<'_>) -> Painter {
    if look.color {
        Painter::for_language(language)
    } else {
        Painter::plain()
    }
}

/// Lays out one line of code behind a bar, after `prefix`.
pub(super) fn code_line(
    painter: &mut Painter,
    line: &str,
    prefix: &[Span<'static>],
    width: usize,
    look: &Look<'_>,
) -> Vec<Line<'static>> {
    let mut indent = prefix.to_vec();
    indent.push(look.mark(Glyph::Bar, Slot::Border));
    if line.trim_end().is_empty() {
        return vec![Line::from(indent)];
    }
    indent.push(Span::raw(" "));
    let spans = painter.line(line, look.style(Slot::CodeBlock));
    Wrap {
        width,
        first: &indent,
        rest: &indent,
    }
    .columns(&spans)
}
