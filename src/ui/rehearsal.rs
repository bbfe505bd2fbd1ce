//! A rehearsal in words: the same rows for the page and for the command line.
//!
//! Owns the wording. Invariant: nothing that goes or changes is left unsaid, though a long list is cut with its count.

use super::text::format::plural;
use crate::protocol::{FeatureStatus, MoveKind, Oid, Rehearsal, TestTotals};
use crate::session::State;

/// How a rehearsal is worded.
#[derive(Debug, Clone, Copy)]
pub struct Wording {
    /// Between before and after.
    pub arrow: &'static str,
    /// Names of a list that are said before it is cut.
    pub names: usize,
}

/// Says where a move goes, as a heading.
#[must_use]
pub fn heading(rehearsal: &Rehearsal) -> String {
    match rehearsal.kind {
        MoveKind::Rollback => format!("Roll back to {}", rehearsal.title),
        MoveKind::Undo => format!("Undo: back to {}", rehearsal.title),
        MoveKind::Redo => format!("Redo: forth to {}", rehearsal.title),
    }
}

/// Says what a move does, as pairs of a label and a text. The log tells of sessions and tests.
#[must_use]
pub fn rows(rehearsal: &Rehearsal, state: &State, wording: Wording) -> Vec<(&'static str, String)> {
    let arrow = wording.arrow;
    let named = |names: &[String]| named(names, wording.names);
    let mut rows = vec![
        ("branch", branch(rehearsal, arrow)),
        ("files", files(rehearsal, wording.names)),
    ];
    let features: Vec<String> = rehearsal
        .features
        .iter()
        .map(|moved| format!("{} {} {arrow} {}", moved.feature, status(moved.from), status(moved.to)))
        .collect();
    if !features.is_empty() {
        rows.push(("features", named(&features)));
    }
    if let Some(totals) = state.tests_at(&rehearsal.target) {
        let TestTotals { passed, failed, .. } = totals;
        rows.push(("tests", format!("{passed} of {} passed there", passed + failed)));
    }
    if let Some(notes) = &rehearsal.notes {
        let entries = |count: u32| {
            if count == 1 {
                "1 entry".to_owned()
            } else {
                format!("{count} entries")
            }
        };
        let text = match (notes.set_aside, notes.returned) {
            (0, 0) => "text differs".to_owned(),
            (aside, 0) => format!("{} set aside", entries(aside)),
            (0, returned) => format!("{} back", entries(returned)),
            (aside, returned) => format!("{} set aside, {} back", entries(aside), entries(returned)),
        };
        rows.push(("notes", format!("{}: {text}", notes.path)));
    }
    let abandoned: Vec<String> = state
        .abandoned_by(&rehearsal.target)
        .iter()
        .filter(|session| !state.abandoned.contains(session))
        .map(ToString::to_string)
        .collect();
    if rehearsal.kind == MoveKind::Rollback && !abandoned.is_empty() {
        rows.push(("sessions", format!("{} stay in the log, marked abandoned", named(&abandoned))));
    }
    if !rehearsal.edited.is_empty() {
        rows.push((
            "edited",
            format!("since the last checkpoint or move, and kept: {}", named(&rehearsal.edited)),
        ));
    }
    let mut stays = rehearsal.left_alone.clone();
    stays.push("empty directories and what git ignores, which nobody keeps".to_owned());
    rows.push(("stays", stays.join("; ")));
    rows.push((
        "undo",
        format!("at any time; everything is kept under undo/{}", rehearsal.undo),
    ));
    rows
}

fn branch(rehearsal: &Rehearsal, arrow: &str) -> String {
    let at = |commit: &Option<Oid>| commit.as_ref().map_or("no commit", Oid::short).to_owned();
    let mut text = if rehearsal.from == rehearsal.to {
        format!("{} stays at {}", rehearsal.branch, at(&rehearsal.from))
    } else {
        format!("{}  {} {arrow} {}", rehearsal.branch, at(&rehearsal.from), at(&rehearsal.to))
    };
    if !rehearsal.set_aside.is_empty() {
        text.push_str(&format!("  {} set aside", plural(rehearsal.set_aside.len(), "commit")));
    }
    if rehearsal.returning > 0 {
        text.push_str(&format!("  {} back", plural(rehearsal.returning as usize, "commit")));
    }
    text
}

fn files(rehearsal: &Rehearsal, names: usize) -> String {
    let parts = [
        (&rehearsal.changed, "changes", "change", false),
        (&rehearsal.returned, "returns", "return", false),
        (&rehearsal.removed, "goes", "go", false),
        (&rehearsal.untracked, "untracked kept aside", "untracked kept aside", true),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(list, ..)| !list.is_empty())
        .map(|(list, one, many, all)| {
            let word = if list.len() == 1 { one } else { many };
            let names = if all {
                format!(": {}", named(list, names))
            } else {
                String::new()
            };
            format!("{} {word}{names}", list.len())
        })
        .collect();
    if said.is_empty() { "none".to_owned() } else { said.join(", ") }
}

fn named(names: &[String], most: usize) -> String {
    match names.get(most..) {
        Some(rest) if !rest.is_empty() => format!("{} and {} more", names[..most].join(", "), rest.len()),
        _ => names.join(", "),
    }
}

const fn status(status: Option<FeatureStatus>) -> &'static str {
    match status {
        Some(FeatureStatus::Passing) => "passes",
        Some(FeatureStatus::Failing) => "open",
        Some(FeatureStatus::Unknown) => "unknown",
        None => "not listed",
    }
}
