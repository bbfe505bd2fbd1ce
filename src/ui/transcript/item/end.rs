//! How things end: limits, trouble, and the session's end card.

use super::Scene;
use super::row::{NAME, Row, head, words};
use crate::protocol::event::{CirclingSeen, EndCause, LimitKind, LimitRaised, LimitReached, SessionEnded};
use crate::session::{Item, Session};
use crate::ui::text::{Clean, Glyph, Wrap, format, spans_width, truncate_spans};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

/// A limit that was met.
pub(super) fn limit(limit: &LimitReached, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let what = kind(limit.limit);
    let row = Row::new(scene.look, Glyph::Guard, Slot::Warning)
        .word("limit", Slot::Warning, NAME)
        .title(what, Slot::Text)
        .title(&limit.detail, Slot::Text);
    vec![row.line(scene.width)]
}

/// A limit that a person raised.
pub(super) fn raised(raised: &LimitRaised, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Person, Slot::Human)
        .word("limit", Slot::Human, NAME)
        .title("raised", Slot::Text)
        .title(&raised.detail, Slot::Text);
    vec![row.line(scene.width)]
}

/// Work that went round, and what was done about it.
pub(super) fn circling(seen: &CirclingSeen, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let row = Row::new(scene.look, Glyph::Guard, Slot::Warning).word("goes round", Slot::Warning, NAME);
    let told = seen.words();
    if scene.fold == Fold::Shut || Clean::line(&told).width() + NAME + 3 <= scene.width {
        return vec![row.title(&told, Slot::Text).line(scene.width)];
    }
    let mut lines = vec![row.line(scene.width)];
    lines.extend(words(&told, Slot::Text, 2, scene));
    lines
}

/// A pause: that it lasts, or how long it was, and why, if nobody asked for it. The header tells how long it lasts already.
pub(super) fn paused(since: Timestamp, until: Option<Timestamp>, because: Option<&str>, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let told = match until {
        Some(until) => format!("for {}", format::duration_ms(format::seconds_between(since, until) * 1000)),
        None => "the run holds until you let it go on".to_owned(),
    };
    let (mark, slot) = match because {
        Some(_) => (Glyph::Guard, Slot::Warning),
        None => (Glyph::Person, Slot::Human),
    };
    let row = Row::new(scene.look, mark, slot)
        .word("paused", slot, NAME)
        .title(&told, Slot::Dim);
    let mut lines = vec![row.line(scene.width)];
    lines.extend(
        because
            .map(|because| words(because, Slot::Text, 2, scene))
            .into_iter()
            .flatten(),
    );
    lines
}

const fn kind(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Sessions => "sessions",
        LimitKind::Turns => "turns",
        LimitKind::Tokens => "tokens",
        LimitKind::Cost => "cost",
        LimitKind::Time => "time",
    }
}

/// What went wrong; a retry is one calm line, the end of a turn is said in full.
pub(super) fn trouble(text: &str, fatal: bool, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let (mark, slot, word) = if fatal {
        (Glyph::Fail, Slot::Error, "error")
    } else {
        (Glyph::Guard, Slot::Warning, "trouble")
    };
    let row = Row::new(scene.look, mark, slot).word(word, slot, NAME);
    if scene.fold == Fold::Shut || (scene.fold == Fold::Auto && !fatal) {
        return vec![row.title(text, Slot::Text).line(scene.width)];
    }
    let text = text.trim();
    if !text.contains('\n') && Clean::line(text).width() + NAME + 3 <= scene.width {
        return vec![row.title(text, Slot::Text).line(scene.width)];
    }
    let mut lines = vec![row.line(scene.width)];
    lines.extend(words(text, Slot::Text, 2, scene));
    lines
}

/// The end card: how it ended, what was checked, what is left, what comes next.
pub(super) fn card(ended: &SessionEnded, item: &Item, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let border = look.style(Slot::Border);
    let mut lines = vec![Line::from(Span::styled(look.glyph(Glyph::Rule).repeat(scene.width), border))];
    let mut heading = heading(ended, item, scene);
    if scene.fold == Fold::Shut {
        heading.truncate(1);
        return heading;
    }
    lines.append(&mut heading);
    if ended.cause != EndCause::Finished {
        lines.extend(words(cause(ended.cause), Slot::Warning, 2, scene));
    } else if let Some(left) = ended.left {
        let left = format::plural(left as usize, "feature");
        let told = format!("ended by the agent: {left} left, none of them brought to pass");
        lines.extend(words(&told, Slot::Warning, 2, scene));
    }
    lines.extend(checks(&ended.checks, scene));
    let said = match (ended.left, ended.summary.trim()) {
        (Some(_), said) if !said.is_empty() => format!("it says: {said}"),
        (_, said) => said.to_owned(),
    };
    let summary = words(&said, Slot::Text, 2, scene);
    let keep = if scene.fold == Fold::Auto { 6 } else { summary.len() };
    lines.extend(head(summary, keep, 2, scene));
    if !ended.dirty.is_empty() {
        lines.extend(words(
            &format!("not committed, kept as it is: {}", ended.dirty.join(", ")),
            Slot::Warning,
            2,
            scene,
        ));
    }
    if let Some(next) = &ended.next {
        lines.extend(words(&format!("next: {next}, in a fresh window"), Slot::Dim, 2, scene));
    }
    lines
}

/// The headline: what ended, and below it what it took. Always two lines: an entry's height must not depend on the session.
fn heading(ended: &SessionEnded, item: &Item, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let first = match scene.session {
        Some(session) => format!("Session {} ended", session.number.0),
        None => "Session ended".to_owned(),
    };
    let mut above = vec![Span::styled(first, look.style(Slot::Bold))];
    if ended.cause == EndCause::Failed {
        above.push(Span::styled("   failed", look.style(Slot::Text)));
    }
    if let Some(session) = scene.session {
        let feature = session.feature.as_ref().map_or("", |feature| feature.as_str());
        let who = Clean::line(&format!("   {} {feature}", session.role));
        above.push(who.span(look.style(Slot::Text)));
    }
    let took = match scene.session {
        Some(session) => of_session(session, item).join("   "),
        None => item.turn.to_string(),
    };
    let below = vec![Span::raw("  "), Clean::line(&took).span(look.style(Slot::Text))];
    let mark = look.glyph(Glyph::Ellipsis);
    let fit = |spans| Line::from(truncate_spans(spans, scene.width, mark));
    vec![fit(above), fit(below)]
}

fn of_session(session: &Session, item: &Item) -> Vec<String> {
    let totals = &session.totals;
    let ms = u64::try_from(item.time.as_millisecond() - session.started.as_millisecond()).unwrap_or(0);
    let mut parts = vec![format::plural(session.turn.0 as usize, "turn"), format::duration_ms(ms)];
    if totals.unpriced_tokens > 0 {
        parts.push("price unknown".to_owned());
    } else {
        parts.push(totals.cost.to_string());
    }
    let orientation = session
        .orientation
        .map_or_else(String::new, |(_, share)| format!(" (orientation {})", format::percent(share)));
    parts.push(format!("{} tokens{orientation}", format::tokens(totals.usage.total())));
    parts
}

/// Lays the checks out side by side, as many on a line as fit.
fn checks(checks: &[(String, bool)], scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut open: Vec<Span<'static>> = Vec::new();
    for (text, holds) in checks {
        let (mark, slot) = if *holds {
            (Glyph::Pass, Slot::Pass)
        } else {
            (Glyph::Fail, Slot::Fail)
        };
        let style = look.style(if *holds { Slot::Text } else { Slot::Bold });
        let check = vec![look.mark(mark, slot), Span::raw(" "), Clean::line(text).span(style)];
        if !open.is_empty() && spans_width(&open) + 3 + spans_width(&check) > scene.width {
            lines.push(Line::from(std::mem::take(&mut open)));
        }
        open.push(Span::raw(if open.is_empty() { "  " } else { "   " }));
        open.extend(check);
    }
    if !open.is_empty() {
        lines.push(Line::from(open));
    }
    // A single check may still be too long for a line.
    let hang = [Span::raw("    ")];
    let wrap = Wrap {
        width: scene.width,
        first: &[],
        rest: &hang,
    };
    lines.into_iter().flat_map(|line| wrap.words(&line.spans)).collect()
}

const fn cause(cause: EndCause) -> &'static str {
    match cause {
        EndCause::Finished => "the agent ended the session",
        EndCause::ContextFull => "the context window was full: the work is handed off to a fresh one",
        EndCause::Limit => "a limit was met",
        EndCause::Stopped => "stopped by you",
        EndCause::GaveUp => "the model stopped without ending the session, although reminded",
        EndCause::Circling => "its work went round: it is handed off to a fresh window",
        EndCause::Failed => "the provider or longhaul itself failed",
    }
}
