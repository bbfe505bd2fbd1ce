//! How much waits for a person: four levels, and what each means.

use super::choice;
use crate::protocol::Autonomy;
use crate::ui::keymap::Action;
use crate::ui::model::{AutonomyMenu, Model};
use crate::ui::page::sheet::Sheet;
use crate::ui::text::Look;
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Says what waits at a level.
const fn about(level: Autonomy) -> &'static str {
    match level {
        Autonomy::Manual => "commits wait, and every command that is not a plain read",
        Autonomy::Commits => "commits wait",
        Autonomy::Deferred => "nothing waits; commits are queued for you to look back at",
        Autonomy::Auto => "nothing waits; the machine's checks answer",
    }
}

/// Draws the window.
pub fn draw(model: &Model, menu: &AutonomyMenu, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let columns = screen.width.min(76);
    let mut sheet = Sheet::new(columns.saturating_sub(4), look);
    let now = model.state.run.as_ref().map(|run| run.autonomy);
    let levels = Autonomy::ALL.map(|level| {
        let mut told = vec![Span::styled(about(level), look.style(Slot::Text))];
        if now == Some(level) {
            told.push(Span::styled("  now", look.style(Slot::Active)));
        }
        (level.word(), told)
    });
    choice::rows(&mut sheet, look, &levels, menu.at);
    sheet.gap();
    choice::keys(&mut sheet, model, look, [(Action::Open, "set"), (Action::Back, "leave it")]);
    let document = sheet.finish();
    let area = widget::centered(screen, columns, u16::try_from(document.lines.len() + 2).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, "What waits for you");
    widget::lines(buf, inner, &document.lines);
}
