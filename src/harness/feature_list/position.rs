//! Byte offsets as a person counts: lines and columns from 1.

/// Line and column (in characters, from 1) of a byte offset. A byte order mark takes no column; CRLF is one line end.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or("").chars().filter(|c| *c != '\u{feff}').count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::line_and_column;

    #[test]
    fn counts_characters_and_lines_from_one() {
        let text = "\u{feff}ab\r\nçd";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 3), (1, 1));
        assert_eq!(line_and_column(text, 4), (1, 2));
        assert_eq!(line_and_column(text, text.len()), (2, 3));
        assert_eq!(line_and_column(text, 9_999), (2, 3));
        assert_eq!(line_and_column(text, 8), (2, 1), "inside a character counts as its start");
    }
}
