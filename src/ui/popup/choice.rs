//! A small window with rows to choose one of, and its keys below them.
//!
//! Does not own what is chosen. Invariants: the marked row is told by its mark as well as by its colour, and it is on the screen
//! however small that is.

use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::page::sheet::Sheet;
use crate::ui::text::{Glyph, Look, width};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::ops::Range;

/// Columns of the window where the screen has them.
const COLUMNS: u16 = 76;

/// A window being composed.
pub(super) struct Choices<'a> {
    sheet: Sheet<'a>,
    look: &'a Look<'a>,
    marked: Range<usize>,
    keys: Vec<Line<'static>>,
}

impl<'a> Choices<'a> {
    /// Begins an empty window for a screen.
    pub(super) fn new(screen: Rect, look: &'a Look<'a>) -> Self {
        Self {
            sheet: Sheet::new(screen.width.min(COLUMNS).saturating_sub(4), look),
            look,
            marked: 0..0,
            keys: Vec::new(),
        }
    }

    /// Adds a paragraph and a gap behind it.
    pub(super) fn text(&mut self, text: &str, slot: Slot) {
        self.sheet.text(text, slot);
        self.sheet.gap();
    }

    /// Adds a row for each choice: its word, and what it means.
    pub(super) fn rows(&mut self, choices: &[(&'static str, Vec<Span<'static>>)], marked: usize) {
        let column = choices.iter().map(|(word, _)| word.len() + 2).max().unwrap_or_default();
        for (index, (word, about)) in choices.iter().enumerate() {
            let (glyph, slot, name) = if index == marked {
                (Glyph::Folded, Slot::Key, Slot::Selection)
            } else {
                (Glyph::Dot, Slot::Dim, Slot::Bold)
            };
            let lead = vec![
                self.look.mark(glyph, slot),
                Span::raw(" "),
                Span::styled(*word, self.look.style(name)),
                Span::raw(" ".repeat(column - word.len())),
            ];
            let from = self.sheet.rows();
            self.sheet.item(lead, about);
            if index == marked {
                self.marked = from..self.sheet.rows();
            }
        }
        self.sheet.gap();
    }

    /// Adds the line of keys, each with what it does here.
    pub(super) fn keys(&mut self, model: &Model, keys: impl IntoIterator<Item = (Action, &'static str)>) {
        let mut sheet = Sheet::new(u16::try_from(self.sheet.width()).unwrap_or(u16::MAX), self.look);
        self::keys(&mut sheet, model, self.look, keys);
        self.keys = sheet.finish().lines;
    }

    /// Draws the window in the middle of the screen. Where not all fits, the keys stay and the rows scroll to the marked one.
    pub(super) fn draw(self, screen: Rect, buf: &mut Buffer, heading: &str) {
        let lines = self.sheet.finish().lines;
        let rows = u16::try_from(lines.len() + self.keys.len() + 2).unwrap_or(u16::MAX);
        let area = widget::centered(screen, screen.width.min(COLUMNS), rows);
        let inner = widget::window(buf, area, self.look, heading);
        let height = usize::from(inner.height);
        let keys = self.keys.len().min(height.saturating_sub(self.marked.len()));
        let shown = (height - keys).min(lines.len());
        let from = self.marked.end.saturating_sub(shown).min(self.marked.start);
        let below = widget::lines(buf, inner, &lines[from..(from + shown).min(lines.len())]);
        widget::lines(buf, below, &self.keys[..keys]);
        let more = |rows: usize, glyph: Glyph| (rows > 0).then(|| format!(" {} {rows} more ", self.look.glyph(glyph)));
        let hidden = lines.len().saturating_sub(from + shown);
        let hidden = lines[lines.len() - hidden..].iter().filter(|line| line.width() > 0).count();
        for (told, y) in [
            (more(from, Glyph::Up), area.top()),
            (more(hidden, Glyph::Down), area.bottom().saturating_sub(1)),
        ] {
            let Some(told) = told else { continue };
            let columns = u16::try_from(width(&told)).unwrap_or(0);
            let x = area.right().saturating_sub(columns + 2).max(area.x);
            buf.set_line(x, y, &Line::styled(told, self.look.style(Slot::Dim)), columns);
        }
    }
}

/// Adds the line of keys of a small window, each with what it does here.
pub(super) fn keys(sheet: &mut Sheet<'_>, model: &Model, look: &Look<'_>, keys: impl IntoIterator<Item = (Action, &'static str)>) {
    let shown = keys.into_iter().flat_map(|(action, word)| {
        [
            Span::styled(model.keymap.key_text(action), look.style(Slot::Key)),
            Span::styled(format!(" {word}   "), look.style(Slot::Dim)),
        ]
    });
    sheet.spans(&shown.collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use crate::protocol::Autonomy;
    use crate::ui::testing::{keys, live, screen};

    #[test]
    fn the_marked_row_is_on_the_smallest_screen() {
        for size in [(40, 10), (44, 11), (80, 24)] {
            let mut model = live(size);
            keys(&mut model, "M k k k k");
            for level in Autonomy::ALL {
                let shown = screen(&mut model);
                let row = shown.lines().find(|line| line.contains(&format!("▸ {}", level.word())));
                assert!(row.is_some(), "{size:?} {level:?}\n{shown}");
                assert!(shown.contains("leave it"), "{shown}");
                let all = Autonomy::ALL.iter().all(|level| shown.contains(level.word())) && shown.contains("At every level");
                assert_eq!(
                    shown.contains(" more "),
                    !all,
                    "what is not shown is told: {size:?} {level:?}\n{shown}"
                );
                keys(&mut model, "j");
            }
        }
    }
}
