//! What differs between two versions of a list, feature by feature.
//!
//! Owns which feature of one version is which of the other. Does not own saying it ([`super::compare`], [`crate::harness::history`]).
//! Invariant: every feature of either version is paired at most once; what is not paired was removed or added.

use crate::protocol::{Feature, FeatureStatus};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// What became of the features of one version in another.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    /// Features whose state is another: before, after.
    pub flips: Vec<(&'a Feature, &'a Feature)>,
    /// Features that say something else, by what: before, after.
    pub edits: BTreeMap<&'static str, Vec<(&'a Feature, &'a Feature)>>,
    /// Features of the first that the second has not.
    pub removed: Vec<&'a Feature>,
    /// Features of the second that the first has not.
    pub added: Vec<&'a Feature>,
    /// How many are in both with the same text.
    pub kept: usize,
}

/// An edit of what a feature says.
pub const DESCRIPTION: &str = "description";
/// An edit of its steps.
pub const STEPS: &str = "steps";
/// An edit of its tests.
pub const TESTS: &str = "tests";
/// An edit of its category, files or id.
pub const PLACE: &str = "category, files or id";
/// An edit of keys that mean nothing to the harness, its dependencies or its priority.
pub const OTHER: &str = "other keys";
/// Another word for a state that is no other.
pub const WORD: &str = "state";

/// Compares two versions. Features are paired by id where it is unique in both, else by description, else by position.
#[must_use]
pub fn difference<'a, F: Borrow<Feature>>(old: &'a [F], new: &'a [F]) -> Difference<'a> {
    let all = |list: &'a [F]| -> Vec<&'a Feature> { list.iter().map(Borrow::borrow).collect() };
    let (old, new) = (all(old), all(new));
    // Versions share what is as it was: that is paired with itself, and nothing of it is compared.
    let shared = |(before, after): &(&&Feature, &&Feature)| std::ptr::eq(**before, **after);
    let head = old.iter().zip(&new).take_while(shared).count();
    let (old, new) = (&old[head..], &new[head..]);
    // From the end only what an id of its own pairs: of equal texts the first ones belong together.
    let named = |pair: &(&&Feature, &&Feature)| shared(pair) && !pair.0.id.as_str().starts_with('#');
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(named).count();
    let pairs = pair(&old[..old.len() - tail], &new[..new.len() - tail]);
    let mut found = Difference {
        removed: pairs.removed,
        added: pairs.added,
        kept: head + tail,
        ..Difference::default()
    };
    for (before, after) in pairs.matched {
        if before.status != after.status {
            found.flips.push((before, after));
        }
        let text = before.description != after.description || before.title != after.title;
        found.kept += usize::from(!text);
        for (what, differs) in [
            (DESCRIPTION, text),
            (STEPS, before.steps != after.steps),
            (TESTS, before.tests != after.tests),
            (
                PLACE,
                before.category != after.category || before.files != after.files || renamed(before, after),
            ),
            (
                OTHER,
                before.details != after.details || before.depends != after.depends || before.priority != after.priority,
            ),
            (WORD, before.status == after.status && before.word != after.word),
        ] {
            if differs {
                found.edits.entry(what).or_default().push((before, after));
            }
        }
    }
    found
}

/// Says whether an id is another; a place that moved is no id.
fn renamed(before: &Feature, after: &Feature) -> bool {
    let own = |feature: &Feature| !feature.id.as_str().starts_with('#');
    before.id != after.id && (own(before) || own(after))
}

/// Says whether a feature passes in one version and not in the other, and in which.
#[must_use]
pub fn flip_to(before: &Feature, after: &Feature) -> Option<FeatureStatus> {
    match (before.status, after.status) {
        (FeatureStatus::Passing, FeatureStatus::Passing) => None,
        (_, FeatureStatus::Passing) => Some(FeatureStatus::Passing),
        (FeatureStatus::Passing, lost) => Some(lost),
        _ => None,
    }
}

struct Pairs<'a> {
    matched: Vec<(&'a Feature, &'a Feature)>,
    removed: Vec<&'a Feature>,
    added: Vec<&'a Feature>,
}

fn pair<'a>(old: &[&'a Feature], new: &[&'a Feature]) -> Pairs<'a> {
    let mut taken = vec![false; new.len()];
    let mut matched: Vec<Option<&'a Feature>> = vec![None; old.len()];
    let real = |id: &str| !id.starts_with('#');
    let keys: [fn(&Feature) -> &str; 2] = [|f| f.id.as_str(), |f| f.description.as_str()];
    for (round, key) in keys.into_iter().enumerate() {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, feature) in new.iter().enumerate().rev() {
            if !taken[at] && (round == 1 || real(key(feature))) {
                places.entry(key(feature)).or_default().push(at);
            }
        }
        for (slot, feature) in matched.iter_mut().zip(old) {
            if slot.is_none()
                && let Some(at) = places.get_mut(key(feature)).and_then(Vec::pop)
            {
                taken[at] = true;
                *slot = new.get(at).copied();
            }
        }
    }
    // What is left on the same position of both is an edit, not a removal and an addition; unless both have ids of their own.
    for (at, (slot, feature)) in matched.iter_mut().zip(old).enumerate() {
        if slot.is_none()
            && taken.get(at) == Some(&false)
            && let Some(&other) = new.get(at)
            && !(real(feature.id.as_str()) && real(other.id.as_str()))
        {
            taken[at] = true;
            *slot = Some(other);
        }
    }
    Pairs {
        removed: old
            .iter()
            .zip(&matched)
            .filter(|(_, slot)| slot.is_none())
            .map(|(feature, _)| *feature)
            .collect(),
        added: new
            .iter()
            .zip(&taken)
            .filter(|(_, taken)| !**taken)
            .map(|(feature, _)| *feature)
            .collect(),
        matched: old
            .iter()
            .zip(matched)
            .filter_map(|(before, after)| Some((*before, after?)))
            .collect(),
    }
}
