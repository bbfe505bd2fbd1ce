//! What the real API refuses, refused in its words.
//!
//! Owns the checks of a request's body; keeps no state. Invariant: a body that passes would not be answered
//! with a 400 by the Messages API for its shape.

use super::answer::signature;
use crate::config::pricing::{Prices, Thinking};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    pub message: String,
}

const FIELDS: [&str; 20] = [
    "model",
    "messages",
    "max_tokens",
    "stream",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "metadata",
    "stop_sequences",
    "temperature",
    "top_k",
    "top_p",
    "service_tier",
    "container",
    "context_management",
    "mcp_servers",
    "output_config",
    "cache_control",
    "inference_geo",
];

type Checked = Result<(), Refusal>;

fn bad(message: impl Into<String>) -> Refusal {
    Refusal {
        status: 400,
        message: message.into(),
    }
}

/// Checks a body; `script_model` is known besides the models of the price table.
pub(super) fn check(body: &Value, script_model: &str, is_count: bool) -> Checked {
    let body = body
        .as_object()
        .ok_or_else(|| bad("The request body is not valid JSON: an object is needed"))?;
    if let Some(unknown) = body.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(bad(format!("{unknown}: Extra inputs are not permitted")));
    }
    let model = body
        .get("model")
        .and_then(Value::as_str)
        .ok_or_else(|| bad("model: Field required"))?;
    let prices = Prices::builtin();
    if model != script_model && prices.model(model).is_none() {
        return Err(Refusal {
            status: 404,
            message: format!("model: {model}"),
        });
    }
    if !is_count {
        let max_tokens = body
            .get("max_tokens")
            .and_then(Value::as_u64)
            .ok_or_else(|| bad("max_tokens: Field required"))?;
        let most = prices.max_output(model).map_or(u64::MAX, u64::from);
        if max_tokens == 0 {
            return Err(bad("max_tokens: must be greater than or equal to 1"));
        }
        if max_tokens > most {
            let rule = "which is the maximum allowed number of output tokens for";
            return Err(bad(format!("max_tokens: {max_tokens} > {most}, {rule} {model}")));
        }
    }
    check_thinking(body, prices.model(model).map(|model| model.thinking))?;
    check_tools(array(body, "tools")?)?;
    check_system(body)?;
    check_messages(array(body, "messages")?)?;
    check_breakpoints(body)
}

fn array<'a>(body: &'a Map<String, Value>, field: &str) -> Result<&'a [Value], Refusal> {
    match body.get(field) {
        None => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(bad(format!("{field}: Input should be a valid list"))),
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn check_thinking(body: &Map<String, Value>, known: Option<Thinking>) -> Checked {
    let Some(thinking) = body.get("thinking") else { return Ok(()) };
    match text(thinking, "type") {
        "adaptive" | "disabled" => Ok(()),
        "enabled" if matches!(known, Some(Thinking::Adaptive | Thinking::Always)) => Err(bad(
            "thinking.type: \"enabled\" is not supported for this model. Use \"adaptive\" instead.",
        )),
        "enabled" => match thinking.get("budget_tokens").and_then(Value::as_u64) {
            None => Err(bad("thinking.enabled.budget_tokens: Field required")),
            Some(budget) if budget < 1024 => Err(bad(
                "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
            )),
            Some(budget) if Some(budget) >= body.get("max_tokens").and_then(Value::as_u64) => {
                Err(bad("`max_tokens` must be greater than `thinking.budget_tokens`."))
            }
            Some(_) => Ok(()),
        },
        _ => Err(bad(
            "thinking: Input tag does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'",
        )),
    }
}

fn check_tools(tools: &[Value]) -> Checked {
    let mut names = BTreeSet::new();
    for (index, tool) in tools.iter().enumerate() {
        let name = text(tool, "name");
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if name.is_empty() || name.len() > 128 || !name.bytes().all(is_legal) {
            return Err(bad(format!(
                "tools.{index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
            )));
        }
        if !names.insert(name) {
            return Err(bad("tools: Tool names must be unique."));
        }
        let is_custom = matches!(text(tool, "type"), "" | "custom");
        if is_custom && text(tool.get("input_schema").unwrap_or(&Value::Null), "type") != "object" {
            return Err(bad(format!("tools.{index}.custom.input_schema.type: Field required")));
        }
    }
    Ok(())
}

fn check_system(body: &Map<String, Value>) -> Checked {
    match body.get("system") {
        None | Some(Value::String(_)) => Ok(()),
        Some(Value::Array(blocks)) => blocks.iter().try_for_each(|block| {
            if text(block, "text").is_empty() {
                return Err(bad("system: text content blocks must be non-empty"));
            }
            Ok(())
        }),
        Some(_) => Err(bad("system: Input should be a valid list")),
    }
}

fn check_messages(messages: &[Value]) -> Checked {
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
fn blocks(message: &Value) -> &[Value] {
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

fn check_breakpoints(body: &Map<String, Value>) -> Checked {
    let tools = body.get("tools").and_then(Value::as_array).into_iter().flatten();
    let system = body.get("system").and_then(Value::as_array).into_iter().flatten();
    let messages = body.get("messages").and_then(Value::as_array).into_iter().flatten();
    let all = tools.chain(system).chain(messages.flat_map(blocks));
    let found = all
        .filter(|block| block.get("cache_control").is_some_and(|value| !value.is_null()))
        .count();
    if found > 4 {
        return Err(bad(format!(
            "A maximum of 4 blocks with cache_control may be provided. Found {found}."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn the_rest_of_the_body() {
        let refused = |change: Value| {
            let mut body = json!({"model": "scripted-demo", "max_tokens": 10, "messages": [{"role": "user", "content": "a"}]});
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let refusal = check(&body, "scripted-demo", false).unwrap_err();
            (refusal.status, refusal.message)
        };
        assert_eq!(refused(json!({"model": "gpt-9"})), (404, "model: gpt-9".into()));
        assert!(
            refused(json!({"max_tokens": 999_999}))
                .1
                .starts_with("max_tokens: 999999 > 128000")
        );
        assert!(refused(json!({"max_token": 1})).1.starts_with("max_token: Extra inputs"));
        assert!(
            refused(json!({"thinking": {"type": "enabled", "budget_tokens": 2000}}))
                .1
                .contains("adaptive")
        );
        let tool = json!({"name": "a", "input_schema": {"type": "object"}});
        assert!(refused(json!({"tools": [tool, tool]})).1.contains("unique"));
        assert!(refused(json!({"tools": [{"name": "a"}]})).1.contains("input_schema"));
        let marked = json!({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}});
        let error = refused(json!({"system": vec![marked; 5]})).1;
        assert_eq!(error, "A maximum of 4 blocks with cache_control may be provided. Found 5.");
    }
}
