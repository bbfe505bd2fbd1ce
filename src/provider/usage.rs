//! Tokens as the Messages API reports them.
//!
//! Owns the merge of the two reports of a stream; prices are `config::pricing`'s. Invariant: the later report
//! is cumulative, so a field it has replaces the earlier one and a field it lacks leaves it alone.

use crate::protocol::Usage;
use serde::Deserialize;

/// The API's `usage` object; every field may be missing or null.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_creation: Option<CacheCreation>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Option<u64>,
    ephemeral_1h_input_tokens: Option<u64>,
}

impl WireUsage {
    /// Takes a later report over this one.
    pub(super) fn update(&mut self, later: Self) {
        self.input_tokens = later.input_tokens.or(self.input_tokens);
        self.output_tokens = later.output_tokens.or(self.output_tokens);
        self.cache_read_input_tokens = later.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.cache_creation_input_tokens = later.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_creation = later.cache_creation.or(self.cache_creation);
    }

    /// Returns the tokens by kind; cache writes of unknown lifetime count as 5-minute ones, the API's default.
    pub(super) fn total(&self) -> Usage {
        let long = self
            .cache_creation
            .and_then(|split| split.ephemeral_1h_input_tokens)
            .unwrap_or(0);
        let short = self.cache_creation.and_then(|split| split.ephemeral_5m_input_tokens);
        let all = self.cache_creation_input_tokens.unwrap_or(0);
        Usage {
            input: self.input_tokens.unwrap_or(0),
            output: self.output_tokens.unwrap_or(0),
            cache_read: self.cache_read_input_tokens.unwrap_or(0),
            cache_write_5m: short.unwrap_or(0).max(all.saturating_sub(long)),
            cache_write_1h: long,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(text: &str) -> WireUsage {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn lifetimes_of_cache_writes_are_told_apart() {
        let usage = wire(
            r#"{"input_tokens":3,"cache_creation_input_tokens":30,"cache_read_input_tokens":9,"output_tokens":1,
                "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"service_tier":"standard"}"#,
        );
        let expected = Usage {
            input: 3,
            output: 1,
            cache_read: 9,
            cache_write_5m: 10,
            cache_write_1h: 20,
        };
        assert_eq!(usage.total(), expected);
        assert_eq!(
            wire(r#"{"cache_creation_input_tokens":30,"cache_creation":null}"#)
                .total()
                .cache_write_5m,
            30
        );
    }

    #[test]
    fn the_later_report_is_cumulative() {
        let mut usage = wire(r#"{"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":5}"#);
        usage.update(wire(r#"{"output_tokens":40,"input_tokens":null}"#));
        usage.update(wire(r#"{"output_tokens":90,"cache_read_input_tokens":6}"#));
        let total = usage.total();
        assert_eq!((total.input, total.output, total.cache_read), (3, 90, 6));
    }
}
