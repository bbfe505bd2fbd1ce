//! What the real API refuses, refused in its words.
//!
//! Owns the checks of a request's body; keeps no state. Invariant: a body that passes would not be answered
//! with a 400 by the Messages API for its shape.

mod messages;

use self::messages::{blocks, check_messages};
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
