//! The command palette: a line to type in, and under it the actions that fit, with their keys.

use super::help::{Row, list};
use super::list_height;
use crate::ui::keymap::{Action, Entry};
use crate::ui::model::{Model, Palette};
use crate::ui::text::Look;
use crate::ui::theme::Slot;
use crate::ui::update::obstacle;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// Columns below which there is no room for a description and a reason.
const NARROW: u16 = 60;

/// Draws the window; returns where the terminal's cursor belongs.
pub fn draw(model: &Model, palette: &Palette, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let rows = model.palette_rows(&palette.cursor.filter);
    let height = u16::try_from(list_height(model.size) + 2).unwrap_or(u16::MAX);
    let area = widget::centered(screen, 92, height);
    let heading = format!("Do what?  ({} does it)", model.keymap.key_text(Action::RunChosen));
    let inner = widget::window(buf, area, look, &heading);
    if inner.is_empty() {
        return None;
    }
    let position = widget::input(buf, Rect { height: 1, ..inner }, look, ": ", &palette.field);
    let below = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    let none = [
        format!(
            "No action has \"{}\" in its name, its description or as its key.",
            palette.cursor.filter
        ),
        format!(
            "Try a word of what it does, like pause or search; {} closes this, then {} lists every key.",
            model.keymap.key_text(Action::ClosePalette),
            model.keymap.key_text(Action::Help)
        ),
    ];
    list(
        &rows,
        &palette.cursor,
        below,
        buf,
        look,
        |entry| row(model, entry, look, inner.width),
        none,
    );
    Some(position)
}

/// Name and key are never given up; what cannot be done says what it would do, then why not, as far as there is room.
fn row(model: &Model, entry: &'static Entry, look: &Look<'_>, width: u16) -> Row {
    let reason = obstacle(model, entry.action);
    let slot = |on| if reason.is_some() { Slot::Dim } else { on };
    let mut left = vec![Span::styled(format!("{:<18} ", entry.name), look.style(slot(Slot::Text)))];
    match &reason {
        Some(reason) if width < NARROW => left.push(Span::styled(reason.to_string(), look.style(Slot::Thinking))),
        reason => {
            left.push(Span::styled(entry.about, look.style(Slot::Dim)));
            let told = reason.as_ref().map(|reason| format!("; {reason}"));
            left.extend(told.map(|told| Span::styled(told, look.style(Slot::Thinking))));
        }
    }
    let key = format!("{:>5}", model.keymap.key_text(entry.action));
    (left, vec![Span::styled(key, look.style(slot(Slot::Key)))])
}
