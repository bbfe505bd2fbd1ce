//! What became of a feature list, in words: the same for the page and for the command line.
//!
//! Owns the wording. Invariant: a fact names the features that it is of, though a long list of them is cut with its count.

use super::text::format::{grouped, plural};
use crate::protocol::event::{FlipBy, RegressionTraced};
use crate::protocol::{HistoryProgress, ListFact, ListFactKind, ListHistory, ListStep, NamedFeature, Oid, SessionNo};
use crate::session::{Setback, State, Stretch};
use std::collections::HashMap;

/// Says a fact, with at most so many features named.
#[must_use]
pub fn fact(fact: &ListFact, names: usize) -> String {
    let what = match fact.kind {
        ListFactKind::Created => "list begins",
        ListFactKind::Renamed => "list renamed",
        ListFactKind::Deleted => "list deleted",
        ListFactKind::Restored if fact.detail.starts_with("as in ") => "restored",
        ListFactKind::Restored => "list is back",
        ListFactKind::Replaced => "list replaced",
        ListFactKind::Broken => "cannot be read",
        ListFactKind::Removed => "removed",
        ListFactKind::Added => "added",
        ListFactKind::AddedPassing => "added as passing",
        ListFactKind::Edited => "edited",
        ListFactKind::Regressed => "no longer passing",
        ListFactKind::SetBack => "set back by hand",
        ListFactKind::BulkFlip => "passing at once",
    };
    let mut text = what.to_owned();
    if fact.kind == ListFactKind::Edited || what == "restored" {
        text.push_str(&format!(" ({})", fact.detail));
    }
    if fact.kind == ListFactKind::BulkFlip {
        text = format!("{} {what}", plural(fact.features.len(), "feature"));
    }
    if !fact.features.is_empty() {
        text.push_str(&format!(": {}", named(&fact.features, names)));
    } else if fact.kind == ListFactKind::Renamed {
        text.push_str(&format!(": it was {}", fact.detail));
    } else if !fact.detail.is_empty() && what != "restored" {
        text.push_str(&format!(": {}", fact.detail));
    }
    if fact.brought {
        text.push_str(" (by the merge)");
    }
    text
}

/// Says the features whose flag moved, as `+3 -1`: against the first parent, or where the list is another one, what it is.
#[must_use]
pub fn flips(step: &ListStep) -> String {
    let mut parts = Vec::new();
    let is = |kind| step.facts.iter().any(|fact| fact.kind == kind);
    if is(ListFactKind::Replaced) {
        return "replaced".to_owned();
    }
    if is(ListFactKind::Restored) {
        parts.push("restored".to_owned());
    }
    for (sign, features) in [('+', &step.passed), ('-', &step.regressed)] {
        if !features.is_empty() {
            parts.push(format!("{sign}{}", features.len()));
        }
    }
    parts.join(" ")
}

/// Says how many features pass, as `12/40`; nothing where no list can be read.
#[must_use]
pub fn counts(step: &ListStep) -> String {
    match (step.passing, step.total) {
        (Some(passing), Some(total)) => format!("{passing}/{total}"),
        _ => "-".to_owned(),
    }
}

/// Says how far a telling is.
#[must_use]
pub fn progress(so_far: HistoryProgress) -> String {
    match so_far.all {
        Some(all) => format!("{} of {}", grouped(so_far.done), commits(all)),
        None => format!("looking for the list in {}", commits(so_far.done)),
    }
}

/// Prints a number of commits, however large.
#[must_use]
pub fn commits(count: u32) -> String {
    format!("{} commit{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Returns the setbacks that no commit of their session shows, oldest first: the list was right again before it was committed, or was
/// not committed yet. Those with a known cause are told beside another commit's, too.
#[must_use]
pub fn between_commits(told: &ListHistory, state: &State) -> Vec<Setback> {
    let sessions: HashMap<&Oid, SessionNo> = state
        .commits
        .iter()
        .map(|commit| (&commit.made.commit, commit.session))
        .collect();
    let shown = |back: &Setback| {
        let by = match back.stretch {
            Stretch::WithinSession => back.session,
            // The next session's commit takes it along.
            Stretch::AfterSession | Stretch::RunStart => back.session.next(),
        };
        let own = told.steps.iter().filter(|step| sessions.get(&step.commit.id) == Some(&by));
        own.flat_map(|step| &step.regressed)
            .any(|feature| feature.id == back.feature.id)
    };
    let by_own = |back: &Setback, cause: &Oid| {
        let mut own = told.steps.iter().filter(|step| step.commit.id == *cause);
        own.any(|step| step.regressed.iter().any(|feature| feature.id == back.feature.id))
    };
    let is_told = |back: &Setback| match back.commit() {
        Some(cause) => by_own(back, cause),
        None => shown(back),
    };
    state.setbacks().into_iter().filter(|back| !is_told(back)).collect()
}

/// Says a setback.
#[must_use]
pub fn setback(back: &Setback) -> String {
    let by = match back.by {
        FlipBy::Agent => "by the agent",
        FlipBy::Harness => "by the harness",
        FlipBy::Human => "by hand",
    };
    let again = match back.again {
        Some(session) if session == back.session => ", and passing again in the same session".to_owned(),
        Some(session) => format!(", passing again in {session}"),
        None => String::new(),
    };
    let reason = if back.reason.is_empty() {
        String::new()
    } else {
        format!(": {}", back.reason)
    };
    let cause = back.commit().and(back.traced.as_ref()).map(RegressionTraced::words);
    let cause = cause.as_deref().unwrap_or("no commit shows it");
    format!("no longer passing: {} ({by}, {cause}){again}{reason}", back.feature.id)
}

fn named(features: &[NamedFeature], most: usize) -> String {
    let name = |feature: &NamedFeature| {
        // A place says nothing once features come and go.
        if feature.id.starts_with('#') && !feature.text.is_empty() {
            format!("{} {}", feature.id, short(&feature.text))
        } else {
            feature.id.clone()
        }
    };
    let said: Vec<String> = features.iter().take(most).map(name).collect();
    match features.len().saturating_sub(most) {
        0 => said.join(", "),
        rest => format!("{} and {rest} more", said.join(", ")),
    }
}

/// The beginning of a text, in as much room as a name has.
fn short(text: &str) -> String {
    const ROOM: usize = 32;
    let mut cut: String = text.chars().take(ROOM).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("“{cut}”")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::CommitInfo;

    fn step(kind: ListFactKind, detail: &str, passed: &[&str]) -> ListStep {
        let named = |id: &&str| NamedFeature {
            id: (*id).to_owned(),
            text: String::new(),
        };
        ListStep {
            commit: CommitInfo {
                id: "0123456789".into(),
                subject: String::new(),
                author: String::new(),
                time: jiff::Timestamp::UNIX_EPOCH,
            },
            parent: None,
            merge: false,
            at: None,
            path: None,
            total: None,
            passing: None,
            passed: passed.iter().map(named).collect(),
            regressed: Vec::new(),
            facts: vec![ListFact {
                kind,
                features: Vec::new(),
                detail: detail.to_owned(),
                brought: false,
            }],
        }
    }

    #[test]
    fn a_list_that_is_another_is_called_so_where_flips_stand() {
        let replaced = step(ListFactKind::Replaced, "200 features became 1, 0 of them as before", &[]);
        assert_eq!(flips(&replaced), "replaced");
        let back = step(ListFactKind::Restored, "as in 89abcde", &[]);
        assert_eq!(
            (flips(&back), fact(&back.facts[0], 3)),
            ("restored".to_owned(), "restored (as in 89abcde)".to_owned())
        );
        let changed = step(ListFactKind::Restored, "as in 89abcde, changed", &["A", "B"]);
        assert_eq!(flips(&changed), "restored +2");
        let back = step(ListFactKind::Restored, "3 features", &[]);
        assert_eq!(fact(&back.facts[0], 3), "list is back: 3 features");
    }

    #[test]
    fn how_far_it_is_is_said_with_thousands_apart() {
        let so_far = |done, all| progress(HistoryProgress { done, all });
        assert_eq!(so_far(412, Some(2_000)), "412 of 2,000 commits");
        assert_eq!(so_far(1_234_567, None), "looking for the list in 1,234,567 commits");
        assert_eq!(commits(1), "1 commit");
    }
}
