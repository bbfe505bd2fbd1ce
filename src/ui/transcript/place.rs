//! Where a reader is: an item, a line in it, and the width at which that line was counted.

use super::cache::Body;
use super::sheet::Sheet;
use crate::protocol::Seq;
use crate::session::Item;

/// A place that survives everything: it names the item, not its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub seq: Seq,
    /// Line of the item; -1 is the blank line above it.
    pub line: isize,
    /// Width at which `line` was counted.
    pub width: usize,
}

/// The same place in today's items and today's width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub index: usize,
    pub line: isize,
}

impl Sheet<'_> {
    /// Names a place.
    pub(super) fn place(&self, at: At) -> Option<Place> {
        let seq = self.items.get(at.index)?.seq;
        Some(Place {
            seq,
            line: at.line,
            width: self.width,
        })
    }

    /// Finds a named place again. At another width the line is the one that shows the same words.
    pub(super) fn find(&mut self, place: Place) -> Option<At> {
        let index = index_of(self.items, place.seq)?;
        let visible = self.visible_at(index)?;
        if visible != index || self.items[index].seq != place.seq {
            return Some(At { index: visible, line: 0 });
        }
        let mut line = place.line;
        if place.width != self.width && line > 0 {
            let ink = self.at_width(place.width, |sheet| ink_before(sheet.body(index), line));
            line = line_at_ink(self.body(index), ink);
        }
        let last = isize::try_from(self.height(index)).unwrap_or(isize::MAX) - 1;
        Some(At {
            index,
            line: line.clamp(-self.gap(index), last.max(0)),
        })
    }
}

/// Finds the item with a `seq`, or the one after it, or the last.
pub(super) fn index_of(items: &[Item], seq: Seq) -> Option<usize> {
    let index = items.partition_point(|item| item.seq < seq);
    (!items.is_empty()).then(|| index.min(items.len() - 1))
}

/// Counts the letters and digits before a line: they are the same at every width, unlike bars and indents.
fn ink_before(body: &Body, line: isize) -> usize {
    let lines = usize::try_from(line).unwrap_or(0);
    (0..lines).filter_map(|index| body.line(index)).map(ink).sum()
}

fn line_at_ink(body: &Body, wanted: usize) -> isize {
    let mut seen = 0;
    for index in 0..body.len() {
        seen += body.line(index).map_or(0, ink);
        if seen > wanted {
            return isize::try_from(index).unwrap_or(isize::MAX);
        }
    }
    isize::MAX
}

fn ink(line: &ratatui::text::Line<'_>) -> usize {
    line.spans
        .iter()
        .flat_map(|span| span.content.chars())
        .filter(|c| c.is_alphanumeric())
        .count()
}
