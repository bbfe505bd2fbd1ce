//! What of a change was on the screen, and what a person marked as seen.
//!
//! Invariant: a hunk counts as seen only if it was marked, or if each of its lines was drawn while the page was open.

use super::Extent;
use std::collections::{BTreeSet, HashMap};

/// A hunk: which changes, number of the file, number within the file.
pub type Part = (Extent, usize, usize);

/// What was seen of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    seen: BTreeSet<Part>,
    /// Lines of hunks that were drawn, by row and line of the row.
    drawn: HashMap<Part, BTreeSet<(usize, usize)>>,
    /// What the lines depend on.
    laid: (u16, bool),
    /// Of which changes the last line was drawn.
    ended: BTreeSet<Extent>,
}

impl Progress {
    /// Forgets half-drawn hunks if the lines are broken otherwise now.
    pub fn laid_out(&mut self, width: u16, split: bool) {
        if self.laid != (width, split) {
            self.laid = (width, split);
            self.drawn.clear();
        }
    }

    /// Notes a line of a hunk of `lines` lines as drawn.
    pub fn drew(&mut self, part: Part, line: (usize, usize), lines: usize) {
        if self.seen.contains(&part) {
            return;
        }
        let drawn = self.drawn.entry(part).or_default();
        drawn.insert(line);
        if drawn.len() >= lines {
            self.drawn.remove(&part);
            self.seen.insert(part);
        }
    }

    /// Notes that the last line was drawn.
    pub fn reached_end(&mut self, extent: Extent) {
        self.ended.insert(extent);
    }

    /// Says whether the last line was drawn.
    #[must_use]
    pub fn has_ended(&self, extent: Extent) -> bool {
        self.ended.contains(&extent)
    }

    /// Counts what the screen tells of it: hunks seen, ends reached.
    #[must_use]
    pub fn told(&self) -> (usize, usize) {
        (self.seen.len(), self.ended.len())
    }

    /// Marks a hunk as seen.
    pub fn mark(&mut self, part: Part) {
        self.seen.insert(part);
    }

    /// Says whether a hunk was seen.
    #[must_use]
    pub fn has_seen(&self, part: Part) -> bool {
        self.seen.contains(&part)
    }

    /// Counts the hunks seen of a file.
    #[must_use]
    pub fn seen_of(&self, extent: Extent, file: usize) -> usize {
        self.seen.range((extent, file, 0)..(extent, file + 1, 0)).count()
    }

    /// Counts the hunks seen.
    #[must_use]
    pub fn seen(&self, extent: Extent) -> usize {
        self.seen.iter().filter(|part| part.0 == extent).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_is_seen_once_each_of_its_lines_was_drawn() {
        let mut progress = Progress::default();
        let part = (Extent::Whole, 0, 1);
        progress.laid_out(80, false);
        progress.drew(part, (0, 0), 3);
        progress.drew(part, (0, 0), 3);
        progress.drew(part, (1, 0), 3);
        assert!(!progress.has_seen(part));
        progress.laid_out(40, false);
        progress.drew(part, (1, 1), 3);
        assert!(!progress.has_seen(part), "other lines at another width");
        progress.laid_out(40, false);
        progress.drew(part, (0, 0), 3);
        progress.drew(part, (1, 0), 3);
        assert!(progress.has_seen(part));
        assert_eq!((progress.seen_of(Extent::Whole, 0), progress.seen(Extent::SinceLast)), (1, 0));
    }
}
