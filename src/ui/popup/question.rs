//! A question of the agent: the whole of it, its choices, a field for an answer of one's own.
//!
//! Owns where its parts stand. Invariant: the field's cursor and the keys are on the screen whatever the question's length, and where a
//! part of the question is not, a row says how much.

use super::written::{Written, room, window_columns, written};
use crate::ui::keymap::Action;
use crate::ui::model::{Model, QuestionForm};
use crate::ui::text::{Clean, Glyph, Look, Wrap, format, spans_width, truncate, wrap};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use std::ops::Range;

/// Rows of a question on the screen, at the least.
const LEAST: usize = 2;

/// The window's parts, from its top: the question with its choices, the field, what becomes of it, the keys.
pub struct Layout {
    /// The rows of the question and its choices; they scroll.
    lines: Vec<Line<'static>>,
    /// Where each choice stands among them.
    choices: Vec<Range<usize>>,
    /// How many of them are on the screen at once.
    height: usize,
    field: Written,
    /// How many rows of the field are on the screen at once.
    field_height: usize,
    foot: Vec<Line<'static>>,
}

impl Layout {
    /// Lays the window out for the screen there is.
    #[must_use]
    pub fn of(model: &Model, form: &QuestionForm, look: &Look<'_>) -> Self {
        let room = room(model.size);
        let mut lines = wrap(&Clean::block(&form.asked.text), room, look.style(Slot::Text));
        let mut choices = Vec::new();
        for (index, choice) in form.asked.choices.iter().enumerate() {
            if index == 0 {
                lines.push(Line::default());
            }
            let from = lines.len();
            let text = Clean::line(&format!("{}. {choice}", index + 1)).span(look.style(Slot::Text));
            lines.extend(entry(form.choice == Some(index), text, room, look));
            choices.push(from..lines.len());
        }
        let mark = if form.choice.is_none() { Glyph::Folded } else { Glyph::Dot };
        let hint = if form.gone.is_none() {
            "type an answer of your own"
        } else {
            ""
        };
        let field = written(&form.field, mark, hint, model.size, look);

        let keys = keys(model, form, look, room);
        // Borders, the rows around the field.
        let all = usize::from(model.size.height).saturating_sub(1 + 2 + 2);
        let rest = all.saturating_sub(keys.len());
        let field_height = field.lines.len().min((rest / 3).max(1));
        let (told, slot) = fate(model, form, look);
        let told_rows = rest.saturating_sub(field_height + lines.len().min(LEAST)).max(1);
        let told = truncate(
            Clean::line(&told).as_str(),
            told_rows * room.saturating_sub(4),
            look.glyph(Glyph::Ellipsis),
        );
        let mut foot = wrap(&Clean::line(&told), room, look.style(slot));
        foot.truncate(told_rows);
        let height = rest.saturating_sub(field_height + foot.len()).min(lines.len());
        foot.extend(keys);
        Self {
            lines,
            choices,
            height,
            field,
            field_height,
            foot,
        }
    }

    /// Returns how many rows the question has, and how many of them are on the screen at once.
    #[must_use]
    pub const fn rows(&self) -> (usize, usize) {
        (self.lines.len(), self.height)
    }

    /// Returns the lowest place to scroll to.
    #[must_use]
    pub const fn lowest(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }

    /// Returns from where to show the question so that a choice is on the screen, as little moved as can be.
    #[must_use]
    pub fn showing(&self, choice: usize, from: usize) -> usize {
        let Some(rows) = self.choices.get(choice) else { return from };
        from.max(rows.end.saturating_sub(self.height)).min(rows.start)
    }

    /// Says how much of the question is above and below what is on the screen; empty if nothing is.
    fn more(&self, model: &Model, from: usize, look: &Look<'_>) -> Line<'static> {
        let below = self.lowest().saturating_sub(from);
        let (mut spans, mut keys) = (Vec::new(), Vec::new());
        for (glyph, rows, word, action) in [
            (Glyph::Down, below, "below", Action::QuestionPageDown),
            (Glyph::Up, from, "above", Action::QuestionPageUp),
        ] {
            if rows == 0 {
                continue;
            }
            let number = if spans.is_empty() {
                format::plural(rows, "row")
            } else {
                rows.to_string()
            };
            let told = format!("{} {number} {word}   ", look.glyph(glyph));
            spans.push(Span::styled(told, look.style(Slot::Warning)));
            let key = Span::styled(format!("{}   ", model.keymap.key_text(action)), look.style(Slot::Key));
            keys.push(key);
        }
        // What there is counts for more than how to get there.
        for key in keys {
            if spans_width(&spans) + key.width() <= room(model.size) + 3 {
                spans.push(key);
            }
        }
        Line::from(spans)
    }
}

/// Draws the window; returns where the terminal's cursor belongs.
pub fn draw(model: &Model, form: &QuestionForm, screen: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let parts = Layout::of(model, form, look);
    let wanted = parts.height + 1 + parts.field_height + 1 + parts.foot.len() + 2;
    let columns = window_columns(model.size);
    let area = widget::centered(screen, columns, u16::try_from(wanted).unwrap_or(u16::MAX));
    let waiting = model.state.open_questions.len();
    let who = match &form.asked.about {
        Some(feature) => format!("longhaul asks about {}", Clean::line(feature.as_str()).as_str()),
        None => "The agent asks".to_owned(),
    };
    let heading = if waiting > 1 {
        format!("{who}  (1 of {})", format::count(waiting as u64))
    } else {
        who
    };
    let inner = widget::window(buf, area, look, &heading);
    let from = form.scroll.min(parts.lowest());
    let question = &parts.lines[from..(from + parts.height).min(parts.lines.len())];
    let below = widget::lines(buf, inner, question);
    let below = widget::lines(buf, below, &[parts.more(model, from, look)]);
    let top = (parts.field.row + 1).saturating_sub(parts.field_height);
    let shown = &parts.field.lines[top..(top + parts.field_height).min(parts.field.lines.len())];
    let foot = widget::lines(buf, below, shown);
    let foot = widget::lines(buf, foot, &[Line::default()]);
    widget::lines(buf, foot, &parts.foot);
    let y = below.y + u16::try_from(parts.field.row - top).unwrap_or(0);
    let x = inner.x
        + u16::try_from(parts.field.column)
            .unwrap_or(u16::MAX)
            .min(inner.width.saturating_sub(1));
    let typed = form.choice.is_none() || !form.field.is_empty();
    (typed && form.gone.is_none() && y < inner.bottom()).then_some(Position { x, y })
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
    let (waits, policy) = match &form.asked.about {
        Some(feature) => ("the run", format!("{feature} is left out of this run")),
        None => match form.asked.fallback() {
            Some(number) => ("the agent", format!("the agent takes choice {number}")),
            None => ("the agent", "the agent decides itself".to_owned()),
        },
    };
    let question = form.asked.question;
    if model.state.held_question == Some(question) {
        let told = format!("{waits} waits while this window is open; without an answer {policy} later");
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
