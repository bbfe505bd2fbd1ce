//! The window with a message to the agent: what waits already, and the text that is being written.

use super::written::{room, window_columns, written};
use crate::protocol::Delivery;
use crate::session::{Hold, QueuedMessage};
use crate::ui::keymap::Action;
use crate::ui::model::{MessageForm, Model};
use crate::ui::text::{Clean, Glyph, Look, format, spans_width, truncate, wrap};
use crate::ui::theme::Slot;
use crate::ui::update::refusal;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// Draws the window; returns where the terminal's cursor belongs.
pub fn draw(model: &Model, form: &MessageForm, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let (columns, room) = (window_columns(model.size), room(model.size));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut marked_at = None;
    if !model.state.messages.is_empty() {
        let whose = if model.run_is_live() {
            "waits for the agent's next step:"
        } else {
            "waits for the next session:"
        };
        lines.push(Line::styled(whose, look.style(Slot::Dim)));
        for message in &model.state.messages {
            if form.marked == Some(message.id) {
                marked_at = Some(lines.len());
            }
            lines.push(waiting(form, message, room, look));
        }
        lines.push(Line::default());
    }
    let field_top = lines.len();
    let mark = if form.marked.is_none() { Glyph::Folded } else { Glyph::Dot };
    let written = written(&form.field, mark, "type to the agent", model.size, look);
    lines.extend(written.lines);
    lines.push(Line::default());
    let (told, slot) = fate(model, form);
    lines.extend(wrap(&Clean::line(&told), room, look.style(slot)));
    lines.push(keys(model, form, room, look));

    let wanted = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = widget::centered(screen, columns, wanted);
    let inner = widget::window(
        buf,
        area,
        look,
        if form.when == Delivery::Now {
            "To the agent, now"
        } else {
            "To the agent"
        },
    );
    // What does not fit is cut at the top, as far as the marked message allows: text and keys are at the bottom.
    let over = lines.len().saturating_sub(usize::from(inner.height));
    let cut = marked_at.map_or(over, |at| over.min(at));
    widget::lines(buf, inner, &lines[cut..]);
    let y = (field_top + written.row).checked_sub(cut)?;
    (form.marked.is_none() && y < usize::from(inner.height)).then(|| Position {
        x: inner.x
            + u16::try_from(written.column)
                .unwrap_or(u16::MAX)
                .min(inner.width.saturating_sub(1)),
        y: inner.y + u16::try_from(y).unwrap_or(0),
    })
}

/// One waiting message on one line, with its age.
fn waiting(form: &MessageForm, message: &QueuedMessage, room: usize, look: &Look<'_>) -> Line<'static> {
    let (glyph, slot) = match (form.marked == Some(message.id), form.changing == Some(message.id)) {
        (true, _) => (Glyph::Folded, Slot::Selection),
        (_, true) => (Glyph::Unfolded, Slot::Dim),
        _ => (Glyph::Dot, Slot::Human),
    };
    let age = look
        .now
        .map(|now| format!("  {}", format::minutes(message.since, now)))
        .unwrap_or_default();
    let text = Clean::line(&message.text.replace('\n', " "));
    let text = truncate(text.as_str(), room.saturating_sub(2 + age.len()), look.glyph(Glyph::Ellipsis));
    Line::from(vec![
        look.mark(glyph, Slot::Key),
        Span::raw(" "),
        Span::styled(text, look.style(slot)),
        Span::styled(age, look.style(Slot::Dim)),
    ])
}

/// Says when the agent reads it, and what happens for that.
fn fate(model: &Model, form: &MessageForm) -> (String, Slot) {
    if let Some(why) = refusal(model, Action::SendMessage) {
        return (format!("Nothing can be sent or changed here: {why}."), Slot::Warning);
    }
    if let Some(news) = form.news {
        return (news.to_owned(), Slot::Warning);
    }
    let held = model
        .state
        .run
        .as_ref()
        .is_some_and(|run| matches!(run.hold, Hold::Paused { .. }));
    match (form.changing, form.when) {
        _ if !model.run_is_live() && form.changing.is_none() => {
            ("The next session reads it, before its first step.".to_owned(), Slot::Dim)
        }
        (Some(_), _) => ("This replaces the waiting message.".to_owned(), Slot::Dim),
        _ if held => ("The agent reads it when the run goes on.".to_owned(), Slot::Dim),
        (None, Delivery::NextStep) => ("The agent reads it at its next step.".to_owned(), Slot::Dim),
        (None, Delivery::Now) => (
            "Interrupts the agent: its answer is dropped, its command killed; it reads this first.".to_owned(),
            Slot::Warning,
        ),
    }
}

/// The keys that fit, most important first.
fn keys(model: &Model, form: &MessageForm, room: usize, look: &Look<'_>) -> Line<'static> {
    let shown: &[Action] = if form.marked.is_some() {
        &[Action::ChangeWaiting, Action::WithdrawWaiting, Action::PutAside]
    } else {
        &[
            Action::SendMessage,
            Action::PutAside,
            Action::NewLine,
            Action::PreviousWaiting,
        ]
    };
    let mut spans = Vec::new();
    for action in shown.iter().copied().filter(|action| refusal(model, *action).is_none()) {
        let piece = [
            Span::styled(model.keymap.key_text(action), look.style(Slot::Key)),
            Span::styled(format!(" {}   ", action.entry().short), look.style(Slot::Dim)),
        ];
        if spans_width(&spans) + spans_width(&piece) > room + 3 {
            break;
        }
        spans.extend(piece);
    }
    Line::from(spans)
}
