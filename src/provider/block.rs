//! A content block put together from its start and its deltas.
//!
//! Owns which delta grows which field; knows nothing of messages or HTTP. Invariant: fields that no delta
//! touched keep their exact bytes and their place, and a block whose JSON is not whole cannot be finished.

use crate::protocol::{BlockKind, CallId, RawJson};
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// A block under construction.
#[derive(Debug)]
pub(super) struct Block {
    fields: Vec<(String, RawJson)>,
    /// Text fields that deltas have grown: `text`, `thinking`, `signature`.
    texts: Vec<(String, String)>,
    /// Partial JSON of `input`, verbatim.
    input: String,
    citations: Vec<RawJson>,
}

impl Block {
    /// Takes the `content_block` of a `content_block_start`.
    pub(super) fn start(block: &RawJson) -> Result<Self, serde_json::Error> {
        let Fields(fields) = serde_json::from_str(block.get())?;
        Ok(Self {
            fields,
            texts: Vec::new(),
            input: String::new(),
            citations: Vec::new(),
        })
    }

    pub(super) fn kind(&self) -> BlockKind {
        match self.text_of("type").unwrap_or_default().as_str() {
            "text" => BlockKind::Text,
            "thinking" | "redacted_thinking" => BlockKind::Thinking,
            "tool_use" => BlockKind::ToolUse,
            other => BlockKind::Other(other.to_owned()),
        }
    }

    pub(super) fn tool(&self) -> Option<String> {
        self.text_of("name")
    }

    pub(super) fn call(&self) -> Option<CallId> {
        self.text_of("id").map(CallId)
    }

    /// Applies a `delta`; returns the text that it adds for people to see.
    pub(super) fn grow(&mut self, delta: &RawJson) -> Result<Option<String>, serde_json::Error> {
        let Fields(fields) = serde_json::from_str(delta.get())?;
        let kind = fields.iter().find(|(name, _)| name == "type").map(|(_, kind)| kind.value());
        let mut seen = None;
        for (name, raw) in fields.iter().filter(|(name, _)| name != "type") {
            let value = raw.value();
            match (
                kind.as_ref().and_then(Value::as_str).unwrap_or_default(),
                name.as_str(),
                value,
            ) {
                ("input_json_delta", "partial_json", Value::String(text)) => {
                    self.input.push_str(&text);
                    seen = Some(text);
                }
                ("citations_delta", "citation", _) => self.citations.push(raw.clone()),
                // A signature comes whole.
                ("signature_delta", "signature", Value::String(text)) => *self.text_mut("signature", false) = text,
                (kind, name, Value::String(text)) => {
                    self.text_mut(name, true).push_str(&text);
                    if matches!(kind, "text_delta" | "thinking_delta") {
                        seen = Some(text);
                    }
                }
                // A field of a delta to come: the block takes it over.
                (_, name, _) => self.set(name, raw.clone()),
            }
        }
        Ok(seen)
    }

    /// Returns the whole block, or `None` if its input is not one JSON object.
    pub(super) fn finish(mut self) -> Option<RawJson> {
        if !self.input.trim().is_empty() {
            let input = RawJson::parse(std::mem::take(&mut self.input)).ok()?;
            self.set("input", input);
        }
        let is_object = |raw: &RawJson| raw.get().starts_with('{');
        if self.kind() == BlockKind::ToolUse && !self.field("input").is_some_and(is_object) {
            return None;
        }
        for (name, text) in std::mem::take(&mut self.texts) {
            self.set(&name, RawJson::of(&text).ok()?);
        }
        if !self.citations.is_empty() {
            let before: Vec<RawJson> = self
                .field("citations")
                .and_then(|raw| serde_json::from_str(raw.get()).ok())
                .unwrap_or_default();
            let all: Vec<RawJson> = before.into_iter().chain(std::mem::take(&mut self.citations)).collect();
            self.set("citations", RawJson::of(&all).ok()?);
        }
        let mut text = String::from("{");
        for (name, value) in &self.fields {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(RawJson::of(name).ok()?.get());
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        RawJson::parse(text).ok()
    }

    fn field(&self, name: &str) -> Option<&RawJson> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    fn text_of(&self, name: &str) -> Option<String> {
        self.field(name).and_then(|raw| serde_json::from_str(raw.get()).ok())
    }

    fn set(&mut self, name: &str, value: RawJson) {
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some((_, old)) => *old = value,
            None => self.fields.push((name.to_owned(), value)),
        }
    }

    /// Returns the growing text of a field, begun with what the start said if `keep`.
    fn text_mut(&mut self, name: &str, keep: bool) -> &mut String {
        let index = self.texts.iter().position(|(field, _)| field == name).unwrap_or_else(|| {
            let begun = if keep {
                self.text_of(name).unwrap_or_default()
            } else {
                String::new()
            };
            self.texts.push((name.to_owned(), begun));
            self.texts.len() - 1
        });
        &mut self.texts[index].1
    }
}

/// An object's fields in their order, values untouched.
struct Fields(Vec<(String, RawJson)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text.to_owned()).unwrap()
    }

    fn build(start: &str, deltas: &[&str]) -> (Vec<Option<String>>, Option<String>) {
        let mut block = Block::start(&raw(start)).unwrap();
        let seen = deltas.iter().map(|delta| block.grow(&raw(delta)).unwrap()).collect();
        (seen, block.finish().map(|raw| raw.get().to_owned()))
    }

    #[test]
    fn text_grows_and_unknown_fields_keep_their_bytes_and_place() {
        let (seen, block) = build(
            r#"{"type":"text","new":[1.50, "\u00e9"],"text":"","citations":null}"#,
            &[
                r#"{"type":"text_delta","text":"he said \"é\""}"#,
                r#"{"type":"citations_delta","citation":{"a":1.0}}"#,
                r#"{"type":"text_delta","text":"\n"}"#,
            ],
        );
        assert_eq!(seen, [Some("he said \"é\"".into()), None, Some("\n".into())]);
        assert_eq!(
            block.unwrap(),
            r#"{"type":"text","new":[1.50, "\u00e9"],"text":"he said \"é\"\n","citations":[{"a":1.0}]}"#
        );
    }

    #[test]
    fn thinking_gets_its_signature_even_if_its_text_is_left_out() {
        let (_, block) = build(
            r#"{"type":"thinking","thinking":"","signature":""}"#,
            &[
                r#"{"type":"thinking_delta","thinking":"hm"}"#,
                r#"{"type":"signature_delta","signature":"Ab/+="}"#,
            ],
        );
        assert_eq!(block.unwrap(), r#"{"type":"thinking","thinking":"hm","signature":"Ab/+="}"#);
        let (_, block) = build(r#"{"type":"redacted_thinking","data":"x\/y"}"#, &[]);
        assert_eq!(block.unwrap(), r#"{"type":"redacted_thinking","data":"x\/y"}"#);
    }

    #[test]
    fn a_call_needs_a_whole_object_as_its_input() {
        const START: &str = r#"{"type":"tool_use","id":"toolu_1","name":"bash","input":{}}"#;
        let delta = |partial: &str| format!(r#"{{"type":"input_json_delta","partial_json":{}}}"#, Value::from(partial));
        let (_, block) = build(START, &[&delta(""), &delta("{\"command\": \"l"), &delta("s\"}")]);
        assert_eq!(
            block.unwrap(),
            r#"{"type":"tool_use","id":"toolu_1","name":"bash","input":{"command": "ls"}}"#
        );
        assert_eq!(build(START, &[]).1.unwrap(), START);
        for bad in ["{\"command\": \"l", "{} {}", "[1]", "7", "null", "{\"a\":}"] {
            assert_eq!(build(START, &[&delta(bad)]).1, None, "{bad}");
        }
    }

    #[test]
    fn deltas_to_come_are_taken_over() {
        let (seen, block) = build(
            r#"{"type":"compaction","content":null}"#,
            &[
                r#"{"type":"compaction_delta","content":"so "}"#,
                r#"{"type":"compaction_delta","content":"far","more":{"x":1.0}}"#,
            ],
        );
        assert_eq!(seen, [None, None]);
        assert_eq!(block.unwrap(), r#"{"type":"compaction","content":"so far","more":{"x":1.0}}"#);
    }
}
