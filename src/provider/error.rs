//! What can go wrong between us and a model, each with the next step.
//!
//! Owns the words; [`super::retry`] owns what is tried again. Invariant: no error contains a key, an unbounded
//! piece of an answer, or a URL other than the base URL, which the endpoint's checks keep free of secrets.

use std::fmt;
use std::time::Duration;

/// A request that failed, or could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// There is no usable API key.
    #[error(
        "no API key: {reason}. Set that variable, or name another with `key_env`, or set `key_command` to a command that prints the key"
    )]
    NoKey {
        /// What was looked at.
        reason: String,
    },
    /// There is an API key, but it is malformed.
    #[error(
        "the API key cannot be used: {reason}. A key is one line without spaces; set `key_env` or `key_command` to where it is"
    )]
    BadKey {
        /// What is wrong where, without the key.
        reason: String,
    },
    /// The base URL cannot be used.
    #[error("the base URL cannot be used: {reason}. Set `base_url` to something like https://api.anthropic.com")]
    BaseUrl {
        /// Why.
        reason: String,
    },
    /// The HTTP client could not be built.
    #[error("the HTTP client could not be built: {reason}. Check the system's certificates and proxy settings")]
    Client {
        /// Why.
        reason: String,
    },
    /// The request could not be written as JSON.
    #[error("the request could not be written: {reason}. This is a fault of the program: please report it")]
    Request {
        /// Why.
        reason: String,
    },
    /// The API answered with an error, by status or inside a stream.
    #[error("{0}")]
    Api(ApiError),
    /// No connection.
    #[error("no connection to {host}: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// Why.
        reason: String,
    },
    /// No connection, and there never was one: the address itself is the likeliest fault.
    #[error(
        "cannot reach {base_url}, tried {tries} times: {reason}. Check the address (--base-url, or `base_url` in the settings) and the network, then run again"
    )]
    NeverReached {
        /// The base URL.
        base_url: String,
        /// How often it was tried.
        tries: u32,
        /// Why the last try failed.
        reason: String,
    },
    /// The server's certificate is not trusted.
    #[error(
        "{host} shows a certificate that is not trusted: {reason}. Check the clock, and SSL_CERT_FILE if a proxy stands in between"
    )]
    Certificate {
        /// Host and port.
        host: String,
        /// Why.
        reason: String,
    },
    /// Nothing came within the first-byte timeout.
    #[error("no answer within {}", Seconds(.0))]
    NoAnswer(Duration),
    /// A stream fell silent for longer than the idle timeout.
    #[error("the answer fell silent for {}", Seconds(.0))]
    Silent(Duration),
    /// The connection failed before the answer was whole.
    #[error("the connection was lost in the middle of the answer: {reason}")]
    Cut {
        /// The transport's words.
        reason: String,
    },
    /// A stream ended in good order, but before the answer did.
    #[error("the answer ended before its end mark (`message_stop`): the server or a proxy in between closed it too early")]
    Unfinished,
    /// The server sent something that is not the Messages API.
    #[error("the server sent something unexpected: {reason}. Check that `base_url` speaks the Messages API")]
    Unexpected {
        /// What.
        reason: String,
    },
    /// We cancelled the request.
    #[error("the request was cancelled")]
    Cancelled,
}

impl ProviderError {
    pub(super) const fn no_key(reason: String) -> Self {
        Self::NoKey { reason }
    }

    pub(super) const fn bad_key(reason: String) -> Self {
        Self::BadKey { reason }
    }

    pub(super) fn unexpected(reason: impl Into<String>) -> Self {
        Self::Unexpected { reason: reason.into() }
    }

    /// Says whether the key is missing or refused: nothing but another key helps.
    #[must_use]
    pub fn is_about_the_key(&self) -> bool {
        match self {
            Self::NoKey { .. } | Self::BadKey { .. } => true,
            Self::Api(error) => matches!(error.status, Some(401 | 403)),
            _ => false,
        }
    }

    /// Says whether the account may use no more for now: only time helps.
    #[must_use]
    pub fn is_usage_limit(&self) -> bool {
        matches!(self, Self::Api(error) if error.effective_status() == 429)
    }

    /// Says whether the same request may succeed later, all by itself.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Api(error) => error.is_transient(),
            Self::Unreachable { .. }
            | Self::NoAnswer(_)
            | Self::Silent(_)
            | Self::Cut { .. }
            | Self::Unfinished
            | Self::Unexpected { .. } => true,
            Self::NoKey { .. }
            | Self::BadKey { .. }
            | Self::BaseUrl { .. }
            | Self::Client { .. }
            | Self::Request { .. }
            | Self::NeverReached { .. }
            | Self::Certificate { .. }
            | Self::Cancelled => false,
        }
    }

    /// Says whether the API refused the prompt for being larger than the context window.
    #[must_use]
    pub fn is_prompt_too_long(&self) -> bool {
        matches!(self, Self::Api(error) if error.is_prompt_too_long())
    }
}

/// An error in the API's words: `{"type":"error","error":{"type":…,"message":…}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status; `None` inside a stream that began with 200.
    pub status: Option<u16>,
    /// `error.type`: `overloaded_error`, …; empty if the body was not the API's.
    pub kind: String,
    /// `error.message`, shortened.
    pub message: String,
    /// `error.details.error_code`, where given.
    pub code: String,
    /// The provider's id of the request, for support.
    pub request_id: String,
}

impl ApiError {
    /// Returns the status, for errors inside a stream the one that their type stands for.
    fn effective_status(&self) -> u16 {
        self.status
            .filter(|status| *status >= 300)
            .unwrap_or(match self.kind.as_str() {
                "invalid_request_error" => 400,
                "authentication_error" => 401,
                "billing_error" => 402,
                "permission_error" => 403,
                "not_found_error" => 404,
                "request_too_large" => 413,
                "rate_limit_error" => 429,
                "timeout_error" => 504,
                "overloaded_error" => 529,
                _ => 500,
            })
    }

    /// Says whether a spend limit stands in the way, which no waiting of ours will move.
    #[must_use]
    pub fn is_spend_limit(&self) -> bool {
        self.code.contains("spend_limit")
    }

    fn is_transient(&self) -> bool {
        !self.is_spend_limit() && matches!(self.effective_status(), 408 | 409 | 429 | 500..=599)
    }

    fn is_prompt_too_long(&self) -> bool {
        self.effective_status() == 413 || self.message.contains("prompt is too long")
    }

    fn advice(&self) -> &'static str {
        if self.is_spend_limit() {
            return "The spend limit is reached: raise it in the provider's console, or go on when it resets";
        }
        match self.effective_status() {
            _ if self.is_prompt_too_long() => "The conversation no longer fits: go on in a fresh session",
            300..=399 => "The server points elsewhere: set `base_url` to where it points",
            400 => "The API refuses this request as it is: check `model` and the settings of this run",
            401 => "Check the API key (`key_env`, `key_command`)",
            402 => "Check credit and billing in the provider's console",
            403 => "Check that the key may use this model and workspace",
            404 => "Check `model` and `base_url`",
            _ => "",
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status, self.kind.as_str()) {
            (Some(status), "") => write!(f, "HTTP {status}")?,
            (Some(status), kind) => write!(f, "{kind} (HTTP {status})")?,
            (None, kind) => f.write_str(kind)?,
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if !self.advice().is_empty() {
            write!(f, ". {}", self.advice())?;
        }
        if !self.request_id.is_empty() {
            write!(f, " [{}]", self.request_id)?;
        }
        Ok(())
    }
}

struct Seconds<'a>(&'a Duration);

impl fmt::Display for Seconds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(status: Option<u16>, kind: &str) -> ApiError {
        ApiError {
            status,
            kind: kind.into(),
            message: "words".into(),
            ..ApiError::default()
        }
    }

    #[test]
    fn what_waiting_cannot_cure_says_what_to_do() {
        for status in [400, 401, 402, 403, 404, 413] {
            let error = api(Some(status), "");
            assert!(!error.is_transient(), "{status}");
            assert!(error.to_string().starts_with(&format!("HTTP {status}: words. ")), "{error}");
        }
        let spent = ApiError {
            code: "enforced_spend_limit_reached".into(),
            ..api(Some(429), "rate_limit_error")
        };
        assert!(!spent.is_transient());
        assert!(spent.to_string().contains("raise it"), "{spent}");
    }

    #[test]
    fn what_waiting_may_cure() {
        for status in [408, 409, 429, 500, 502, 503, 504, 529] {
            assert!(api(Some(status), "").is_transient(), "{status}");
        }
        assert!(api(None, "overloaded_error").is_transient());
        assert!(api(None, "api_error").is_transient());
        assert!(!api(None, "invalid_request_error").is_transient());
        // A 200 that carries an error body is judged by its type.
        assert!(api(Some(200), "overloaded_error").is_transient());
        assert!(!api(Some(200), "authentication_error").is_transient());
    }

    #[test]
    fn an_overflowing_prompt_is_told_apart() {
        let error = ApiError {
            message: "prompt is too long: 210000 tokens > 200000 maximum".into(),
            ..api(Some(400), "invalid_request_error")
        };
        assert!(ProviderError::Api(error).is_prompt_too_long());
    }
}
