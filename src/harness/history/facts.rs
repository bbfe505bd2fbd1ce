//! From a difference between two lists to facts a person may want to look at.
//!
//! Owns which differences are worth a look. Does not own the words for them on a screen. Invariant: a fact names every feature it is of.

use crate::harness::feature_list::difference::{DESCRIPTION, Difference, PLACE, STEPS, TESTS, flip_to};
use crate::protocol::{Feature, FeatureStatus, ListFact, ListFactKind, NamedFeature};
use std::collections::BTreeSet;

/// So many features that begin to pass in one commit are a fact of their own: a session of the method does one.
const BULK: usize = 5;

/// A list of which less than one feature in so many is as it was counts as another list.
const OTHER_LIST: usize = 4;

/// What a feature says that makes an edit of it worth a look; notes and states of work come and go.
const SAID: [&str; 4] = [DESCRIPTION, STEPS, TESTS, PLACE];

/// Returns the facts of a difference between lists of so many features.
pub fn facts(found: &Difference<'_>, old: usize, new: usize) -> Vec<ListFact> {
    if is_replaced(found, old) {
        let detail = format!("{} became {new}, {} of them as before", features(old), found.kept);
        return vec![alone(ListFactKind::Replaced, detail)];
    }
    let mut facts = Vec::new();
    let mut fact = |kind, features: Vec<NamedFeature>, detail: &str| {
        if !features.is_empty() {
            facts.push(ListFact {
                kind,
                features,
                detail: detail.to_owned(),
                brought: false,
            });
        }
    };
    let name_all = |features: &[&Feature]| features.iter().map(|feature| named(feature)).collect::<Vec<_>>();
    fact(ListFactKind::Removed, name_all(&found.removed), "");
    let (passing, open): (Vec<&Feature>, Vec<&Feature>) = found
        .added
        .iter()
        .partition(|feature| feature.status == FeatureStatus::Passing);
    fact(ListFactKind::Added, name_all(&open), "");
    fact(ListFactKind::AddedPassing, name_all(&passing), "");
    for (what, edited) in found.edits.iter().filter(|(what, _)| SAID.contains(what)) {
        fact(
            ListFactKind::Edited,
            edited.iter().map(|(before, _)| named(before)).collect(),
            what,
        );
    }
    let flipped = |to_passing: bool| {
        let flips = found
            .flips
            .iter()
            .filter(|(before, after)| flip_to(before, after).is_some_and(|to| (to == FeatureStatus::Passing) == to_passing));
        flips.map(|(_, after)| named(after)).collect::<Vec<_>>()
    };
    fact(ListFactKind::Regressed, flipped(false), "");
    let passed = flipped(true);
    if passed.len() >= BULK {
        fact(ListFactKind::BulkFlip, passed, "");
    }
    facts
}

/// Says whether hardly anything of a list of `old` features is as it was.
fn is_replaced(found: &Difference<'_>, old: usize) -> bool {
    old > 1 && found.kept * OTHER_LIST < old
}

/// Says whether two lists have hardly anything in common, seen from the longer one.
pub fn is_other(found: &Difference<'_>, old: usize, new: usize) -> bool {
    found.kept * OTHER_LIST < old.max(new)
}

/// Says whether two lists have nearly all in common.
pub fn is_same(found: &Difference<'_>, old: usize, new: usize) -> bool {
    let longer = old.max(new);
    longer > 0 && found.kept * OTHER_LIST >= longer * (OTHER_LIST - 1)
}

/// Parts the facts of a merge: features that are known to be so from another parent were only brought.
pub fn part(facts: &mut Vec<ListFact>, known: &[ListFact]) {
    let mut parted = Vec::new();
    for mut fact in facts.drain(..) {
        let same: Vec<&ListFact> = known
            .iter()
            .filter(|other| other.kind == fact.kind && other.detail == fact.detail)
            .collect();
        if fact.brought || same.is_empty() {
            parted.push(fact);
            continue;
        }
        let there: BTreeSet<&NamedFeature> = same.iter().flat_map(|other| &other.features).collect();
        let (brought, own): (Vec<NamedFeature>, Vec<NamedFeature>) =
            fact.features.drain(..).partition(|feature| there.contains(feature));
        let of_the_list = brought.is_empty() && own.is_empty();
        for (features, is_brought) in [(own, false), (brought, true)] {
            if !features.is_empty() || (of_the_list && is_brought) {
                parted.push(ListFact {
                    features,
                    brought: is_brought,
                    ..fact.clone()
                });
            }
        }
    }
    *facts = parted;
}

/// A fact of the whole list.
pub fn alone(kind: ListFactKind, detail: String) -> ListFact {
    ListFact {
        kind,
        features: Vec::new(),
        detail,
        brought: false,
    }
}

/// A feature's names.
pub fn named(feature: &Feature) -> NamedFeature {
    let text = if feature.title.is_empty() {
        &feature.description
    } else {
        &feature.title
    };
    NamedFeature {
        id: feature.id.to_string(),
        text: text.clone(),
    }
}

/// So many features, in words.
pub fn features(count: usize) -> String {
    format!("{count} feature{}", if count == 1 { "" } else { "s" })
}
