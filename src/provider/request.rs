//! A request to the Messages API and its body.
//!
//! Owns the order of the body's keys and where cache breakpoints go; the conversation is the caller's.
//! Invariant: a caller's block reaches the wire byte for byte, apart from a `cache_control` added at its end;
//! the same conversation, grown, has the same bytes as its prefix, which is what the prompt cache lives on.

use super::ProviderError;
use super::breakpoint::{self, Blocks};
use crate::config::pricing::{Prices, Thinking};
use crate::protocol::RawJson;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};
use std::borrow::Cow;

/// One request: everything the model sees.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Model id.
    pub model: String,
    /// Text blocks of the system prompt.
    pub system: Vec<RawJson>,
    /// The conversation, speakers alternating, the user first.
    pub messages: Vec<Message>,
    /// Tool definitions.
    pub tools: Vec<RawJson>,
    /// Most tokens of the answer; lowered to what the model can do.
    pub max_tokens: u32,
    /// Whether the model shall think, in the way it knows.
    pub thinking: bool,
    /// More fields of the body (`output_config`, `metadata`, …); `thinking` here replaces ours.
    pub extra: serde_json::Map<String, Value>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Speaker,
    /// What is said.
    pub content: Vec<RawJson>,
}

/// Who speaks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The harness and its tools, or a person.
    User,
    /// The model.
    Assistant,
}

/// What a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Stream,
    Count,
}

impl Request {
    /// Prints the body.
    pub(super) fn body(&self, purpose: Purpose) -> Result<Vec<u8>, ProviderError> {
        let body = Body::of(self, purpose);
        serde_json::to_vec(&body).map_err(|error| ProviderError::Request {
            reason: error.to_string(),
        })
    }

    fn thinking(&self, max_tokens: u32) -> Option<Value> {
        let kind = Prices::builtin()
            .model(&self.model)
            .map_or(Thinking::None, |model| model.thinking);
        match kind {
            _ if !self.thinking => None,
            // Newer models leave the text of their thinking out unless asked; people watch us.
            Thinking::Adaptive | Thinking::Always => Some(json!({"type": "adaptive", "display": "summarized"})),
            Thinking::Budget => {
                let budget = (max_tokens / 2).min(16_000);
                (budget >= 1024).then(|| json!({"type": "enabled", "budget_tokens": budget}))
            }
            Thinking::None => None,
        }
    }
}

struct Body<'a> {
    request: &'a Request,
    purpose: Purpose,
    max_tokens: u32,
    tools: Blocks<'a>,
    system: Blocks<'a>,
    messages: Vec<WireMessage<'a>>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: Speaker,
    content: Blocks<'a>,
}

impl<'a> Body<'a> {
    fn of(request: &'a Request, purpose: Purpose) -> Self {
        let message = |message: &'a Message| WireMessage {
            role: message.role,
            // The model may stream a text that stays empty, but the API does not take it back.
            content: message
                .content
                .iter()
                .filter(|block| message.role == Speaker::User || !breakpoint::is_blank_text(block))
                .map(Cow::Borrowed)
                .collect(),
        };
        let limit = Prices::builtin().max_output(&request.model).unwrap_or(u32::MAX);
        let mut body = Self {
            request,
            purpose,
            max_tokens: request.max_tokens.min(limit),
            tools: request.tools.iter().map(Cow::Borrowed).collect(),
            system: request.system.iter().map(Cow::Borrowed).collect(),
            messages: request.messages.iter().map(message).collect(),
        };
        body.put_breakpoints();
        body
    }

    /// Marks, while breakpoints last: the conversation's end, the system prompt, the tools, and where the
    /// previous request ended, since the API looks back no further than 20 blocks.
    fn put_breakpoints(&mut self) {
        let messages = self.messages.iter().flat_map(|message| &message.content);
        let blocks = self.tools.iter().chain(&self.system).chain(messages);
        let used = blocks.filter(|block| breakpoint::is_marked(block)).count();
        let (last, earlier) = self
            .messages
            .split_last_mut()
            .map_or((None, &mut [][..]), |(last, earlier)| (Some(last), earlier));
        let before = earlier.iter_mut().rev().find(|message| message.role == Speaker::User);
        let ends = [
            last.map(|message| &mut message.content),
            Some(&mut self.system),
            Some(&mut self.tools),
            before.map(|message| &mut message.content),
        ];
        breakpoint::put(used, ends.into_iter().flatten());
    }
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const OURS: [&str; 6] = ["model", "max_tokens", "stream", "tools", "system", "messages"];
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &self.request.model)?;
        if self.purpose == Purpose::Stream {
            map.serialize_entry("max_tokens", &self.max_tokens)?;
            map.serialize_entry("stream", &true)?;
        }
        for (key, value) in self.request.extra.iter().filter(|(key, _)| !OURS.contains(&key.as_str())) {
            map.serialize_entry(key, value)?;
        }
        if !self.request.extra.contains_key("thinking")
            && let Some(thinking) = self.request.thinking(self.max_tokens)
        {
            map.serialize_entry("thinking", &thinking)?;
        }
        if !self.tools.is_empty() {
            map.serialize_entry("tools", &self.tools)?;
        }
        if !self.system.is_empty() {
            map.serialize_entry("system", &self.system)?;
        }
        map.serialize_entry("messages", &self.messages)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = r#","cache_control":{"type":"ephemeral"}}"#;

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text.to_owned()).unwrap()
    }

    fn message(role: Speaker, blocks: &[&str]) -> Message {
        Message {
            role,
            content: blocks.iter().map(|block| raw(block)).collect(),
        }
    }

    fn text(text: &str) -> String {
        format!(r#"{{"type":"text","text":"{text}"}}"#)
    }

    fn request(messages: Vec<Message>) -> Request {
        Request {
            model: "claude-sonnet-5-5".into(),
            system: vec![raw(&text("be good"))],
            messages,
            tools: vec![
                raw(r#"{"name":"a","input_schema":{}}"#),
                raw(r#"{ "type":"bash_20250124", "name":"bash" }"#),
            ],
            max_tokens: 999_999,
            thinking: true,
            extra: serde_json::Map::new(),
        }
    }

    fn body(request: &Request) -> String {
        String::from_utf8(request.body(Purpose::Stream).unwrap()).unwrap()
    }

    #[test]
    fn keys_keep_their_order_and_three_ends_are_marked() {
        let request = request(vec![message(Speaker::User, &[&text("one"), &text("two")])]);
        let expected = concat!(
            r#"{"model":"claude-sonnet-5-5","max_tokens":128000,"stream":true,"#,
            r#""thinking":{"type":"adaptive","display":"summarized"},"#,
            r#""tools":[{"name":"a","input_schema":{}},{ "type":"bash_20250124", "name":"bash" ,"cache_control":{"type":"ephemeral"}}],"#,
            r#""system":[{"type":"text","text":"be good","cache_control":{"type":"ephemeral"}}],"#,
            r#""messages":[{"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two","cache_control":{"type":"ephemeral"}}]}]}"#,
        );
        assert_eq!(body(&request), expected);
    }

    #[test]
    fn thinking_goes_back_verbatim_and_unmarked() {
        let thinking = r#"{"type":"thinking","thinking":"h\u00e4","signature":"Ab\/cd","new":1.50}"#;
        let answer = message(
            Speaker::Assistant,
            &[
                thinking,
                r#"{"type":"text","text":""}"#,
                r#"{"type":"redacted_thinking","data":"x"}"#,
            ],
        );
        let request = request(vec![message(Speaker::User, &[&text("one")]), answer]);
        let body = body(&request);
        assert!(
            body.contains(&format!("[{thinking},{{\"type\":\"redacted_thinking\",\"data\":\"x\"}}]")),
            "{body}"
        );
        assert_eq!(
            body.matches(MARK).count(),
            3,
            "tools, system, and the end of the request before: {body}"
        );
    }

    #[test]
    fn the_previous_end_is_marked_too_and_four_is_the_limit() {
        let mut messages = vec![
            message(Speaker::User, &[&text("one")]),
            message(Speaker::Assistant, &[&text("two")]),
            message(Speaker::User, &[&text("three")]),
        ];
        let whole = body(&request(messages.clone()));
        assert_eq!(whole.matches(MARK).count(), 4);
        assert!(whole.contains(&format!(r#""text":"one"{MARK}"#)) && whole.contains(&format!(r#""text":"three"{MARK}"#)));
        let own = r#"{"type":"text","text":"mine","cache_control":{"type":"ephemeral","ttl":"1h"}}"#;
        messages[0].content.insert(0, raw(own));
        let whole = body(&request(messages));
        assert_eq!(whole.matches(r#""cache_control""#).count(), 4, "{whole}");
        assert!(whole.contains(own));
    }

    #[test]
    fn a_grown_conversation_has_the_old_one_as_its_prefix() {
        let mut messages = vec![message(Speaker::User, &[&text("one")])];
        let strip = |body: String| body.replace(MARK, "}");
        let short = strip(body(&request(messages.clone())));
        messages.push(message(Speaker::Assistant, &[&text("two")]));
        messages.push(message(Speaker::User, &[&text("three")]));
        let long = strip(body(&request(messages)));
        assert!(long.starts_with(short.strip_suffix("]}").unwrap()), "{short}\n{long}");
    }

    #[test]
    fn each_model_is_asked_to_think_in_its_own_way() {
        let mut request = request(vec![message(Speaker::User, &[&text("one")])]);
        request.model = "claude-sonnet-4-5-20250929".into();
        request.max_tokens = 8000;
        assert!(body(&request).contains(r#""thinking":{"type":"enabled","budget_tokens":4000}"#));
        request.model = "some-other".into();
        assert!(!body(&request).contains("thinking"));
        request.extra.insert("thinking".into(), json!({"type": "disabled"}));
        request.extra.insert("model".into(), json!("not this one"));
        assert!(
            body(&request)
                .starts_with(r#"{"model":"some-other","max_tokens":8000,"stream":true,"thinking":{"type":"disabled"},"tools""#)
        );
        let count = String::from_utf8(request.body(Purpose::Count).unwrap()).unwrap();
        assert!(count.starts_with(r#"{"model":"some-other","thinking""#), "{count}");
    }
}
