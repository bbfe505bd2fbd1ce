//! What a session did to the feature list: how many features came to pass, by what, and what else of the list changed.
//!
//! Invariant: only what the session did itself is looked at, and never where a person edited the list meanwhile.

use super::{Worked, told};
use crate::harness::feature_list::difference::{OTHER, WORD, difference};
use crate::protocol::FeatureStatus;
use crate::protocol::event::FlipBy;

/// The features that the session itself got to pass, with whether each flip has evidence of this session.
fn passed<'a>(worked: &'a Worked<'_>) -> impl Iterator<Item = (&'a str, bool)> {
    worked.state.features.rows.iter().flat_map(move |row| {
        let own = row
            .flips
            .iter()
            .filter(move |flip| flip.session == worked.session && flip.to == FeatureStatus::Passing && flip.by == FlipBy::Agent);
        own.map(move |flip| {
            let evidence = flip
                .evidence
                .as_ref()
                .is_some_and(|evidence| evidence.session == worked.session);
            (row.feature.id.as_str(), evidence)
        })
    })
}

/// Whether it got as many features to pass as a session may, and one at least.
pub(super) fn features(worked: &Worked<'_>) -> (String, bool) {
    let mut ids: Vec<&str> = passed(worked).map(|(id, _)| id).collect();
    ids.dedup();
    let most = worked.features as usize;
    match ids.as_slice() {
        [] => ("a feature passes".to_owned(), false),
        [one] => (format!("one feature: {one}"), true),
        several if several.len() <= most => (format!("{} features of at most {most}", several.len()), true),
        several => (format!("at most {most} features ({})", several.join(", ")), false),
    }
}

/// Whether every flip to passing has evidence of the session; `None` where there is none.
pub(super) fn evidence(worked: &Worked<'_>) -> Option<(String, bool)> {
    let without: Vec<String> = passed(worked)
        .filter(|(_, evidence)| !evidence)
        .map(|(id, _)| id.to_owned())
        .collect();
    (passed(worked).count() > 0).then(|| told("every flip has evidence of this session", without))
}

/// Whether the session left all of the list but its flags as it was. Nothing is said where a person edited it meanwhile.
pub(super) fn only_flags(worked: &Worked<'_>) -> Option<(String, bool)> {
    let by_hand = worked
        .state
        .features
        .rows
        .iter()
        .any(|row| row.edits.iter().any(|edit| edit.session == worked.session));
    let (before, now) = worked.lists.as_ref().filter(|_| !by_hand)?;
    let found = difference(before, now);
    let mut against: Vec<String> = Vec::new();
    against.extend(found.removed.iter().map(|feature| format!("{} removed", feature.id)));
    against.extend(found.added.iter().map(|feature| format!("{} added", feature.id)));
    for (what, edited) in found.edits.iter().filter(|(what, _)| ![WORD, OTHER].contains(what)) {
        against.extend(edited.iter().map(|(feature, _)| format!("{}: {what} edited", feature.id)));
    }
    Some(told("only pass flags changed", against))
}
