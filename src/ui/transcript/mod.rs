//! The transcript: a virtual list over a session's items. Only what is visible is laid out; the reader's place
//! is an item and a line in it, so that nothing that happens elsewhere can move it.
//!
//! First published form of the interface; the drawing behind it is being filled in.

use crate::protocol::{Seq, TurnNo};
use crate::session::Item;
use crate::ui::text::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Laid-out items, capped in bytes. One for all sessions: items are known by their `seq`.
#[derive(Debug, Default)]
pub struct Cache {}

/// A reader's place in one session's transcript: scroll anchor, cursor, folds, search.
#[derive(Debug, Clone, Default)]
pub struct View {}

/// What a reader asks of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Moves the cursor by lines; negative is up.
    Lines(i32),
    /// Scrolls by lines, as the wheel does.
    Scroll(i32),
    /// Moves by half pages; negative is up.
    HalfPages(i32),
    /// Moves by pages; negative is up.
    Pages(i32),
    /// To the very beginning.
    Top,
    /// To the end, and follow it.
    Bottom,
    /// To the next turn's first item.
    NextTurn,
    /// To this turn's first item, or the previous turn's.
    PreviousTurn,
    /// To the next block.
    NextBlock,
    /// To this block's first line, or the previous block.
    PreviousBlock,
    /// To the next item of a kind.
    Next(Kind),
    /// To the previous item of a kind.
    Previous(Kind),
    /// To an item, wherever it is.
    To(Seq),
    /// Opens or shuts the item under the cursor.
    ToggleFold,
    /// Shuts all.
    FoldAll,
    /// Opens all.
    UnfoldAll,
    /// Looks for a text and goes to the first hit from the cursor on. Lower case matches any case.
    Search(String),
    /// Ends the search.
    EndSearch,
    /// To the next hit.
    NextHit,
    /// To the previous hit.
    PreviousHit,
}

/// Kinds of items to jump to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Tool calls.
    Tool,
    /// Errors: failed calls, red tests, refusals, breaches, regressions.
    Error,
    /// What waits or waited for a person: gates, questions.
    Gate,
    /// Commits and flips.
    Commit,
}

/// What a frame showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frame {
    /// Where the cursor's line is on the screen, if it is shown.
    pub cursor: Option<(u16, u16)>,
    /// Items below the last visible one that the reader has not seen yet.
    pub new_below: usize,
    /// Whether something shown changes with the clock alone (a running call, a gate that waits).
    pub ticking: bool,
}

/// Where a search stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// What is looked for.
    pub query: String,
    /// Items that match.
    pub total: usize,
    /// Which of them the cursor is on, from 1.
    pub current: Option<usize>,
}

impl View {
    /// Carries out a move. `Err` is a short sentence for the status line: nothing was found, or cannot be done.
    ///
    /// # Errors
    /// Says why the reader stays where they are.
    pub fn handle(&mut self, step: &Move, items: &[Item], cache: &mut Cache, look: &Look<'_>) -> Result<(), &'static str> {
        let _ = (step, items, cache, look);
        Ok(())
    }

    /// Says whether the view follows the end.
    #[must_use]
    pub const fn follows(&self) -> bool {
        true
    }

    /// Counts the items that came in below since the reader left the end.
    #[must_use]
    pub fn new_below(&self, items: &[Item]) -> usize {
        let _ = items;
        0
    }

    /// Returns the item under the cursor; the last one while following.
    #[must_use]
    pub fn item_at_cursor<'a>(&self, items: &'a [Item]) -> Option<&'a Item> {
        items.last()
    }

    /// Returns the turn under the cursor.
    #[must_use]
    pub fn turn_at_cursor(&self, items: &[Item]) -> Option<TurnNo> {
        self.item_at_cursor(items).map(|item| item.turn)
    }

    /// Returns where the search stands, if there is one.
    #[must_use]
    pub fn hits(&self) -> Option<Hits> {
        None
    }
}

/// Draws the visible part of a transcript into `area`.
pub fn render(area: Rect, buffer: &mut Buffer, items: &[Item], view: &View, cache: &mut Cache, look: &Look<'_>) -> Frame {
    let _ = (area, buffer, items, view, cache, look);
    Frame::default()
}

/// Returns an item's whole text, for copying and for `$EDITOR`.
#[must_use]
pub fn plain_text(item: &Item) -> String {
    let _ = item;
    String::new()
}

/// Lays out one item in full for the detail view; `whole` replaces an output that the item holds only in part.
#[must_use]
pub fn detail_lines(item: &Item, whole: Option<&str>, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let _ = (item, whole, width, look);
    Vec::new()
}
