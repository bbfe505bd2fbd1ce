//! The header: what runs, how far it is, what it costs, who is waited for. Parts go by importance when there is no room.

use crate::link::Mode;
use crate::protocol::StopMode;
use crate::protocol::event::RunOutcome;
use crate::session::state::Totals;
use crate::session::{Activity, Hold, Phase, Session};
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format, spans_width, truncate};
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
        Phase::Circling => (Glyph::Active, Slot::Warning),
        Phase::WaitingForYou => (Glyph::Person, Slot::Warning),
        Phase::Stopping | Phase::Pausing => (Glyph::Active, Slot::Warning),
        Phase::Paused | Phase::UsageLimit | Phase::Ended(RunOutcome::Limit) => (Glyph::Todo, Slot::Warning),
        Phase::Stuck | Phase::Interrupted | Phase::Ended(RunOutcome::Stalled | RunOutcome::Unproven) => {
            (Glyph::Fail, Slot::Warning)
        }
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
        Activity::Hook(_) => "pre-commit hook",
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

/// Columns from which on there is room for a bar.
const ROOMY: u16 = 100;

/// Columns below which names and counts are worth more.
const NARROW: u16 = 72;

/// Columns of the project's name when there is little room: windows are told apart by it.
const NAME: usize = 12;

/// Columns of a branch's last name when its whole name has no room.
const BRANCH: usize = 16;

/// Ranks of how commands are confined, of that they are not, and of who decides: what is said elsewhere too, or can be said shorter,
/// gives way first. The window's title has the project's name.
const CONFINED: u8 = 67;
const UNCONFINED: u8 = 38;
const LEVEL: u8 = 63;
const NAMED: u8 = 64;

/// Turns of the spark line.
const SPARK: usize = 10;

/// A part of the header and how soon it gives way: the highest rank goes first, to a shorter form if it has one.
struct Part {
    rank: u8,
    spans: Vec<Span<'static>>,
    short: Option<(u8, Vec<Span<'static>>)>,
}

impl Part {
    const fn new(rank: u8, spans: Vec<Span<'static>>) -> Self {
        let short = None;
        Self { rank, spans, short }
    }

    /// A part that is shortened to `spans` and gives way only at another rank.
    fn or(self, rank: u8, spans: Vec<Span<'static>>) -> Self {
        let short = Some((rank, spans));
        Self { short, ..self }
    }
}

/// Shortens and drops parts until the rest fits.
fn fit(parts: &mut Vec<Part>, width: usize) {
    let total = |parts: &[Part]| parts.iter().map(|part| spans_width(&part.spans) + 3).sum::<usize>();
    while total(parts) > width + 2 && parts.len() > 1 {
        let Some(last) = (0..parts.len()).max_by_key(|index| parts[*index].rank) else {
            break;
        };
        match parts[last].short.take() {
            Some((rank, spans)) => parts[last] = Part::new(rank, spans),
            None => drop(parts.remove(last)),
        }
    }
}

/// Draws the header.
pub fn draw(model: &Model, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let mut parts = parts(model, look, area.width);
    fit(&mut parts, usize::from(area.width));
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
    let clean = |text: &str, slot: Slot| vec![Clean::line(text).span(look.style(slot))];
    let mut parts = Vec::new();

    let name = if state.project.is_empty() {
        "longhaul"
    } else {
        &state.project
    };
    let short = truncate(Clean::line(name).as_str(), NAME, look.glyph(Glyph::Ellipsis));
    parts.push(Part::new(70, clean(name, Slot::Bold)).or(if width < NARROW { 45 } else { NAMED }, plain(short, Slot::Bold)));
    if let Some(place) = state.open_worktree() {
        let branch = &place.taken.tree.branch;
        let whole = Part::new(88, clean(&format!("on {branch}"), Slot::Dim));
        let ellipsis = look.glyph(Glyph::Ellipsis);
        parts.push(match branch.rsplit_once('/') {
            Some((_, last)) => {
                let last = truncate(Clean::line(last).as_str(), BRANCH, ellipsis);
                whole.or(58, plain(format!("on {ellipsis}/{last}"), Slot::Dim))
            }
            None => whole,
        });
    }
    let (passing, all) = state.features.progress();
    if all > 0 {
        let mut spans = plain(format!("{passing}/{all}"), Slot::Bold);
        let short = spans.clone();
        if width >= ROOMY {
            spans.push(Span::raw(" "));
            spans.extend(widget::bar(look, usize::from((width - 96) / 3).clamp(6, 30), passing, all));
        }
        parts.push(Part::new(86, spans).or(10, short));
    }
    match model.mode {
        Mode::Offline if state.run.is_some() => {
            let told = plain(" past: what you edit is saved ".to_owned(), Slot::Badge);
            parts.push(Part::new(91, told).or(20, plain(" past ".to_owned(), Slot::Badge)));
        }
        Mode::Following => {
            let told = plain(" read-only: live elsewhere ".to_owned(), Slot::Badge);
            parts.push(Part::new(91, told).or(20, plain(" read-only ".to_owned(), Slot::Badge)));
        }
        Mode::Live | Mode::Offline => {}
    }
    let (phase, since) = model.phase();
    if model.caught_up || phase != Phase::Empty {
        // Beside the badge that counts what waits, context and cost are worth more than "for you".
        let stops = state.run.as_ref().and_then(|run| run.stopping) == Some(StopMode::AfterSession);
        let rank = match phase {
            Phase::WaitingForYou => 85,
            // What was asked for is to be read.
            Phase::Running if stops => UNCONFINED - 1,
            _ => 65,
        };
        let whole = Part::new(rank, phase_spans(model, look, phase, since, Words::All));
        parts.push(whole.or(0, phase_spans(model, look, phase, since, Words::Few(width))));
    } else {
        parts.push(Part::new(0, plain("reading the log".to_owned(), Slot::Dim)));
    }
    if let (Some(past), Some(now)) = (state.standing_move(), look.now) {
        let (word, ago) = (past.moved.kind.word(), format::minutes(past.time, now));
        let whole = Part::new(70, plain(format!("{word} {ago} ago"), Slot::Human));
        parts.push(whole.or(30, plain(word.to_owned(), Slot::Human)));
    }
    if let Some(session) = state.current().filter(|_| !phase.is_over()) {
        let feature = session
            .feature
            .as_ref()
            .map(|feature| format!(" {feature}"))
            .unwrap_or_default();
        let whole = clean(&format!("{} {}{feature}", session.number, session.role), Slot::Text);
        let short = clean(&format!("{}{feature}", session.number), Slot::Text);
        parts.push(Part::new(89, whole).or(60, short));
        if !session.track.beats.is_empty() {
            // The pane has it too; how the run is confined and who decides is nowhere else.
            parts.push(Part::new(93, widget::spark(look, session.track.beats.iter(), SPARK)));
        }
        let share = session.context_share();
        let slot = if share >= 0.8 { Slot::Warning } else { Slot::Text };
        parts.push(Part::new(40, plain(format!("ctx {:.0}%", share * 100.0), slot)));
    }
    if state.totals.requests > 0 {
        parts.push(Part::new(50, plain(money(&state.totals), Slot::Text)));
    }
    if let Some(run) = &state.run {
        let (word, slot, rank) = if run.sandbox == "none" {
            (
                "unconfined".to_owned(),
                Slot::Warning,
                if width < NARROW { CONFINED } else { UNCONFINED },
            )
        } else {
            (format!("sandbox {}", run.sandbox), Slot::Text, CONFINED)
        };
        parts.push(Part::new(rank, clean(&word, slot)));
    }
    if let Some(run) = state.run.as_ref().filter(|_| model.run_is_live()) {
        parts.push(Part::new(LEVEL, plain(run.autonomy.word().to_owned(), Slot::Text)));
    }
    if !state.messages.is_empty() {
        parts.push(Part::new(20, plain(format!("{} queued", state.messages.len()), Slot::Human)));
    }
    let debt = model.unseen_hunks();
    if debt > 0 {
        let whole = format!("debt {}", format::plural(debt as usize, "hunk"));
        let short = plain(format!("debt {debt}"), Slot::Warning);
        parts.push(Part::new(87, plain(whole, Slot::Warning)).or(40, short));
    }
    if model.waiting() > 0 {
        let (waiting, key) = (model.waiting(), model.keymap.key_text(Action::Answer));
        parts.push(if refusal(model, Action::Answer).is_none() {
            let whole = Part::new(5, plain(format!(" {waiting} waiting ({key}) "), Slot::Badge));
            whole.or(0, plain(format!(" {waiting} ({key}) "), Slot::Badge))
        } else {
            Part::new(0, plain(format!(" {waiting} waiting "), Slot::Badge))
        });
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

/// Whether the run holds without anybody having asked for it. What an audit found is the one reason for that.
fn is_held(model: &Model) -> bool {
    model.state.run.as_ref().is_some_and(|run| run.held_because.is_some())
}

/// How much is said of the phase.
#[derive(Clone, Copy)]
enum Words {
    /// All there is to say.
    All,
    /// What there is room for on so many columns.
    Few(u16),
}

fn phase_spans(model: &Model, look: &Look<'_>, phase: Phase, since: Option<Timestamp>, words: Words) -> Vec<Span<'static>> {
    let (mut glyph, word, mut slot) = phase_word(phase);
    let (passing, all) = model.state.features.progress();
    let doubted = model.state.doubted();
    let doubted_for = model.state.doubted_for();
    let doubts = format!("done, but tests of {} {doubted_for} now", format::plural(doubted, "feature"));
    if phase == Phase::Ended(RunOutcome::AllPassing) && doubted > 0 {
        (glyph, slot) = (Glyph::Fail, Slot::Regressed);
    }
    let stopping = model.state.run.as_ref().and_then(|run| run.stopping);
    let live = model.state.current().filter(|_| !phase.is_over());
    let hook = live.and_then(|session| hook(session, look));
    let word = match (phase, stopping, words) {
        (Phase::WaitingForYou, _, Words::Few(_)) => "waiting",
        (Phase::Paused, _, Words::All) if is_held(model) => "paused by the audit",
        (Phase::Stopping, Some(StopMode::AfterStep), _) => "stopping after this step",
        (Phase::Running, Some(StopMode::AfterSession), Words::All) => "running, stops after this session",
        (Phase::Ended(RunOutcome::AllPassing), _, Words::All) if doubted > 0 => doubts.as_str(),
        (Phase::Ended(RunOutcome::AllPassing), _, Words::Few(_)) if doubted > 0 => match doubted_for {
            "are gone" => "tests gone",
            "did not run" => "did not run",
            _ => "tests fail",
        },
        (Phase::Ended(RunOutcome::AllPassing), _, Words::All) if passing == all => "done: all features pass",
        _ => word,
    };
    let mut text = format!(" {word}");
    if phase == Phase::WaitingForYou {
        text.push_str(asked_for(model));
    }
    let dated = !matches!(words, Words::Few(width) if width < 60);
    if let (Some(since), Some(now), true) = (since, look.now, dated) {
        // When its process went nobody knows: only when it was last heard of.
        text.push_str(if phase == Phase::Interrupted { ", last heard " } else { " " });
        text.push_str(&format::minutes(since, now));
        if phase.is_over() {
            text.push_str(" ago");
        }
    }
    let mut spans = vec![look.mark(glyph, slot), Span::styled(text, look.style(slot))];
    let busy = matches!(phase, Phase::Running | Phase::Circling) && matches!(words, Words::All);
    // What a person's own program does on their behalf is named on every screen: it may hang, and they can end it.
    let doing = hook.or_else(|| {
        let session = live.filter(|_| busy)?;
        Some(activity_word(session.activity).to_owned())
    });
    if let Some(doing) = doing {
        let doing = format!(" {} {doing}", look.glyph(Glyph::Dot));
        spans.push(Span::styled(doing, look.style(Slot::Dim)));
    }
    spans
}

/// Says how long the pre-commit hook has been running, and of how long at most; `None` while none runs.
fn hook(session: &Session, look: &Look<'_>) -> Option<String> {
    let Activity::Hook(limit) = session.activity else {
        return None;
    };
    let ran = look.now.map(|now| {
        let ran = format::seconds_between(session.activity_since, now);
        format!(
            " {} of {}",
            format::duration_ms(ran * 1000),
            format::duration_ms(limit * 1000)
        )
    });
    Some(format!("{}{}", activity_word(session.activity), ran.unwrap_or_default()))
}
