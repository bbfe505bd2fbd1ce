//! Soft wrap of a text that is being typed: where its lines break on the screen, and where its cursor stands there.
//!
//! Owns places only; what is drawn goes through [`Clean`] row by row. Invariant: every character of the text is in exactly one row, and a
//! row is as wide as its characters are drawn.

use super::{Clean, width};
use unicode_segmentation::UnicodeSegmentation as _;

/// A row on the screen: a stretch of one line of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftRow {
    /// The line.
    pub line: usize,
    /// Its first character.
    pub from: usize,
    /// Behind its last character.
    pub to: usize,
}

impl SoftRow {
    /// Returns the characters of the row, as they are drawn.
    #[must_use]
    pub fn text(self, lines: &[String]) -> Clean {
        let line = lines.get(self.line).map_or("", String::as_str);
        let shown: String = line.chars().skip(self.from).take(self.to - self.from).collect();
        Clean::line(&shown)
    }
}

/// Breaks lines into rows of at most `columns`, between words where there are any. A cursor at the end of a full row still fits behind it.
#[must_use]
pub fn soft_wrap(lines: &[String], columns: usize) -> Vec<SoftRow> {
    let columns = columns.max(2);
    let mut rows = Vec::with_capacity(lines.len());
    for (line, text) in lines.iter().enumerate() {
        wrap_line(&mut rows, line, text, columns);
    }
    rows
}

fn wrap_line(rows: &mut Vec<SoftRow>, line: usize, text: &str, columns: usize) {
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if plain && text.len() <= columns {
        rows.push(SoftRow {
            line,
            from: 0,
            to: text.len(),
        });
        return;
    }
    let (mut from, mut at, mut used) = (0, 0, 0);
    // Behind the last space of the row, and the columns up to there.
    let mut space = None;
    for grapheme in text.graphemes(true) {
        let wide = drawn_width(grapheme);
        if used + wide > columns && at > from {
            let (to, before) = space.take().unwrap_or((at, used));
            rows.push(SoftRow { line, from, to });
            from = to;
            used -= before;
        }
        at += grapheme.chars().count();
        used += wide;
        if grapheme == " " {
            space = Some((at, used));
        }
    }
    rows.push(SoftRow { line, from, to: at });
}

/// Columns that a grapheme takes once it is clean.
fn drawn_width(grapheme: &str) -> usize {
    match grapheme.as_bytes() {
        [b' '..=b'~'] => 1,
        _ => Clean::line(grapheme).width(),
    }
}

/// Finds the row and column on the screen of a cursor at a line and character of the text.
#[must_use]
pub fn soft_cursor(rows: &[SoftRow], lines: &[String], (line, character): (usize, usize)) -> (usize, usize) {
    let first = rows.partition_point(|row| row.line < line);
    let own = rows.iter().enumerate().skip(first).take_while(|(_, row)| row.line == line);
    let Some((at, row)) = own.filter(|(_, row)| row.from <= character).last() else {
        return (first.min(rows.len().saturating_sub(1)), 0);
    };
    let text = lines.get(line).map_or("", String::as_str);
    let before: String = text.chars().skip(row.from).take(character - row.from).collect();
    (at, width(Clean::line(&before).as_str()))
}

/// Finds the line and character of the text that stand at a row and column on the screen, or as near as there is.
#[must_use]
pub fn soft_place(rows: &[SoftRow], lines: &[String], row: usize, column: usize) -> (usize, usize) {
    let Some(row) = rows.get(row.min(rows.len().saturating_sub(1))) else {
        return (0, 0);
    };
    let text = lines.get(row.line).map_or("", String::as_str);
    let last = rows
        .iter()
        .any(|next| next.line == row.line && next.from == row.to && next.from > row.from);
    let (mut character, mut used) = (row.from, 0);
    let stretch: String = text.chars().skip(row.from).take(row.to - row.from).collect();
    for grapheme in stretch.graphemes(true) {
        let wide = drawn_width(grapheme);
        if used + wide > column {
            return (row.line, character);
        }
        used += wide;
        character += grapheme.chars().count();
    }
    // Behind the last character of a row that goes on is the next row's first place.
    let end = if last {
        character.saturating_sub(1).max(row.from)
    } else {
        character
    };
    (row.line, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    fn shown(text: &str, columns: usize) -> Vec<String> {
        let lines = lines(text);
        let rows = soft_wrap(&lines, columns);
        rows.iter().map(|row| row.text(&lines).into_string()).collect()
    }

    #[test]
    fn lines_break_between_words_and_long_words_where_they_must() {
        assert_eq!(
            shown("one two three\n\nabcdefghij", 8),
            ["one two ", "three", "", "abcdefgh", "ij"]
        );
        assert_eq!(shown("日本語日本", 4), ["日本", "語日", "本"]);
    }

    #[test]
    fn the_cursor_follows_the_text() {
        let lines = lines("one two three\nx");
        let rows = soft_wrap(&lines, 8);
        assert_eq!(soft_cursor(&rows, &lines, (0, 0)), (0, 0));
        assert_eq!(soft_cursor(&rows, &lines, (0, 8)), (1, 0));
        assert_eq!(soft_cursor(&rows, &lines, (0, 13)), (1, 5));
        assert_eq!(soft_cursor(&rows, &lines, (1, 1)), (2, 1));
    }

    proptest! {
        #[test]
        fn every_character_is_in_one_row_and_every_place_is_found_again(
            text in "[a-z 日é\u{7}\n]{0,80}",
            columns in 2_usize..20,
        ) {
            let lines = lines(&text);
            let rows = soft_wrap(&lines, columns);
            for (line, content) in lines.iter().enumerate() {
                let own: Vec<&SoftRow> = rows.iter().filter(|row| row.line == line).collect();
                prop_assert_eq!(own[0].from, 0);
                prop_assert_eq!(own[own.len() - 1].to, content.chars().count());
                prop_assert!(own.windows(2).all(|pair| pair[0].to == pair[1].from));
            }
            for row in &rows {
                let at = (row.line, row.from);
                let (y, x) = soft_cursor(&rows, &lines, at);
                prop_assert_eq!(soft_place(&rows, &lines, y, x), at);
            }
        }
    }
}
