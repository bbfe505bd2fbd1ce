//! A text field: what is typed, and the cursor in it.
//!
//! Does not own how it is drawn, but knows the rows it is drawn in where a key goes by them. Invariant: a key that only moves changes no
//! character.

use crate::ui::text::{soft_cursor, soft_place, soft_wrap};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

/// A text being typed.
#[derive(Debug, Clone)]
pub struct Field {
    area: TextArea<'static>,
    lines: Lines,
    /// The column that a walk up or down began in, kept over shorter rows.
    aim: Option<usize>,
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
        Self { area, lines, aim: None }
    }

    /// Takes a key of a field that is drawn wrapped to so many columns: up, down and the ends of a row are those on the screen. Returns
    /// whether the text changed.
    pub fn key_in_rows(&mut self, key: KeyEvent, columns: usize) -> bool {
        match (key.code, key.modifiers) {
            (KeyCode::Up, KeyModifiers::NONE) | (KeyCode::Char('p'), KeyModifiers::CONTROL) => self.move_rows(-1, columns),
            (KeyCode::Down, KeyModifiers::NONE) | (KeyCode::Char('n'), KeyModifiers::CONTROL) => self.move_rows(1, columns),
            (KeyCode::Home, KeyModifiers::NONE) => self.move_in_row(0, columns),
            (KeyCode::End, KeyModifiers::NONE) => self.move_in_row(usize::MAX, columns),
            _ => return self.key(key),
        }
        false
    }

    /// Moves the cursor by rows of the screen, in the column it began in as far as the rows go.
    pub fn move_rows(&mut self, rows: isize, columns: usize) {
        let places = soft_wrap(self.area.lines(), columns);
        let (row, column) = soft_cursor(&places, self.area.lines(), self.cursor());
        let aim = self.aim.unwrap_or(column);
        let target = row.saturating_add_signed(rows).min(places.len().saturating_sub(1));
        let (line, character) = soft_place(&places, self.area.lines(), target, aim);
        self.go_to(line, character);
        self.aim = Some(aim);
    }

    fn move_in_row(&mut self, column: usize, columns: usize) {
        let places = soft_wrap(self.area.lines(), columns);
        let (row, _) = soft_cursor(&places, self.area.lines(), self.cursor());
        let (line, character) = soft_place(&places, self.area.lines(), row, column);
        self.go_to(line, character);
    }

    /// Says whether there is a row on the screen above (`-1`) or below (`1`) the cursor's.
    #[must_use]
    pub fn has_row(&self, step: isize, columns: usize) -> bool {
        let places = soft_wrap(self.area.lines(), columns);
        let (row, _) = soft_cursor(&places, self.area.lines(), self.cursor());
        row.checked_add_signed(step).is_some_and(|row| row < places.len())
    }

    /// Takes a key that edits; returns whether the text changed.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        self.aim = None;
        let chord = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if self.lines == Lines::One && key.code == KeyCode::Enter && !chord {
            return false;
        }
        // As in shells: what stands before the cursor on its line goes.
        if key.code == KeyCode::Char('u') && key.modifiers == KeyModifiers::CONTROL {
            return self.area.cursor().1 > 0 && self.area.delete_line_by_head();
        }
        self.area.input(key)
    }

    /// Takes pasted text. Control characters other than line feeds are left out: they cannot have been meant.
    pub fn paste(&mut self, text: &str) {
        self.aim = None;
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
        self.aim = None;
        self.area.insert_newline();
    }

    /// Ends the last line as files end it, the cursor staying where it is. Undo takes that back.
    pub fn end_last_line(&mut self) {
        let (row, column) = self.cursor();
        let last = self.lines().len() - 1;
        if !self.lines()[last].is_empty() {
            self.area.move_cursor(CursorMove::Bottom);
            self.area.move_cursor(CursorMove::End);
            self.new_line();
            self.go_to(row, column);
        }
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
        self.aim = None;
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

    fn walk(field: &mut Field, keys: &[(KeyCode, KeyModifiers)]) -> Vec<(usize, usize)> {
        let step = |(code, modifiers): &(KeyCode, KeyModifiers)| {
            let before = field.text();
            assert!(!field.key_in_rows(KeyEvent::new(*code, *modifiers), 8));
            assert_eq!(field.text(), before);
            field.cursor()
        };
        keys.iter().map(step).collect()
    }

    /// In 8 columns: `one two `, `three `, `four`, `last`.
    const WRAPPED: &str = "one two three four\nlast";

    #[test]
    fn up_down_and_the_ends_go_by_the_rows_on_the_screen() {
        let (none, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        let mut field = Field::new(Lines::Many, WRAPPED);
        field.go_to(0, 7);
        let down = [
            (KeyCode::Down, none),
            (KeyCode::Char('n'), control),
            (KeyCode::Down, none),
            (KeyCode::Down, none),
        ];
        assert_eq!(walk(&mut field, &down), [(0, 13), (0, 18), (1, 4), (1, 4)]);
        let up = [(KeyCode::Char('p'), control), (KeyCode::Up, none), (KeyCode::Up, none)];
        assert_eq!(
            walk(&mut field, &up),
            [(0, 18), (0, 13), (0, 7)],
            "short rows do not pull the cursor left"
        );
        field.go_to(0, 10);
        let ends = [(KeyCode::Home, none), (KeyCode::End, none), (KeyCode::Char('a'), control)];
        assert_eq!(walk(&mut field, &ends), [(0, 8), (0, 13), (0, 0)], "C-a is the line's begin");
    }

    #[test]
    fn rows_above_and_below_are_those_on_the_screen() {
        let mut field = Field::new(Lines::Many, WRAPPED);
        assert!(field.has_row(-1, 8) && !field.has_row(1, 8));
        field.go_to(0, 2);
        assert!(!field.has_row(-1, 8) && field.has_row(1, 8));
        assert!(!Field::new(Lines::One, "one").has_row(1, 8));
    }

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
