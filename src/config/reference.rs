//! The list of settings for people, read from the default file's comments.

use super::DEFAULTS;

/// A setting and its description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDoc {
    /// Dotted key.
    pub key: String,
    /// Its built-in value as TOML, or an example if it is unset.
    pub value: String,
    /// Whether `value` is only an example.
    pub unset: bool,
    /// What it does.
    pub text: String,
}

/// Lists all settings in the order of the default file: what the README's table is made of.
#[must_use]
pub fn reference() -> Vec<KeyDoc> {
    let (mut table, mut comment, mut docs) = (String::new(), Vec::new(), Vec::new());
    for line in DEFAULTS.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if let Some(name) = line.strip_prefix('[') {
            table = format!("{}.", name.trim_end_matches(']'));
            comment.clear();
        } else if let Some((name, value)) = line.split_once(" = ") {
            docs.push(KeyDoc {
                key: format!("{table}{}", name.trim_start_matches('#')),
                value: value.to_owned(),
                unset: name.starts_with('#'),
                text: comment.join(" "),
            });
            comment.clear();
        } else {
            comment.clear();
        }
    }
    docs
}
