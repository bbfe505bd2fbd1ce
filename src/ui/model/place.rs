//! The cursor of a page belongs to a place in its text, not to a row: the place outlives every change of the layout.
//!
//! Invariant: only keys and the wheel move a cursor to another place; whatever else lays the page out anew moves it with its place.

use super::{Model, Page};
use crate::ui::page::{self, Anchor};
use ratatui::layout::Size;

impl Model {
    /// Notes which place the open page's cursor is on, after a key or the wheel may have moved it.
    pub fn note_place(&mut self) {
        let Some(open) = self.pages.last().filter(|open| open.subject.has_cursor()) else {
            return;
        };
        let document = page::document(self, open, page::area(self).width);
        let anchor = Anchor::of(&document, open.cursor);
        if let Some(open) = self.pages.last_mut() {
            open.anchor = anchor;
        }
    }

    /// Finds that place again, wherever it stands now.
    pub fn find_place(&mut self) {
        let Some((open, anchor)) = self.pages.last().and_then(|open| Some((open, open.anchor?))) else {
            return;
        };
        let area = page::area(self);
        let document = page::document(self, open, area.width);
        let found = if Anchor::of(&document, open.cursor) == Some(anchor) {
            Some(open.cursor)
        } else {
            anchor.row(&document)
        };
        if let (Some(row), Some(open)) = (found, self.pages.last_mut()) {
            open.carry(row, usize::from(area.height));
        }
    }

    /// Takes the screen's size; the open page's cursor stays on its place.
    pub fn resize(&mut self, size: Size) {
        if self.size != size {
            self.size = size;
            self.find_place();
        }
    }
}

impl Page {
    /// Moves the cursor along with its place: what is on the screen around it stays as far as it can.
    fn carry(&mut self, row: usize, height: usize) {
        if row != self.cursor && (self.scroll > 0 || row >= height) {
            let before = self.cursor.saturating_sub(self.scroll);
            self.scroll = row.saturating_sub(before);
        }
        self.cursor = row;
        self.reveal(height);
    }
}
