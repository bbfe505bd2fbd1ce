//! What to do with a live run. The key that opens this window only closes it.

use super::at_gate;
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::page::sheet::Sheet;
use crate::ui::pane::header::activity_word;
use crate::ui::text::Look;
use crate::ui::theme::Slot;
use crate::ui::update::refusal;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the window.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let columns = screen.width.min(58);
    let mut sheet = Sheet::new(columns.saturating_sub(4), look);
    match model.state.current().filter(|session| session.ended.is_none()) {
        Some(session) => {
            let feature = session
                .feature
                .as_ref()
                .map(|feature| format!(" {feature}"))
                .unwrap_or_default();
            let doing = activity_word(session.activity);
            sheet.text(&format!("{} {}{feature}: {doing}.", session.number, session.role), Slot::Text);
        }
        None => sheet.text("It is between two sessions.", Slot::Text),
    }
    for written in at_gate::written(&model.state, at_gate::Way::Stop) {
        sheet.gap();
        sheet.text(&written, Slot::Human);
    }
    sheet.gap();
    for (action, about) in [
        (Action::StopAfterStep, "stop once this step is done"),
        (Action::StopAfterSession, "stop once this session has ended"),
        (Action::StopNow, "stop now: running commands are killed"),
        (Action::CancelStop, "take the stop back: the run goes on"),
        (Action::Stay, "stay"),
    ] {
        if refusal(model, action).is_some() {
            continue;
        }
        let lead = Span::styled(format!("  {:<5}", model.keymap.key_text(action)), look.style(Slot::Key));
        sheet.item(vec![lead], &[Span::styled(about, look.style(Slot::Text))]);
    }
    sheet.gap();
    sheet.text("What was done is kept; `longhaul run` goes on later.", Slot::Dim);
    let document = sheet.finish();
    let area = widget::centered(screen, columns, u16::try_from(document.lines.len() + 2).unwrap_or(u16::MAX));
    let inner = widget::window(buf, area, look, "A run is live");
    widget::lines(buf, inner, &document.lines);
}
