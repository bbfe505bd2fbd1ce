//! What was found of a commit beside its tests: by the guards, by git, and what it cannot hold.
//!
//! Owns who each line is said of. Invariant: what git said stands under its own name, never among what guards found.

use super::head::Rows;
use crate::protocol::event::CommitFacts;
use crate::ui::text::{Clean, Glyph};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Findings above which their number is told first.
const MANY: usize = 8;

/// Lays it out.
pub(super) fn facts(facts: &CommitFacts, rows: &mut Rows<'_>) {
    guards(facts, rows);
    hook(facts, rows);
    git(facts, rows);
    left_out(facts, rows);
}

/// Lays out what was said of a commit that is made by now. What git and the hook said of it before is over.
pub(super) fn of_made(facts: &CommitFacts, rows: &mut Rows<'_>) {
    guards(facts, rows);
    left_out(facts, rows);
}

fn guards(facts: &CommitFacts, rows: &mut Rows<'_>) {
    let look = rows.look;
    let bad = facts.findings.iter().filter(|(good, _)| !good).count();
    if bad > MANY {
        let told = format!("not ok: {bad} findings, each in a row of its own below");
        rows.row(Some(false), "guards", &[Span::styled(told, look.style(Slot::Fail))]);
    }
    for (_, text) in facts.findings.iter().filter(|(good, _)| !good) {
        let spans = [
            Span::styled("not ok: ", look.style(Slot::Fail)),
            Clean::name(text).span(look.style(Slot::Bold)),
        ];
        rows.row(Some(false), "guards", &spans);
    }
    let fine: Vec<&str> = facts
        .findings
        .iter()
        .filter(|(good, _)| *good)
        .map(|(_, text)| text.as_str())
        .collect();
    let mut spans = Vec::new();
    for (index, text) in fine.iter().enumerate() {
        let lead = if index == 0 {
            "ok: ".to_owned()
        } else {
            format!("  {}  ", look.glyph(Glyph::Dot))
        };
        spans.push(Span::styled(
            lead,
            look.style(if index == 0 { Slot::Pass } else { Slot::Dim }),
        ));
        spans.push(Clean::name(text).span(look.style(Slot::Text)));
    }
    if !fine.is_empty() {
        rows.row(Some(true), "guards", &spans);
    } else if facts.findings.is_empty() {
        rows.row(
            None,
            "guards",
            &[Span::styled("nothing found, nothing checked", look.style(Slot::Dim))],
        );
    }
}

/// Tells what approving over the hook comes to: what is mended until then counts, and the hook itself only from the next run on.
fn hook(facts: &CommitFacts, rows: &mut Rows<'_>) {
    if facts.hook_failure.is_some() {
        let told = "asked again when you approve, as the file was at the run's start";
        rows.row(None, "hook", &[Span::styled(told, rows.look.style(Slot::Dim))]);
    }
}

/// Tells why an approval before this one led to no commit: no guard found that, git said so.
fn git(facts: &CommitFacts, rows: &mut Rows<'_>) {
    let look = rows.look;
    if let Some(said) = &facts.git_failure {
        rows.row(Some(false), "git", &[Clean::name(said).span(look.style(Slot::Bold))]);
    }
}

fn left_out(facts: &CommitFacts, rows: &mut Rows<'_>) {
    let look = rows.look;
    for text in &facts.left_out {
        rows.row(Some(false), "left out", &[Clean::name(text).span(look.style(Slot::Warning))]);
    }
}
