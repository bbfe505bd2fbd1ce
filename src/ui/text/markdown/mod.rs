//! Markdown as lines of a given width.
//!
//! First published form of the interface.

use super::clean::Clean;
use super::look::Look;
use super::wrap::wrap;
use crate::ui::theme::Slot;
use ratatui::text::Line;

/// Lays out a whole Markdown text.
#[must_use]
pub fn render(text: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    wrap(&Clean::block(text), width, look.style(Slot::Text))
}
