//! A text field.

use crossterm::event::{KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

/// A text being typed.
#[derive(Debug, Clone)]
pub struct Field {
    area: TextArea<'static>,
    lines: Lines,
}

/// Whether a field holds one line or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Line feeds become spaces.
    One,
    /// Line feeds are kept.
    Many,
}

impl Field {
    /// Makes a field with a text, the cursor behind it.
    #[must_use]
    pub fn new(lines: Lines, text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, lines }
    }

    /// Takes a key that edits; returns whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let chord = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if self.lines == Lines::One && matches!(key.code, crossterm::event::KeyCode::Enter) && !chord {
            return false;
        }
        // As in shells: what stands before the cursor on its line goes.
        if key.code == crossterm::event::KeyCode::Char('u') && key.modifiers == KeyModifiers::CONTROL {
            return self.area.cursor().1 > 0 && self.area.delete_line_by_head();
        }
        self.area.input(key)
    }

    /// Takes pasted text. Control characters other than line feeds are left out: they cannot have been meant.
    pub fn paste(&mut self, text: &str) {
        let text: String = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .chars()
            .filter_map(|c| match c {
                '\n' | '\t' if self.lines == Lines::One => Some(' '),
                '\n' => Some('\n'),
                '\t' => Some(' '),
                c if c.is_control() => None,
                c => Some(c),
            })
            .collect();
        self.area.insert_str(text);
    }

    /// Begins a new line.
    pub fn new_line(&mut self) {
        self.area.insert_newline();
    }

    /// Puts another text in the place of this one, the cursor where it was as far as there is such a place. Undo brings the old one back.
    pub fn replace(&mut self, text: &str) {
        let (row, column) = self.cursor();
        self.area.select_all();
        self.area.cut();
        self.area.insert_str(text);
        self.area.set_yank_text("");
        self.go_to(row, column);
    }

    /// Takes the last change back; returns whether there was one.
    pub fn undo(&mut self) -> bool {
        self.area.undo()
    }

    /// Makes the last change that was taken back again; returns whether there was one.
    pub fn redo(&mut self) -> bool {
        self.area.redo()
    }

    /// Moves the cursor to a row and column (in characters), or as near as there is.
    pub fn go_to(&mut self, row: usize, column: usize) {
        let near = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(near(row), near(column)));
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Returns the lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Returns row and column (in characters) of the cursor.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Says whether nothing is typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyCode;

    #[test]
    fn one_line_stays_one_line_whatever_is_typed_or_pasted() {
        let mut field = Field::new(Lines::One, "");
        field.key(KeyEvent::from(KeyCode::Char('a')));
        field.key(KeyEvent::from(KeyCode::Enter));
        field.paste("b\r\nc\x1b[31m\td");
        assert_eq!(field.text(), "ab c[31m d");
        assert_eq!(field.lines().len(), 1);
    }

    #[test]
    fn the_line_before_the_cursor_goes_as_in_shells() {
        let clear = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
        let mut field = Field::new(Lines::Many, "one\ntwo three");
        field.go_to(1, 4);
        assert!(field.key(clear));
        assert_eq!((field.text().as_str(), field.cursor()), ("one\nthree", (1, 0)));
        assert!(!field.key(clear), "lines are not joined");
        assert_eq!(field.text(), "one\nthree");
    }

    #[test]
    fn many_lines_keep_line_feeds() {
        let mut field = Field::new(Lines::Many, "");
        field.paste("a\r\nb");
        field.new_line();
        assert_eq!(field.text(), "a\nb\n");
    }
}
