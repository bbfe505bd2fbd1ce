//! The reference's shape: a top-level array of `{id?, category, description, steps[], passes, tests?, files?}`.
//!
//! Owns how its keys are read. Invariant: order in the file is priority; nothing in the array is dropped, elements that are not
//! objects become features that say so.

use super::edit::Keys;
use super::json::{Document, Member, Node, Value};
use super::shape::{Entry, Flag, Reading, Shape};
use crate::protocol::{Feature, FeatureId, FeatureStatus};

/// Keys of the array form.
pub(super) const KEYS: Keys = Keys {
    id: "id",
    category: "category",
    description: "description",
    steps: "steps",
    flag: "passes",
};

/// Adapter of the array form.
#[derive(Debug, Clone, Copy)]
pub struct ArrayForm;

impl Shape for ArrayForm {
    fn name(&self) -> &'static str {
        "array of objects with \"passes\""
    }

    fn read(&self, text: &str, document: &Document) -> Result<Reading, String> {
        let Value::Array(items) = &document.root.value else {
            return Err(describe_root(&document.root));
        };
        let objects = || items.iter().filter(|item| matches!(item.value, Value::Object(_)));
        if !items.is_empty() && objects().next().is_none() {
            return Err("an array without a single object in it".into());
        }
        if !items.is_empty() && !objects().any(|item| !members(item, "passes").is_empty()) {
            return Err("an array whose objects have no \"passes\"".into());
        }
        let mut reading = Reading::default();
        for (index, item) in items.iter().enumerate() {
            let entry = entry(text, item, index, &mut reading.oddities);
            reading.entries.push(entry);
        }
        Ok(reading)
    }

    fn keys(&self) -> Option<&'static Keys> {
        Some(&KEYS)
    }

    fn token(&self, passing: bool) -> &'static str {
        if passing { "true" } else { "false" }
    }
}

fn describe_root(root: &Node) -> String {
    let Value::Object(members) = &root.value else {
        return format!("{} at the top level", root.kind());
    };
    if members.is_empty() {
        return "an empty object at the top level".into();
    }
    let keys: Vec<String> = members.iter().take(5).map(|member| format!("\"{}\"", member.key)).collect();
    let more = if members.len() > keys.len() { ", …" } else { "" };
    format!("an object with the keys {}{more}", keys.join(", "))
}

fn members<'a>(item: &'a Node, key: &str) -> Vec<&'a Member> {
    match &item.value {
        Value::Object(members) => members.iter().filter(|member| member.key == key).collect(),
        _ => Vec::new(),
    }
}

fn entry(text: &str, item: &Node, index: usize, oddities: &mut Vec<(usize, String)>) -> Entry {
    let number = index + 1;
    if !matches!(item.value, Value::Object(_)) {
        oddities.push((item.span.start, format!("element {number} is {}, not an object", item.kind())));
        let feature = Feature {
            id: FeatureId(format!("#{number}")),
            description: raw(text, item, 200),
            ..Feature::default()
        };
        let flag = Flag::Unusable {
            at: item.span.start,
            why: format!("the element is {}, not an object", item.kind()),
        };
        return Entry {
            feature,
            span: item.span.clone(),
            flag,
        };
    }
    // The last of equal keys counts, as in every common reader; the scanner has noticed them.
    let last = |key: &str| members(item, key).last().map(|member| &member.value);
    let word = |key: &str| last(key).map(|node| shown(text, node)).unwrap_or_default();
    let mut list = |key: &str| {
        last(key)
            .map(|node| texts(text, node, key, number, oddities))
            .unwrap_or_default()
    };
    let (steps, tests, files) = (list("steps"), list("tests"), list("files"));
    let id = word("id");
    let (status, flag) = flag(item);
    if let Flag::Unusable { at, why } = &flag {
        oddities.push((*at, format!("feature {number}: {why}; it counts as not passing")));
    }
    let feature = Feature {
        id: FeatureId(if id.is_empty() { format!("#{number}") } else { id }),
        category: word("category"),
        description: word("description"),
        steps,
        tests,
        files,
        status,
    };
    Entry {
        feature,
        span: item.span.clone(),
        flag,
    }
}

fn flag(item: &Node) -> (FeatureStatus, Flag) {
    let found = members(item, "passes");
    match found.as_slice() {
        [] => (
            FeatureStatus::Unknown,
            Flag::Unusable {
                at: item.span.start,
                why: "it has no \"passes\"".into(),
            },
        ),
        [one] => match one.value.value {
            Value::Bool(passes) => (status(passes), Flag::Token(one.value.span.clone())),
            _ => {
                let why = format!("\"passes\" is {}, not true or false", one.value.kind());
                (
                    FeatureStatus::Unknown,
                    Flag::Unusable {
                        at: one.value.span.start,
                        why,
                    },
                )
            }
        },
        [first, ..] => {
            let same = found.iter().all(|member| member.value.value == first.value.value);
            let status = match first.value.value {
                Value::Bool(passes) if same => status(passes),
                _ => FeatureStatus::Unknown,
            };
            let why = format!("\"passes\" stands {} times in it", found.len());
            (status, Flag::Unusable { at: first.at, why })
        }
    }
}

const fn status(passes: bool) -> FeatureStatus {
    if passes {
        FeatureStatus::Passing
    } else {
        FeatureStatus::Failing
    }
}

/// A string's text, any other scalar's token, `null` as nothing, a container's raw text shortened.
pub(super) fn shown(text: &str, node: &Node) -> String {
    match &node.value {
        Value::Text(words) => words.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number | Value::Array(_) | Value::Object(_) => raw(text, node, 2_000),
    }
}

fn texts(text: &str, node: &Node, key: &str, number: usize, oddities: &mut Vec<(usize, String)>) -> Vec<String> {
    match &node.value {
        Value::Array(items) => items.iter().map(|item| shown(text, item)).collect(),
        Value::Null => Vec::new(),
        _ => {
            oddities.push((
                node.span.start,
                format!("feature {number}: \"{key}\" is {}, not an array", node.kind()),
            ));
            vec![shown(text, node)]
        }
    }
}

fn raw(text: &str, node: &Node, cap: usize) -> String {
    let token = text.get(node.span.clone()).unwrap_or("");
    match token.char_indices().nth(cap) {
        Some((end, _)) => format!("{}…", token.get(..end).unwrap_or("")),
        None => token.to_owned(),
    }
}
