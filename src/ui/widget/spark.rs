//! The spark line: how a feature's work went, a mark a turn.
//!
//! Owns its marks and its legend. Invariant: the height of a mark alone tells what its turn brought; its colour repeats it.

use crate::session::Beat;
use crate::ui::text::{Glyph, Look};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Returns mark and slot of a turn.
const fn mark(beat: Beat) -> (Glyph, Slot) {
    match beat {
        Beat::Round => (Glyph::SparkRound, Slot::Warning),
        Beat::Idle => (Glyph::SparkIdle, Slot::Dim),
        Beat::Looked => (Glyph::SparkLooked, Slot::Text),
        Beat::Changed => (Glyph::SparkChanged, Slot::Active),
        Beat::Proved => (Glyph::SparkProved, Slot::Pass),
    }
}

/// Returns what a mark says, for people.
const fn meaning(beat: Beat) -> &'static str {
    match beat {
        Beat::Round => "went round",
        Beat::Idle => "nothing to tell",
        Beat::Looked => "a look",
        Beat::Changed => "new files",
        Beat::Proved => "proof",
    }
}

/// Draws the last `most` turns, the oldest first.
pub fn spark<'a>(look: &Look<'_>, beats: impl DoubleEndedIterator<Item = &'a Beat>, most: usize) -> Vec<Span<'static>> {
    let mut last: Vec<Beat> = beats.rev().take(most).copied().collect();
    last.reverse();
    let span = |beat| {
        let (glyph, slot) = mark(beat);
        look.mark(glyph, slot)
    };
    last.into_iter().map(span).collect()
}

/// Explains every mark, in one row.
#[must_use]
pub fn legend(look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = vec![Span::styled("a turn each:", look.style(Slot::Dim))];
    for beat in Beat::ALL {
        let (glyph, slot) = mark(beat);
        spans.push(Span::raw("  "));
        spans.push(look.mark(glyph, slot));
        spans.push(Span::styled(format!(" {}", meaning(beat)), look.style(Slot::Dim)));
    }
    spans
}
