//! A selection in a list whose rows come and go: it stays on its row, not on its number.

use std::ops::Range;

/// Selection, window and filter of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor<K> {
    /// The selected row; `None` leaves the choice to the list (the feature at work, the newest commit).
    key: Option<K>,
    /// Where the selected row stood when the model was settled last.
    index: usize,
    /// First visible row.
    top: usize,
    /// Text that rows must contain; empty shows all.
    pub filter: String,
}

impl<K> Default for Cursor<K> {
    fn default() -> Self {
        Self {
            key: None,
            index: 0,
            top: 0,
            filter: String::new(),
        }
    }
}

impl<K: Clone + PartialEq> Cursor<K> {
    /// Returns the number of the selected row.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Returns the rows that are visible in `height` rows.
    #[must_use]
    pub fn window(&self, rows: usize, height: usize) -> Range<usize> {
        let start = self.top.min(rows.saturating_sub(height));
        start..rows.min(start + height)
    }

    /// Selects a row for good.
    pub fn select(&mut self, index: usize, key: Option<K>) {
        self.index = index;
        self.key = key;
    }

    /// Leaves the choice to the list again.
    pub fn release(&mut self) {
        self.key = None;
    }

    /// Gives the selected row another name: it is the same row all the same.
    pub fn rename(&mut self, name: impl Fn(&K) -> K) {
        if let Some(key) = &mut self.key {
            *key = name(key);
        }
    }

    /// Finds the selected row again after the list changed and moves the window so that it is visible.
    pub fn settle(&mut self, rows: usize, height: usize, auto: usize, key_at: impl Fn(usize) -> Option<K>) {
        let last = rows.saturating_sub(1);
        self.index = match &self.key {
            None => auto.min(last),
            Some(key) if self.index < rows && key_at(self.index).as_ref() == Some(key) => self.index,
            Some(key) => (0..rows)
                .find(|row| key_at(*row).as_ref() == Some(key))
                .unwrap_or(self.index.min(last)),
        };
        let highest = rows.saturating_sub(height);
        self.top = self
            .top
            .clamp((self.index + 1).saturating_sub(height.max(1)), self.index)
            .min(highest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(cursor: &mut Cursor<char>, rows: &str, height: usize) -> (Option<char>, Range<usize>) {
        let rows: Vec<char> = rows.chars().collect();
        cursor.settle(rows.len(), height, 0, |row| rows.get(row).copied());
        (rows.get(cursor.index()).copied(), cursor.window(rows.len(), height))
    }

    #[test]
    fn a_selection_stays_on_its_row_when_rows_are_added_above() {
        let mut cursor = Cursor::default();
        assert_eq!(settle(&mut cursor, "abc", 2), (Some('a'), 0..2));
        cursor.select(1, Some('b'));
        assert_eq!(settle(&mut cursor, "xyabc", 2), (Some('b'), 2..4));
        assert_eq!(
            settle(&mut cursor, "xya", 2),
            (Some('a'), 1..3),
            "its row is gone: the nearest stays selected"
        );
    }

    #[test]
    fn an_untouched_list_follows_its_own_choice() {
        let mut cursor: Cursor<char> = Cursor::default();
        cursor.settle(10, 3, 7, |_| None);
        assert_eq!((cursor.index(), cursor.window(10, 3)), (7, 5..8));
    }

    #[test]
    fn nothing_to_show_is_no_trouble() {
        let mut cursor: Cursor<char> = Cursor::default();
        cursor.settle(0, 0, 0, |_| None);
        assert_eq!(cursor.window(0, 0), 0..0);
        assert_eq!(settle(&mut cursor, "abc", 0), (Some('a'), 0..0));
    }
}
