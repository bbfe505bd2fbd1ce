//! The panes of the main view, the header and the footer.

pub mod features;
pub mod footer;
pub mod git;
pub mod header;
pub mod preview;
pub mod tests;
pub mod transcript;

use super::layout::Pane;
use super::model::Model;
use super::text::{Clean, Glyph, Look};
use super::theme::Slot;
use super::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
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
    vec![Span::styled(
        format!(" /{}", Clean::line(filter).as_str()),
        look.style(Slot::Active),
    )]
}

/// Marks the selected row: loudly in the focused list, quietly in the list whose selection the third column shows.
pub fn mark_selected(model: &Model, pane: Pane, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    if look.focused {
        widget::select(buf, area, look);
    } else if model.last_list == pane && model.layout().preview.is_some() {
        buf.set_span(area.x, area.y, &look.mark(Glyph::Folded, Slot::Active), 1);
    }
}
