//! What became of a feature list, in words: the same for the page and for the command line.
//!
//! Owns the wording. Invariant: a fact names the features that it is of, though a long list of them is cut with its count.

use super::text::format::plural;
use crate::protocol::{ListFact, ListFactKind, ListStep, NamedFeature};

/// Says a fact, with at most so many features named.
#[must_use]
pub fn fact(fact: &ListFact, names: usize) -> String {
    let what = match fact.kind {
        ListFactKind::Created => "list begins",
        ListFactKind::Renamed => "list renamed",
        ListFactKind::Deleted => "list deleted",
        ListFactKind::Restored => "list is back",
        ListFactKind::Replaced => "list replaced",
        ListFactKind::Broken => "cannot be read",
        ListFactKind::Removed => "removed",
        ListFactKind::Added => "added",
        ListFactKind::AddedPassing => "added as passing",
        ListFactKind::Edited => "edited",
        ListFactKind::Regressed => "no longer passing",
        ListFactKind::BulkFlip => "passing at once",
    };
    let mut text = what.to_owned();
    if fact.kind == ListFactKind::Edited {
        text.push_str(&format!(" ({})", fact.detail));
    }
    if fact.kind == ListFactKind::BulkFlip {
        text = format!("{} {what}", plural(fact.features.len(), "feature"));
    }
    if !fact.features.is_empty() {
        text.push_str(&format!(": {}", named(&fact.features, names)));
    } else if fact.kind == ListFactKind::Renamed {
        text.push_str(&format!(": it was {}", fact.detail));
    } else if !fact.detail.is_empty() {
        text.push_str(&format!(": {}", fact.detail));
    }
    if fact.brought {
        text.push_str(" (by the merge)");
    }
    text
}

/// Says the features whose flag moved, as `+3 -1`.
#[must_use]
pub fn flips(step: &ListStep) -> String {
    let mut parts = Vec::new();
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
