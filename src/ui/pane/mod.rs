//! The panes of the main view, the header and the footer.

#[cfg(test)]
mod bar_tests;
pub mod features;
pub mod footer;
pub mod git;
pub mod header;
pub mod preview;
pub mod tests;
pub mod transcript;

use super::layout::Pane;
use super::model::{Cursor, Model};
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

/// A list pane's body: the rows in view, or one quiet line that says why there are none.
pub struct List<'a, K> {
    /// What is shown.
    pub model: &'a Model,
    /// Which pane.
    pub pane: Pane,
    /// Its selection.
    pub cursor: &'a Cursor<K>,
    /// Where.
    pub body: Rect,
    /// Why it is empty, if it is.
    pub why_empty: &'a str,
}

impl<K: Clone + PartialEq> List<'_, K> {
    /// Draws it. `row` makes the left and right part of a row by its index.
    pub fn draw(
        &self,
        count: usize,
        buf: &mut Buffer,
        look: &Look<'_>,
        row: impl Fn(usize) -> (Vec<Span<'static>>, Vec<Span<'static>>),
    ) {
        let line = |y| Rect {
            y,
            height: 1,
            ..self.body
        };
        if count == 0 && self.body.height > 0 {
            let told = Span::styled(format!(" {}", self.why_empty), look.style(Slot::Dim));
            return widget::row(buf, line(self.body.y), look, vec![told], Vec::new());
        }
        let window = self.cursor.window(count, usize::from(self.body.height));
        for (index, y) in window.zip(self.body.top()..) {
            let (left, right) = row(index);
            widget::row(buf, line(y), look, left, right);
            if index == self.cursor.index() {
                mark_selected(self.model, self.pane, line(y), buf, look);
            }
        }
    }
}

/// Marks the selected row: loudly in the focused list, quietly in the list whose selection the third column shows.
fn mark_selected(model: &Model, pane: Pane, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    if look.focused {
        widget::select(buf, area, look);
    } else if model.last_list == pane && model.layout().preview.is_some() {
        buf.set_span(area.x, area.y, &look.mark(Glyph::Folded, Slot::Active), 1);
    }
}
