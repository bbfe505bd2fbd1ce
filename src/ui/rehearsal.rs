//! A rehearsal in words: the same rows for the page and for the command line.
//!
//! Owns the wording. Invariant: nothing that goes or changes is left unsaid, though a long list is cut with its count.

use super::text::format::plural;
use crate::protocol::{
    CaseStatus, FeatureMove, FeatureStatus, Lacking, ModeMove, MoveKind, Oid, Rehearsal, SessionNo, TestMove, TestTotals,
};
use crate::session::State;

/// How a rehearsal is worded.
#[derive(Debug, Clone, Copy)]
pub struct Wording {
    /// Between before and after.
    pub arrow: &'static str,
    /// Names of a list that are said before it is cut.
    pub names: usize,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Its content or mode changes.
    Changes,
    /// It comes back.
    Returns,
    /// It goes, and git knows it.
    Goes,
    /// It goes, git does not know it, and the saved state keeps it.
    KeptAside,
}

impl Fate {
    /// Says it in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Returns => "returns",
            Self::Goes => "goes",
            Self::KeptAside => "goes, untracked: kept aside",
        }
    }
}

/// Lists every file that a move touches, with what becomes of it.
pub fn files(rehearsal: &Rehearsal) -> impl Iterator<Item = (Fate, &str)> {
    let lists = [
        (Fate::Changes, &rehearsal.changed),
        (Fate::Returns, &rehearsal.returned),
        (Fate::Goes, &rehearsal.removed),
        (Fate::KeptAside, &rehearsal.untracked),
    ];
    lists
        .into_iter()
        .flat_map(|(fate, names)| names.iter().map(move |name| (fate, name.as_str())))
}

/// Lists the sessions that a move marks abandoned.
#[must_use]
pub fn abandoned(rehearsal: &Rehearsal, state: &State) -> Vec<SessionNo> {
    if rehearsal.kind != MoveKind::Rollback {
        return Vec::new();
    }
    let mut sessions = state.abandoned_by(&rehearsal.target);
    sessions.retain(|session| !state.abandoned.contains(session));
    sessions
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
        ("files", counted(rehearsal, wording.names)),
    ];
    if !rehearsal.modes.is_empty() {
        let mode = |moved: &ModeMove| format!("{} {:o} {arrow} {:o}", moved.path, moved.from, moved.to);
        rows.push(("modes", named(&rehearsal.modes.iter().map(mode).collect::<Vec<_>>())));
    }
    if !rehearsal.staged.is_empty() {
        let back = match rehearsal.kind {
            MoveKind::Rollback | MoveKind::Redo => "an undo",
            MoveKind::Undo => "a redo",
        };
        let text = format!("{}; not staged afterwards, {back} stages it again", named(&rehearsal.staged));
        rows.push(("staged", text));
    }
    if !rehearsal.lacking.is_empty() {
        rows.push(("partial", lacking(rehearsal, wording.names)));
    }
    let features: Vec<String> = rehearsal.features.iter().map(|moved| feature_move(moved, arrow)).collect();
    if !features.is_empty() {
        rows.push(("features", named(&features)));
    }
    if let Some(totals) = state.tests_at(&rehearsal.target) {
        let TestTotals { passed, failed, .. } = totals;
        let flips = tests(&state.tests_moved_by(&rehearsal.target), wording.names);
        rows.push(("tests", format!("{passed} of {} passed there{flips}", passed + failed)));
    }
    if let Some(notes) = &rehearsal.notes {
        let entries = |count: u32| {
            if count == 1 {
                "1 entry".to_owned()
            } else {
                format!("{count} entries")
            }
        };
        let parts = [
            (notes.changed, "changed"),
            (notes.set_aside, "set aside"),
            (notes.returned, "back"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, what)| format!("{} {what}", entries(count))).collect();
        let text = if parts.is_empty() {
            "text differs".to_owned()
        } else {
            parts.join(", ")
        };
        rows.push(("notes", format!("{}: {text}", notes.path)));
    }
    let abandoned: Vec<String> = abandoned(rehearsal, state).iter().map(ToString::to_string).collect();
    if !abandoned.is_empty() {
        let stay = if abandoned.len() == 1 { "stays" } else { "stay" };
        rows.push((
            "sessions",
            format!("{} {stay} in the log, marked abandoned", named(&abandoned)),
        ));
    }
    if !rehearsal.edited.is_empty() {
        rows.push(("edited", edited(rehearsal, wording.names)));
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

/// What was there when the checkpoint was made and does not come back, first what is lost to the eye by that.
fn lacking(rehearsal: &Rehearsal, most: usize) -> String {
    let (goes, other): (Vec<&Lacking>, Vec<&Lacking>) = rehearsal.lacking.iter().partition(|lacking| lacking.goes);
    let goes = goes
        .into_iter()
        .map(|lacking| format!("{}; what is there now goes, kept in undo {}", lacking.what, rehearsal.undo));
    let lines: Vec<String> = goes.chain(other.into_iter().map(|lacking| lacking.what.clone())).collect();
    let rest = lines.len().saturating_sub(most);
    let mut text = format!(
        "not all that was there is kept there: {}",
        lines[..lines.len() - rest].join("; ")
    );
    if rest > 0 {
        text.push_str(&format!(" and {rest} more"));
    }
    text
}

/// What somebody edited since the last checkpoint or move, by what becomes of it.
fn edited(rehearsal: &Rehearsal, most: usize) -> String {
    let replaced = rehearsal.replaced();
    let (aside, stays): (Vec<String>, Vec<String>) = rehearsal.edited.iter().cloned().partition(|path| replaced.contains(path));
    let aside = (!aside.is_empty()).then(|| format!("kept aside in undo {}: {}", rehearsal.undo, named(&aside, most)));
    let stays = (!stays.is_empty()).then(|| format!("as it is there too, and not touched: {}", named(&stays, most)));
    let parts: Vec<String> = aside.into_iter().chain(stays).collect();
    format!("since the last checkpoint or move; {}", parts.join("; "))
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

fn counted(rehearsal: &Rehearsal, names: usize) -> String {
    let parts = [
        (&rehearsal.changed, "changes", "change", false),
        (&rehearsal.returned, "returns", "return", false),
        (&rehearsal.removed, "goes", "go", false),
        (&rehearsal.untracked, "untracked", "untracked", true),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(list, ..)| !list.is_empty())
        .map(|(list, one, many, all)| {
            let word = if list.len() == 1 { one } else { many };
            let names = if all {
                format!(" kept aside in undo {}: {}", rehearsal.undo, named(list, names))
            } else {
                String::new()
            };
            format!("{} {word}{names}", list.len())
        })
        .collect();
    if said.is_empty() { "none".to_owned() } else { said.join(", ") }
}

/// What tests are there, in the order in which they are told.
const THERE: [&str; 4] = ["failing there", "passing there", "skipped there", "not there"];

/// Says what a test that a move flips is there.
#[must_use]
pub const fn test_there(moved: &TestMove) -> &'static str {
    match moved.to {
        Some(CaseStatus::Failed) => THERE[0],
        Some(CaseStatus::Passed) => THERE[1],
        Some(CaseStatus::Skipped | CaseStatus::Todo) => THERE[2],
        None => THERE[3],
    }
}

/// Says a feature's status now and there, and whether it says something else there.
#[must_use]
pub fn feature_move(moved: &FeatureMove, arrow: &str) -> String {
    let FeatureMove { feature, from, to, .. } = moved;
    let words = if moved.reworded { " with other words" } else { "" };
    match (from, to) {
        _ if from == to => format!("{feature}{words}"),
        _ => format!("{feature} {} {arrow} {}{words}", status(*from), status(*to)),
    }
}

/// The tests that a move flips, by what they are there.
fn tests(moved: &[TestMove], names: usize) -> String {
    let mut text = String::new();
    for words in THERE {
        let tests = moved.iter().filter(|moved| test_there(moved) == words);
        let tests: Vec<String> = tests.map(|moved| moved.test.clone()).collect();
        if !tests.is_empty() {
            text.push_str(&format!("; {words}: {}", named(&tests, names)));
        }
    }
    text
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
