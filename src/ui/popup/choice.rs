//! Rows to choose one of and the keys below them, as the small windows draw them.
//!
//! Does not own what is chosen, nor the window around it. Invariant: the marked row is told by its mark as well as by its colour.

use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::page::sheet::Sheet;
use crate::ui::text::{Glyph, Look};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Adds a row for each choice: its word, and what it means.
pub(super) fn rows(sheet: &mut Sheet<'_>, look: &Look<'_>, choices: &[(&'static str, Vec<Span<'static>>)], marked: usize) {
    let column = choices.iter().map(|(word, _)| word.len() + 2).max().unwrap_or_default();
    for (index, (word, about)) in choices.iter().enumerate() {
        let (glyph, slot, name) = if index == marked {
            (Glyph::Folded, Slot::Key, Slot::Selection)
        } else {
            (Glyph::Dot, Slot::Dim, Slot::Bold)
        };
        let lead = vec![
            look.mark(glyph, slot),
            Span::raw(" "),
            Span::styled(*word, look.style(name)),
            Span::raw(" ".repeat(column - word.len())),
        ];
        sheet.item(lead, about);
    }
}

/// Adds the line of keys, each with what it does here.
pub(super) fn keys(sheet: &mut Sheet<'_>, model: &Model, look: &Look<'_>, keys: impl IntoIterator<Item = (Action, &'static str)>) {
    let shown = keys.into_iter().flat_map(|(action, word)| {
        [
            Span::styled(model.keymap.key_text(action), look.style(Slot::Key)),
            Span::styled(format!(" {word}   "), look.style(Slot::Dim)),
        ]
    });
    sheet.spans(&shown.collect::<Vec<_>>());
}
