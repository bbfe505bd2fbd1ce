//! A session's audit, whole: what the machine found at its end, what speaks against the session first, each with what it speaks of.
//!
//! Owns the text and what its rows lead to. Invariant: whatever a finding speaks of and the log still has is one key from it.

use super::sheet::Sheet;
use super::{Document, Mark, item_at};
use crate::protocol::SessionNo;
use crate::protocol::event::{AuditPlace, SessionEnded};
use crate::session::timeline::{Item, ItemKind};
use crate::session::{Session, State};
use crate::ui::model::{Model, Subject};
use crate::ui::pane::features::heading_of;
use crate::ui::pane::header::money;
use crate::ui::popup::sessions::end_word;
use crate::ui::text::{Clean, Glyph, Look, format, runs};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// A finding as it is shown.
struct Finding<'a> {
    what: &'a str,
    holds: bool,
    places: &'a [AuditPlace],
}

/// The findings in the order of the page: those against the session first.
fn findings(ended: &SessionEnded) -> Vec<Finding<'_>> {
    let all = ended.checks.iter().enumerate().map(|(at, (what, holds))| Finding {
        what,
        holds: *holds,
        places: ended.places.get(at).map_or(&[], Vec::as_slice),
    });
    let mut all: Vec<Finding<'_>> = all.collect();
    all.sort_by_key(|finding| finding.holds);
    all
}

/// Where each stop of the page leads, in its order; `None` for a finding that speaks of nothing the log has.
#[must_use]
pub fn stops(model: &Model, session: SessionNo) -> Vec<Option<Subject>> {
    let Some((session, ended)) = ended(model, session) else {
        return Vec::new();
    };
    let mut stops = Vec::new();
    for finding in findings(ended) {
        let places: Vec<Subject> = finding
            .places
            .iter()
            .filter_map(|place| subject(model, session, place))
            .collect();
        stops.push(places.first().cloned());
        stops.extend(places.into_iter().map(Some));
    }
    stops
}

fn ended(model: &Model, session: SessionNo) -> Option<(&Session, &SessionEnded)> {
    let session = model.state.session(session)?;
    session.ended.as_ref().map(|(_, ended)| (session, ended))
}

/// What a place is shown as, if the log has it.
fn subject(model: &Model, session: &Session, place: &AuditPlace) -> Option<Subject> {
    match place {
        AuditPlace::Event { seq } => item_at(session, *seq).map(|_| Subject::Item(session.number, *seq)),
        AuditPlace::Commit { commit } => model.made(commit).map(|_| Subject::Commit(commit.clone())),
        AuditPlace::Feature { feature } => {
            let row = model.state.features.get(feature);
            row.map(|row| Subject::Feature(row.feature.id.clone()))
        }
    }
}

/// Lays the page out. Every finding and everything it speaks of is a stop.
#[must_use]
pub fn document(model: &Model, session: SessionNo, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let Some((session, ended)) = ended(model, session) else {
        sheet.text("The audit is made when the session ends; this one has no end yet.", Slot::Dim);
        return sheet.finish();
    };
    head(&mut sheet, model, session, ended, look);
    let against = ended.checks.iter().filter(|(_, holds)| !holds).count();
    sheet.gap();
    let (told, slot) = match (against, ended.checks.len()) {
        (_, 0) => ("nothing was checked: the session was cut off".to_owned(), Slot::Warning),
        (0, all) => (format!("all {all} findings are as they should be"), Slot::Pass),
        (some, all) => (format!("{some} of {all} findings are against it"), Slot::Fail),
    };
    sheet.text(&told, slot);
    let mut number = 0;
    let mut stop = |sheet: &mut Sheet<'_>| {
        sheet.stop(Mark::File, number);
        number += 1;
    };
    let mut section = None;
    for finding in findings(ended) {
        if section.replace(finding.holds) != Some(finding.holds) {
            sheet.heading(if finding.holds { "As it should be" } else { "Against it" });
        }
        stop(&mut sheet);
        let (mark, slot) = if finding.holds {
            (Glyph::Pass, Slot::Pass)
        } else {
            (Glyph::Fail, Slot::Fail)
        };
        let text = Clean::line(finding.what).span(look.style(if finding.holds { Slot::Text } else { Slot::Bold }));
        sheet.item(vec![look.mark(mark, slot), Span::raw(" ")], &[text]);
        for place in finding.places {
            let Some(subject) = subject(model, session, place) else {
                continue;
            };
            stop(&mut sheet);
            let arrow = Span::styled(format!("    {} ", look.glyph(Glyph::Folded)), look.style(Slot::Dim));
            let (kind, text) = words(model, session, &subject);
            sheet.item(
                vec![arrow, Span::styled(format!("{kind:<8}"), look.style(Slot::Harness))],
                &[Clean::line(&text).span(look.style(Slot::Text))],
            );
        }
    }
    if !ended.dirty.is_empty() {
        sheet.heading("Not committed, kept as it is");
        for path in &ended.dirty {
            sheet.item(vec![Span::raw("  ")], &[Clean::line(path).span(look.style(Slot::Text))]);
        }
    }
    if !ended.summary.trim().is_empty() {
        sheet.heading("In the agent's words");
        sheet.text(ended.summary.trim(), Slot::Text);
    }
    sheet.finish()
}

fn head(sheet: &mut Sheet<'_>, model: &Model, session: &Session, ended: &SessionEnded, look: &Look<'_>) {
    let (glyph, word, slot) = end_word(ended);
    let mut spans = vec![
        look.mark(glyph, slot),
        Span::styled(format!(" {word}   "), look.style(slot)),
        Span::styled(session.role.as_str().to_owned(), look.style(Slot::Text)),
    ];
    if let Some(id) = &session.feature {
        let title = model.state.features.get(id).map_or("", |row| heading_of(&row.feature));
        let text = Clean::line(&format!(" {id} {title}"));
        spans.push(text.span(look.style(Slot::Text)));
    }
    if model.state.is_abandoned(session.number) {
        spans.push(Span::styled(", abandoned", look.style(Slot::Human)));
    }
    sheet.spans(&spans);
    let commits = model
        .state
        .commits
        .iter()
        .filter(|commit| commit.session == session.number)
        .count();
    let took = session
        .ended
        .as_ref()
        .map_or(0, |(end, _)| end.as_millisecond() - session.started.as_millisecond());
    let took = u64::try_from(took).unwrap_or(0);
    let facts = [
        format::plural(session.turn.0 as usize, "turn"),
        format::duration_ms(took),
        format::plural(commits, "commit"),
        format!("{} tokens", format::tokens(session.totals.usage.total())),
        money(&session.totals),
    ];
    sheet.text(&facts.join("   "), Slot::Dim);
}

/// What kind of thing a place is, and what tells it from others.
fn words(model: &Model, session: &Session, subject: &Subject) -> (&'static str, String) {
    match subject {
        Subject::Commit(commit) => {
            let made = model.made(commit);
            let subject = made.map_or("", |made| made.made.message.lines().next().unwrap_or_default());
            ("commit", format!("{} {subject}", commit.short()))
        }
        Subject::Feature(id) => {
            let row = model.state.features.get(id);
            ("feature", format!("{id} {}", row.map_or("", |row| heading_of(&row.feature))))
        }
        Subject::Item(_, seq) => {
            let item = item_at(session, *seq);
            ("moment", item.map_or_else(String::new, |item| moment(item, &model.state)))
        }
        _ => ("", String::new()),
    }
}

fn moment(item: &Item, state: &State) -> String {
    let turn = if item.turn.0 > 0 {
        format!("{}: ", item.turn)
    } else {
        String::new()
    };
    let what = match &item.kind {
        ItemKind::Orientation(_) => "orientation".to_owned(),
        ItemKind::Tests(run) => {
            let totals = run.totals();
            let what = runs::of_some(run, state).unwrap_or_else(|| "test run".to_owned());
            match runs::ended_early(run) {
                Some(early) if run.tells_of_command_only() => format!("{what}: {early}"),
                _ => format!("{what}, {} of {} pass", totals.passed, totals.total()),
            }
        }
        ItemKind::Flipped(flip) => format!("{} passes", flip.feature),
        ItemKind::Breach(breach) => format!("{}: {}", breach.path, breach.detail),
        ItemKind::Note { text } => format!("note: {}", text.lines().next().unwrap_or_default()),
        ItemKind::Call(call) => format!("{} {}", call.tool, call.title),
        _ => "entry".to_owned(),
    };
    format!("{turn}{what}")
}
