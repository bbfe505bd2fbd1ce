//! The client of the Messages API.
//!
//! Owns tries, waits and cancellation of a request; one try is [`super::exchange`]'s. Invariant: once content
//! has begun a request is never sent again, and its channel always ends with `Finished` or `Failed` unless the
//! receiver is gone.

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::exchange::{Exchange, Lost};
use super::request::Purpose;
use super::retry::{Failure, Tries};
use super::{Backoff, Key, ProviderError, Request, StreamItem};
use crate::protocol::Usage;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Items that wait for a slow reader before the stream is read no further.
const CHANNEL: usize = 256;
/// Retries of the first request at an address where nobody has answered yet: a wrong address does not mend itself, and
/// nobody should wait for it overnight. After the first answer only the settings limit retries.
const STRANGER_RETRIES: u32 = 3;
/// Tries of a count, which nobody waits for long.
const COUNT_RETRIES: u32 = 2;

/// How to reach the API.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// `https://api.anthropic.com`, or a loopback server.
    pub base_url: String,
    /// Sent as `x-api-key`.
    pub key: Key,
    /// Longest silence within an answer; pings are life.
    pub idle_timeout: Duration,
    /// Longest wait for an answer to begin. There is no limit on the whole.
    pub first_byte_timeout: Duration,
    /// Most retries of a request, `None` for no limit.
    pub max_retries: Option<u32>,
    /// `User-Agent`.
    pub user_agent: String,
}

/// A client of the Messages API; cheap to clone.
#[derive(Debug, Clone)]
pub struct Anthropic {
    exchange: Arc<Exchange>,
    max_retries: Option<u32>,
    backoff: Backoff,
}

impl Anthropic {
    /// Builds a client. Opens no connection.
    ///
    /// # Errors
    /// Fails on an unusable base URL, and if the system's root certificates cannot be loaded.
    pub fn new(config: ProviderConfig) -> Result<Self, ProviderError> {
        super::install_tls();
        let endpoint = Endpoint::parse(&config.base_url)?;
        Ok(Self {
            max_retries: config.max_retries,
            backoff: Backoff::default(),
            exchange: Arc::new(Exchange::new(endpoint, config)?),
        })
    }

    /// Returns the key it sends, for the redactor and for nothing else.
    #[must_use]
    pub fn key(&self) -> &Key {
        self.exchange.key()
    }

    /// Replaces the waits between tries that the server does not ask for.
    #[must_use]
    pub const fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// Sends a request and streams what comes back.
    ///
    /// Spawns a task on the current tokio runtime; it ends with the stream, with the token, or when the
    /// receiver is dropped. An answer that was cut off ends with [`StreamItem::Failed`].
    #[must_use]
    pub fn stream(&self, request: Request, cancel: CancellationToken) -> mpsc::Receiver<StreamItem> {
        let (items, receiver) = mpsc::channel(CHANNEL);
        let client = self.clone();
        tokio::spawn(async move {
            // If the receiver is gone, nobody wants the closing item either.
            if let Ok(last) = client.run(&request, &cancel, &items).await {
                let _ = items.send(last).await;
            }
        });
        receiver
    }

    /// Counts the tokens that a request would put into the context window.
    ///
    /// # Errors
    /// Fails like a request does, after two retries at most.
    pub async fn count_tokens(&self, request: &Request) -> Result<u64, ProviderError> {
        #[derive(Deserialize)]
        struct Count {
            input_tokens: u64,
        }
        let body = request.body(Purpose::Count)?;
        let mut tries = Tries::new(
            Some(self.max_retries.unwrap_or(COUNT_RETRIES).min(COUNT_RETRIES)),
            self.backoff,
        );
        loop {
            let failure = match self.exchange.count(body.clone()).await {
                Ok(text) => {
                    let count: Result<Count, _> = serde_json::from_str(&text);
                    return count
                        .map(|count| count.input_tokens)
                        .map_err(|error| ProviderError::unexpected(format!("a token count: {error}")));
                }
                Err(failure) => failure,
            };
            match tries.after(&failure) {
                Some((_, delay)) => tokio::time::sleep(delay).await,
                None => return Err(failure.error),
            }
        }
    }

    /// Says whether an error leaves open that nobody is at this address at all.
    fn is_unmet(&self, error: &ProviderError) -> bool {
        matches!(error, ProviderError::Unreachable { .. }) && !self.exchange.has_answered()
    }

    /// Names the address, where that is the likeliest fault.
    fn in_full(&self, error: ProviderError, tries: u32) -> ProviderError {
        match error {
            ProviderError::Unreachable { reason, .. } if !self.exchange.has_answered() => ProviderError::NeverReached {
                base_url: self.exchange.base_url().to_owned(),
                tries,
                reason,
            },
            other => other,
        }
    }

    /// Counts the clones of this client and the requests under way.
    #[cfg(test)]
    pub(super) fn handles(&self) -> usize {
        Arc::strong_count(&self.exchange)
    }

    /// Tries until the request is answered or lost; returns the closing item.
    async fn run(
        &self,
        request: &Request,
        cancel: &CancellationToken,
        items: &mpsc::Sender<StreamItem>,
    ) -> Result<StreamItem, Lost> {
        let body = match request.body(Purpose::Stream) {
            Ok(body) => bytes::Bytes::from(body),
            Err(error) => return Ok(failed(error, Usage::default(), false)),
        };
        let mut tries = Tries::new(self.max_retries, self.backoff);
        loop {
            let mut answer = Answer::default();
            let outcome = tokio::select! {
                biased;
                () = cancel.cancelled() => Ok(Err(ProviderError::Cancelled.into())),
                outcome = self.exchange.stream(body.clone(), &mut answer, items) => outcome,
            };
            let failure: Failure = match outcome? {
                Ok(last) => return Ok(last),
                Err(failure) => failure,
            };
            let usage = answer.usage();
            if answer.has_started() {
                return Ok(failed(failure.error, usage, true));
            }
            let next = tries.after(&failure);
            let unmet = self.is_unmet(&failure.error) && tries.failed() > STRANGER_RETRIES;
            let Some((attempt, delay)) = next.filter(|_| !unmet) else {
                return Ok(failed(self.in_full(failure.error, tries.failed()), usage, false));
            };
            tracing::debug!(attempt, ?delay, error = %failure.error, "a request is sent again");
            let error = failure.error;
            let item = StreamItem::Retrying {
                attempt,
                delay,
                error,
                usage,
            };
            items.send(item).await.map_err(|_| Lost)?;
            tokio::select! {
                () = cancel.cancelled() => return Ok(failed(ProviderError::Cancelled, Usage::default(), false)),
                () = items.closed() => return Err(Lost),
                () = tokio::time::sleep(delay) => {}
            }
        }
    }
}

const fn failed(error: ProviderError, usage: Usage, partial: bool) -> StreamItem {
    StreamItem::Failed { error, usage, partial }
}
