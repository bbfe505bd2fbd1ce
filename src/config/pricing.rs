//! What models cost and what they can do, from `assets/pricing.toml`.
//!
//! Owns the table and the arithmetic of one request's price; sums over requests are the reducer's.
//! Invariant: a model that is not in the table has no price, never a guessed one.

use crate::protocol::{Cost, Usage};
use serde::Deserialize;
use std::sync::{Arc, OnceLock};

const BUILTIN: &str = include_str!("../../assets/pricing.toml");

/// The price table; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    models: Arc<[Model]>,
}

/// What is known of a model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its id without a date.
    pub id: String,
    /// US dollars per million uncached input tokens.
    pub input: f64,
    /// US dollars per million output tokens.
    pub output: f64,
    /// Price of a token read from the cache as a share of `input`.
    pub cache_read: Option<f64>,
    /// Price of a token written to the 5-minute cache as a multiple of `input`.
    pub cache_write_5m: Option<f64>,
    /// Price of a token written to the 1-hour cache as a multiple of `input`.
    pub cache_write_1h: Option<f64>,
    /// Prices of large prompts, if they differ.
    pub large: Option<LargePrompt>,
    /// Context window in tokens.
    pub window: u64,
    /// Most tokens of one answer.
    pub max_output: u32,
    /// How it is asked to think.
    pub thinking: Thinking,
    /// The API's own bash tool type that it knows.
    pub bash: Option<String>,
    /// The API's own text editor tool type that it knows.
    pub editor: Option<String>,
}

/// Prices that hold once a prompt is larger than a size, for all tokens of the request.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LargePrompt {
    /// The size in tokens, cached ones included.
    pub above: u64,
    /// US dollars per million uncached input tokens.
    pub input: f64,
    /// US dollars per million output tokens.
    pub output: f64,
}

/// How a model is asked to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thinking {
    /// `thinking: {type: adaptive}`.
    Adaptive,
    /// Adaptive, and it thinks even if not asked.
    Always,
    /// `thinking: {type: enabled, budget_tokens: n}`.
    Budget,
    /// Not at all.
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    defaults: Multipliers,
    model: Vec<Model>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Multipliers {
    cache_read: f64,
    cache_write_5m: f64,
    cache_write_1h: f64,
}

impl Prices {
    /// Returns the table that is built in.
    #[must_use]
    pub fn builtin() -> Self {
        static TABLE: OnceLock<Prices> = OnceLock::new();
        // That it parses is tested; should it ever not, prices are unknown rather than the program gone.
        TABLE.get_or_init(|| Self::parse(BUILTIN).unwrap_or_default()).clone()
    }

    /// Parses a table.
    ///
    /// # Errors
    /// Fails on TOML that does not parse and on unknown keys.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: Table = toml::from_str(text)?;
        let Multipliers {
            cache_read,
            cache_write_5m,
            cache_write_1h,
        } = table.defaults;
        let filled = table.model.into_iter().map(|mut model| {
            model.cache_read.get_or_insert(cache_read);
            model.cache_write_5m.get_or_insert(cache_write_5m);
            model.cache_write_1h.get_or_insert(cache_write_1h);
            model
        });
        Ok(Self {
            models: filled.collect(),
        })
    }

    /// Returns what is known of a model: the exact id, else the longest id that is followed by a date (`-20260901`).
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&Model> {
        let dated = |model: &&Model| {
            let date = id.strip_prefix(model.id.as_str()).and_then(|rest| rest.strip_prefix('-'));
            date.is_some_and(|date| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let exact = self.models.iter().find(|model| model.id == id);
        exact.or_else(|| self.models.iter().filter(dated).max_by_key(|model| model.id.len()))
    }

    /// Returns the price of **one** request (a sum of requests would meet the tier of large prompts wrongly).
    #[must_use]
    pub fn cost(&self, model: &str, usage: &Usage) -> Option<Cost> {
        let model = self.model(model)?;
        let (input, output) = match model.large {
            Some(large) if usage.prompt() > large.above => (large.input, large.output),
            _ => (model.input, model.output),
        };
        let share = |multiplier: Option<f64>| input * multiplier.unwrap_or(1.0);
        Some(
            Cost::of_tokens(usage.input, input)
                + Cost::of_tokens(usage.output, output)
                + Cost::of_tokens(usage.cache_read, share(model.cache_read))
                + Cost::of_tokens(usage.cache_write_5m, share(model.cache_write_5m))
                + Cost::of_tokens(usage.cache_write_1h, share(model.cache_write_1h)),
        )
    }

    /// Returns the context window of a model in tokens.
    #[must_use]
    pub fn context_window(&self, model: &str) -> Option<u64> {
        self.model(model).map(|model| model.window)
    }

    /// Returns the most tokens that one answer of a model may have.
    #[must_use]
    pub fn max_output(&self, model: &str) -> Option<u32> {
        self.model(model).map(|model| model.max_output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, output: u64) -> Usage {
        Usage {
            input,
            output,
            ..Usage::default()
        }
    }

    #[test]
    fn the_builtin_table_parses_and_its_ids_are_unique() {
        let prices = Prices::parse(BUILTIN).unwrap();
        let mut ids: Vec<_> = prices.models.iter().map(|model| &model.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), prices.models.len());
        assert!(ids.len() > 10);
    }

    #[test]
    fn ids_match_exactly_or_with_a_date_and_nothing_else() {
        let prices = Prices::builtin();
        let id = |id| prices.model(id).map(|model| model.id.clone());
        assert_eq!(id("claude-sonnet-5-5").as_deref(), Some("claude-sonnet-5-5"));
        assert_eq!(id("claude-sonnet-5-5-20260901").as_deref(), Some("claude-sonnet-5-5"));
        assert_eq!(id("claude-opus-5-20260101").as_deref(), Some("claude-opus-5"));
        assert_eq!(id("claude-sonnet-4-20250514").as_deref(), Some("claude-sonnet-4"));
        // A newer minor version is another model, whose price we do not know.
        assert_eq!(id("claude-opus-5-7"), None);
        assert_eq!(id("claude-sonnet-5-5-latest"), None);
        assert_eq!(id("claude-sonnet-5-5-"), None);
        assert_eq!(id("gpt-9"), None);
        assert_eq!(prices.cost("gpt-9", &usage(1, 1)), None);
    }

    #[test]
    fn every_kind_of_token_has_its_price() {
        let prices = Prices::builtin();
        let million = 1_000_000;
        let usage = Usage {
            input: million,
            output: million,
            cache_read: million,
            cache_write_5m: million,
            cache_write_1h: million,
        };
        // 4 + 20 + 0.2 + 5 + 8
        assert_eq!(prices.cost("claude-opus-5-5", &usage), Some(Cost(37_200_000_000)));
        // 5 + 25 + 0.5 + 6.25 + 10
        assert_eq!(prices.cost("claude-opus-4-5", &usage), Some(Cost(46_750_000_000)));
        assert_eq!(prices.cost("scripted-demo", &usage), prices.cost("claude-sonnet-5-5", &usage));
    }

    #[test]
    fn large_prompts_of_haiku_cost_more_cached_tokens_included() {
        let prices = Prices::builtin();
        let cost = |usage| prices.cost("claude-haiku-5-5", &usage).unwrap();
        assert_eq!(cost(usage(100_000, 1_000)), Cost(10_000_000 + 500_000));
        assert_eq!(cost(usage(100_001, 1_000)), Cost(50_000_500 + 2_500_000));
        let cached = Usage {
            cache_read: 100_000,
            ..usage(1, 0)
        };
        assert_eq!(cost(cached), Cost(5_000_000 + 500));
    }
}
