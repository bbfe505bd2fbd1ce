//! What differs between two versions of a list, in one line for a person.

use super::FeatureList;
use super::difference::difference;
use crate::protocol::{Feature, FeatureStatus};
use std::collections::BTreeMap;

/// Names what changed from `old` to `new`: flags, edited fields, removed and added features; or that only the formatting did.
///
/// Features are paired by id where it is unique in both, else by description, else by position.
#[must_use]
pub fn compare(old: &FeatureList, new: &FeatureList) -> String {
    let found = difference(old.features(), new.features());
    let mut said: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (before, after) in &found.flips {
        let what = match after.status {
            FeatureStatus::Passing => "flag set to passing",
            FeatureStatus::Failing => "flag set to failing",
            FeatureStatus::Unknown => "flag removed or damaged",
        };
        said.entry(what.to_owned()).or_default().push(before.id.as_str());
    }
    for (what, features) in &found.edits {
        let ids = features.iter().map(|(before, _)| before.id.as_str());
        said.insert(format!("{what} edited"), ids.collect());
    }
    let mut facts: Vec<String> = said
        .into_iter()
        .map(|(what, ids)| format!("{what}: {}", some(&ids)))
        .collect();
    for (what, features) in [("removed", &found.removed), ("added", &found.added)] {
        if !features.is_empty() {
            facts.push(format!("{what}: {}", some(&ids(features))));
        }
    }
    if facts.is_empty() {
        let moved = old.features().iter().map(|f| &f.id).ne(new.features().iter().map(|f| &f.id));
        facts.push(if moved {
            "features reordered".into()
        } else {
            "bytes changed, every feature as before".into()
        });
    }
    facts.join("; ")
}

fn ids<'a>(features: &[&'a Feature]) -> Vec<&'a str> {
    features.iter().map(|feature| feature.id.as_str()).collect()
}

fn some(ids: &[&str]) -> String {
    let shown = ids.iter().take(6).copied().collect::<Vec<_>>().join(", ");
    if ids.len() > 6 {
        format!("{shown} and {} more", ids.len() - 6)
    } else {
        shown
    }
}
