//! Answers out of turn: what the model says when a person steps in, after which the play goes on where it stood.
//!
//! Owns when an aside is said and of which calls it consists; which step the play is at is the book's. Invariant:
//! an aside has a call, by whose id it is known, and takes no step: the turns behind it come as they are written.

use super::script::{ScriptedCall, Turn};
use regex::Regex;
use serde_json::Value;
use std::time::Duration;

/// An answer that plays whenever the last user message matches, before any turn.
#[derive(Debug, Clone)]
pub struct Aside {
    /// What the last user message's text must match.
    pub when: Regex,
    /// What is said; `$1` stands for the first group of `when`.
    pub text: String,
    /// Calls made first; `$1` in their inputs too.
    pub calls: Vec<ScriptedCall>,
    /// Whether the calls that failed are made again, after those.
    pub again: bool,
    /// Wait before the first byte at speed 1.
    pub think: Duration,
}

impl Aside {
    /// Returns the answer to a conversation whose last user message reads `said`, if it is this aside's to give.
    pub(super) fn answer(&self, said: &str, messages: &[Value]) -> Option<Turn> {
        let captures = self.when.captures(said)?;
        let heard = captures.get(1).map_or("", |group| group.as_str());
        let quoted = Value::from(heard).to_string();
        // Inside a JSON string the group needs its escapes, but not the quotes around it.
        let escaped = quoted.get(1..quoted.len() - 1).unwrap_or_default();
        let own = self.calls.iter().map(|call| ScriptedCall {
            tool: call.tool.clone(),
            input: call.input.replace("$1", escaped),
        });
        let repeated = if self.again { failed(messages) } else { Vec::new() };
        let calls: Vec<ScriptedCall> = own.chain(repeated).collect();
        // Its calls' ids are what an aside is recognised by later.
        (!calls.is_empty()).then(|| Turn {
            step: 0,
            when: None,
            thinking: None,
            text: Some(self.text.replace("$1", heard)),
            calls,
            think: self.think,
            usage: None,
            stop_reason: None,
            fault: None,
        })
    }
}

/// Returns the calls whose results the last message reports as errors, as they were made.
fn failed(messages: &[Value]) -> Vec<ScriptedCall> {
    let blocks = |message: Option<&Value>| {
        let content = message.and_then(|message| message["content"].as_array());
        content.cloned().unwrap_or_default()
    };
    let results = blocks(messages.last());
    let errors: Vec<&Value> = results
        .iter()
        .filter(|block| block["is_error"] == true)
        .map(|block| &block["tool_use_id"])
        .collect();
    let last = messages.iter().rfind(|message| message["role"] == "assistant");
    let calls = blocks(last);
    let made = calls.iter().filter(|block| block["type"] == "tool_use");
    made.filter(|call| errors.contains(&&call["id"]))
        .map(|call| ScriptedCall {
            tool: call["name"].as_str().unwrap_or_default().to_owned(),
            input: call["input"].to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_group_is_heard_and_what_failed_is_called_again() {
        let aside = Aside {
            when: Regex::new("denied by a person: (.*)").unwrap(),
            text: "You say: $1.".into(),
            calls: vec![ScriptedCall {
                tool: "note".into(),
                input: json!({"text": "- $1"}).to_string(),
            }],
            again: true,
            think: Duration::ZERO,
        };
        let messages = [
            json!({"role": "assistant", "content": [
                {"type": "text", "text": "now"},
                {"type": "tool_use", "id": "a", "name": "bash", "input": {"command": "ls"}},
                {"type": "tool_use", "id": "b", "name": "commit", "input": {"message": "one"}},
            ]}),
            json!({"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "x"},
                {"type": "tool_result", "tool_use_id": "b", "is_error": true, "content": "denied by a person: say \"why\""},
            ]}),
        ];
        let turn = aside.answer("x\ndenied by a person: say \"why\"", &messages).unwrap();
        assert_eq!(turn.text.unwrap(), "You say: say \"why\".");
        let calls: Vec<(&str, Value)> = turn
            .calls
            .iter()
            .map(|call| (call.tool.as_str(), serde_json::from_str(&call.input).unwrap()))
            .collect();
        assert_eq!(
            calls,
            [
                ("note", json!({"text": "- say \"why\""})),
                ("commit", json!({"message": "one"}))
            ]
        );
        assert!(aside.answer("committed", &messages).is_none());
    }
}
