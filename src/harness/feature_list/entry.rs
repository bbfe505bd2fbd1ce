//! One element of a list as a feature.
//!
//! Owns which key of it is what ([`Roles`]). Does not own the names of keys ([`super::vocabulary`]). Invariant: every member of the
//! element is a part of the feature: what has no role of its own is kept as a detail.

use super::flag::{self, Flag};
use super::json::{Member, Node, Value};
use super::shown::{raw, shown, texts};
use super::steps;
use super::vocabulary::{CATEGORIES, DEPENDS, FILES, IDS, PRIORITIES, STEPS, TESTS, TEXTS, TITLES, same};
use crate::protocol::{Detail, Feature, FeatureId};
use std::ops::Range;

/// One feature and where it stands.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id in the file, if it has one. [`Feature::id`] is another where two have the same.
    pub own_id: Option<String>,
    /// The text of the whole feature.
    pub span: Range<usize>,
    /// Its flag.
    pub flag: Flag,
}

/// Which member of an object is what, by its place.
#[derive(Debug, Default)]
pub struct Roles {
    /// The id.
    pub id: Option<usize>,
    /// What the user can do.
    pub text: Option<usize>,
    /// The short name, where there is a text beside it.
    pub title: Option<usize>,
    /// How to check it.
    pub steps: Option<usize>,
    /// The kind.
    pub category: Option<usize>,
    /// What it depends on.
    pub depends: Option<usize>,
    /// Its priority.
    pub priority: Option<usize>,
    /// Its own tests.
    pub tests: Option<usize>,
    /// Its files.
    pub files: Option<usize>,
    /// Its flags.
    pub flags: Vec<usize>,
}

impl Roles {
    /// Finds them. Of equal keys the last one counts, as in every common reader.
    pub fn of(members: &[Member], flags: Vec<usize>) -> Self {
        let find = |names: &[&str], fits: fn(&Value) -> bool| {
            let one = |name: &&str| {
                members
                    .iter()
                    .rposition(|member| same(&member.key, name) && fits(&member.value.value))
            };
            names.iter().find_map(one)
        };
        let title = find(&TITLES, says);
        let text = find(&TEXTS, says).or(title).or_else(|| find(&TEXTS, any));
        Self {
            id: find(&IDS, says),
            text,
            title: title.filter(|title| Some(*title) != text),
            steps: find(&STEPS, says).or_else(|| find(&STEPS, any)),
            category: find(&CATEGORIES, any),
            depends: find(&DEPENDS, any),
            priority: find(&PRIORITIES, any),
            tests: find(&TESTS, any),
            files: find(&FILES, any),
            flags,
        }
    }

    fn has(&self, at: usize) -> bool {
        let single = [
            self.id,
            self.text,
            self.title,
            self.steps,
            self.category,
            self.depends,
            self.priority,
            self.tests,
            self.files,
        ];
        single.contains(&Some(at)) || self.flags.contains(&at)
    }
}

const fn any(_: &Value) -> bool {
    true
}

/// Whether a value says anything.
const fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Text(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number => true,
    }
}

/// Reads an element. Its id, if it has none or another one has it too, is given by the caller, who knows the others.
pub fn read(text: &str, item: &Node, group: Option<&Node>) -> (Feature, Entry) {
    if !item.is_object() {
        let flag = Flag {
            tokens: Vec::new(),
            trouble: Some((item.span.start, format!("the element is {}, not an object", item.kind()))),
        };
        let feature = Feature {
            description: match &item.value {
                Value::Text(words) => words.clone(),
                _ => raw(text, item, 200),
            },
            ..Feature::default()
        };
        let span = item.span.clone();
        let own_id = None;
        return (feature, Entry { own_id, span, flag });
    }
    let members = item.members();
    let (flag, used) = flag::read(members, item.span.start);
    let roles = Roles::of(members, used);
    let value = |at: Option<usize>| at.and_then(|at| members.get(at)).map(|member| &member.value);
    let word = |at: Option<usize>| value(at).map(|node| shown(text, node)).unwrap_or_default();
    let list = |at: Option<usize>| value(at).map(|node| texts(text, node)).unwrap_or_default();
    let detail = |(_, member): (usize, &Member)| Detail {
        key: member.key.clone(),
        value: shown(text, &member.value),
    };
    let own_id = Some(word(roles.id)).filter(|id| !id.is_empty());
    let feature = Feature {
        id: FeatureId(String::new()),
        category: if roles.category.is_some() {
            word(roles.category)
        } else {
            group.map(|group| name(text, group)).unwrap_or_default()
        },
        description: word(roles.text),
        title: word(roles.title),
        steps: value(roles.steps).map(|node| steps::read(text, node)).unwrap_or_default(),
        tests: list(roles.tests),
        files: list(roles.files),
        depends: list(roles.depends),
        priority: word(roles.priority),
        details: members
            .iter()
            .enumerate()
            .filter(|(at, _)| !roles.has(*at))
            .map(detail)
            .collect(),
        ..Feature::default()
    };
    let span = item.span.clone();
    (feature, Entry { own_id, span, flag })
}

/// What a group is called.
fn name(text: &str, group: &Node) -> String {
    let members = group.members();
    let named = |name: &&str| {
        members
            .iter()
            .rev()
            .find(|member| same(&member.key, name) && says(&member.value.value))
    };
    let names = ["name", "title", "phase", "epic", "id"];
    names
        .iter()
        .find_map(named)
        .map(|member| shown(text, &member.value))
        .unwrap_or_default()
}
