//! Help: the keymap's table as a list that can be filtered and run.

use super::list_height;
use crate::ui::keymap::{Action, Entry};
use crate::ui::model::{Cursor, Model};
use crate::ui::text::{Clean, Look, wrap};
use crate::ui::theme::Slot;
use crate::ui::update::obstacle;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

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
    let area = widget::centered(screen, 92, u16::try_from(height + 3).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, &heading);
    let inner = Rect {
        height: inner.height.saturating_sub(1),
        ..inner
    };
    // The one set of marks that no word stands beside.
    let mut legend = vec![Span::styled("Headway, ", look.style(Slot::Dim))];
    legend.extend(widget::legend(look));
    buf.set_line(inner.x, inner.bottom(), &Line::from(legend), inner.width);
    let none = [
        format!("Nothing has \"{}\" in its key, name, description or place.", cursor.filter),
        format!(
            "{} and another word; or {} to close.",
            model.keymap.key_text(Action::Find),
            model.keymap.key_text(Action::Back)
        ),
    ];
    list(&rows, cursor, inner, buf, look, |entry| row(model, entry, look), none);
}

/// Left and right part of a row.
pub(super) type Row = (Vec<Span<'static>>, Vec<Span<'static>>);

/// Draws the rows of a list of actions, the selected one marked.
pub(super) fn list(
    rows: &[&'static Entry],
    cursor: &Cursor<Action>,
    inner: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
    row: impl Fn(&'static Entry) -> Row,
    none: [String; 2],
) {
    let window = cursor.window(rows.len(), usize::from(inner.height));
    for (index, y) in window.zip(inner.top()..inner.bottom()) {
        let area = Rect { y, height: 1, ..inner };
        let (left, right) = row(rows[index]);
        widget::row(buf, area, look, left, right);
        if index == cursor.index() {
            widget::select(buf, area, look);
        }
    }
    if rows.is_empty() {
        let [searched, next] = none.map(|told| wrap(&Clean::line(&told), usize::from(inner.width), look.style(Slot::Dim)));
        widget::lines(buf, inner, &[searched, next].concat());
    }
}

fn row(model: &Model, entry: &'static Entry, look: &Look<'_>) -> Row {
    let keys: Vec<String> = model.keymap.keys(entry.action).map(ToString::to_string).collect();
    let reason = obstacle(model, entry.action);
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
