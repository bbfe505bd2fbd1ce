//! One streamed answer, folded event by event into [`StreamItem`]s.
//!
//! Owns the protocol of the Messages API's stream; does no IO, so every cut and every disorder can be tested.
//! Invariant: unknown events, blocks and deltas pass; a known event out of order is an error.

#[cfg(test)]
mod tests;

use super::block::Block;
use super::sse::SseEvent;
use super::usage::WireUsage;
use super::{ApiError, ProviderError, StreamItem};
use crate::protocol::{BlockKind, RawJson, StopReason, Usage};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An answer under construction.
#[derive(Debug, Default)]
pub(super) struct Answer {
    request_id: String,
    message: Option<(String, String)>,
    started: bool,
    open: BTreeMap<u32, Block>,
    next: u32,
    usage: WireUsage,
    stop_reason: Option<StopReason>,
    over: bool,
}

#[derive(Deserialize)]
struct MessageStart {
    message: MessageHead,
}

#[derive(Deserialize)]
struct MessageHead {
    #[serde(default)]
    id: String,
    #[serde(default)]
    model: String,
    #[serde(default)]
    usage: WireUsage,
}

#[derive(Deserialize)]
struct BlockStart {
    index: u32,
    content_block: RawJson,
}

#[derive(Deserialize)]
struct BlockGrowth {
    index: u32,
    delta: RawJson,
}

#[derive(Deserialize)]
struct BlockStop {
    index: u32,
}

#[derive(Deserialize)]
struct MessageDelta {
    #[serde(default)]
    delta: StopDelta,
    #[serde(default)]
    usage: WireUsage,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct StopDelta {
    stop_reason: Option<StopReason>,
}

impl Answer {
    pub(super) fn new(request_id: String) -> Self {
        Self {
            request_id,
            ..Self::default()
        }
    }

    /// Says whether content has begun, after which the request must not be sent again.
    pub(super) const fn has_started(&self) -> bool {
        self.started
    }

    /// Says whether `message_stop` has come.
    pub(super) const fn is_over(&self) -> bool {
        self.over
    }

    /// Returns the tokens reported so far.
    pub(super) fn usage(&self) -> Usage {
        self.usage.total()
    }

    /// Takes an event and appends what it means to `items`.
    pub(super) fn take(&mut self, event: &SseEvent, items: &mut Vec<StreamItem>) -> Result<(), ProviderError> {
        match event.event.as_str() {
            "message_start" => {
                let MessageStart { message } = parse(event)?;
                if self.message.replace((message.id, message.model)).is_some() {
                    return Err(ProviderError::unexpected("a second message_start"));
                }
                self.usage.update(message.usage);
            }
            "content_block_start" => {
                let BlockStart { index, content_block } = parse(event)?;
                self.begin_block(index, &content_block, items)?;
            }
            "content_block_delta" => {
                let BlockGrowth { index, delta } = parse(event)?;
                let grown = self.open.get_mut(&index).ok_or_else(|| unopened(index))?.grow(&delta);
                if let Some(text) = grown
                    .map_err(|error| malformed(event, &error))?
                    .filter(|text| !text.is_empty())
                {
                    items.push(StreamItem::Delta { index, text });
                }
            }
            "content_block_stop" => {
                let BlockStop { index } = parse(event)?;
                let block = self.open.remove(&index).ok_or_else(|| unopened(index))?;
                let kind = block.kind();
                // A call that max_tokens cut short also gets its stop; its input tells.
                if let Some(block) = block.finish() {
                    items.push(StreamItem::BlockFinished { index, kind, block });
                }
            }
            "message_delta" => {
                let MessageDelta { delta, usage } = parse(event)?;
                self.usage.update(usage);
                self.stop_reason = delta.stop_reason.or(self.stop_reason.take());
            }
            "message_stop" => self.over = true,
            "error" => return Err(ProviderError::Api(ApiError::parse(None, &event.data, &self.request_id))),
            // `ping`, and events to come.
            _ => {}
        }
        Ok(())
    }

    /// Returns the closing item, or `None` if the stream ended before the answer did.
    pub(super) fn finish(&mut self, items: &mut Vec<StreamItem>) -> Option<StreamItem> {
        // A missing `message_stop` costs nothing once the reason for stopping is known.
        let stop_reason = self.stop_reason.take().filter(|_| self.open.is_empty())?;
        self.start(items)?;
        let (_, model) = self.message.clone()?;
        Some(StreamItem::Finished {
            stop_reason,
            usage: self.usage(),
            model,
            request_id: self.request_id.clone(),
        })
    }

    fn begin_block(&mut self, index: u32, block: &RawJson, items: &mut Vec<StreamItem>) -> Result<(), ProviderError> {
        if index != self.next {
            let reason = format!("content block {index} where {} was due", self.next);
            return Err(ProviderError::unexpected(reason));
        }
        let block = Block::start(block).map_err(|error| ProviderError::unexpected(format!("a content block: {error}")))?;
        self.start(items)
            .ok_or_else(|| ProviderError::unexpected("content before message_start"))?;
        self.next += 1;
        let kind = block.kind();
        let is_call = kind == BlockKind::ToolUse;
        items.push(StreamItem::BlockStarted {
            index,
            kind,
            tool: block.tool().filter(|_| is_call),
            call: block.call().filter(|_| is_call),
        });
        self.open.insert(index, block);
        Ok(())
    }

    /// Announces the answer, once; `None` without a `message_start`.
    fn start(&mut self, items: &mut Vec<StreamItem>) -> Option<()> {
        let (message_id, model) = self.message.clone()?;
        if !std::mem::replace(&mut self.started, true) {
            items.push(StreamItem::Started {
                message_id,
                model,
                request_id: self.request_id.clone(),
            });
        }
        Some(())
    }
}

fn parse<'a, T: Deserialize<'a>>(event: &'a SseEvent) -> Result<T, ProviderError> {
    serde_json::from_str(&event.data).map_err(|error| malformed(event, &error))
}

fn malformed(event: &SseEvent, error: &serde_json::Error) -> ProviderError {
    ProviderError::unexpected(format!("a {} event that cannot be read ({error})", event.event))
}

fn unopened(index: u32) -> ProviderError {
    ProviderError::unexpected(format!("content block {index}, which is not open"))
}

impl ApiError {
    /// Reads an error body, or whatever came in its place.
    pub(super) fn parse(status: Option<u16>, body: &str, request_id: &str) -> Self {
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let message = match text("/error/message") {
            message if message.is_empty() && value.pointer("/error").is_none() => body.trim().to_owned(),
            message => message,
        };
        let request_id = if request_id.is_empty() {
            text("/request_id")
        } else {
            request_id.to_owned()
        };
        Self {
            status,
            kind: text("/error/type"),
            message: shortened(&message),
            code: text("/error/details/error_code"),
            request_id,
        }
    }
}

/// Cuts foreign words to a length that a log line bears.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 600;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
