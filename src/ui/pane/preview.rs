//! The third column of a wide screen: what is selected in the list that was focused last, in detail.

use crate::ui::layout::Pane;
use crate::ui::model::{Model, Page, Subject};
use crate::ui::page;
use crate::ui::text::{Clean, Look};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the column.
pub fn draw(model: &Model, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let subject = model.subject_in(model.last_list).or_else(|| model.subject_in(Pane::Features));
    let name = match &subject {
        Some(Subject::Feature(_)) => "Feature",
        Some(Subject::Commit(_)) => "Commit",
        Some(Subject::Test(_)) => "Test",
        Some(_) | None => "Detail",
    };
    let left = vec![Clean::literal(name).span(look.style(Slot::Title))];
    widget::title(buf, Rect { height: 1, ..area }, look, left, Vec::new());
    let body = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    };
    let Some(subject) = subject else {
        if !body.is_empty() {
            widget::row(
                buf,
                Rect { height: 1, ..body },
                look,
                vec![Span::styled("nothing selected", look.style(Slot::Dim))],
                Vec::new(),
            );
        }
        return;
    };
    page::draw_body(model, &Page::new(subject), body, buf, look);
}
