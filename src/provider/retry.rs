//! When a failed request is sent again.
//!
//! Owns the reading of the server's hints and the waits; whether content had begun is the caller's question,
//! and it must ask it first. Invariant: a wait that the server asks for is honoured, however long.

use super::ProviderError;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// A server that keeps sending nonsense is not one that waiting will cure.
const NONSENSE: u32 = 5;
/// How often a server may ask for no wait at all before we wait all the same.
const EAGER: u32 = 3;

/// Waits between tries: doubling, with jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait; up to as much again is added at random.
    pub first: Duration,
    /// The longest wait before its jitter.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(60),
        }
    }
}

/// What the server said about trying again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints {
    after: Option<Duration>,
    again: Option<bool>,
}

impl Hints {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let milliseconds = text("retry-after-ms").and_then(|value| value.parse::<f64>().ok());
        let given = text(RETRY_AFTER.as_str());
        let seconds = given.and_then(|value| value.parse::<f64>().ok());
        let duration = |seconds: f64| Duration::try_from_secs_f64(seconds).ok();
        // The server's own clock is the one its date is meant for; ours may be off.
        let clock = text(DATE.as_str()).and_then(date).unwrap_or_else(Timestamp::now);
        let until = given
            .and_then(date)
            .and_then(|then| Duration::try_from(then.duration_since(clock)).ok());
        Self {
            after: milliseconds
                .and_then(|value| duration(value / 1000.0))
                .or_else(|| seconds.and_then(duration))
                .or(until),
            again: text("x-should-retry").and_then(|value| value.parse().ok()),
        }
    }
}

/// A try that failed, before content.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: ProviderError,
    pub hints: Hints,
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self {
            error,
            hints: Hints::default(),
        }
    }
}

impl Failure {
    fn is_transient(&self) -> bool {
        match &self.error {
            ProviderError::Api(error) if error.is_spend_limit() => false,
            ProviderError::Api(_) => self.hints.again.unwrap_or_else(|| self.error.is_transient()),
            error => error.is_transient(),
        }
    }
}

/// The tries of one request.
#[derive(Debug)]
pub(super) struct Tries {
    limit: Option<u32>,
    failed: u32,
    nonsense: u32,
    backoff: ExponentialBackoff,
}

impl Tries {
    pub(super) fn new(limit: Option<u32>, backoff: Backoff) -> Self {
        let builder = ExponentialBuilder::new()
            .with_min_delay(backoff.first)
            .with_max_delay(backoff.longest)
            .with_factor(2.0);
        Self {
            limit,
            failed: 0,
            nonsense: 0,
            backoff: builder.without_max_times().with_jitter().build(),
        }
    }

    /// How often it has failed so far.
    pub(super) const fn failed(&self) -> u32 {
        self.failed
    }

    /// Counts a failure; returns its number and the wait before the next try, or `None` if there shall be none.
    pub(super) fn after(&mut self, failure: &Failure) -> Option<(u32, Duration)> {
        self.failed += 1;
        self.nonsense += u32::from(matches!(failure.error, ProviderError::Unexpected { .. }));
        if !failure.is_transient() || self.limit.is_some_and(|limit| self.failed > limit) || self.nonsense > NONSENSE {
            return None;
        }
        let own = self.backoff.next()?;
        let wait = match failure.hints.after {
            Some(asked) if self.failed > EAGER && asked.is_zero() => own,
            Some(asked) => asked,
            None => own,
        };
        Some((self.failed, wait))
    }
}

/// Parses an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`).
fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::ApiError;
    use reqwest::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        pairs.iter().map(pair).collect()
    }

    fn after(pairs: &[(&'static str, &'static str)]) -> Option<Duration> {
        Hints::of(&headers(pairs)).after
    }

    fn failure(status: u16, hints: &[(&'static str, &'static str)]) -> Failure {
        Failure {
            error: ProviderError::Api(ApiError {
                status: Some(status),
                ..ApiError::default()
            }),
            hints: Hints::of(&headers(hints)),
        }
    }

    fn tries(limit: Option<u32>) -> Tries {
        let second = Duration::from_secs(1);
        Tries::new(
            limit,
            Backoff {
                first: second,
                longest: 8 * second,
            },
        )
    }

    #[test]
    fn retry_after_in_all_its_forms() {
        assert_eq!(after(&[("retry-after", "3")]), Some(Duration::from_secs(3)));
        assert_eq!(after(&[("retry-after", "0.5")]), Some(Duration::from_millis(500)));
        assert_eq!(after(&[("retry-after", "86400")]), Some(Duration::from_secs(86_400)));
        assert_eq!(
            after(&[("retry-after-ms", "250"), ("retry-after", "1")]),
            Some(Duration::from_millis(250))
        );
        let clock = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            after(&[clock, ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")]),
            Some(Duration::from_secs(60))
        );
        for bad in ["soon", "-3", "NaN", "inf", "", "Sun, 06 Nov 1994 08:49:36 GMT"] {
            assert_eq!(after(&[clock, ("retry-after", bad)]), None, "{bad}");
        }
        let far = after(&[("retry-after", "Fri, 31 Dec 2100 23:59:59 GMT")]).unwrap();
        assert!(far > Duration::from_secs(86_400 * 365));
    }

    #[test]
    fn waits_double_with_jitter_up_to_a_limit_and_never_end() {
        let mut tries = tries(None);
        let waits: Vec<_> = (0..40)
            .map(|_| tries.after(&failure(529, &[])).unwrap().1.as_secs_f64())
            .collect();
        for (wait, base) in waits.iter().zip([1.0, 2.0, 4.0, 8.0, 8.0, 8.0]) {
            assert!((base..=2.0 * base).contains(wait), "{waits:?}");
        }
        assert!(waits[4..].iter().all(|wait| (8.0..=16.0).contains(wait)), "{waits:?}");
        assert!(waits[4..].windows(2).any(|pair| pair[0] != pair[1]), "no jitter: {waits:?}");
    }

    #[test]
    fn limits_and_final_errors() {
        let mut two = tries(Some(2));
        assert_eq!(two.after(&failure(500, &[])).map(|(number, _)| number), Some(1));
        assert_eq!(two.after(&failure(500, &[])).map(|(number, _)| number), Some(2));
        assert_eq!(two.after(&failure(500, &[])), None);
        for status in [400, 401, 402, 403, 404, 413] {
            assert_eq!(tries(None).after(&failure(status, &[])), None, "{status}");
        }
        assert_eq!(tries(None).after(&ProviderError::Cancelled.into()), None);
        let nonsense = || ProviderError::unexpected("x").into();
        let mut tries = tries(None);
        assert!((0..5).all(|_| tries.after(&nonsense()).is_some()));
        assert_eq!(tries.after(&nonsense()), None);
    }

    #[test]
    fn the_server_has_the_last_word_except_on_spent_money() {
        assert_eq!(tries(None).after(&failure(500, &[("x-should-retry", "false")])), None);
        assert!(tries(None).after(&failure(400, &[("x-should-retry", "true")])).is_some());
        let mut spent = failure(429, &[("x-should-retry", "true")]);
        spent.error = ProviderError::Api(ApiError {
            code: "enforced_spend_limit_reached".into(),
            ..ApiError::default()
        });
        assert_eq!(tries(None).after(&spent), None);
    }

    #[test]
    fn asked_waits_win_but_zero_only_a_few_times() {
        let mut tries = tries(None);
        let zero = failure(429, &[("retry-after", "0")]);
        let waits: Vec<_> = (0..5).map(|_| tries.after(&zero).unwrap().1.is_zero()).collect();
        assert_eq!(waits, [true, true, true, false, false]);
        let hour = failure(429, &[("retry-after", "3600")]);
        assert_eq!(tries.after(&hour).unwrap().1, Duration::from_secs(3600));
    }
}
