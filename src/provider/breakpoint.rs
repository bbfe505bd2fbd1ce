//! Prompt cache breakpoints: which blocks may bear one, and how it is put on them.
//!
//! Owns `cache_control`; which ends of a prompt are worth one is [`super::request`]'s. Invariant: a marked block is the
//! caller's bytes with one field more at the end.

use crate::protocol::RawJson;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The API takes at most this many.
const MOST: usize = 4;

/// Blocks on their way into a body.
pub(super) type Blocks<'a> = Vec<Cow<'a, RawJson>>;

/// Marks the last block of each end that can bear a breakpoint, while there are some left beside the `used` ones.
pub(super) fn put<'e, 'a: 'e>(used: usize, ends: impl Iterator<Item = &'e mut Blocks<'a>>) {
    let mut left = MOST.saturating_sub(used);
    for blocks in ends {
        if left > 0 && mark_last(blocks) {
            left -= 1;
        }
    }
}

/// Says whether a block bears a breakpoint of its caller's.
pub(super) fn is_marked(block: &RawJson) -> bool {
    Peek::of(block).is_some_and(|peek| peek.cache_control.is_some())
}

/// Says whether a block is text without any letter in it, which the API refuses to take.
pub(super) fn is_blank_text(block: &RawJson) -> bool {
    Peek::of(block).is_some_and(|peek| peek.is_blank_text())
}

/// What matters of a block.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    cache_control: Option<IgnoredAny>,
    defer_loading: Option<bool>,
}

impl<'a> Peek<'a> {
    fn of(block: &'a RawJson) -> Option<Self> {
        serde_json::from_str(block.get()).ok()
    }

    fn is_blank_text(&self) -> bool {
        self.kind == "text" && self.text.as_ref().is_none_or(|text| text.trim().is_empty())
    }

    fn is_cacheable(&self) -> bool {
        let is_thinking = self.kind == "thinking" || self.kind == "redacted_thinking";
        !is_thinking && !self.is_blank_text() && self.defer_loading != Some(true)
    }
}

/// Marks the last block that may be; says whether there was such a block, not marked by the caller already.
fn mark_last(blocks: &mut Blocks<'_>) -> bool {
    let Some(block) = blocks
        .iter_mut()
        .rev()
        .find(|block| Peek::of(block).is_some_and(|peek| peek.is_cacheable()))
    else {
        return false;
    };
    if is_marked(block) {
        return false;
    }
    let Some(marked) = marked(block.get()) else { return false };
    *block = Cow::Owned(marked);
    true
}

/// Adds `cache_control` at the end of an object's text, all else untouched.
fn marked(object: &str) -> Option<RawJson> {
    let inner = object.trim_end().strip_suffix('}')?;
    let comma = if inner.trim_end().ends_with('{') { "" } else { "," };
    RawJson::parse(format!(r#"{inner}{comma}"cache_control":{{"type":"ephemeral"}}}}"#)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(blocks: &[&str]) -> Vec<String> {
        let raw = |block: &&str| Cow::Owned(RawJson::parse((*block).to_owned()).unwrap());
        let mut blocks: Blocks<'_> = blocks.iter().map(raw).collect();
        put(0, std::iter::once(&mut blocks));
        blocks.iter().map(|block| block.get().to_owned()).collect()
    }

    #[test]
    fn the_mark_goes_to_the_last_block_that_may_bear_it() {
        let tool = r#"{"name":"a"}"#;
        let deferred = r#"{"name":"b","defer_loading":true}"#;
        let expected = r#"{"name":"a","cache_control":{"type":"ephemeral"}}"#;
        assert_eq!(mark(&[tool, deferred]), [expected, deferred]);
        let thought = r#"{"type":"thinking","thinking":"x","signature":"y"}"#;
        assert_eq!(mark(&[thought]), [thought]);
        assert_eq!(mark(&["{ }"]), [r#"{ "cache_control":{"type":"ephemeral"}}"#]);
        let own = r#"{"cache_control":{"type":"ephemeral","ttl":"1h"},"name":"a"}"#;
        assert_eq!(mark(&[tool, own]), [tool, own]);
    }
}
