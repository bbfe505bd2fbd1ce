//! The bottom of the review page: the text being written, what is to be known, the keys.

use super::body::earlier_words;
use super::{Places, gone, head};
use crate::protocol::{GateDecision, StopMode};
use crate::ui::keymap::Action;
use crate::ui::model::review::{Entry, Review, Scope, Standing, Target, Writing};
use crate::ui::model::{Model, Page};
use crate::ui::page::Document;
use crate::ui::pane::footer;
use crate::ui::text::{Clean, Glyph, Look, soft_cursor, soft_wrap, spans_width, truncate_spans};
use crate::ui::theme::Slot;
use crate::ui::update::{objection_words, refusal, watches};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::text::{Line, Span};

/// The keys in the order in which they go when there is no room, the last first.
const KEYS: [Action; 16] = [
    Action::Approve,
    Action::Deny,
    Action::Back,
    Action::EndProcesses,
    Action::Always,
    Action::MarkSeen,
    Action::Comment,
    Action::EditMessage,
    Action::NextWaiting,
    Action::SinceLast,
    Action::Split,
    Action::NextHunk,
    Action::DenyAndStop,
    Action::Open,
    Action::Copy,
    Action::Help,
];

/// Draws the keys; returns where the terminal's cursor belongs if a search is typed in their place.
pub(super) fn keys(model: &Model, review: &Review, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    if let Some(field) = &model.search {
        return Some(footer::search(model, field, area, buf, look));
    }
    let writing = [
        Action::KeepWriting,
        Action::DropWriting,
        Action::OtherWords,
        Action::NewLine,
        Action::CopyAnswer,
    ];
    let shown: &[Action] = if review.entry.is_some() { &writing } else { &KEYS };
    let mut spans = vec![Span::raw(" ")];
    for action in shown.iter().copied() {
        let in_change = matches!(action, Action::NextHunk | Action::Open);
        // A reason is one line.
        let one_line = action == Action::NewLine && review.entry.as_ref().is_some_and(Entry::decides);
        let nothing_runs = action == Action::EndProcesses && !has_company(model, review);
        if one_line || nothing_runs || refusal(model, action).is_some() || in_change && review.query().is_none() {
            continue;
        }
        let armed = match (&review.entry, action) {
            (None, Action::Approve) => review.latch.is_armed_for_opener(model.elapsed),
            (None, Action::Deny | Action::DenyAndStop) => review.latch.is_armed(model.elapsed),
            (Some(entry), Action::KeepWriting) => !entry.decides() || entry.is_armed(model.elapsed),
            _ => true,
        };
        let (key, text) = match (armed, action) {
            (false, _) => (Slot::Dim, Slot::Dim),
            (true, Action::Approve | Action::Deny) => (Slot::Badge, Slot::Text),
            (true, _) => (Slot::Key, Slot::Dim),
        };
        let mut name = model.keymap.key_text(action);
        if key == Slot::Badge {
            name = format!(" {name} ");
        }
        let piece = [
            Span::styled(name, look.style(key)),
            Span::styled(format!(" {}   ", word(review, action)), look.style(text)),
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

/// Says whether something of the agent's runs beside what waits.
fn has_company(model: &Model, review: &Review) -> bool {
    let mut open = model.state.open_gates.iter();
    open.any(|open| review.target == Target::Gate(open.opened.gate) && open.has_company())
}

fn word(review: &Review, action: Action) -> &'static str {
    match (action, &review.target) {
        (Action::Approve, Target::Commit(_)) => "looked at",
        (Action::Approve, _) if fails_hook(review) => "approve over the hook",
        (Action::Back, _) if gone(review).is_none() => "not now",
        (Action::Open, _) => "fold",
        (Action::EditMessage, _) if review.proposed_limit().is_some() => "another limit",
        (Action::KeepWriting, _) => match review.entry.as_ref().map(|entry| &entry.what) {
            Some(Writing::Reason(GateDecision::RejectAndStop)) => "deny and stop",
            Some(Writing::Reason(_)) => "deny",
            _ => "keep",
        },
        _ => action.entry().short,
    }
}

/// Says whether the user's pre-commit hook does not let through what waits.
fn fails_hook(review: &Review) -> bool {
    let facts = review.gate.as_ref().and_then(|gate| gate.opened.commit.as_ref());
    facts.is_some_and(|facts| facts.hook_failure.is_some())
}

/// Draws the row above the keys: a rule, and on it what is to be known before deciding.
pub(super) fn status(
    model: &Model,
    page: &Page,
    review: &Review,
    document: &Document,
    places: &Places,
    buf: &mut Buffer,
    look: &Look<'_>,
) {
    let area = places.status;
    if area.is_empty() {
        return;
    }
    super::rule(buf, area, look);
    let told = told(model, review, document, places, look);
    let rows = document.lines.len();
    let height = usize::from(places.body.height);
    let mut right = Vec::new();
    if !page.search.is_empty() {
        let hits = crate::ui::page::matching_rows(model, page).len();
        let text = Clean::line(&format!("/{} {hits}  ", page.search));
        right.push(text.span(look.style(Slot::Active)));
    }
    if rows > height {
        let shown = (page.scroll + height).min(rows);
        right.push(Span::styled(format!("{}%", shown * 100 / rows.max(1)), look.style(Slot::Dim)));
    }
    let kept = spans_width(&right);
    let room = usize::from(area.width).saturating_sub(kept + 6);
    if !told.is_empty() {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(truncate_spans(told, room, look.glyph(Glyph::Ellipsis)));
        spans.push(Span::raw(" "));
        crate::ui::widget::over_rule(buf, area.x + 1, area, spans);
    }
    if kept > 0 {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(right);
        spans.push(Span::raw(" "));
        let x = area.right().saturating_sub(u16::try_from(kept + 3).unwrap_or(u16::MAX));
        crate::ui::widget::over_rule(buf, x, area, spans);
    }
}

fn told(model: &Model, review: &Review, document: &Document, places: &Places, look: &Look<'_>) -> Vec<Span<'static>> {
    let say = |text: String, slot: Slot| vec![Clean::line(&text).span(look.style(slot))];
    if let Some(note) = &model.note {
        return say(note.text.clone(), if note.warning { Slot::Warning } else { Slot::Text });
    }
    if let Some(why) = gone(review) {
        return say(format!("no longer waits: {why}"), Slot::Warning);
    }
    if review.standing == Standing::Sent {
        return say("the answer is on its way".to_owned(), Slot::Text);
    }
    if let Some(latest) = review.insisted.last()
        && let Some(told) = objection_words(model, review, *latest)
    {
        return say(told, Slot::Warning);
    }
    if let Some(outside) = &review.outside {
        let ends = match refusal(model, Action::EndProcesses) {
            None if outside.beside => format!("; {} ends what runs", model.keymap.key_text(Action::EndProcesses)),
            _ => String::new(),
        };
        let told = format!("{}: an approval opens the next round{ends}", outside.words);
        return say(told, Slot::Warning);
    }
    if let Some(watches) = watches(model, review) {
        return say(watches.to_owned(), Slot::Dim);
    }
    let armed = match &review.entry {
        Some(entry) => !entry.decides() || entry.is_armed(model.elapsed),
        None => review.latch.is_armed_for_opener(model.elapsed),
    };
    if !armed && refusal(model, Action::Approve).is_none() {
        return say("keys armed in a moment".to_owned(), Slot::Dim);
    }
    if places.facts.is_empty() {
        return head::chips(model, review, document.outline.as_ref(), look);
    }
    Vec::new()
}

/// Says whether a stop was asked for before which no request follows a denial.
fn ends_the_session(model: &Model) -> bool {
    let stopping = model.state.run.as_ref().and_then(|run| run.stopping);
    matches!(stopping, Some(StopMode::AfterStep | StopMode::Now))
}

/// Draws the text being written; returns where the terminal's cursor belongs.
pub(super) fn entry(model: &Model, review: &Review, area: Rect, buf: &mut Buffer, look: &Look<'_>) -> Option<Position> {
    let entry = review.entry.as_ref().filter(|_| !area.is_empty())?;
    let title = match &entry.what {
        Writing::Reason(GateDecision::RejectAndStop) => {
            "Why not? The next session is told; the run stops after this step.".to_owned()
        }
        Writing::Reason(_) if ends_the_session(model) => "Why not? The session ends; the next one is told.".to_owned(),
        Writing::Reason(_) => "Why not? The agent is told, and goes on.".to_owned(),
        Writing::Message if review.proposed_limit().is_some() => "To which limit?".to_owned(),
        Writing::Message if earlier_words(model, review) => {
            let key = model.keymap.key_text(Action::OtherWords);
            format!("Commit message: yours for another change; {key} puts the agent's here, and back")
        }
        Writing::Message => "Commit message".to_owned(),
        Writing::Comment(spot) => match (spot.scope(), spot.line.or(spot.old_line)) {
            (Scope::Change, _) => "Comment on the whole change".to_owned(),
            (Scope::File, _) => format!("Comment on {}", Clean::line(&spot.path)),
            (Scope::Line, Some(line)) => format!("Comment on line {line} of {}", Clean::line(&spot.path)),
            (Scope::Line, None) => format!("Comment on {} {}", Clean::line(&spot.path), Clean::line(spot.own_line())),
        },
    };
    let row = |y: u16| Rect { y, height: 1, ..area };
    let lead = [look.mark(Glyph::Person, Slot::Human), Span::raw(" ")];
    let mut heading = lead.to_vec();
    heading.push(Span::styled(title, look.style(Slot::Bold)));
    crate::ui::widget::row(buf, row(area.y), look, heading, Vec::new());
    let shown = usize::from(area.height).saturating_sub(1);
    let lines = entry.field.lines();
    let rows = soft_wrap(lines, room(area.width));
    let (at, column) = soft_cursor(&rows, lines, entry.field.cursor());
    let top = (at + 1).saturating_sub(shown);
    for (soft, y) in rows.iter().skip(top).zip(area.y + 1..area.bottom()) {
        let mut spans = lead.to_vec();
        spans.push(soft.text(lines).span(look.style(Slot::Human)));
        if entry.field.is_empty() && entry.decides() {
            spans.push(Span::styled("nothing typed: no reason is given", look.style(Slot::Dim)));
        }
        buf.set_line(area.x, y, &Line::from(spans), area.width);
    }
    let y = area.y.saturating_add(1).saturating_add(u16::try_from(at - top).ok()?);
    let x = area.x + 2 + u16::try_from(column).ok()?;
    (y < area.bottom()).then_some(Position { x, y })
}

/// Returns the columns of a text that is written, between its mark and the place of a cursor behind a full row.
#[must_use]
pub const fn written_columns(size: Size) -> usize {
    room(size.width)
}

const fn room(width: u16) -> usize {
    let room = width.saturating_sub(3) as usize;
    if room < 2 { 2 } else { room }
}

/// Rows that a text being written takes on a screen of so many columns.
pub(super) fn written_rows(entry: &Entry, width: u16) -> u16 {
    u16::try_from(soft_wrap(entry.field.lines(), room(width)).len()).unwrap_or(u16::MAX)
}
