//! Markdown as lines of a given width, also while it is still being written.
//!
//! Owns what a model's prose looks like; does not know the transcript. A text is cut into chunks (`chunk`) by a
//! rule that only looks back and one line ahead, and each chunk is laid out by itself. Invariant: laying out a
//! text as it grows gives the same lines as laying it out once whole, and no visible character of it is lost.

mod block;
mod chunk;
mod fence;
mod list;
mod stream;
mod table;
#[cfg(test)]
mod tests;
mod writer;

pub use stream::MarkdownStream;

use super::look::Look;
use ratatui::text::Line;

/// Lays out a whole Markdown text.
#[must_use]
pub fn render(text: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    stream::State::default().advance(text, width, look, stream::End::Known, &mut lines);
    lines
}
