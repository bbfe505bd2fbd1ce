//! Lines of Codex's rollouts.
//!
//! Two interleaved logs say the same thing there; the response items are the record, of the other only what the record lacks is told.
//! Invariant: nothing is told twice.

use super::call::{kind, title};
use super::claude::{event, prompt, text_of, word};
use crate::protocol::ForeignSaid;
use serde_json::Value;

/// Returns what a line tells.
pub fn entries(line: &Value) -> Vec<ForeignSaid> {
    let payload = &line["payload"];
    let what = payload["type"].as_str().unwrap_or_default();
    match (line["type"].as_str().unwrap_or_default(), what) {
        ("response_item", _) => item(payload, what),
        ("event_msg", "turn_aborted") => vec![event("the turn was cut off")],
        ("event_msg", "error") => vec![event(&word(payload, "message"))],
        ("compacted", _) => vec![event("the context was compacted")],
        _ => Vec::new(),
    }
}

fn item(payload: &Value, what: &str) -> Vec<ForeignSaid> {
    let told = match what {
        "message" => {
            let text = text_of(&payload["content"]);
            match payload["role"].as_str() {
                Some("assistant") => Some(ForeignSaid::Text { text }),
                role => Some(prompt(&text, role == Some("user"))),
            }
        }
        "reasoning" => {
            let text = text_of(&payload["summary"]);
            (!text.is_empty()).then_some(ForeignSaid::Thinking { text })
        }
        "function_call" => Some(call(payload, parsed(&payload["arguments"]))),
        "custom_tool_call" => Some(call(payload, parsed(&payload["input"]))),
        "local_shell_call" => Some(call(payload, payload["action"].clone())),
        "web_search_call" => Some(call(payload, payload["action"].clone())),
        "function_call_output" | "custom_tool_call_output" => Some(output(payload)),
        _ => None,
    };
    told.into_iter().collect()
}

fn call(payload: &Value, input: Value) -> ForeignSaid {
    let named = payload["name"]
        .as_str()
        .or_else(|| payload["type"].as_str())
        .unwrap_or_default();
    let tool = named.strip_suffix("_call").unwrap_or(named).to_owned();
    ForeignSaid::Call {
        id: word(payload, "call_id"),
        kind: kind(&tool),
        title: title(&input),
        input: input.to_string(),
        tool,
    }
}

/// An input that is a JSON text in a string, or a text of its own form.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| serde_json::json!({ "input": text })),
        other => other.clone(),
    }
}

fn output(payload: &Value) -> ForeignSaid {
    let whole = parsed(&payload["output"]);
    let said = whole
        .get("output")
        .or_else(|| whole.get("content"))
        .or_else(|| whole.get("input"));
    let text = text_of(said.unwrap_or(&whole));
    let exit_code = whole["metadata"]["exit_code"]
        .as_i64()
        .and_then(|code| i32::try_from(code).ok());
    ForeignSaid::Result {
        id: word(payload, "call_id"),
        text,
        failed: whole["success"] == false,
        exit_code,
    }
}
