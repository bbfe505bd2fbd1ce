//! A commit's page: who, when, why, on what evidence; then its diff.

use super::sheet::Sheet;
use super::{Document, diff};
use crate::harness::comments::place;
use crate::protocol::{Oid, TestTotals};
use crate::session::state::Fate;
use crate::ui::keymap::Action;
use crate::ui::model::{Loaded, Model, Page};
use crate::ui::text::{Clean, Glyph, Look, format, highlight};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, page: &Page, commit: &Oid, width: u16, look: &Look<'_>) -> Document {
    highlight::preload(|| {});
    let mut sheet = Sheet::new(width, look);
    let info = model.state.recent_commits().iter().find(|info| &info.id == commit);
    let made = model.made(commit);
    let found = model.diffs.get(commit);
    let message = match (found, made, info) {
        (Some(Loaded::Ready(diff)), ..) => diff.message.clone(),
        (_, Some(made), _) => made.made.message.clone(),
        (_, _, Some(info)) => info.subject.clone(),
        _ => String::new(),
    };
    let mut lines = message.trim_end().splitn(2, '\n');
    sheet.text(lines.next().unwrap_or_default(), Slot::Bold);
    let rest = lines.next().unwrap_or_default().trim_start_matches('\n');
    if !rest.is_empty() {
        sheet.gap();
        sheet.text(rest, Slot::Text);
    }
    sheet.gap();
    sheet.fact("commit", commit.as_str());
    if let Some(Loaded::Ready(diff)) = found {
        let age = look
            .now
            .map(|now| format!("   {} ago", format::minutes(diff.time, now)))
            .unwrap_or_default();
        sheet.fact("author", &format!("{}{age}", diff.author));
    } else if let Some(info) = info {
        sheet.fact("author", &info.author);
    }
    if let Some(made) = made {
        let feature = made
            .made
            .feature
            .as_ref()
            .map(|feature| format!("   {feature}"))
            .unwrap_or_default();
        sheet.fact("made in", &format!("{}{feature}", made.session));
        sheet.fact_spans("tests", &tests(made.made.tests_before, made.made.tests_after, look));
        if let Some(failure) = &made.made.over_hook {
            let told = Clean::line(&format!("{failure} A person approved it all the same."));
            sheet.fact_spans("hook", &[told.span(look.style(Slot::Warning))]);
        }
    }
    if let Some(debt) = model.debt(commit) {
        let all = format::plural(debt.hunks as usize, "hunk");
        let key = model.keymap.key_text(Action::ReviewDebt);
        let told = match model.unseen_of(debt) {
            0 => format!(" each hunk is seen; {key} in the main view says that you are done with it"),
            unseen => format!(" {unseen} of {all} unseen by anyone; {key} in the main view looks back at it"),
        };
        let mark = look.mark(Glyph::FactPending, Slot::Warning);
        sheet.fact_spans("review", &[mark, Span::styled(told, look.style(Slot::Warning))]);
    }
    if let Some((told, _)) = model.maker(commit).filter(|(_, is_strange)| *is_strange) {
        sheet.fact_spans("made by", &[Clean::line(&told).span(look.style(Slot::Warning))]);
    }
    comments(model, commit, &mut sheet, look);
    match found {
        Some(Loaded::Ready(diff)) => {
            let (added, removed) = diff
                .files
                .iter()
                .fold((0, 0), |sum, file| (sum.0 + file.added, sum.1 + file.removed));
            sheet.fact_spans(
                "changes",
                &[
                    Span::styled(format::plural(diff.files.len(), "file"), look.style(Slot::Text)),
                    Span::styled(format!("  +{added}"), look.style(Slot::Added)),
                    Span::styled(format!(" -{removed}"), look.style(Slot::Removed)),
                ],
            );
            diff::files(&mut sheet, diff, page, look);
        }
        Some(Loaded::Failed(reason)) => {
            sheet.gap();
            sheet.text(&format!("The diff cannot be shown: {reason}"), Slot::Error);
        }
        Some(Loaded::Pending) | None => {
            sheet.gap();
            sheet.text("Reading the diff.", Slot::Dim);
        }
    }
    sheet.finish()
}

/// What a person wrote on it, with their approval or since.
fn comments(model: &Model, commit: &Oid, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let own = model
        .state
        .remarks
        .iter()
        .filter(|remark| remark.commit.as_ref() == Some(commit));
    for remark in own.filter(|remark| remark.fate != Fate::Withdrawn) {
        let waits = if remark.fate == Fate::Waits {
            ", which the agent has not got yet"
        } else {
            ""
        };
        for comment in &remark.comments {
            let at = Clean::name(&place(comment)).span(look.style(Slot::Dim));
            sheet.fact_spans(
                "you wrote",
                &[
                    Span::styled("on ", look.style(Slot::Dim)),
                    at,
                    Span::styled(waits, look.style(Slot::Dim)),
                ],
            );
            for line in comment.text.lines() {
                sheet.fact_spans("", &[Clean::line(line).span(look.style(Slot::Human))]);
            }
        }
    }
}

fn tests(before: Option<TestTotals>, after: Option<TestTotals>, look: &Look<'_>) -> Vec<Span<'static>> {
    let word = |totals: TestTotals| format!("{}/{}", totals.passed, totals.total());
    let Some(after) = after else {
        return vec![Span::styled("none were run: no verify command", look.style(Slot::Dim))];
    };
    let mut spans = Vec::new();
    if let Some(before) = before {
        spans.push(Span::styled(
            format!("{} {} ", word(before), look.glyph(Glyph::Arrow)),
            look.style(Slot::Dim),
        ));
    }
    let slot = if after.failed == 0 { Slot::Pass } else { Slot::Fail };
    spans.push(Span::styled(word(after), look.style(slot)));
    spans.push(Clean::literal(" on exactly this tree").span(look.style(Slot::Dim)));
    spans
}
