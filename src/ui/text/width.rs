//! Columns of clean text, counted exactly as ratatui draws it: by grapheme.

use ratatui::buffer::CellWidth;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

/// Returns the columns that a clean text takes. What is not clean is drawn otherwise than it is counted here, so tests end with it.
#[must_use]
pub fn width(text: &str) -> usize {
    #[cfg(test)]
    assert!(!text.contains(char::is_control), "measured before it was cleaned: {text:?}");
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

/// Returns the columns that spans take side by side.
#[must_use]
pub fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

/// Estimates the bytes that a laid-out line holds on to.
#[must_use]
pub fn memory(line: &Line<'_>) -> usize {
    let spans = line.spans.iter().map(|span| size_of_val(span) + span.content.len());
    size_of_val(line) + spans.sum::<usize>()
}

pub(super) fn grapheme_width(grapheme: &str) -> usize {
    // Ratatui takes a control character for a mistake of ours, and it is one; but not one to end a run's window for.
    if grapheme.contains(char::is_control) {
        return 1;
    }
    usize::from(grapheme.cell_width())
}

/// Cuts a clean text to `max` columns, ending it with `mark` (`…` or `...`) if anything was cut.
#[must_use]
pub fn truncate(text: &str, max: usize, mark: &str) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let mark = fitting(mark, max);
    let mut out = take(text.graphemes(true), max - width(mark));
    out.push_str(mark);
    out
}

/// Cuts the beginning of a clean text instead of its end: for paths.
#[must_use]
pub fn truncate_start(text: &str, max: usize, mark: &str) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let mark = fitting(mark, max);
    let mut left = max - width(mark);
    let mut from = text.len();
    for (index, grapheme) in text.grapheme_indices(true).rev() {
        let Some(rest) = left.checked_sub(grapheme_width(grapheme)) else {
            break;
        };
        left = rest;
        from = index;
    }
    format!("{mark}{}", &text[from..])
}

/// Cuts or pads with blanks to exactly `columns`.
#[must_use]
pub fn fit(text: &str, columns: usize, mark: &str) -> String {
    let mut out = truncate(text, columns, mark);
    let pad = columns - width(&out);
    out.extend(std::iter::repeat_n(' ', pad));
    out
}

/// Cuts spans to `max` columns.
#[must_use]
pub fn truncate_spans(spans: Vec<Span<'static>>, max: usize, mark: &str) -> Vec<Span<'static>> {
    if spans_width(&spans) <= max {
        return spans;
    }
    let mark = fitting(mark, max);
    let mut left = max - width(mark);
    let mut out = Vec::with_capacity(spans.len());
    for span in spans {
        let columns = width(&span.content);
        if columns <= left {
            left -= columns;
            out.push(span);
            continue;
        }
        let mut text = take(span.content.graphemes(true), left);
        text.push_str(mark);
        out.push(Span::styled(text, span.style));
        break;
    }
    out
}

fn fitting(mark: &str, max: usize) -> &str {
    if width(mark) <= max { mark } else { "" }
}

fn take<'a>(graphemes: impl Iterator<Item = &'a str>, mut columns: usize) -> String {
    let mut out = String::new();
    for grapheme in graphemes {
        let Some(rest) = columns.checked_sub(grapheme_width(grapheme)) else {
            break;
        };
        columns = rest;
        out.push_str(grapheme);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_by_grapheme_and_never_through_a_wide_character() {
        assert_eq!(truncate("hello", 5, "…"), "hello");
        assert_eq!(truncate("hello!", 5, "…"), "hell…");
        assert_eq!(truncate("hello!", 5, "..."), "he...");
        assert_eq!(truncate("漢字漢字", 4, "…"), "漢…");
        assert_eq!(truncate("hello", 2, "..."), "he");
        assert_eq!(truncate("hello", 0, "…"), "");
        assert_eq!(truncate_start("/a/long/path", 6, "…"), "…/path");
        assert_eq!(fit("漢字", 3, "…"), "漢…");
        assert_eq!(fit("ab", 4, "…"), "ab  ");
    }

    proptest! {
        #[test]
        fn never_wider_than_asked(text in "\\PC{0,40}", max in 0usize..30) {
            let text = crate::ui::text::Clean::line(&text).into_string();
            prop_assert!(width(&truncate(&text, max, "…")) <= max);
            prop_assert!(width(&truncate_start(&text, max, "...")) <= max);
            prop_assert_eq!(width(&fit(&text, max, "…")), max);
        }
    }
}
