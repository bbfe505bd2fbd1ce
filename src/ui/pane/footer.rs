//! The footer: the keys of what has the focus, `?` first so that it is the last to be cut; or a sentence; or the search line.

use crate::ui::guide;
use crate::ui::keymap::{Action, Context, Situation, table::TABLE};
use crate::ui::layout::Pane;
use crate::ui::model::{Field, Model, Popup};
use crate::ui::text::{Clean, Glyph, Look, spans_width, truncate, width};
use crate::ui::theme::Slot;
use crate::ui::update::refusal;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

/// What the pausing key does to a run that holds, or is about to.
const GO_ON: &str = "go on";

/// Draws the footer and returns where the terminal's cursor belongs, if a text is being typed in it.
pub fn draw(model: &Model, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    if let Some(field) = &model.search {
        return Some(search(model, field, area, buf, look));
    }
    if let Some(note) = &model.note {
        let slot = if note.warning { Slot::Warning } else { Slot::Text };
        let text = truncate(
            Clean::line(&note.text).as_str(),
            usize::from(area.width).saturating_sub(2),
            look.glyph(Glyph::Ellipsis),
        );
        buf.set_line(
            area.x + 1,
            area.y,
            &Line::styled(text, look.style(slot)),
            area.width.saturating_sub(1),
        );
        return None;
    }
    let mut spans = vec![Span::raw(" ")];
    if model.pages.is_empty()
        && let Some(sentence) = guide::sentence(model)
    {
        let room = usize::from(area.width).saturating_sub(2);
        let sentence = truncate(Clean::line(&sentence).as_str(), room, look.glyph(Glyph::Ellipsis));
        spans.push(Span::styled(sentence, look.style(Slot::Warning)));
        buf.set_line(area.x, area.y, &Line::from(spans), area.width);
        return None;
    }
    for (action, label) in keys(model) {
        let key = model.keymap.key_text(action);
        let loud = action == Action::Answer;
        let piece = [
            Span::styled(key, look.style(if loud { Slot::Warning } else { Slot::Key })),
            Span::styled(
                format!(" {label}   "),
                look.style(if loud { Slot::Warning } else { Slot::Dim }),
            ),
        ];
        // Cut between keys, never within one.
        if spans_width(&spans) + spans_width(&piece) > usize::from(area.width) + 3 {
            break;
        }
        spans.extend(piece);
    }
    buf.set_line(area.x, area.y, &Line::from(spans), area.width);
    None
}

/// Returns the keys worth showing now with their words, most important first.
#[must_use]
pub fn keys(model: &Model) -> Vec<(Action, &'static str)> {
    let situation = model.situation();
    let mut shown = Vec::new();
    if situation.has(Action::Help) {
        shown.push((Action::Help, Action::Help.entry().short));
    }
    if situation.has(Action::Answer) && refusal(model, Action::Answer).is_none() {
        let gate = model.state.open_questions.is_empty();
        shown.push((Action::Answer, if gate { "review" } else { Action::Answer.entry().short }));
    }
    // Nobody asked for such a pause: how it goes on stands first, and where to read what it is for.
    if model.state.run.as_ref().is_some_and(|run| run.held_because.is_some()) {
        let first = [(Action::Pause, GO_ON), (Action::Audit, Action::Audit.entry().short)];
        let can = |action: &Action| situation.has(*action) && refusal(model, *action).is_none();
        shown.extend(first.into_iter().filter(|(action, _)| can(action)));
    }
    for context in situation.contexts() {
        for entry in TABLE
            .iter()
            .filter(|entry| entry.contexts.contains(context) && !entry.short.is_empty())
        {
            let there = shown.iter().any(|(action, _)| *action == entry.action);
            let keyed = model.keymap.keys(entry.action).next().is_some();
            if !there && keyed && refusal(model, entry.action).is_none() && has_a_point(model, entry.action) {
                shown.push((entry.action, word(model, entry.action, entry.short, *context)));
            }
        }
    }
    shown
}

/// Leaves out what can be done but would do nothing.
fn has_a_point(model: &Model, action: Action) -> bool {
    match action {
        Action::Back => model.popup.is_some() || !model.pages.is_empty() || model.reading.is_some(),
        Action::Open => !matches!(model.popup, Some(Popup::Copy(_) | Popup::Summary)),
        // It can be chosen there, but its key stands for the row below the list of keys.
        Action::RollBack => !matches!(model.popup, Some(Popup::Help(_))),
        Action::ZoomIn => model.layout().places.len() > 1,
        Action::RerunTest => model.popup.is_none(),
        Action::Audit => matches!(model.popup, Some(Popup::Sessions(_))),
        Action::Summary => !model.run_is_live(),
        // The window has its own keys for it.
        Action::FinishWorktree => !matches!(model.popup, Some(Popup::Finish(_))),
        _ => true,
    }
}

/// The same key opens a row and folds an entry, pauses a run and lets it go on: the word says which.
fn word(model: &Model, action: Action, short: &'static str, context: Context) -> &'static str {
    let held = || model.state.run.as_ref().is_some_and(|run| run.hold.mode().is_some());
    match (action, context, model.situation()) {
        (Action::Open, Context::Transcript, _) | (Action::Open, _, Situation::Diff | Situation::Rehearsal) => "fold",
        (Action::Find, Context::List, _) => "filter",
        (Action::NextFile, Context::Audit, _) => "finding",
        (Action::NextFile, Context::NextWindow | Context::Survey, _) => "section",
        (Action::NextFile, Context::History, _) => "commit",
        (Action::Pause, ..) if held() => GO_ON,
        _ => short,
    }
}

/// Says what the open line searches or filters.
fn searched(model: &Model) -> String {
    match (&model.popup, model.pages.last(), model.focus) {
        (Some(Popup::Help(_)), ..) => "filter keys".to_owned(),
        (Some(_), ..) => "filter sessions".to_owned(),
        (None, Some(_), _) => "search this page".to_owned(),
        (None, None, Pane::Features) => "filter features".to_owned(),
        (None, None, Pane::Git) => "filter commits".to_owned(),
        (None, None, Pane::Tests) => "filter tests".to_owned(),
        (None, None, Pane::Transcript) => model.shown_session().map_or_else(
            || "search".to_owned(),
            |session| format!("search session {}", session.number.0),
        ),
    }
}

/// Draws the search line; returns where the terminal's cursor belongs.
pub fn search(model: &Model, field: &Field, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Position {
    let label = format!(" {}: ", searched(model));
    let position = widget::input(buf, area, look, &label, field);
    let used = label.len() + width(Clean::line(&field.text()).as_str());
    let room = usize::from(area.width).saturating_sub(used);
    let mut hint = String::new();
    for action in [Action::KeepSearch, Action::DropSearch] {
        hint.push_str(&format!("{} {}   ", model.keymap.key_text(action), action.entry().short));
    }
    if room > hint.len() + 4 {
        let x = area.right().saturating_sub(u16::try_from(hint.len()).unwrap_or(0));
        buf.set_line(x, area.y, &Line::styled(hint, look.style(Slot::Dim)), area.width);
    }
    position
}
