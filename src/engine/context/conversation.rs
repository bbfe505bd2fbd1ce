//! The messages of one context window, kept valid at every moment.
//!
//! Owns the history that goes to the provider. Invariant: roles alternate, no message is empty, and every
//! `tool_use` is answered by a `tool_result` in the very next message, so any prefix the machine sends is one the API takes.

use crate::protocol::{CallId, RawJson};
use crate::provider::{Message, Speaker};
use serde_json::json;

/// A context window's messages.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    messages: Vec<Message>,
}

/// What a tool call gave, as the model is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// Which call.
    pub call: CallId,
    /// The text.
    pub content: String,
    /// Whether the call failed or was refused.
    pub is_error: bool,
}

impl Conversation {
    /// Returns the messages in order.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Adds a text of the harness or the human. Joins the last message if that is the user's already.
    pub fn say(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.add(Speaker::User, vec![block(&json!({"type": "text", "text": text}))]);
        }
    }

    /// Adds the model's answer, its blocks verbatim. An answer without blocks is not recorded: the API takes no empty message.
    pub fn answer(&mut self, blocks: Vec<RawJson>) {
        self.add(Speaker::Assistant, blocks);
    }

    /// Adds the results of all calls of the last answer, then what the harness has to say besides.
    pub fn results(&mut self, results: &[ToolResult], remarks: &[String]) {
        let mut blocks: Vec<RawJson> = results.iter().map(ToolResult::block).collect();
        for remark in remarks.iter().filter(|remark| !remark.trim().is_empty()) {
            blocks.push(block(&json!({"type": "text", "text": remark})));
        }
        self.add(Speaker::User, blocks);
    }

    fn add(&mut self, role: Speaker, blocks: Vec<RawJson>) {
        if blocks.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            Some(last) if last.role == role => last.content.extend(blocks),
            _ => self.messages.push(Message { role, content: blocks }),
        }
    }
}

impl ToolResult {
    fn block(&self) -> RawJson {
        // The API refuses empty text blocks; a command without output is told as such.
        let content = if self.content.is_empty() {
            "(no output)"
        } else {
            &self.content
        };
        let mut value = json!({"type": "tool_result", "tool_use_id": self.call, "content": content});
        if self.is_error
            && let Some(fields) = value.as_object_mut()
        {
            fields.insert("is_error".into(), true.into());
        }
        block(&value)
    }
}

/// Values made here have string keys only, so printing them cannot fail; `null` would be refused by the API, not silently taken.
fn block(value: &serde_json::Value) -> RawJson {
    RawJson::of(value).unwrap_or_else(|_| RawJson::null())
}
