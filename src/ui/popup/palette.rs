//! The command palette: a line to type in, and under it the actions that fit, with their keys.

use super::help::{Row, list};
use super::list_height;
use crate::ui::keymap::{Action, Entry};
use crate::ui::model::{Model, Palette};
use crate::ui::text::{Glyph, Look, truncate, width};
use crate::ui::theme::Slot;
use crate::ui::update::obstacle;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// Columns that a description is cut to at the least; with less beside the reason, there is none.
const LEAST: usize = 12;

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

/// Name and key are never given up. What cannot be done says what it would do, then why not; where there is no room for both, the
/// reason has it first.
fn row(model: &Model, entry: &'static Entry, look: &Look<'_>, columns: u16) -> Row {
    let reason = obstacle(model, entry.action);
    let slot = |on| if reason.is_some() { Slot::Dim } else { on };
    let name = format!("{:<18} ", entry.name);
    let key = format!("{:>5}", model.keymap.key_text(entry.action));
    let room = usize::from(columns).saturating_sub(width(&name) + width(&key) + 1);
    let mut left = vec![Span::styled(name, look.style(slot(Slot::Text)))];
    match &reason {
        Some(reason) => {
            let about_room = room.saturating_sub(width(reason) + 2);
            let mut told = reason.clone();
            if about_room >= LEAST.min(width(entry.about)) {
                let about = truncate(entry.about, about_room, look.glyph(Glyph::Ellipsis));
                left.push(Span::styled(about, look.style(Slot::Dim)));
                told.insert_str(0, "; ");
            }
            left.push(Span::styled(told, look.style(Slot::Thinking)));
        }
        None => left.push(Span::styled(entry.about, look.style(Slot::Dim))),
    }
    (left, vec![Span::styled(key, look.style(slot(Slot::Key)))])
}
