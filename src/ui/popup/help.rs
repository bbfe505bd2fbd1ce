//! Help: the keymap's table as a list that can be filtered and run.

use super::list_height;
use crate::ui::keymap::{Action, Entry, Situation};
use crate::ui::model::{Cursor, Model};
use crate::ui::text::{Clean, Look};
use crate::ui::theme::Slot;
use crate::ui::update::refusal;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the window.
pub fn draw(model: &Model, cursor: &Cursor<Action>, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let rows = model.help_rows(&cursor.filter);
    let height = list_height(model.size);
    let heading = match cursor.filter.as_str() {
        "" => format!(
            "Keys  ({} filters, {} does it)",
            model.keymap.key_text(Action::Find),
            model.keymap.key_text(Action::Open)
        ),
        filter => format!("Keys  /{}", Clean::line(filter).as_str()),
    };
    let area = widget::centered(screen, 92, u16::try_from(height + 2).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, &heading);
    let below = model.situation_below();
    for (index, y) in cursor.window(rows.len(), height).zip(inner.top()..inner.bottom()) {
        let area = Rect { y, height: 1, ..inner };
        let (left, right) = row(model, rows[index], below, look);
        widget::row(buf, area, look, left, right);
        if index == cursor.index() {
            widget::select(buf, area, look);
        }
    }
    if rows.is_empty() && !inner.is_empty() {
        widget::row(
            buf,
            Rect { height: 1, ..inner },
            look,
            vec![Span::styled("no key matches", look.style(Slot::Dim))],
            Vec::new(),
        );
    }
}

fn row(model: &Model, entry: &'static Entry, below: Situation, look: &Look<'_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let keys: Vec<String> = model.keymap.keys(entry.action).map(ToString::to_string).collect();
    let reason = if below.has(entry.action) {
        refusal(model, entry.action).map(str::to_owned)
    } else {
        let contexts: Vec<_> = entry.contexts.iter().map(|context| context.title()).collect();
        Some(format!("only in: {}", contexts.join(", ")))
    };
    let off = reason.is_some();
    let left = vec![
        Span::styled(
            format!("{:<16} ", keys.join(" ")),
            look.style(if off { Slot::Dim } else { Slot::Key }),
        ),
        Span::styled(entry.about, look.style(if off { Slot::Dim } else { Slot::Text })),
    ];
    let right = reason
        .map(|reason| vec![Span::styled(reason, look.style(Slot::Thinking))])
        .unwrap_or_default();
    (left, right)
}
