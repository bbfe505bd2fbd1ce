//! Menus at the bottom of the screen: what may follow a prefix key, and what can be copied.

use crate::ui::keymap::{Action, Sequence};
use crate::ui::model::{CopyEntry, Model};
use crate::ui::text::{Clean, Glyph, Look, truncate};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws what may follow the keys typed so far.
pub fn which_key(model: &Model, follow: &[(Sequence, Action)], screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let typed = model.resolver.typed().len();
    let rows: Vec<(String, &'static str)> = follow
        .iter()
        .map(|(sequence, action)| {
            let rest: Vec<String> = sequence.0.iter().skip(typed).map(ToString::to_string).collect();
            (rest.join(" "), action.entry().about)
        })
        .collect();
    let heading: String = model.resolver.typed().iter().map(ToString::to_string).collect();
    let rows: Vec<Line<'static>> = rows
        .into_iter()
        .map(|(key, about)| {
            Line::from(vec![
                Span::styled(format!("{key:<5}"), look.style(Slot::Key)),
                Span::styled(about, look.style(Slot::Text)),
            ])
        })
        .collect();
    bottom(&heading, &rows, screen, buf, look);
}

/// Draws the copy menu.
pub fn copy(entries: &[CopyEntry], screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let rows: Vec<Line<'static>> = entries
        .iter()
        .map(|entry| {
            let first = entry.text.lines().next().unwrap_or_default();
            let sample = truncate(Clean::line(first).as_str(), 40, look.glyph(Glyph::Ellipsis));
            Line::from(vec![
                Span::styled(format!("{:<5}", entry.key), look.style(Slot::Key)),
                Span::styled(format!("{:<18}", entry.label), look.style(Slot::Text)),
                Span::styled(sample, look.style(Slot::Dim)),
            ])
        })
        .collect();
    bottom("Copy", &rows, screen, buf, look);
}

fn bottom(heading: &str, rows: &[Line<'static>], screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let wanted = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX);
    let height = wanted.min(screen.height.saturating_sub(1));
    let width = screen.width.min(70);
    let area = Rect {
        x: screen.right().saturating_sub(width),
        y: screen.bottom().saturating_sub(height + 1),
        width,
        height,
    };
    let inner = widget::window(buf, area, look, heading);
    widget::lines(buf, inner, rows);
}
