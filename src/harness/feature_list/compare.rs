//! What differs between two versions of a list, in one line for a person.

use super::FeatureList;
use crate::protocol::{Feature, FeatureStatus};
use std::collections::BTreeMap;

/// Names what changed from `old` to `new`: flags, edited fields, removed and added features; or that only the formatting did.
///
/// Features are paired by id where it is unique in both, else by description, else by position.
#[must_use]
pub fn compare(old: &FeatureList, new: &FeatureList) -> String {
    let pairs = pair(old.features(), new.features());
    let mut facts: Vec<String> = Vec::new();
    let mut edits: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for (before, after) in pairs.matched {
        let id = before.id.as_str();
        match (before.status, after.status) {
            (a, b) if a == b => {
                if before.word != after.word {
                    edits.entry("state edited").or_default().push(id);
                }
            }
            (_, FeatureStatus::Passing) => edits.entry("flag set to passing").or_default().push(id),
            (_, FeatureStatus::Failing) => edits.entry("flag set to failing").or_default().push(id),
            (_, FeatureStatus::Unknown) => edits.entry("flag removed or damaged").or_default().push(id),
        }
        for (name, differs) in [
            (
                "description edited",
                before.description != after.description || before.title != after.title,
            ),
            ("steps edited", before.steps != after.steps),
            ("tests edited", before.tests != after.tests),
            (
                "category, files or id edited",
                before.category != after.category || before.files != after.files || before.id != after.id,
            ),
            (
                "other keys edited",
                before.details != after.details || before.depends != after.depends || before.priority != after.priority,
            ),
        ] {
            if differs {
                edits.entry(name).or_default().push(id);
            }
        }
    }
    for (what, ids) in edits {
        facts.push(format!("{what}: {}", some(&ids)));
    }
    if !pairs.removed.is_empty() {
        facts.push(format!("removed: {}", some(&pairs.removed)));
    }
    if !pairs.added.is_empty() {
        facts.push(format!("added: {}", some(&pairs.added)));
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

struct Pairs<'a> {
    matched: Vec<(&'a Feature, &'a Feature)>,
    removed: Vec<&'a str>,
    added: Vec<&'a str>,
}

fn pair<'a>(old: &'a [Feature], new: &'a [Feature]) -> Pairs<'a> {
    let mut taken = vec![false; new.len()];
    let mut matched: Vec<Option<&Feature>> = vec![None; old.len()];
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
                *slot = new.get(at);
            }
        }
    }
    // What is left on the same position of both is an edit, not a removal and an addition; unless both have ids of their own.
    for (at, (slot, feature)) in matched.iter_mut().zip(old).enumerate() {
        if slot.is_none()
            && taken.get(at) == Some(&false)
            && let Some(other) = new.get(at)
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
            .map(|(feature, _)| feature.id.as_str())
            .collect(),
        added: new
            .iter()
            .zip(&taken)
            .filter(|(_, taken)| !**taken)
            .map(|(feature, _)| feature.id.as_str())
            .collect(),
        matched: old
            .iter()
            .zip(matched)
            .filter_map(|(before, after)| Some((before, after?)))
            .collect(),
    }
}

fn some(ids: &[&str]) -> String {
    let shown = ids.iter().take(6).copied().collect::<Vec<_>>().join(", ");
    if ids.len() > 6 {
        format!("{shown} and {} more", ids.len() - 6)
    } else {
        shown
    }
}
