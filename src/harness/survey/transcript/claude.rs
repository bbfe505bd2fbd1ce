//! Lines of Claude Code's session files, and of what its stream format prints.
//!
//! Owns their content blocks. Invariant: lines of kinds that are not named here are passed over: some of them name the account.

use super::call::{kind, title};
use crate::protocol::ForeignSaid;
use serde_json::Value;

/// Returns what a line tells.
pub fn entries(line: &Value) -> Vec<ForeignSaid> {
    let content = &line["message"]["content"];
    match line["type"].as_str() {
        Some("user") => user(line, content),
        Some("assistant") => blocks(content).filter_map(assistant).collect(),
        Some("system") if line["subtype"] == "compact_boundary" => vec![event("the context was compacted")],
        // The end of a stream.
        Some("result") => {
            let how = line["subtype"].as_str().unwrap_or("ended");
            vec![event(&format!("ended: {how}"))]
        }
        _ => Vec::new(),
    }
}

fn user(line: &Value, content: &Value) -> Vec<ForeignSaid> {
    let by_program = line["isMeta"] == true || line["isSidechain"] == true || line["isCompactSummary"] == true;
    if let Some(text) = content.as_str() {
        return vec![prompt(text, !by_program)];
    }
    let one = |block: &Value| match block["type"].as_str() {
        Some("tool_result") => Some(ForeignSaid::Result {
            id: word(block, "tool_use_id"),
            text: text_of(&block["content"]),
            failed: block["is_error"] == true,
            exit_code: None,
        }),
        Some("text") => Some(prompt(block["text"].as_str().unwrap_or_default(), !by_program)),
        Some(other) => Some(event(&format!("[{other}]"))),
        None => None,
    };
    blocks(content).filter_map(one).collect()
}

fn assistant(block: &Value) -> Option<ForeignSaid> {
    match block["type"].as_str()? {
        "text" => Some(ForeignSaid::Text {
            text: word(block, "text"),
        }),
        "thinking" => Some(ForeignSaid::Thinking {
            text: word(block, "thinking"),
        })
        .filter(|_| block["thinking"] != ""),
        "redacted_thinking" => None,
        "tool_use" | "server_tool_use" => {
            let (tool, input) = (word(block, "name"), &block["input"]);
            Some(ForeignSaid::Call {
                id: word(block, "id"),
                kind: kind(&tool),
                title: title(input),
                input: input.to_string(),
                tool,
            })
        }
        other => Some(event(&format!("[{other}]"))),
    }
}

/// A prompt; what a program put in a person's place is told as the program's.
pub fn prompt(text: &str, by_person: bool) -> ForeignSaid {
    let trimmed = text.trim();
    ForeignSaid::Prompt {
        by_person: by_person && !trimmed.starts_with(['<']) && !trimmed.starts_with("Caveat:"),
        text: trimmed.to_owned(),
    }
}

/// The text of a content: a string, or the texts of its blocks.
pub fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let text = |block: &Value| match (block["text"].as_str(), block["type"].as_str()) {
                (Some(text), _) => text.to_owned(),
                (None, Some(other)) => format!("[{other}]"),
                (None, None) => block.to_string(),
            };
            blocks.iter().map(text).collect::<Vec<_>>().join("\n")
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Something that happened.
pub fn event(text: &str) -> ForeignSaid {
    ForeignSaid::Event { text: text.to_owned() }
}

/// A member's text; empty if there is none.
pub fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn blocks(content: &Value) -> impl Iterator<Item = &Value> {
    content.as_array().into_iter().flatten()
}
