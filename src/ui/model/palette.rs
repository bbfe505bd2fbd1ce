//! The command palette: every action, found by a few letters of its name or the words of its description.
//!
//! Owns the window's own state and the order of its rows. Invariant: rows that can be run come before those that cannot, but a name
//! typed in full comes first: Enter must not do something else instead.

use super::rows::nearness;
use super::{Cursor, Field, Model, field::Lines, fuzzy};
use crate::ui::keymap::table::TABLE;
use crate::ui::keymap::{Action, Context, Entry};
use crate::ui::update::obstacle;
use std::cmp::Reverse;

/// The open palette.
#[derive(Debug)]
pub struct Palette {
    /// The selected row; its filter is what is typed.
    pub cursor: Cursor<Action>,
    /// What is typed.
    pub field: Field,
}

impl Palette {
    /// Opens with nothing typed.
    #[must_use]
    pub fn new() -> Self {
        Self {
            cursor: Cursor::default(),
            field: Field::new(Lines::One, ""),
        }
    }

    /// Takes over what was typed: the best row is selected.
    pub fn typed(&mut self) {
        self.cursor.filter = self.field.text();
        self.cursor.release();
    }
}

impl Default for Palette {
    fn default() -> Self {
        Self::new()
    }
}

/// How an action fits what is typed, the better the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// As a part of its name, or by the key itself.
    Name,
    /// Every word is in its description.
    About,
    /// Letters of its name, here and there.
    Letters,
}

fn fit(query: &str, keys: &[String], entry: &Entry) -> Option<(Fit, u32)> {
    let score = fuzzy::score(query, entry.name);
    let dashed = query.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
    if entry.name.contains(&dashed) || keys.iter().any(|key| key == query.trim()) {
        return Some((Fit::Name, score.unwrap_or(u32::MAX)));
    }
    let about = entry.about.to_lowercase();
    if query.to_lowercase().split_whitespace().all(|word| about.contains(word)) {
        return Some((Fit::About, 0));
    }
    score.map(|score| (Fit::Letters, score))
}

impl Model {
    /// Returns the actions that fit what is typed in the palette, the best first.
    #[must_use]
    pub fn palette_rows(&self, query: &str) -> Vec<&'static Entry> {
        let below = self.situation_below();
        let mut rows: Vec<_> = TABLE
            .iter()
            .filter(|entry| !entry.contexts.contains(&Context::Palette))
            .filter_map(|entry| {
                let keys: Vec<String> = self.keymap.keys(entry.action).map(ToString::to_string).collect();
                let (fit, score) = fit(query, &keys, entry)?;
                let off = obstacle(self, entry.action).is_some();
                let other = entry.name != query.trim();
                Some(((off && other, fit, Reverse(score), nearness(below, entry)), entry))
            })
            .collect();
        // Stable: what fits equally stays in the table's order.
        rows.sort_by_key(|(rank, _)| *rank);
        rows.into_iter().map(|(_, entry)| entry).collect()
    }
}
