//! The panes of the main view, the header and the footer.

pub mod features;
pub mod footer;
pub mod git;
pub mod header;
pub mod preview;
pub mod tests;
pub mod transcript;

use super::layout::Pane;
use super::text::Look;
use super::theme::Slot;
use crate::ui::text::{Clean, Glyph};
use ratatui::text::Span;

/// Returns a pane's digit and name as the beginning of its title.
#[must_use]
pub fn heading(look: &Look<'_>, pane: Pane) -> Vec<Span<'static>> {
    let slot = if look.focused { Slot::TitleFocused } else { Slot::Title };
    let digit = if look.focused { Slot::TitleFocused } else { Slot::Dim };
    vec![
        Span::styled(format!("{} ", pane.digit()), look.style(digit)),
        Span::styled(pane.title(), look.style(slot)),
    ]
}

/// Returns a fact behind a title, with a rule's piece before it.
#[must_use]
pub fn fact(look: &Look<'_>, text: &Clean) -> Vec<Span<'static>> {
    vec![
        Span::styled(format!(" {} ", look.glyph(Glyph::Rule)), look.style(Slot::Border)),
        text.clone().span(look.style(Slot::Text)),
    ]
}

/// Returns the filter of a list for its title; nothing if none is set.
#[must_use]
pub fn filter(look: &Look<'_>, filter: &str) -> Vec<Span<'static>> {
    if filter.is_empty() {
        return Vec::new();
    }
    vec![Span::styled(format!(" /{}", Clean::line(filter).as_str()), look.style(Slot::Active))]
}
