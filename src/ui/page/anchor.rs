//! What a row of a page stands for, so that it is found again when the page is laid out otherwise.
//!
//! Owns no cursor (`model::Page` does). Invariant: a line of a change is found again at every width; of what stands between two such
//! lines, a place between the same two.

use super::{Document, review};

/// A row of a laid-out page, by what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    at: At,
    /// Rows below it.
    below: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// A line of a hunk.
    Line(review::Place),
    /// A file or a hunk, by its number among the places to jump to.
    Stop(usize),
    /// So many rows above the first place to jump to.
    Above(usize),
}

impl Anchor {
    /// Says what a row stands for; `None` on a page without places to hold on to.
    #[must_use]
    pub fn of(document: &Document, row: usize) -> Option<Self> {
        let first = document.marks.first()?.row;
        if row < first {
            let at = At::Above(first - row);
            return Some(Self { at, below: 0 });
        }
        let (found, at) = (first..=row).rev().find_map(|found| Some((found, at(document, found)?)))?;
        let below = row - found;
        Some(Self { at, below })
    }

    /// Finds the row in a page, however it is laid out now.
    #[must_use]
    pub fn row(self, document: &Document) -> Option<usize> {
        let found = match self.at {
            At::Line(place) => line(document, place)?,
            At::Stop(number) => document.marks.get(number)?.row,
            At::Above(rows) => return Some(document.marks.first()?.row.saturating_sub(rows)),
        };
        let between = (found + 1..=found + self.below).take_while(|row| at(document, *row).is_none());
        Some((found + between.count()).min(document.lines.len().saturating_sub(1)))
    }
}

/// What begins or stands at a row, if that is known.
fn at(document: &Document, row: usize) -> Option<At> {
    let places = document.outline.as_ref().map_or(&[][..], |outline| &outline.places);
    let line = places.get(row).copied().flatten().map(At::Line);
    let stop = || document.marks.iter().position(|stop| stop.row == row).map(At::Stop);
    line.or_else(stop)
}

/// Finds a line of a hunk; where it is broken less often now, the last piece of it.
fn line(document: &Document, wanted: review::Place) -> Option<usize> {
    let places = &document.outline.as_ref()?.places;
    let same = |place: &review::Place| (place.file, place.hunk, place.row) == (wanted.file, wanted.hunk, wanted.row);
    let pieces = places
        .iter()
        .enumerate()
        .filter(|(_, place)| place.as_ref().is_some_and(same));
    let mut upto = pieces.filter(|(_, place)| place.is_some_and(|place| place.line <= wanted.line));
    upto.next_back().map(|(row, _)| row)
}
