//! A question of the agent: the whole of it, its choices, a field for an answer of one's own.

use crate::ui::keymap::Action;
use crate::ui::model::{Model, QuestionForm};
use crate::ui::text::{Clean, Glyph, Look, Wrap, format, spans_width, width, wrap};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// Draws the window; returns where the terminal's cursor belongs.
pub fn draw(model: &Model, form: &QuestionForm, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let asked = &form.asked;
    let columns = screen.width.saturating_sub(4).min(88);
    let room = usize::from(columns.saturating_sub(4)).max(1);
    let mut lines = wrap(&Clean::block(&asked.text), room, look.style(Slot::Text));
    lines.push(Line::default());
    for (index, choice) in asked.choices.iter().enumerate() {
        lines.extend(entry(
            form.choice == Some(index),
            Clean::line(&format!("{}. {choice}", index + 1)).span(look.style(Slot::Text)),
            room,
            look,
        ));
    }
    let typed = form.field.lines();
    let field_top = lines.len();
    let marker = look.glyph(if form.choice.is_none() { Glyph::Folded } else { Glyph::Dot });
    for (index, line) in typed.iter().enumerate() {
        let lead = if index == 0 { format!("{marker} ") } else { "  ".to_owned() };
        let text = Clean::line(line);
        let text = if form.field.is_empty() && form.gone.is_none() {
            Span::styled("type an answer of your own", look.style(Slot::Dim))
        } else {
            text.span(look.style(Slot::Human))
        };
        lines.push(Line::from(vec![Span::styled(lead, look.style(Slot::Key)), text]));
    }
    lines.push(Line::default());
    let (told, slot) = fate(model, form, look);
    lines.extend(wrap(&Clean::line(&told), room, look.style(slot)));
    lines.extend(keys(model, form, look, room));

    let wanted = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let area = widget::centered(screen, columns, wanted);
    let waiting = model.state.open_questions.len();
    let heading = if waiting > 1 {
        format!("The agent asks  (1 of {})", format::count(waiting as u64))
    } else {
        "The agent asks".to_owned()
    };
    let inner = widget::window(buf, area, look, &heading);
    // A long question is cut at its top: the field and the keys below it must be on the screen.
    let cut = lines.len().saturating_sub(usize::from(inner.height));
    widget::lines(buf, inner, &lines[cut..]);
    let (row, column) = form.field.cursor();
    let before: String = typed
        .get(row)
        .map(|line| line.chars().take(column).collect())
        .unwrap_or_default();
    let x = 2 + width(Clean::line(&before).as_str());
    let y = (field_top + row).checked_sub(cut)?;
    (form.choice.is_none() && form.gone.is_none() && y < usize::from(inner.height)).then(|| Position {
        x: inner.x + u16::try_from(x).unwrap_or(u16::MAX).min(inner.width.saturating_sub(1)),
        y: inner.y + u16::try_from(y).unwrap_or(0),
    })
}

fn entry(marked: bool, text: Span<'static>, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (glyph, slot) = if marked {
        (Glyph::Folded, Slot::Key)
    } else {
        (Glyph::Dot, Slot::Dim)
    };
    let first = [look.mark(glyph, slot), Span::raw(" ")];
    let rest = [Span::raw("  ")];
    let text = if marked {
        text.patch_style(look.style(Slot::Selection))
    } else {
        text
    };
    let wrap = Wrap {
        width: room,
        first: &first,
        rest: &rest,
    };
    wrap.words(&[text])
}

/// Says what becomes of the question without an answer, and when; or why none is wanted any more.
fn fate(model: &Model, form: &QuestionForm, look: &Look<'_>) -> (String, Slot) {
    if let Some(why) = &form.gone {
        return (format!("No longer waits: {why}"), Slot::Warning);
    }
    let policy = if form.asked.choices.is_empty() {
        "the agent decides itself"
    } else {
        "the agent takes choice 1"
    };
    let question = form.asked.question;
    if model.state.held_question == Some(question) {
        let told = format!("the agent waits while this window is open; without an answer {policy} later");
        return (told, Slot::Dim);
    }
    let open = model.state.open_questions.iter().find(|open| open.question == question);
    match open.and_then(|open| open.until) {
        Some(until) => (format!("no answer by {}: {policy}", look.clock_seconds(until)), Slot::Dim),
        None => (format!("without an answer {policy}"), Slot::Dim),
    }
}

fn keys(model: &Model, form: &QuestionForm, look: &Look<'_>, room: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    let shown: &[Action] = match (form.gone.is_some(), form.field.is_empty()) {
        (false, _) => &[Action::SendAnswer, Action::NotNow, Action::NextChoice, Action::NewLine],
        (true, false) => &[Action::CopyAnswer, Action::NotNow],
        (true, true) => &[Action::NotNow],
    };
    for action in shown.iter().copied() {
        let piece = [
            Span::styled(model.keymap.key_text(action), look.style(Slot::Key)),
            Span::styled(format!(" {}   ", action.entry().short), look.style(Slot::Dim)),
        ];
        // Broken between keys, never within one; the blanks at a line's end need no room.
        let used = lines.last().map_or(0, |line| spans_width(&line.spans));
        if used > 0 && used + spans_width(&piece) > room + 3 {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            line.spans.extend(piece);
        }
    }
    lines
}
