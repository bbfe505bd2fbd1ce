//! A value of a document as a person reads it.

use super::json::{Node, Value};

/// Longest text of a value that is no string, in characters.
const LONGEST: usize = 2_000;

/// A string's text, any other scalar's token, `null` as nothing, a container's raw text shortened.
#[must_use]
pub fn shown(text: &str, node: &Node) -> String {
    match &node.value {
        Value::Text(words) => words.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number | Value::Array(_) | Value::Object(_) => raw(text, node, LONGEST),
    }
}

/// The value as it stands in the file, at most `cap` characters of it.
#[must_use]
pub fn raw(text: &str, node: &Node, cap: usize) -> String {
    let token = text.get(node.span.clone()).unwrap_or("");
    match token.char_indices().nth(cap) {
        Some((end, _)) => format!("{}…", token.get(..end).unwrap_or("")),
        None => token.to_owned(),
    }
}

/// Texts of an array, or of a single value.
#[must_use]
pub fn texts(text: &str, node: &Node) -> Vec<String> {
    match &node.value {
        Value::Array(items) => items.iter().map(|item| shown(text, item)).collect(),
        Value::Null => Vec::new(),
        _ => Some(shown(text, node)).filter(|one| !one.is_empty()).into_iter().collect(),
    }
}
