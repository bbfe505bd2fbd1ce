//! What of a change was on the screen, and what a person marked as seen.
//!
//! Invariant: a hunk counts as seen only if it was marked, or if each of its lines was drawn while the page was open and it stood there
//! for a moment: what one frame showed to a hand that was leaving, or on its way further down, was not looked at.

use super::Extent;
use crate::ui::model::popup::ARMING;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// How long a hunk stands on the screen before it counts: as long as a page stands before its keys decide.
const MOMENT: Duration = ARMING;

/// A hunk: which changes, number of the file, number within the file.
pub type Part = (Extent, usize, usize);

/// What was seen of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    seen: BTreeSet<Part>,
    /// Lines of hunks that were drawn, by row and line of the row.
    drawn: HashMap<Part, BTreeSet<(usize, usize)>>,
    /// Hunks that were drawn whole, and since when: not seen yet.
    fresh: BTreeMap<Part, Duration>,
    /// Of which changes the last frame showed the text.
    view: Option<Extent>,
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
            self.fresh.clear();
        }
    }

    /// Notes of which changes a frame shows the text.
    pub fn shows(&mut self, extent: Extent) {
        if self.view.replace(extent) != Some(extent) {
            self.fresh.clear();
        }
    }

    /// Notes a line of a hunk of `lines` lines as drawn.
    pub fn drew(&mut self, part: Part, line: (usize, usize), lines: usize, at: Duration) {
        if self.seen.contains(&part) || self.fresh.contains_key(&part) {
            return;
        }
        let drawn = self.drawn.entry(part).or_default();
        drawn.insert(line);
        if drawn.len() >= lines {
            self.drawn.remove(&part);
            self.fresh.insert(part, at);
        }
    }

    /// Notes which hunks a frame showed any line of: what was folded away too soon was not looked at.
    pub fn showed(&mut self, parts: &BTreeSet<Part>) {
        self.fresh.retain(|part, _| parts.contains(part));
    }

    /// Counts what has stood on the screen for a moment.
    pub fn settle(&mut self, at: Duration) {
        let seen = &mut self.seen;
        self.fresh.retain(|part, since| {
            let counts = at >= *since + MOMENT;
            if counts {
                seen.insert(*part);
            }
            !counts
        });
    }

    /// The page is gone from the screen, or comes back to it: what had no moment yet begins anew.
    pub fn put_away(&mut self) {
        self.fresh.clear();
        self.view = None;
    }

    /// Returns when the next hunk counts.
    #[must_use]
    pub fn next_change(&self) -> Option<Duration> {
        self.fresh.values().min().map(|since| *since + MOMENT)
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

    const PART: Part = (Extent::Whole, 0, 1);

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_hunk_is_seen_once_each_of_its_lines_was_drawn() {
        let mut progress = Progress::default();
        let mut draw = |width, lines: &[(usize, usize)]| {
            progress.laid_out(width, false);
            for line in lines {
                progress.drew(PART, *line, 3, ms(0));
            }
            progress.settle(ms(400));
            progress.has_seen(PART)
        };
        assert!(!draw(80, &[(0, 0), (0, 0), (1, 0)]));
        assert!(!draw(40, &[(1, 1)]), "other lines at another width");
        assert!(draw(40, &[(0, 0), (1, 0)]));
        assert_eq!((progress.seen_of(Extent::Whole, 0), progress.seen(Extent::SinceLast)), (1, 0));
    }

    /// One frame at 100 ms that shows the hunk whole.
    fn glimpsed() -> Progress {
        let mut progress = Progress::default();
        progress.shows(Extent::Whole);
        progress.drew(PART, (0, 0), 1, ms(100));
        progress
    }

    #[test]
    fn one_frame_shows_nothing_to_anybody() {
        let mut progress = glimpsed();
        assert_eq!(progress.next_change(), Some(ms(500)));
        progress.settle(ms(499));
        assert!(!progress.has_seen(PART));
        progress.settle(ms(500));
        assert!(progress.has_seen(PART) && progress.next_change().is_none());

        let mut left = glimpsed();
        left.put_away();
        left.settle(ms(9_000));
        assert!(!left.has_seen(PART), "the time that it is away is no look");
        left.shows(Extent::Whole);
        assert!(!left.has_seen(PART), "nor is opening it again");

        let mut folded = glimpsed();
        folded.shows(Extent::Whole);
        folded.showed(&BTreeSet::new());
        folded.settle(ms(9_000));
        assert!(!folded.has_seen(PART));
    }

    #[test]
    fn what_is_scrolled_away_too_soon_was_not_looked_at() {
        let mut progress = glimpsed();
        progress.shows(Extent::Whole);
        progress.showed(&BTreeSet::from([PART]));
        progress.settle(ms(500));
        assert!(progress.has_seen(PART), "it is on the screen still, a few rows higher");
        let mut passed = glimpsed();
        passed.shows(Extent::Whole);
        passed.showed(&BTreeSet::new());
        passed.settle(ms(9_000));
        assert!(!passed.has_seen(PART));
        let mut other = glimpsed();
        other.shows(Extent::SinceLast);
        other.settle(ms(9_000));
        assert!(!other.has_seen(PART), "other changes are another text");
    }
}
