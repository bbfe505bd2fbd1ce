//! A turn as the Messages API would send it: content blocks, usage, and the events of a stream with their pace.
//!
//! Owns the wire form of answers; knows nothing of HTTP, faults or which turn plays. Invariant: an answer
//! depends only on its turn, its ids and its usage.

use super::script::Turn;
use crate::protocol::Usage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How far apart typed pieces are, roughly.
const BEAT: f64 = 0.025;
/// Size of a piece when nothing waits.
const UNPACED: usize = 256;

/// A whole answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub id: String,
    pub model: String,
    pub blocks: Vec<Value>,
    pub stop_reason: String,
    pub usage: Usage,
}

/// An event on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Wait before it.
    pub wait: Duration,
    /// The event's bytes.
    pub text: String,
}

/// Returns the made-up signature of a thought; a thought that was tampered with has another.
pub(super) fn signature(thinking: &str) -> String {
    STANDARD.encode(Sha256::digest(format!("scripted thought: {thinking}")))
}

impl Answer {
    /// Makes the answer that a turn is; `tag` makes its ids unique.
    pub(super) fn of(turn: &Turn, model: &str, tag: &str) -> Self {
        let thinking = turn.thinking.iter().map(|thinking| {
            let signature = signature(thinking);
            json!({"type": "thinking", "thinking": thinking, "signature": signature})
        });
        let text = turn.text.iter().map(|text| json!({"type": "text", "text": text}));
        let calls = (0..).zip(&turn.calls).map(|(index, call)| {
            let input: Value = serde_json::from_str(&call.input).unwrap_or_default();
            json!({"type": "tool_use", "id": format!("toolu_{tag}_{index}"), "name": call.tool, "input": input})
        });
        let stop_reason = turn
            .stop_reason
            .as_deref()
            .unwrap_or(if turn.calls.is_empty() { "end_turn" } else { "tool_use" });
        Self {
            id: format!("msg_{tag}"),
            model: model.to_owned(),
            blocks: thinking.chain(text).chain(calls).collect(),
            stop_reason: stop_reason.to_owned(),
            usage: Usage::default(),
        }
    }

    /// Returns the bytes of what the model says, which its output tokens are computed from.
    pub(super) fn spoken(&self) -> usize {
        self.blocks.iter().map(|block| spoken(block).1.len()).sum()
    }

    /// Prints the answer to a request that did not ask for a stream.
    pub(super) fn whole(&self) -> Value {
        let mut message = self.head();
        message["content"] = json!(self.blocks);
        message["stop_reason"] = json!(self.stop_reason);
        message["usage"]["output_tokens"] = json!(self.usage.output);
        message
    }

    /// Prints the answer as events; `pace` is in characters per second, `None` without any wait.
    pub(super) fn events(&self, pace: Option<f64>) -> Vec<Piece> {
        let mut pieces = vec![
            now("message_start", &json!({"type": "message_start", "message": self.head()})),
            now("ping", &json!({"type": "ping"})),
        ];
        for (index, block) in self.blocks.iter().enumerate() {
            let (kind, said) = spoken(block);
            let mut start = block.clone();
            start[kind.field] = kind.empty;
            if kind.is_thinking {
                start["signature"] = json!("");
            }
            pieces.push(now(
                "content_block_start",
                &json!({"type": "content_block_start", "index": index, "content_block": start}),
            ));
            let delta = |delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
            for (wait, part) in typed(&said, pace) {
                let mut grown = json!({"type": kind.delta});
                grown[kind.delta_field] = json!(part);
                pieces.push(Piece {
                    wait,
                    ..now("content_block_delta", &delta(grown))
                });
            }
            if kind.is_thinking {
                let signature = json!({"type": "signature_delta", "signature": block["signature"]});
                pieces.push(now("content_block_delta", &delta(signature)));
            }
            pieces.push(now(
                "content_block_stop",
                &json!({"type": "content_block_stop", "index": index}),
            ));
        }
        let delta = json!({"stop_reason": self.stop_reason, "stop_sequence": null});
        let usage = json!({"output_tokens": self.usage.output});
        pieces.push(now(
            "message_delta",
            &json!({"type": "message_delta", "delta": delta, "usage": usage}),
        ));
        pieces.push(now("message_stop", &json!({"type": "message_stop"})));
        pieces
    }

    fn head(&self) -> Value {
        let writes = self.usage.cache_write_5m + self.usage.cache_write_1h;
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": [],
            "stop_reason": null, "stop_sequence": null,
            "usage": {
                "input_tokens": self.usage.input,
                "cache_creation_input_tokens": writes,
                "cache_read_input_tokens": self.usage.cache_read,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": self.usage.cache_write_5m,
                    "ephemeral_1h_input_tokens": self.usage.cache_write_1h,
                },
                "output_tokens": 1,
                "service_tier": "standard",
            },
        })
    }
}

/// How a kind of block is streamed.
struct Streamed {
    field: &'static str,
    empty: Value,
    delta: &'static str,
    delta_field: &'static str,
    is_thinking: bool,
}

/// Returns how a block is streamed, and what of it is typed.
fn spoken(block: &Value) -> (Streamed, String) {
    let (field, delta, delta_field) = match block["type"].as_str() {
        Some("tool_use") => ("input", "input_json_delta", "partial_json"),
        Some("thinking") => ("thinking", "thinking_delta", "thinking"),
        _ => ("text", "text_delta", "text"),
    };
    let said = block[field]
        .as_str()
        .map_or_else(|| block[field].to_string(), ToOwned::to_owned);
    let streamed = Streamed {
        field,
        empty: if field == "input" { json!({}) } else { json!("") },
        delta,
        delta_field,
        is_thinking: field == "thinking",
    };
    (streamed, said)
}

fn now(event: &str, data: &Value) -> Piece {
    Piece {
        wait: Duration::ZERO,
        text: format!("event: {event}\ndata: {data}\n\n"),
    }
}

/// Cuts a text into what is typed in one beat.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a small positive number of characters"
)]
fn typed(text: &str, pace: Option<f64>) -> Vec<(Duration, String)> {
    let size = pace.map_or(UNPACED, |pace| (pace * BEAT).round().max(1.0) as usize);
    let wait = pace.map_or(Duration::ZERO, |pace| Duration::from_secs_f64(size as f64 / pace));
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(size).map(|part| (wait, part.iter().collect())).collect()
}
