//! How much waits for a person: four levels, and what each means.

use super::at_gate;
use super::choice::Choices;
use crate::protocol::Autonomy;
use crate::ui::keymap::Action;
use crate::ui::model::{AutonomyMenu, Model};
use crate::ui::text::Look;
use crate::ui::theme::Slot;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Says what waits at a level.
const fn about(level: Autonomy) -> &'static str {
    match level {
        Autonomy::Manual => "commits wait, and every command that is not a plain read",
        Autonomy::Commits => "commits wait",
        Autonomy::Deferred => "no gate waits; commits queue up for you to look back at",
        Autonomy::Auto => "no gate waits; the machine's checks answer",
    }
}

/// Draws the window.
pub fn draw(model: &Model, menu: &AutonomyMenu, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let now = model.state.run.as_ref().map(|run| run.autonomy);
    let levels = Autonomy::ALL.map(|level| {
        let mut told = vec![Span::styled(about(level), look.style(Slot::Text))];
        if now == Some(level) {
            told.push(Span::styled("  now", look.style(Slot::Active)));
        }
        (level.word(), told)
    });
    let mut choices = Choices::new(screen, look);
    choices.text(
        "At every level the agent's questions wait, until their time is over.",
        Slot::Dim,
    );
    for written in at_gate::written(&model.state, at_gate::Way::Level) {
        choices.text(&written, Slot::Human);
    }
    choices.rows(&levels, menu.at);
    choices.keys(model, [(Action::Open, "set"), (Action::Back, "leave it")]);
    choices.draw(screen, buf, "What waits for you");
}
