//! Checks of the conversation: who speaks, and what may stand in a message.
//!
//! Owns the rules for roles, texts, thoughts, calls and results; keeps no state. Invariant: a conversation that
//! passes has a result for every call and a call for every result.

use super::{Checked, bad, text};
use crate::provider::scripted::answer::signature;
use serde_json::Value;
use std::collections::BTreeSet;

/// Checks the messages of a body.
pub(super) fn check_messages(messages: &[Value]) -> Checked {
    if messages.is_empty() {
        return Err(bad("messages: at least one message is required"));
    }
    let mut ids = BTreeSet::new();
    for (index, message) in messages.iter().enumerate() {
        let role = text(message, "role");
        if !matches!(role, "user" | "assistant") {
            return Err(bad(format!("messages.{index}.role: Input should be 'user' or 'assistant'")));
        }
        if index == 0 && role != "user" {
            return Err(bad("messages: first message must use the \"user\" role"));
        }
        if index > 0 && role == text(&messages[index - 1], "role") {
            let rule = "roles must alternate between \"user\" and \"assistant\", but found multiple";
            return Err(bad(format!("messages: {rule} \"{role}\" roles in a row")));
        }
        let before = index
            .checked_sub(1)
            .map(|before| blocks(&messages[before]))
            .unwrap_or_default();
        check_content(index, message, before, &mut ids)?;
        check_results(index, message, messages.get(index + 1))?;
    }
    if messages.last().is_some_and(|last| text(last, "role") == "assistant") {
        let rule = "The conversation must end with a user message.";
        return Err(bad(format!("This model does not support assistant message prefill. {rule}")));
    }
    Ok(())
}

/// Returns the blocks of a message, none if its content is a string.
pub(super) fn blocks(message: &Value) -> &[Value] {
    message.get("content").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn check_content<'a>(index: usize, message: &'a Value, before: &[Value], ids: &mut BTreeSet<&'a str>) -> Checked {
    let content = blocks(message);
    if content.is_empty() && text(message, "content").is_empty() {
        let rule = "all messages must have non-empty content except for the optional final assistant message";
        return Err(bad(format!("messages.{index}: {rule}")));
    }
    let is_user = text(message, "role") == "user";
    for (at, block) in content.iter().enumerate() {
        let place = format!("messages.{index}.content.{at}");
        match text(block, "type") {
            "" => return Err(bad(format!("{place}.type: Field required"))),
            "text" if text(block, "text").is_empty() => return Err(bad("messages: text content blocks must be non-empty")),
            "text" if text(block, "text").trim().is_empty() => {
                return Err(bad("messages: text content blocks must contain non-whitespace text"));
            }
            kind @ ("thinking" | "redacted_thinking") => {
                if is_user {
                    return Err(bad(format!("{place}: `{kind}` blocks can only be in `assistant` messages")));
                }
                if block.get("cache_control").is_some() {
                    return Err(bad(format!("{place}.{kind}.cache_control: Extra inputs are not permitted")));
                }
                if kind == "thinking" && text(block, "signature").is_empty() {
                    return Err(bad(format!("{place}.thinking.signature: Field required")));
                }
                if kind == "thinking" && text(block, "signature") != signature(text(block, "thinking")) {
                    return Err(bad(format!("{place}: Invalid `signature` in `thinking` block")));
                }
            }
            "tool_use" => {
                if is_user {
                    return Err(bad(format!("{place}: `tool_use` blocks can only be in `assistant` messages")));
                }
                if !block.get("input").is_some_and(Value::is_object) {
                    return Err(bad(format!("{place}.tool_use.input: Input should be a valid dictionary")));
                }
                if !ids.insert(text(block, "id")) {
                    return Err(bad(format!("{place}: `tool_use` ids must be unique")));
                }
            }
            "tool_result" => {
                let id = text(block, "tool_use_id");
                let is_answer = before
                    .iter()
                    .any(|block| text(block, "type") == "tool_use" && text(block, "id") == id);
                let is_first = content[..at].iter().all(|earlier| text(earlier, "tool_use_id") != id);
                if !is_user || !is_answer {
                    let rule = "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.";
                    return Err(bad(format!(
                        "{place}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. {rule}"
                    )));
                }
                if !is_first {
                    return Err(bad(format!(
                        "{place}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: {id}"
                    )));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Checks that every call of a message is answered at the head of the next one.
fn check_results(index: usize, message: &Value, next: Option<&Value>) -> Checked {
    let results: BTreeSet<&str> = next
        .map(blocks)
        .unwrap_or_default()
        .iter()
        .take_while(|block| text(block, "type") == "tool_result")
        .map(|block| text(block, "tool_use_id"))
        .collect();
    let calls = blocks(message)
        .iter()
        .filter(|block| text(block, "type") == "tool_use")
        .map(|block| text(block, "id"));
    let open: Vec<&str> = calls.filter(|id| !results.contains(id)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let rule = "Each `tool_use` block must have a corresponding `tool_result` block in the next message.";
    let found = "`tool_use` ids were found without `tool_result` blocks immediately after";
    Err(bad(format!("messages.{index}: {found}: {}. {rule}", open.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::scripted::check::check;
    use serde_json::json;

    fn refused(messages: Value) -> String {
        let body = json!({"model": "scripted-demo", "max_tokens": 10, "messages": messages});
        check(&body, "scripted-demo", false).map_or_else(|refusal| refusal.message, |()| "passed".into())
    }

    fn user(content: Value) -> Value {
        json!({"role": "user", "content": content})
    }

    fn assistant(content: Value) -> Value {
        json!({"role": "assistant", "content": content})
    }

    #[test]
    fn a_whole_tool_loop_passes() {
        let messages = json!([
            user(json!([{"type": "text", "text": "go"}])),
            assistant(json!([
                {"type": "thinking", "thinking": "hm", "signature": signature("hm")},
                {"type": "tool_use", "id": "a", "name": "bash", "input": {}},
            ])),
            user(json!([{"type": "tool_result", "tool_use_id": "a", "content": "ok"}, {"type": "text", "text": "and now?"}])),
        ]);
        assert_eq!(refused(messages), "passed");
    }

    #[test]
    fn calls_and_results_belong_together() {
        let call = assistant(json!([{"type": "tool_use", "id": "a", "name": "bash", "input": {}}]));
        let result = json!({"type": "tool_result", "tool_use_id": "a", "content": "ok"});
        let go = user(json!("go"));
        assert!(refused(json!([go, call, user(json!("no result"))])).starts_with("messages.1: `tool_use` ids were found without"));
        assert!(
            refused(json!([go, call, user(json!([{"type": "text", "text": "x"}, result]))]))
                .starts_with("messages.1: `tool_use` ids")
        );
        assert!(refused(json!([user(json!([result]))])).starts_with("messages.0.content.0: unexpected `tool_use_id`"));
        assert!(refused(json!([go, call, user(json!([result, result]))])).contains("single result"));
    }

    #[test]
    fn roles_texts_and_signatures() {
        assert_eq!(
            refused(json!([user(json!("a")), user(json!("b"))])),
            "messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"user\" roles in a row"
        );
        assert!(refused(json!([assistant(json!("a"))])).contains("first message"));
        assert!(refused(json!([user(json!("a")), assistant(json!("b"))])).contains("must end with a user message"));
        assert_eq!(
            refused(json!([user(json!([{"type": "text", "text": ""}]))])),
            "messages: text content blocks must be non-empty"
        );
        assert!(refused(json!([user(json!([{"type": "text", "text": " \n"}]))])).contains("non-whitespace"));
        assert!(refused(json!([user(json!([]))])).contains("non-empty content"));
        let thought = |signature: &str| {
            let block = json!({"type": "thinking", "thinking": "hm", "signature": signature});
            refused(json!([user(json!("a")), assistant(json!([block])), user(json!("b"))]))
        };
        assert_eq!(thought(""), "messages.1.content.0.thinking.signature: Field required");
        assert_eq!(
            thought("forged"),
            "messages.1.content.0: Invalid `signature` in `thinking` block"
        );
    }
}
