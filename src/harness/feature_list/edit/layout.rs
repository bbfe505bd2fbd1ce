//! How entries are laid out in a file, and new text after their manner.
//!
//! Owns white space, key order and the tokens that are written. Invariant: of an entry that is reworded, a step that stays keeps its
//! bytes, and so does everything that the edit does not name.

use super::words::{Beyond, next_id, token};
use super::{Keys, Splice};
use crate::harness::feature_list::json::{Member, Node, Value};
use crate::harness::feature_list::reference::{KEYS, shown};
use crate::protocol::plan::FeatureText;

/// White space of an array: before the first item, between two (with the comma), behind the last.
#[derive(Debug, Clone)]
struct Spacing<'a> {
    open: &'a str,
    between: String,
    close: &'a str,
}

/// The manner of a file.
pub struct Layout<'a> {
    text: &'a str,
    keys: &'a Keys,
    beyond: Beyond,
    /// Of a steps array; that of the first one with steps in it.
    steps: Spacing<'a>,
}

impl<'a> Layout<'a> {
    /// Reads the manner of a list from its entries.
    pub fn of(text: &'a str, entries: &[Node], keys: &'a Keys) -> Self {
        let steps = entries
            .iter()
            .filter_map(|entry| last(entry, keys.steps))
            .find_map(|member| spacing(text, &member.value));
        Self {
            text,
            keys,
            beyond: Beyond::of(text),
            steps: steps.unwrap_or(Spacing {
                open: "",
                between: ", ".to_owned(),
                close: "",
            }),
        }
    }

    /// The manner of a list without entries: the reference's, with the file's line ends.
    pub fn reference(text: &'a str) -> Self {
        let (open, close) = if text.contains("\r\n") {
            ("\r\n      ", "\r\n    ")
        } else {
            ("\n      ", "\n    ")
        };
        let between = format!(",{open}");
        Self {
            text,
            keys: &KEYS,
            beyond: Beyond::Plain,
            steps: Spacing { open, between, close },
        }
    }

    /// The file's line end.
    pub fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// An entry as the reference writes it, at the depth of a top-level array.
    pub fn object(&self, flag: &str, text: &FeatureText) -> String {
        let (end, keys) = (self.line_end(), self.keys);
        format!(
            "{{{end}    \"{}\": \"functional\",{end}    \"{}\": {},{end}    \"{}\": {},{end}    \"{}\": {flag}{end}  }}",
            keys.category,
            keys.description,
            self.token(&text.description),
            keys.steps,
            self.array(&text.steps, &self.steps, &[]),
            keys.flag,
        )
    }

    /// An entry after the manner of `model`: its key order and white space, its category, a new id if it has one. Other keys are left
    /// out: what they say is the model's.
    pub fn like(&self, model: &Node, taken: &[&str], flag: &str, text: &FeatureText) -> String {
        let Value::Object(members) = &model.value else {
            return String::new();
        };
        let steps = last(model, self.keys.steps)
            .and_then(|member| spacing(self.text, &member.value))
            .unwrap_or_else(|| self.steps.clone());
        let mut written: Vec<String> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for member in members {
            let key = member.key.as_str();
            let raw = || self.slice(member.value.span.clone()).to_owned();
            let value = match key {
                key if seen.contains(&key) => continue,
                key if key == self.keys.id => next_id(self.text, &member.value, taken, self.beyond),
                key if key == self.keys.category => raw(),
                key if key == self.keys.description => self.token(&text.description),
                key if key == self.keys.steps => self.array(&text.steps, &steps, &[]),
                key if key == self.keys.flag => flag.to_owned(),
                _ => continue,
            };
            seen.push(key);
            written.push(format!("{}{value}", self.slice(member.at..member.value.span.start)));
        }
        if !seen.contains(&self.keys.description) {
            written.push(self.member(members, self.keys.description, &self.token(&text.description)));
        }
        if !seen.contains(&self.keys.steps) && !text.steps.is_empty() {
            written.push(self.member(members, self.keys.steps, &self.array(&text.steps, &steps, &[])));
        }
        let open = members.first().map_or("", |first| self.slice(model.span.start + 1..first.at));
        let close = members
            .last()
            .map_or("", |last| self.slice(last.value.span.end..model.span.end.saturating_sub(1)));
        format!("{{{open}{}{close}}}", written.join(&self.between(model, members)))
    }

    /// The bytes that change where an entry says something else.
    pub fn reword(&self, entry: &Node, text: &FeatureText) -> Vec<Splice> {
        let Value::Object(members) = &entry.value else {
            return Vec::new();
        };
        let mut splices = Vec::new();
        let mut missing = Vec::new();
        match last(entry, self.keys.description) {
            Some(member) if self.says(&member.value, &text.description) => {}
            Some(member) => splices.push((member.value.span.clone(), self.token(&text.description))),
            None if text.description.is_empty() => {}
            None => missing.push(self.member(members, self.keys.description, &self.token(&text.description))),
        }
        match last(entry, self.keys.steps) {
            Some(member) => splices.extend(self.restep(&member.value, &text.steps)),
            None if text.steps.is_empty() => {}
            None => missing.push(self.member(members, self.keys.steps, &self.array(&text.steps, &self.steps, &[]))),
        }
        if let (Some(last), false) = (members.last(), missing.is_empty()) {
            let gap = self.between(entry, members);
            let at = last.value.span.end;
            splices.push((at..at, missing.iter().map(|member| format!("{gap}{member}")).collect()));
        }
        splices
    }

    /// Changes steps one by one where their number stays, else writes the array anew; a step that stays keeps its bytes.
    fn restep(&self, array: &Node, steps: &[String]) -> Vec<Splice> {
        let Value::Array(items) = &array.value else {
            let one_text = matches!(steps, [only] if self.says(array, only));
            let nothing = array.value == Value::Null && steps.is_empty();
            return if one_text || nothing {
                Vec::new()
            } else {
                vec![(array.span.clone(), self.array(steps, &self.steps, &[]))]
            };
        };
        if items.len() == steps.len() {
            let changed = items.iter().zip(steps).filter(|(item, step)| !self.says(item, step));
            return changed.map(|(item, step)| (item.span.clone(), self.token(step))).collect();
        }
        let own = spacing(self.text, array);
        let spacing = own.as_ref().unwrap_or(&self.steps);
        vec![(array.span.clone(), self.array(steps, spacing, items))]
    }

    /// Writes an array of strings; where one says what an item of `kept` says, the item's bytes are used.
    fn array(&self, steps: &[String], spacing: &Spacing<'_>, kept: &[Node]) -> String {
        if steps.is_empty() {
            return "[]".to_owned();
        }
        let item = |step: &String| {
            let old = kept.iter().find(|item| self.says(item, step));
            old.map_or_else(|| self.token(step), |item| self.slice(item.span.clone()).to_owned())
        };
        let items: Vec<String> = steps.iter().map(item).collect();
        format!("[{}{}{}]", spacing.open, items.join(&spacing.between), spacing.close)
    }

    /// Whether a value reads as this text: what was shown unchanged is not written, whatever it is made of.
    fn says(&self, value: &Node, text: &str) -> bool {
        shown(self.text, value) == text
    }

    /// A member that an entry has not got yet.
    fn member(&self, members: &[Member], key: &str, value: &str) -> String {
        let colon = members.first().map_or(": ", |first| {
            let whole = self.slice(first.at..first.value.span.start);
            whole.rfind('"').and_then(|quote| whole.get(quote + 1..)).unwrap_or(": ")
        });
        format!("\"{key}\"{colon}{value}")
    }

    /// What stands between two members of an entry.
    fn between(&self, entry: &Node, members: &[Member]) -> String {
        match members {
            [first, second, ..] => self.slice(first.value.span.end..second.at).to_owned(),
            [only] => {
                let lead = self.slice(entry.span.start + 1..only.at);
                format!(",{}", if lead.is_empty() { " " } else { lead })
            }
            [] => ", ".to_owned(),
        }
    }

    fn token(&self, text: &str) -> String {
        token(text, self.beyond)
    }

    fn slice(&self, span: std::ops::Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or("")
    }
}

/// The last member of a name: of equal keys it is the one that counts.
fn last<'n>(entry: &'n Node, key: &str) -> Option<&'n Member> {
    match &entry.value {
        Value::Object(members) => members.iter().rev().find(|member| member.key == key),
        _ => None,
    }
}

/// The white space of an array with items.
fn spacing<'a>(text: &'a str, array: &Node) -> Option<Spacing<'a>> {
    let Value::Array(items) = &array.value else { return None };
    let (first, last) = (items.first()?, items.last()?);
    let open = text.get(array.span.start + 1..first.span.start)?;
    let close = text.get(last.span.end..array.span.end.checked_sub(1)?)?;
    let between = match items.get(1) {
        Some(second) => text.get(first.span.end..second.span.start)?.to_owned(),
        None => format!(",{}", if open.is_empty() { " " } else { open }),
    };
    Some(Spacing { open, between, close })
}
