//! The reader's place in one session's transcript.

use super::cache::Cache;
use super::fold::Folds;
use super::place::{At, Place, index_of};
use super::search::{Hits, Search};
use super::sheet::Sheet;
use crate::protocol::{Seq, TurnNo};
use crate::session::{Item, Session};
use crate::ui::text::Look;

/// A reader's place in one session's transcript: scroll anchor, cursor, folds, search. New ones follow the end.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Top line of the screen and the cursor's line; `None` follows the end.
    pub(super) at: Option<Stand>,
    pub(super) folds: Folds,
    pub(super) search: Option<Search>,
}

/// A reader who left the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    pub top: Place,
    pub cursor: Place,
    /// Newest item the reader has seen.
    pub seen: Seq,
}

/// What is on the screen: its top line, and the cursor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub top: At,
    pub cursor: At,
}

impl View {
    /// Says whether the view follows the end.
    #[must_use]
    pub const fn follows(&self) -> bool {
        self.at.is_none()
    }

    /// Counts the items that came in below since the reader left the end.
    #[must_use]
    pub fn new_below(&self, items: &[Item]) -> usize {
        let Some(stand) = &self.at else { return 0 };
        items.len() - items.partition_point(|item| item.seq <= stand.seen)
    }

    /// Returns the item under the cursor; the last one while following.
    #[must_use]
    pub fn item_at_cursor<'a>(&self, items: &'a [Item]) -> Option<&'a Item> {
        match &self.at {
            Some(stand) => items.get(index_of(items, stand.cursor.seq)?),
            None => items.last(),
        }
    }

    /// Returns the turn under the cursor.
    #[must_use]
    pub fn turn_at_cursor(&self, items: &[Item]) -> Option<TurnNo> {
        self.item_at_cursor(items).map(|item| item.turn)
    }

    /// Returns where the search stands, if there is one.
    #[must_use]
    pub fn hits(&self) -> Option<Hits> {
        let cursor = self.at.map(|stand| stand.cursor.seq);
        self.search.as_ref().map(|search| search.hits(cursor))
    }

    /// Lays the items out as this view sees them.
    pub(super) fn sheet<'a>(
        &'a self,
        items: &'a [Item],
        session: Option<&'a Session>,
        cache: &'a mut Cache,
        look: &'a Look<'a>,
    ) -> Sheet<'a> {
        let width = columns_for_text(cache.area.0);
        Sheet {
            items,
            folds: &self.folds,
            session,
            cache,
            look,
            width,
        }
    }

    /// Finds what is on a screen of `rows` rows.
    pub(super) fn window(&self, sheet: &mut Sheet<'_>, rows: usize) -> Option<Window> {
        let room = i64::try_from(rows.max(1)).unwrap_or(1) - 1;
        let Some(stand) = &self.at else {
            let cursor = sheet.last()?;
            let top = sheet.step(cursor, -room);
            return Some(Window { top, cursor });
        };
        let cursor = sheet.find(stand.cursor)?;
        let top = sheet.find(stand.top)?;
        Some(Window {
            top: top_showing(sheet, top, cursor, room),
            cursor,
        })
    }
}

/// Moves the top line by as little as brings the cursor's line onto the screen.
pub(super) fn top_showing(sheet: &mut Sheet<'_>, top: At, cursor: At, room: i64) -> At {
    if cursor <= top {
        return cursor;
    }
    let mut lowest = top;
    for _ in 0..room {
        if lowest == cursor {
            return top;
        }
        match sheet.down(lowest) {
            Some(next) => lowest = next,
            None => return top,
        }
    }
    if lowest >= cursor { top } else { sheet.step(cursor, -room) }
}

/// Columns left for text beside the gutter and the right margin.
pub(super) fn columns_for_text(area: u16) -> usize {
    usize::from(area.saturating_sub(if area > 20 { 2 } else { 1 })).max(1)
}
