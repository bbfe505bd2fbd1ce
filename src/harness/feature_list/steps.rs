//! How to check a feature, in every shape that lists write it: texts, objects, one text, one object.
//!
//! Pure. Invariant: a step's own state is told with it and is never the feature's.

use super::json::{Member, Node, Value};
use super::shown::shown;
use super::vocabulary::{FLAGS, STEP_TEXTS, same, word};

/// What is put behind a step that says of itself that it is done.
pub const DONE: &str = " (done)";

/// Reads the steps of a value, one line each.
pub fn read(text: &str, value: &Node) -> Vec<String> {
    match &value.value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(|item| step(text, item)).collect(),
        Value::Object(members) => members.iter().map(|member| named(text, member)).collect(),
        Value::Text(words) if words.is_empty() => Vec::new(),
        Value::Text(_) | Value::Bool(_) | Value::Number => vec![shown(text, value)],
    }
}

/// One step as a line.
pub fn step(text: &str, item: &Node) -> String {
    let Some(words) = words(item) else {
        return shown(text, item);
    };
    let mut line = shown(text, &words.value);
    if is_done(item) {
        line.push_str(DONE);
    }
    line
}

/// The member of a step that words it, if the step is an object.
pub fn words(item: &Node) -> Option<&Member> {
    let wording = |member: &&Member| matches!(&member.value.value, Value::Text(text) if !text.is_empty());
    let named = |name: &&str| {
        item.members()
            .iter()
            .rev()
            .filter(wording)
            .find(|member| same(&member.key, name))
    };
    STEP_TEXTS.iter().find_map(named)
}

fn is_done(item: &Node) -> bool {
    let says = |member: &Member| match &member.value.value {
        Value::Bool(done) => *done,
        Value::Text(text) => word(text).is_some_and(|(passes, _)| passes),
        _ => false,
    };
    let flag = FLAGS
        .iter()
        .find_map(|(name, _)| item.members().iter().rev().find(|member| same(&member.key, name)));
    flag.is_some_and(says)
}

fn named(text: &str, member: &Member) -> String {
    let value = match &member.value.value {
        Value::Array(items) => items.iter().map(|item| step(text, item)).collect::<Vec<_>>().join("; "),
        _ => shown(text, &member.value),
    };
    format!("{}: {value}", member.key)
}
