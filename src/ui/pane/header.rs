//! The header: what runs, how far it is, what it costs, who is waited for. Parts go by importance when there is no room.

use crate::link::Mode;
use crate::protocol::StopMode;
use crate::protocol::event::RunOutcome;
use crate::session::state::Totals;
use crate::session::{Activity, Hold, Phase};
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format, spans_width};
use crate::ui::theme::Slot;
use crate::ui::update::refusal;
use crate::ui::widget;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Returns glyph, word and slot of what the project does.
#[must_use]
pub const fn phase_word(phase: Phase) -> (Glyph, &'static str, Slot) {
    let (glyph, slot) = match phase {
        Phase::Empty => (Glyph::Todo, Slot::Dim),
        Phase::Running | Phase::BetweenSessions => (Glyph::Active, Slot::Active),
        Phase::WaitingForYou => (Glyph::Person, Slot::Warning),
        Phase::Stopping | Phase::Pausing => (Glyph::Active, Slot::Warning),
        Phase::Paused | Phase::UsageLimit | Phase::Ended(RunOutcome::Limit) => (Glyph::Todo, Slot::Warning),
        Phase::Stuck | Phase::Interrupted | Phase::Ended(RunOutcome::Stalled) => (Glyph::Fail, Slot::Warning),
        Phase::Ended(RunOutcome::AllPassing) => (Glyph::Pass, Slot::Pass),
        Phase::Ended(RunOutcome::Stopped) => (Glyph::Todo, Slot::Text),
        Phase::Ended(RunOutcome::Failed) => (Glyph::Fail, Slot::Error),
    };
    (glyph, phase.word(), slot)
}

/// Returns the word for what an agent does.
#[must_use]
pub const fn activity_word(activity: Activity) -> &'static str {
    match activity {
        Activity::Orienting => "orienting",
        Activity::Waiting => "waiting for the model",
        Activity::Retrying => "retrying",
        Activity::Thinking => "thinking",
        Activity::Writing => "writing",
        Activity::Tool => "using a tool",
        Activity::Testing => "testing",
        Activity::NeedsHuman => "waiting for you",
        Activity::Ended => "ended",
    }
}

/// Prints money, or tokens and the fact that their price is not known.
#[must_use]
pub fn money(totals: &Totals) -> String {
    if totals.unpriced_tokens == 0 {
        return totals.cost.to_string();
    }
    let unpriced = format::tokens(totals.unpriced_tokens);
    if totals.cost.0 == 0 {
        format!("{unpriced} tokens, price unknown")
    } else {
        format!("{} + {unpriced} tokens of unknown price", totals.cost)
    }
}

/// Columns from which on nothing need be shortened.
const ROOMY: u16 = 100;

/// A part of the header and how soon it may go: the highest rank goes first.
struct Part {
    rank: u8,
    spans: Vec<Span<'static>>,
}

/// Draws the header.
pub fn draw(model: &Model, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let mut parts = parts(model, look, area.width);
    let total = |parts: &[Part]| parts.iter().map(|part| spans_width(&part.spans) + 3).sum::<usize>();
    while total(&parts) > usize::from(area.width) + 2 && parts.len() > 1 {
        let Some(last) = (0..parts.len()).max_by_key(|index| parts[*index].rank) else {
            break;
        };
        parts.remove(last);
    }
    let mut spans = vec![Span::raw(" ")];
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            spans.push(Span::raw("   "));
        }
        spans.extend(part.spans);
    }
    buf.set_line(area.x, area.y, &Line::from(spans), area.width);
}

fn parts(model: &Model, look: &Look<'_>, width: u16) -> Vec<Part> {
    let state = &model.state;
    let plain = |text: String, slot: Slot| vec![Span::styled(text, look.style(slot))];
    let mut parts = Vec::new();
    let mut part = |rank: u8, spans: Vec<Span<'static>>| parts.push(Part { rank, spans });

    let name = if state.project.is_empty() {
        Clean::literal("longhaul")
    } else {
        Clean::line(&state.project)
    };
    part(7, vec![name.span(look.style(Slot::Bold))]);
    if let Some(place) = state.open_worktree() {
        let on = format!("on {}", place.taken.tree.branch);
        part(6, vec![Clean::line(&on).span(look.style(Slot::Dim))]);
    }
    let (passing, all) = state.features.progress();
    if all > 0 {
        let mut spans = plain(format!("{passing}/{all}"), Slot::Bold);
        if width >= 100 {
            spans.push(Span::raw(" "));
            spans.extend(widget::bar(look, usize::from((width - 96) / 3).clamp(6, 30), passing, all));
        }
        part(1, spans);
    }
    match model.mode {
        Mode::Live => {}
        Mode::Following if width >= 100 => part(2, vec![Span::styled(" read-only: live elsewhere ", look.style(Slot::Badge))]),
        Mode::Offline if state.run.is_some() => part(2, vec![Span::styled(" read-only: past ", look.style(Slot::Badge))]),
        Mode::Following | Mode::Offline => part(2, vec![Span::styled(" read-only ", look.style(Slot::Badge))]),
    }
    let (phase, since) = model.phase();
    if model.caught_up || phase != Phase::Empty {
        part(0, phase_spans(model, look, phase, since, width));
    } else {
        part(0, plain("reading the log".to_owned(), Slot::Dim));
    }
    if let Some(session) = state.current().filter(|_| !phase.is_over()) {
        let feature = session
            .feature
            .as_ref()
            .map(|feature| format!(" {feature}"))
            .unwrap_or_default();
        let text = Clean::line(&format!("{} {}{feature}", session.number, session.role));
        part(6, vec![text.span(look.style(Slot::Text))]);
        let share = session.context_share();
        let slot = if share >= 0.8 { Slot::Warning } else { Slot::Text };
        part(4, plain(format!("ctx {:.0}%", share * 100.0), slot));
    }
    if state.totals.requests > 0 {
        part(5, plain(money(&state.totals), Slot::Text));
    }
    if let Some(run) = &state.run {
        let word = if run.sandbox == "none" {
            "unconfined".to_owned()
        } else {
            format!("sandbox {}", run.sandbox)
        };
        let slot = if run.sandbox == "none" { Slot::Warning } else { Slot::Text };
        part(8, vec![Clean::line(&word).span(look.style(slot))]);
    }
    if let Some(run) = state.run.as_ref().filter(|_| model.run_is_live()) {
        part(9, plain(run.autonomy.word().to_owned(), Slot::Text));
    }
    if !state.messages.is_empty() {
        part(2, plain(format!("{} queued", state.messages.len()), Slot::Human));
    }
    let debt: u32 = state.debts.iter().map(|debt| debt.unseen).sum();
    if debt > 0 {
        part(
            4,
            plain(format!("debt {}", format::plural(debt as usize, "hunk")), Slot::Warning),
        );
    }
    if model.waiting() > 0 {
        let key = model.keymap.key_text(Action::Answer);
        let text = match (refusal(model, Action::Answer).is_none(), width >= ROOMY) {
            (true, true) => format!(" {} waiting ({key}) ", model.waiting()),
            (true, false) => format!(" {} ({key}) ", model.waiting()),
            (false, _) => format!(" {} waiting ", model.waiting()),
        };
        part(0, vec![Span::styled(text, look.style(Slot::Badge))]);
    }
    parts
}

/// What was asked for of a run that waits for a person, and comes once they have answered.
fn asked_for(model: &Model) -> &'static str {
    let Some(run) = &model.state.run else { return "" };
    match (run.stopping, run.hold) {
        (Some(StopMode::AfterStep | StopMode::Now), _) => ", stopping",
        (_, Hold::Pausing { .. }) => ", pausing",
        (_, Hold::Paused { .. }) => ", paused",
        (Some(StopMode::AfterSession), Hold::Free) => ", stops after this session",
        (None, Hold::Free) => "",
    }
}

fn phase_spans(model: &Model, look: &Look<'_>, phase: Phase, since: Option<Timestamp>, width: u16) -> Vec<Span<'static>> {
    let (glyph, word, slot) = phase_word(phase);
    let word = match (phase, model.state.run.as_ref().and_then(|run| run.stopping)) {
        // Beside the badge that counts them, context and cost are worth more than "for you".
        (Phase::WaitingForYou, _) if width < ROOMY => "waiting",
        (Phase::Stopping, Some(StopMode::AfterStep)) => "stopping after this step",
        (Phase::Running, Some(StopMode::AfterSession)) if width >= ROOMY => "running, stops after this session",
        (Phase::Ended(RunOutcome::AllPassing), _) if width >= ROOMY => "done: all features pass",
        _ => word,
    };
    let mut text = format!(" {word}");
    if phase == Phase::WaitingForYou {
        text.push_str(asked_for(model));
    }
    if let (Some(since), Some(now), true) = (since, look.now, width >= 60) {
        text.push(' ');
        text.push_str(&format::minutes(since, now));
        if phase.is_over() {
            text.push_str(" ago");
        }
    }
    let mut spans = vec![look.mark(glyph, slot), Span::styled(text, look.style(slot))];
    if let Some(session) = model.state.current().filter(|_| phase == Phase::Running && width >= 100) {
        let doing = format!(" {} {}", look.glyph(Glyph::Dot), activity_word(session.activity));
        spans.push(Span::styled(doing, look.style(Slot::Dim)));
    }
    spans
}
