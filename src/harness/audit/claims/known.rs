//! The features of a list, as a note may name them.
//!
//! Owns what counts as the name of one: its id in any case, with or without the zeros of its number, and its number where the note
//! calls it a feature's. Invariant: what may name two features names none.

use super::words::{is_part_of, tells_apart};

/// The features of a list, in its order.
#[derive(Debug, Default)]
pub(super) struct Known {
    features: Vec<Named>,
}

#[derive(Debug)]
struct Named {
    /// In small letters.
    id: String,
    /// What it does, in the words that a note would repeat.
    name: Vec<String>,
}

impl Known {
    /// Keeps the features of a list: their ids, with the words of what they do.
    pub(super) fn new(features: impl Iterator<Item = (String, Vec<String>)>) -> Self {
        let named = |(id, name): (String, Vec<String>)| Named {
            id: id.to_lowercase(),
            name,
        };
        Self {
            features: features.map(named).collect(),
        }
    }

    /// The id that a word is, if it is one.
    pub(super) fn find(&self, word: &str) -> Option<&str> {
        let exact = self.features.iter().find(|feature| feature.id == word);
        exact.map(|feature| feature.id.as_str()).or_else(|| {
            let (stem, number) = parts(word)?;
            self.only(|id| !stem.is_empty() && parts(id) == Some((stem.clone(), number)))
        })
    }

    /// The id of the feature with this number.
    pub(super) fn numbered(&self, number: &str) -> Option<&str> {
        let number: u64 = number.parse().ok()?;
        self.only(|id| parts(id).is_some_and(|(_, own)| own == number))
    }

    /// The ids from one to another of the same kind; none if the list does not go that way.
    pub(super) fn range(&self, from: &str, to: &str) -> Vec<&str> {
        let kind = |id: &str| parts(id).map(|(stem, _)| stem);
        if kind(from).is_none() || kind(from) != kind(to) {
            return Vec::new();
        }
        let place = |id: &str| self.features.iter().position(|feature| feature.id == id);
        let (Some(from), Some(to)) = (place(from), place(to)) else {
            return Vec::new();
        };
        let between = self.features.get(from..=to).unwrap_or_default();
        between.iter().map(|feature| feature.id.as_str()).collect()
    }

    /// The ids that a word such as `f1-f3`, `f1..3` goes from and to.
    pub(super) fn ends(&self, word: &str) -> Option<(&str, &str)> {
        let parted = |with: &str| -> Option<(&str, &str)> {
            word.match_indices(with).find_map(|(at, _)| {
                let (from, to) = (word.get(..at)?, word.get(at + with.len()..)?.trim_start_matches('.'));
                // Two numbers count something.
                let from = self
                    .find(from)
                    .filter(|from| !from.starts_with(|c: char| c.is_ascii_digit()))?;
                let to = self.find(to).or_else(|| {
                    let (stem, _) = parts(from)?;
                    self.find(&format!("{stem}{to}"))
                })?;
                Some((from, to))
            })
        };
        let ends = parted("-").or_else(|| parted(".."));
        ends.filter(|(from, to)| !self.range(from, to).is_empty())
    }

    /// The words of what a feature does.
    pub(super) fn name(&self, id: &str) -> &[String] {
        let named = self.features.iter().find(|feature| feature.id == id);
        named.map_or(&[], |feature| &feature.name)
    }

    /// The feature with whose text a row of words begins, and how many of them are it.
    pub(super) fn begins(&self, words: &[&str]) -> Option<(&str, usize)> {
        let says = |name: &[String]| {
            name.len() > 1
                && name.len() <= words.len()
                && name.iter().any(|own| tells_apart(own))
                && name
                    .iter()
                    .zip(words)
                    .all(|(own, word)| own == word || is_part_of(word, &[own]))
        };
        let mut found = self.features.iter().filter(|feature| says(&feature.name));
        let only = found.next().filter(|_| found.next().is_none())?;
        Some((only.id.as_str(), only.name.len()))
    }

    /// The id of the only feature whose name is such.
    pub(super) fn only_named(&self, fits: impl Fn(&[String]) -> bool) -> Option<&str> {
        let mut found = self.features.iter().filter(|feature| fits(&feature.name));
        let only = found.next().filter(|_| found.next().is_none())?;
        Some(only.id.as_str())
    }

    fn only(&self, fits: impl Fn(&str) -> bool) -> Option<&str> {
        let mut found = self.features.iter().map(|feature| feature.id.as_str()).filter(|id| fits(id));
        found.next().filter(|_| found.next().is_none())
    }
}

/// What stands before an id's number, and the number.
fn parts(id: &str) -> Option<(String, u64)> {
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = id.get(stem.len()..)?.parse().ok()?;
    Some((stem.trim_end_matches(['-', '_']).to_owned(), number))
}
