//! The history of the feature list: a chart of what passed, and beside or below it the commits that are worth a look.
//!
//! Owns the text and its place. Does not own the chart's cells ([`chart`]) nor the words of a fact ([`crate::ui::history`]).
//! Invariant: every commit that a fact is told of is one key from its page.

mod chart;

use super::sheet::Sheet;
use super::{Document, Mark, body};
use crate::protocol::{ListFact, ListHistory, ListStep, Oid};
use crate::session::{Setback, State, Stretch};
use crate::ui::history::{between_commits, counts, fact, flips, progress, setback};
use crate::ui::model::{Loaded, Model};
use crate::ui::text::{Clean, Glyph, Look, width};
use crate::ui::theme::Slot;
use crate::ui::update::history::selected;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::text::Span;

/// Columns from which on the chart stands beside the text.
const BESIDE: u16 = 110;

/// Rows of the page below which there is no room for a chart.
const LOWEST: u16 = 12;

/// Features of a fact that are named.
const NAMES: usize = 8;

/// Where the page's parts stand.
#[derive(Debug, Clone, Copy)]
struct Places {
    /// Empty where there is no room.
    chart: Rect,
    text: Rect,
}

fn places(size: Size) -> Places {
    let body = body(size);
    if body.width >= BESIDE {
        let width = body.width * 11 / 20;
        let x = body.x + width + 2;
        return Places {
            chart: Rect { width, ..body },
            text: Rect {
                x,
                width: body.right().saturating_sub(x),
                ..body
            },
        };
    }
    let height = if body.height < LOWEST {
        0
    } else {
        (body.height * 2 / 5).clamp(5, 14)
    };
    let used = height + u16::from(height > 0);
    Places {
        chart: Rect { height, ..body },
        text: Rect {
            y: body.y + used,
            height: body.height.saturating_sub(used),
            ..body
        },
    }
}

/// Returns where the text stands; it has the whole page while there is no chart to draw.
#[must_use]
pub fn text_area(model: &Model, size: Size) -> Rect {
    if model.history.told().is_some() {
        places(size).text
    } else {
        body(size)
    }
}

/// Lays the text out, the newest commit first.
#[must_use]
pub fn document(model: &Model, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    match &model.history.loaded {
        Some(Loaded::Ready(told)) => commits(&mut sheet, told, &model.state, look),
        Some(Loaded::Failed(reason)) => sheet.text(&format!("The history cannot be told: {reason}"), Slot::Error),
        Some(Loaded::Pending) | None => {
            sheet.text("Reading the history of the list.", Slot::Dim);
            if let Some(so_far) = model.history.progress {
                sheet.text(&progress(so_far), Slot::Dim);
            }
        }
    }
    sheet.finish()
}

fn commits(sheet: &mut Sheet<'_>, told: &ListHistory, state: &State, look: &Look<'_>) {
    let worth = |fact: &ListFact| fact.kind.is_worth_a_look() && !fact.brought;
    let wide = told.steps.iter().map(|step| counts(step).len()).max().unwrap_or_default();
    let mut backs = between_commits(told, state);
    let mut quiet = backs.is_empty();
    for (at, step) in told.steps.iter().enumerate().rev().filter(|(_, step)| !step.facts.is_empty()) {
        while let Some(back) = backs.pop_if(|back| back.time >= step.commit.time) {
            between(sheet, &back, told.steps.len() + backs.len(), look);
        }
        quiet &= !step.facts.iter().any(worth);
        sheet.stop(Mark::File, at);
        heading(sheet, step, wide, session(state, &step.commit.id), look);
        for told in &step.facts {
            let (mark, slot) = if worth(told) {
                (Glyph::Guard, Slot::Warning)
            } else {
                (Glyph::Dot, Slot::Dim)
            };
            let text = Clean::line(&fact(told, NAMES)).span(look.style(if worth(told) { Slot::Text } else { Slot::Dim }));
            sheet.item(vec![Span::raw("  "), look.mark(mark, slot), Span::raw(" ")], &[text]);
        }
    }
    while let Some(back) = backs.pop() {
        between(sheet, &back, told.steps.len() + backs.len(), look);
    }
    if quiet {
        sheet.gap();
        sheet.text(
            "Nothing else is worth a look: no feature was removed, added, edited or taken back, and none passed in a crowd.",
            Slot::Dim,
        );
    }
    if !told.notes.is_empty() {
        sheet.heading("Not looked at");
        for note in &told.notes {
            sheet.text(note, Slot::Dim);
        }
    }
}

/// A setback that no commit shows, among the commits by its time.
fn between(sheet: &mut Sheet<'_>, back: &Setback, stop: usize, look: &Look<'_>) {
    sheet.stop(Mark::File, stop);
    let when = [
        Span::styled(format!("{}", back.session), look.style(Slot::Bold)),
        Span::styled(format!(" {}", back.time.strftime("%m-%d")), look.style(Slot::Dim)),
        Span::styled(when_in(back.stretch), look.style(Slot::Dim)),
    ];
    sheet.item(Vec::new(), &when);
    let text = Clean::line(&setback(back)).span(look.style(Slot::Text));
    sheet.item(
        vec![Span::raw("  "), look.mark(Glyph::Guard, Slot::Warning), Span::raw(" ")],
        &[text],
    );
}

/// Says it of the session that stands before it.
const fn when_in(stretch: Stretch) -> &'static str {
    match stretch {
        Stretch::WithinSession => " within the session",
        Stretch::AfterSession => " after the session",
        Stretch::RunStart => " after the session, at the start of a run",
    }
}

fn heading(sheet: &mut Sheet<'_>, step: &ListStep, wide: usize, session: Option<u32>, look: &Look<'_>) {
    let counted = counts(step);
    let mut spans = vec![
        Span::styled(step.commit.id.short().to_owned(), look.style(Slot::Bold)),
        Span::styled(format!(" {}", step.commit.time.strftime("%m-%d")), look.style(Slot::Dim)),
        Span::styled(format!(" {counted:>wide$} "), look.style(Slot::Text)),
    ];
    let moved = flips(step);
    if !moved.is_empty() {
        let slot = if step.regressed.is_empty() {
            Slot::Added
        } else {
            Slot::Removed
        };
        spans.push(Span::styled(format!("{moved} "), look.style(slot)));
    }
    if let Some(session) = session {
        spans.push(Span::styled(format!("s{session} "), look.style(Slot::Dim)));
    }
    if step.merge || step.at.is_none() {
        let word = if step.merge { "merge " } else { "merged " };
        spans.push(Span::styled(word, look.style(Slot::Dim)));
    }
    spans.push(Clean::line(&step.commit.subject).span(look.style(Slot::Text)));
    sheet.item(Vec::new(), &spans);
}

/// The session that made a commit, where the log knows.
fn session(state: &State, commit: &Oid) -> Option<u32> {
    let made = state.commits.iter().find(|made| made.made.commit == *commit)?;
    Some(made.session.0)
}

/// Returns what the page's title says beside its name.
#[must_use]
pub fn counted(model: &Model) -> String {
    model.history.told().map(|told| told.path.clone()).unwrap_or_default()
}

/// Draws the chart.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Places { chart, text } = places(screen.as_size());
    let Some(told) = model.history.told().filter(|_| chart.height > 0) else {
        return;
    };
    if chart.right() < text.x {
        for y in text.top()..text.bottom() {
            buf.set_span(text.x - 2, y, &look.mark(Glyph::Bar, Slot::Border), 1);
        }
    }
    let selected = selected(model).and_then(|step| step.at);
    let begins = session_begins(told, &model.state);
    let now = now(&model.state);
    chart::draw(told, now, &begins, selected, chart, buf, look);
}

/// All features and those that pass as they are now, where there are any: flags move before a commit holds them.
fn now(state: &State) -> Option<(u32, u32)> {
    let (passing, total) = state.features.progress();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (total > 0).then(|| (count(total), count(passing)))
}

/// The sessions that made another list, each with the place of the first commit that it made.
fn session_begins(told: &ListHistory, state: &State) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for step in &told.steps {
        if let (Some(at), Some(session)) = (step.at, session(state, &step.commit.id))
            && found.last().is_none_or(|(_, last)| *last != session)
        {
            found.push((at, session));
        }
    }
    found.into_iter().map(|(at, session)| (at, format!("s{session}"))).collect()
}

/// The columns of a label.
fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}
