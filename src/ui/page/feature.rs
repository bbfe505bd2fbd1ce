//! A feature's page: what it is, how it stands and why, what was done for it.

use super::Document;
use super::sheet::Sheet;
use crate::protocol::event::FlipBy;
use crate::protocol::{FeatureId, FeatureStatus};
use crate::session::board::Trace;
use crate::session::headway::Track;
use crate::session::state::{HandEdit, KeptCheck};
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::pane::features::mark;
use crate::ui::pane::header::money;
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::text::Span;

/// Turns of the spark line.
const SPARK: usize = 40;

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, id: &FeatureId, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let Some(row) = model.state.features.get(id) else {
        sheet.text("This feature is no longer in the list.", Slot::Dim);
        return sheet.finish();
    };
    let feature = &row.feature;
    let standing = model.standing(row);
    let (glyph, slot) = mark(standing);
    sheet.spans(&[
        look.mark(glyph, slot),
        Span::raw(" "),
        Clean::line(id.as_str()).span(look.style(Slot::Bold)),
        Span::raw("  "),
        Span::styled(standing.word(), look.style(slot)),
        Span::styled(
            if feature.disagrees() { ": its flags disagree" } else { "" },
            look.style(Slot::Warning),
        ),
    ]);
    if model.state.has_queued_edit(id) {
        let told = format!("an edit of yours waits for {}", model.state.edits_wait_for());
        sheet.text(&told, Slot::Human);
    }
    if let Some(lost) = model.state.lost_edit(id) {
        sheet.text(&lost.to_string(), Slot::Warning);
    }
    sheet.gap();
    if !feature.title.is_empty() {
        sheet.text(&feature.title, Slot::Bold);
    }
    sheet.text(&feature.description, Slot::Text);
    sheet.gap();
    if !feature.word.is_empty() {
        sheet.fact("in the list", &feature.word);
    }
    if !feature.priority.is_empty() {
        sheet.fact("priority", &feature.priority);
    }
    if !feature.depends.is_empty() {
        sheet.fact("depends on", &feature.depends.join(", "));
    }
    if !feature.category.is_empty() {
        sheet.fact("category", &feature.category);
    }
    let (aside, sessions): (Vec<_>, Vec<_>) = row.sessions.iter().partition(|session| model.state.is_abandoned(**session));
    for (label, sessions) in [("worked on", sessions), ("set aside", aside)] {
        let named: Vec<String> = sessions.into_iter().map(ToString::to_string).collect();
        if !named.is_empty() {
            sheet.fact(label, &named.join(", "));
        }
    }
    if row.totals.requests > 0 {
        sheet.fact(
            "tokens",
            &format!("{}   {}", format::tokens(row.totals.usage.total()), money(&row.totals)),
        );
    }
    headway(&mut sheet, look, &row.track);
    let passed = row
        .flips
        .iter()
        .rfind(|flip| flip.to == FeatureStatus::Passing && model.state.is_on_the_way(flip.seq));
    if let Some(evidence) = passed.and_then(|flip| flip.evidence.as_ref()) {
        let passes = feature.status == FeatureStatus::Passing;
        sheet.heading(if passes { "Evidence" } else { "Evidence while it passed" });
        sheet.fact("proof", &evidence.summary);
        sheet.fact("kind", evidence.kind.words());
        sheet.fact("taken in", &evidence.session.to_string());
    }
    if model.state.is_unshown(row) {
        sheet.heading("Evidence");
        sheet.fact(
            "proof",
            "none: the list alone says that it passes; no test, check or person has shown it",
        );
    }
    let (doubt, flaky) = (model.state.doubt_of(row), model.state.flaky_since(row));
    if doubt.is_some() || !flaky.is_empty() {
        sheet.heading("Since it passed");
    }
    for (test, flaky) in flaky {
        let told = format!("{test} failed and passed on tree {} ({})", flaky.tree.short(), flaky.session);
        sheet.fact("flaky", &told);
    }
    if let Some(doubt) = doubt {
        sheet.fact("tests", &doubt.words());
        sheet.fact(
            "flag",
            "as it was: the next session's start tries them again and sets it back if they fail, are gone or do not run",
        );
    }
    if let Some(Trace {
        session, found: traced, ..
    }) = model.state.trace_of(row)
    {
        sheet.heading("Regression");
        sheet.fact("cause", &traced.words());
        if let Some(good) = &traced.good {
            sheet.fact("worked at", good.short());
        }
        let tried = format::plural(traced.runs as usize, "old state");
        sheet.fact("looked for", &format!("{session}, {tried} tried"));
    }
    if let Some(kept) = model.state.check_of(row) {
        check(&mut sheet, model, look, kept);
        if let Some((run, session, _)) = super::check::latest(model, id) {
            sheet.gap();
            let key = model.keymap.key_text(Action::Open);
            let word = if run.holds() { "it held" } else { "it did not hold" };
            sheet.fact("last run", &format!("{session}, {word}  ({key} opens the whole of it)"));
            super::check::short(&mut sheet, model, run, look);
        }
    }
    list(&mut sheet, look, "Steps", &feature.steps, true);
    if !row.flips.is_empty() {
        sheet.heading("History");
        for flip in &row.flips {
            let (glyph, slot, word) = match flip.to {
                FeatureStatus::Passing => (Glyph::Pass, Slot::Pass, "passing"),
                FeatureStatus::Failing => (Glyph::Fail, Slot::Regressed, "failing"),
                FeatureStatus::Unknown => (Glyph::Todo, Slot::Dim, "unknown"),
            };
            let when = Span::styled(
                format!("{} {:<4} ", look.clock(flip.time), flip.session.to_string()),
                look.style(Slot::Dim),
            );
            let lead = vec![
                when,
                look.mark(glyph, slot),
                Span::styled(format!(" {word:<8}"), look.style(slot)),
            ];
            let by_hand = flip.by == FlipBy::Human;
            let why = match &flip.evidence {
                Some(evidence) if !by_hand => evidence.summary.as_str(),
                _ => flip.reason.as_str(),
            };
            let mut value = vec![Clean::line(why).span(look.style(Slot::Text))];
            if !model.state.is_on_the_way(flip.seq) {
                value.insert(0, Span::styled("set aside: ", look.style(Slot::Dim)));
            }
            if by_hand {
                value.insert(0, Span::styled("by hand: ", look.style(Slot::Human)));
            }
            sheet.item(lead, &value);
        }
    }
    by_hand(&mut sheet, look, &row.edits);
    let commits = model.state.commits_of(row);
    if !commits.is_empty() {
        sheet.heading("Commits");
        for commit in commits.into_iter().rev() {
            let made = model.made(commit);
            let subject = made.map_or("", |made| made.made.message.lines().next().unwrap_or_default());
            let lead = vec![Clean::line(commit.short()).span(look.style(Slot::Harness)), Span::raw(" ")];
            let mut value = vec![Clean::line(subject).span(look.style(Slot::Text))];
            if let Some(made) = made {
                value.push(Span::styled(format!("  +{}", made.made.added), look.style(Slot::Added)));
                value.push(Span::styled(format!(" -{}", made.made.removed), look.style(Slot::Removed)));
                let age = look.now.map(|now| format::minutes(made.time, now)).unwrap_or_default();
                value.push(Span::styled(format!("  {} {age}", made.session), look.style(Slot::Dim)));
            }
            sheet.item(lead, &value);
        }
    }
    list(&mut sheet, look, "Tests", &feature.tests, false);
    list(&mut sheet, look, "Files", &feature.files, false);
    if !feature.details.is_empty() {
        sheet.heading("Also in the list");
        for detail in &feature.details {
            let key = Clean::line(&format!("{:<11} ", detail.key)).span(look.style(Slot::Dim));
            sheet.item(vec![key], &[Clean::line(&detail.value).span(look.style(Slot::Text))]);
        }
    }
    sheet.finish()
}

/// How the work on it went: a mark a turn, and what they add up to.
fn headway(sheet: &mut Sheet<'_>, look: &Look<'_>, track: &Track) {
    if track.turns == 0 {
        return;
    }
    sheet.heading("Headway");
    sheet.spans(&widget::spark(look, track.beats.iter(), SPARK));
    sheet.spans(&widget::legend(look));
    let mut counted = format!(
        "{}, {} of them rounds",
        format::plural(track.turns as usize, "turn"),
        track.rounds
    );
    if track.handed_off > 0 {
        counted.push_str(&format!(
            "; {} handed off for it",
            format::plural(track.handed_off as usize, "session")
        ));
    }
    if track.is_given_up {
        counted.push_str("; left out of this run because it went round");
    }
    sheet.fact("moved", &counted);
}

/// What is run to see whether it works.
fn check(sheet: &mut Sheet<'_>, model: &Model, look: &Look<'_>, kept: &KeptCheck) {
    sheet.heading("Recorded check");
    for (index, step) in kept.check.steps.iter().enumerate() {
        let lead = Span::styled(format!("{:>2}. ", index + 1), look.style(Slot::Dim));
        sheet.item(vec![lead], &[Clean::line(&step.command).span(look.style(Slot::Text))]);
        for text in &step.expect {
            let lead = Span::styled("    must print ", look.style(Slot::Dim));
            sheet.item(vec![lead], &[Clean::line(text).span(look.style(Slot::Text))]);
        }
        if step.exit != 0 {
            let told = format!("    must end with exit code {}", step.exit);
            sheet.item(vec![Span::styled(told, look.style(Slot::Dim))], &[]);
        }
    }
    if !kept.check.files.is_empty() {
        sheet.fact("must leave", &kept.check.files.join(", "));
    }
    sheet.fact("recorded in", &kept.recorded.to_string());
    let on = |tree: Option<&crate::protocol::Oid>| tree.map_or_else(String::new, |tree| format!(" on tree {}", tree.short()));
    if model.state.is_on_the_way(kept.held.seq) {
        sheet.fact("held last", &format!("{}{}", kept.held.session, on(kept.held.tree.as_ref())));
    }
    if let Some(failure) = kept
        .last
        .failure
        .as_ref()
        .filter(|_| model.state.is_on_the_way(kept.last.seq))
    {
        sheet.fact("fails since", &format!("{}: {failure}", kept.last.session));
    }
}

/// What a person changed of it in the list.
fn by_hand(sheet: &mut Sheet<'_>, look: &Look<'_>, edits: &[HandEdit]) {
    if edits.is_empty() {
        return;
    }
    sheet.heading("Edited by hand");
    for edit in edits {
        let when = format!("{} {:<4} ", look.clock(edit.time), edit.session.to_string());
        let lead = vec![
            Span::styled(when, look.style(Slot::Dim)),
            look.mark(Glyph::Person, Slot::Human),
            Span::raw(" "),
        ];
        let mut value = vec![Clean::line(&edit.title).span(look.style(Slot::Text))];
        if !edit.reason.is_empty() {
            value.push(Clean::line(&format!(": {}", edit.reason)).span(look.style(Slot::Text)));
        }
        if let Some(commit) = &edit.commit {
            value.push(Span::raw("  "));
            value.push(Clean::line(commit.short()).span(look.style(Slot::Harness)));
        }
        sheet.item(lead, &value);
    }
}

fn list(sheet: &mut Sheet<'_>, look: &Look<'_>, heading: &'static str, rows: &[String], numbered: bool) {
    if rows.is_empty() {
        return;
    }
    sheet.heading(heading);
    for (index, row) in rows.iter().enumerate() {
        let lead = if numbered {
            format!("{:>2}. ", index + 1)
        } else {
            format!("{} ", look.glyph(Glyph::Bullet))
        };
        sheet.item(
            vec![Span::styled(lead, look.style(Slot::Dim))],
            &[Clean::line(row).span(look.style(Slot::Text))],
        );
    }
}
