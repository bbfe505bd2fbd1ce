//! Breaks styled clean text into lines of a given width.
//!
//! Owns no style and no glyph. Invariant: no line is wider than asked (from two columns up), no grapheme is
//! split, and nothing but the blanks at a break is lost.

use super::clean::Clean;
use super::width::{grapheme_width, spans_width};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Width and hanging indents of a wrapped text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wrap<'a> {
    /// Columns, indents included.
    pub width: usize,
    /// What stands before the first line.
    pub first: &'a [Span<'static>],
    /// What stands before every other line.
    pub rest: &'a [Span<'static>],
}

impl Wrap<'_> {
    /// Wraps to a width without indents.
    #[must_use]
    pub const fn to(width: usize) -> Self {
        Self {
            width,
            first: &[],
            rest: &[],
        }
    }

    /// Breaks at blanks and beside wide characters; a word longer than a line is broken where the line ends.
    #[must_use]
    pub fn words(&self, spans: &[Span<'static>]) -> Vec<Line<'static>> {
        self.lines(spans, true)
    }

    /// Breaks only where a line is full and keeps every blank: for code and output.
    #[must_use]
    pub fn columns(&self, spans: &[Span<'static>]) -> Vec<Line<'static>> {
        self.lines(spans, false)
    }

    fn lines(&self, spans: &[Span<'static>], at_words: bool) -> Vec<Line<'static>> {
        let width = self.width.max(1);
        let room = |indent: &[Span<'static>]| width.checked_sub(spans_width(indent)).filter(|room| *room > 1);
        // An indent that leaves no room is dropped rather than overflown.
        let (first, first_room) = room(self.first).map_or((&[][..], width), |room| (self.first, room));
        let (rest, rest_room) = room(self.rest).map_or((&[][..], width), |room| (self.rest, room));
        let cells = cells(spans);
        let mut lines = Vec::new();
        let mut from = 0;
        loop {
            let (indent, room) = if lines.is_empty() {
                (first, first_room)
            } else {
                (rest, rest_room)
            };
            let (end, next) = break_after(&cells, from, room, at_words);
            lines.push(line(spans, &cells[from..end], indent, room));
            if next >= cells.len() {
                return lines;
            }
            from = next;
        }
    }
}

/// Wraps the lines of a clean text at words, in one style.
#[must_use]
pub fn wrap(text: &Clean, width: usize, style: Style) -> Vec<Line<'static>> {
    text.lines()
        .flat_map(|line| Wrap::to(width).words(&[Span::styled(line.to_owned(), style)]))
        .collect()
}

/// A grapheme: its span, its bytes within the span's text, its columns.
#[derive(Clone, Copy)]
struct Cell {
    span: u32,
    from: u32,
    to: u32,
    columns: u16,
    blank: bool,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "texts are capped far below 4 GB before they are wrapped"
)]
fn cells(spans: &[Span<'static>]) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(spans.iter().map(|span| span.content.len()).sum());
    for (index, span) in spans.iter().enumerate() {
        let text = span.content.as_ref();
        if text.is_ascii() {
            cells.extend(text.bytes().enumerate().map(|(at, byte)| Cell {
                span: index as u32,
                from: at as u32,
                to: at as u32 + 1,
                columns: 1,
                blank: byte == b' ',
            }));
            continue;
        }
        for (at, grapheme) in text.grapheme_indices(true) {
            let columns = grapheme_width(grapheme);
            if columns <= 2 {
                cells.push(Cell {
                    span: index as u32,
                    from: at as u32,
                    to: (at + grapheme.len()) as u32,
                    columns: columns as u16,
                    blank: grapheme == " ",
                });
            } else {
                parts(index as u32, at as u32, grapheme, &mut cells);
            }
        }
    }
    cells
}

/// Cuts a cluster of more than two columns (stacked modifiers, long conjuncts) into characters with their marks.
#[expect(clippy::cast_possible_truncation, reason = "as above")]
fn parts(span: u32, at: u32, grapheme: &str, cells: &mut Vec<Cell>) {
    for (offset, c) in grapheme.char_indices() {
        let from = at + offset as u32;
        let to = from + c.len_utf8() as u32;
        let columns = c.width().unwrap_or(0) as u16;
        match cells.last_mut() {
            Some(last) if columns == 0 && offset > 0 => last.to = to,
            _ => cells.push(Cell {
                span,
                from,
                to,
                columns,
                blank: false,
            }),
        }
    }
}

/// Finds where the line that begins at `from` ends, and where the next begins.
fn break_after(cells: &[Cell], from: usize, room: usize, at_words: bool) -> (usize, usize) {
    let mut used = 0;
    let mut chance = None;
    let mut at = from;
    while let Some(cell) = cells.get(at) {
        let columns = usize::from(cell.columns);
        let after_blank = at > from && cells[at - 1].blank;
        let beside_wide = at > from && (columns > 1 || cells[at - 1].columns > 1);
        if at > from && !after_blank && (cell.blank || beside_wide) {
            chance = Some(at);
        }
        if used + columns > room {
            return match chance {
                Some(end) if at_words => (end, skip_blanks(cells, end)),
                _ if at_words && cell.blank => (from, skip_blanks(cells, at)),
                _ => (at.max(from + 1), at.max(from + 1)),
            };
        }
        used += columns;
        at += 1;
    }
    (at, at)
}

fn skip_blanks(cells: &[Cell], from: usize) -> usize {
    let mut at = from;
    while cells.get(at).is_some_and(|cell| cell.blank) {
        at += 1;
    }
    at
}

fn line(spans: &[Span<'static>], cells: &[Cell], indent: &[Span<'static>], room: usize) -> Line<'static> {
    let mut out: Vec<Span<'static>> = indent.to_vec();
    if let [only] = cells
        && usize::from(only.columns) > room
    {
        // A wide character in a single column: there is no way to draw it.
        out.push(Span::styled("?", spans[only.span as usize].style));
        return Line::from(out);
    }
    let mut cells = cells.iter();
    if let Some(cell) = cells.next() {
        let mut run = *cell;
        for cell in cells {
            if cell.span == run.span {
                run.to = cell.to;
            } else {
                out.push(piece(spans, run));
                run = *cell;
            }
        }
        out.push(piece(spans, run));
    }
    Line::from(out)
}

fn piece(spans: &[Span<'static>], run: Cell) -> Span<'static> {
    let span = &spans[run.span as usize];
    Span::styled(span.content[run.from as usize..run.to as usize].to_owned(), span.style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::width;
    use proptest::prelude::*;

    fn text(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    fn words(input: &str, width: usize) -> Vec<String> {
        text(&Wrap::to(width).words(&[Span::raw(input.to_owned())]))
    }

    #[test]
    fn breaks_at_words_and_drops_the_blanks_there() {
        assert_eq!(words("one two  three", 7), ["one two", "three"]);
        assert_eq!(words("", 7), [""]);
        assert_eq!(words("   ", 2), [""]);
        assert_eq!(words("  lead", 10), ["  lead"]);
    }

    #[test]
    fn breaks_long_words_and_beside_wide_characters() {
        assert_eq!(words("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(words("ab abcdefgh", 4), ["ab", "abcd", "efgh"]);
        assert_eq!(words("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(words("a漢字", 2), ["a", "漢", "字"]);
        assert_eq!(words("漢", 1), ["?"]);
    }

    #[test]
    fn indents_hang() {
        let wrap = Wrap {
            width: 8,
            first: &[Span::raw("- ")],
            rest: &[Span::raw("  ")],
        };
        assert_eq!(
            text(&wrap.words(&[Span::raw("one two three")])),
            ["- one", "  two", "  three"]
        );
    }

    #[test]
    fn code_keeps_its_blanks() {
        let lines = Wrap::to(4).columns(&[Span::raw("a    bcdef")]);
        assert_eq!(text(&lines), ["a   ", " bcd", "ef"]);
    }

    proptest! {
        #[test]
        fn fits_and_keeps_everything_but_blanks(parts in prop::collection::vec("[a-z 漢é\u{301}👩🏽-]{0,12}", 0..6), columns in 2usize..20) {
            let spans: Vec<Span<'static>> = parts.iter().map(|part| Clean::line(part).span(Style::new())).collect();
            let whole: String = spans.iter().map(|span| span.content.as_ref()).collect();
            let solid = |text: &str| text.replace(' ', "");
            for (lines, exact) in [(Wrap::to(columns).words(&spans), false), (Wrap::to(columns).columns(&spans), true)] {
                for line in &lines {
                    prop_assert!(width(&line.to_string()) <= columns, "{line:?}");
                }
                let joined: String = lines.iter().map(ToString::to_string).collect();
                if exact {
                    prop_assert_eq!(&joined, &whole);
                } else {
                    prop_assert_eq!(solid(&joined), solid(&whole));
                }
            }
        }
    }
}
