//! Counters that a list keeps of itself, and that nobody keeps true.
//!
//! Owns finding those that say something else than the list. Invariant: they are told, never changed: what derives from the features
//! is for whoever derived it.

use super::json::{Node, Value};
use super::vocabulary::{COUNTED, COUNTERS, Counted, TITLES, same};
use crate::protocol::{Feature, FeatureStatus};

/// Finds stale counters, each with its byte offset.
pub fn stale(text: &str, root: &Node, features: &[Feature]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let all = Tally::of(features.iter());
    let mut look = |node: &Node, path: &str, tally: Tally| {
        for member in node.members() {
            let counted = COUNTED.iter().find(|(name, _)| same(name, &member.key));
            let said = text.get(member.value.span.clone()).unwrap_or("").parse::<usize>();
            if let (Some((_, counted)), Value::Number, Ok(said)) = (counted, &member.value.value, said) {
                let true_one = tally.get(*counted);
                if said != true_one {
                    let what = format!(
                        "\"{path}{}\" says {said}, the list has {true_one}; it is left as it is",
                        member.key
                    );
                    found.push((member.value.span.start, what));
                }
            }
        }
    };
    look(root, "", all);
    for member in root.members() {
        if COUNTERS.iter().any(|name| same(name, &member.key)) {
            look(&member.value, &format!("{}.", member.key), all);
        }
        if same(&member.key, "categories") {
            for category in member.value.items() {
                let names = category
                    .members()
                    .iter()
                    .filter(|own| TITLES.iter().chain(&["category", "id"]).any(|name| same(name, &own.key)));
                let own = names.filter_map(|own| match &own.value.value {
                    Value::Text(name) => Some(name),
                    _ => None,
                });
                for name in own {
                    let inside = features.iter().filter(|feature| feature.category == *name);
                    if inside.clone().next().is_some() {
                        look(category, &format!("{}.{name}.", member.key), Tally::of(inside));
                        break;
                    }
                }
            }
        }
    }
    found
}

#[derive(Clone, Copy)]
struct Tally {
    all: usize,
    passing: usize,
}

impl Tally {
    fn of<'a>(features: impl Iterator<Item = &'a Feature>) -> Self {
        let mut tally = Self { all: 0, passing: 0 };
        for feature in features {
            tally.all += 1;
            tally.passing += usize::from(feature.status == FeatureStatus::Passing);
        }
        tally
    }

    const fn get(self, counted: Counted) -> usize {
        match counted {
            Counted::All => self.all,
            Counted::Passing => self.passing,
            Counted::Open => self.all - self.passing,
        }
    }
}
