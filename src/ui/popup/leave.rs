//! What to do with a live run. The key that opens this window only closes it.

use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::pane::header::activity_word;
use crate::ui::text::{Clean, Look};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the window.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let area = widget::centered(screen, 58, 9);
    let inner = widget::window(buf, area, look, "A run is live");
    let what = match model.state.current().filter(|session| session.ended.is_none()) {
        Some(session) => {
            let feature = session
                .feature
                .as_ref()
                .map(|feature| format!(" on {feature}"))
                .unwrap_or_default();
            format!(
                "{} ({}){feature} is {}.",
                session.number,
                session.role,
                activity_word(session.activity)
            )
        }
        None => "It is between two sessions.".to_owned(),
    };
    let mut lines = vec![Line::from(Clean::line(&what).span(look.style(Slot::Text))), Line::default()];
    for (action, about) in [
        (Action::StopAfterStep, "stop once this step is done"),
        (Action::StopNow, "stop now: running commands are killed"),
        (Action::Stay, "stay"),
    ] {
        lines.push(Line::from(vec![
            Span::styled(format!("  {:<5}", model.keymap.key_text(action)), look.style(Slot::Key)),
            Span::styled(about, look.style(Slot::Text)),
        ]));
    }
    lines.push(Line::default());
    lines.push(Line::styled(
        "What was done is kept; `longhaul run` goes on later.",
        look.style(Slot::Dim),
    ));
    widget::lines(buf, inner, &lines);
}
