//! What a reader can ask of the view.

use crate::protocol::Seq;
use crate::session::{Item, ItemKind};

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

impl Kind {
    pub(super) fn matches(self, item: &Item) -> bool {
        match self {
            Self::Tool => matches!(item.kind, ItemKind::Call(_)),
            Self::Error => item.is_error(),
            Self::Gate => matches!(item.kind, ItemKind::Gate { .. } | ItemKind::Question { .. }),
            Self::Commit => matches!(item.kind, ItemKind::Commit(_) | ItemKind::Flipped(_)),
        }
    }

    pub(super) const fn none_left(self) -> &'static str {
        match self {
            Self::Tool => "no further tool call this way",
            Self::Error => "no further error this way",
            Self::Gate => "no further approval or question this way",
            Self::Commit => "no further commit this way",
        }
    }
}
