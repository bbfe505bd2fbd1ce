//! One try of a request: out over HTTP, back as an answer or as the reason why not.
//!
//! Owns the HTTP client, headers, timeouts and the reading of bodies; whether there is another try is
//! [`super::anthropic`]'s. Invariant: no wait here is unbounded, and none bounds the whole of an answer.

use super::answer::Answer;
use super::anthropic::ProviderConfig;
use super::endpoint::Endpoint;
use super::retry::{Failure, Hints};
use super::sse::Decoder;
use super::transport::{innermost, is_certificate};
use super::{ApiError, Key, ProviderError, StreamItem};
use bytes::Bytes;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response, Url};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// The version of the API that this client speaks.
const VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");
const CONNECT: Duration = Duration::from_secs(30);
/// Timeouts beyond this are as good as none, and safe to add to the clock.
const FOREVER: Duration = Duration::from_secs(7 * 86_400);
/// More of an error body is not read.
const ERROR_BODY: usize = 64 << 10;

/// Raised when nobody listens any more.
#[derive(Debug)]
pub(super) struct Lost;

/// The means for one try.
#[derive(Debug)]
pub(super) struct Exchange {
    http: Client,
    endpoint: Endpoint,
    key: Key,
    idle: Duration,
    first_byte: Duration,
    /// Whether any HTTP answer has come yet, a refusal included.
    answered: AtomicBool,
}

impl Exchange {
    pub(super) const fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn base_url(&self) -> &str {
        &self.endpoint.base
    }

    /// Says whether anybody has ever answered at this address.
    pub(super) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub(super) fn new(endpoint: Endpoint, config: ProviderConfig) -> Result<Self, ProviderError> {
        let builder = Client::builder()
            .user_agent(config.user_agent)
            .connect_timeout(CONNECT.min(config.first_byte_timeout))
            // A redirect would carry the key to a host that nobody named.
            .redirect(reqwest::redirect::Policy::none());
        let builder = if endpoint.is_plain {
            // No proxy stands before this machine, and no root certificate is worth loading for it.
            builder.no_proxy().tls_certs_only([])
        } else {
            builder.https_only(true)
        };
        let http = builder.build().map_err(|error| ProviderError::Client {
            reason: innermost(&error),
        })?;
        Ok(Self {
            http,
            endpoint,
            key: config.key,
            idle: config.idle_timeout.min(FOREVER),
            first_byte: config.first_byte_timeout.min(FOREVER),
            answered: AtomicBool::new(false),
        })
    }

    /// Sends a body for streaming and folds what comes back into `answer`; returns the closing item.
    pub(super) async fn stream(
        &self,
        body: Bytes,
        answer: &mut Answer,
        items: &mpsc::Sender<StreamItem>,
    ) -> Result<Result<StreamItem, Failure>, Lost> {
        tokio::select! {
            biased;
            () = items.closed() => Err(Lost),
            outcome = self.converse(body, answer, items) => outcome,
        }
    }

    async fn converse(
        &self,
        body: Bytes,
        answer: &mut Answer,
        items: &mpsc::Sender<StreamItem>,
    ) -> Result<Result<StreamItem, Failure>, Lost> {
        let until = Instant::now() + self.first_byte;
        let mut response = match self.send(&self.endpoint.messages, body, "text/event-stream", until).await {
            Ok(response) => response,
            Err(failure) => return Ok(Err(failure)),
        };
        *answer = Answer::new(request_id(response.headers()));
        if let Err(failure) = self.must_stream(&mut response, until).await {
            return Ok(Err(failure));
        }
        let mut input = Input {
            response,
            decoder: Decoder::default(),
            until,
        };
        let mut pending = Vec::new();
        loop {
            let read = self.read(&mut input, answer, &mut pending).await;
            for item in pending.drain(..) {
                items.send(item).await.map_err(|_| Lost)?;
            }
            let end = match read {
                Ok(Read::More { alive }) => {
                    if alive {
                        input.until = Instant::now() + self.idle;
                    }
                    continue;
                }
                Ok(Read::End) => ProviderError::Unfinished,
                Err(error) => error,
            };
            // What is whole is whole, however the connection went down afterwards.
            let last = answer.finish(&mut pending);
            for item in pending.drain(..) {
                items.send(item).await.map_err(|_| Lost)?;
            }
            return Ok(last.ok_or_else(|| self.scrubbed(end).into()));
        }
    }

    /// Reads one chunk.
    async fn read(&self, input: &mut Input, answer: &mut Answer, pending: &mut Vec<StreamItem>) -> Result<Read, ProviderError> {
        let lines = input.decoder.lines();
        let chunk = match timeout_at(input.until, input.response.chunk()).await {
            Err(_) if lines == 0 => return Err(ProviderError::NoAnswer(self.first_byte)),
            Err(_) => return Err(ProviderError::Silent(self.idle)),
            Ok(Err(error)) => {
                return Err(ProviderError::Cut {
                    reason: innermost(&error),
                });
            }
            Ok(Ok(None)) => return Ok(Read::End),
            Ok(Ok(Some(chunk))) => chunk,
        };
        let mut events = Vec::new();
        let fits = input.decoder.push(&chunk, &mut events);
        for event in events {
            answer.take(&event, pending)?;
        }
        fits.map_err(|_| ProviderError::unexpected("an event without end"))?;
        if answer.is_over() {
            return Ok(Read::End);
        }
        Ok(Read::More {
            alive: input.decoder.lines() > lines,
        })
    }

    /// Sends a body to be counted; returns the body of the answer.
    pub(super) async fn count(&self, body: Vec<u8>) -> Result<String, Failure> {
        let until = Instant::now() + self.first_byte;
        let mut response = self
            .send(&self.endpoint.count_tokens, body.into(), "application/json", until)
            .await?;
        if !response.status().is_success() {
            return Err(self.refusal(&mut response, until).await);
        }
        Ok(self.text(&mut response, until).await)
    }

    async fn send(&self, url: &Url, body: Bytes, accept: &'static str, until: Instant) -> Result<Response, Failure> {
        let mut request = self
            .http
            .post(url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static(accept))
            // A compressed stream may sit in a buffer on its way.
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .header("anthropic-version", VERSION)
            .body(body);
        if let Some(key) = self.key.header() {
            request = request.header("x-api-key", key);
        }
        match timeout_at(until, request.send()).await {
            Err(_) => Err(ProviderError::NoAnswer(self.first_byte).into()),
            Ok(Err(error)) => Err(self.unreachable(&error).into()),
            Ok(Ok(response)) => {
                self.answered.store(true, Ordering::Relaxed);
                Ok(response)
            }
        }
    }

    /// Fails unless the response is a stream of events.
    async fn must_stream(&self, response: &mut Response, until: Instant) -> Result<(), Failure> {
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .unwrap_or("nothing")
            .to_owned();
        if !response.status().is_success() {
            return Err(self.refusal(response, until).await);
        }
        if kind.starts_with("text/event-stream") {
            return Ok(());
        }
        let failure = self.refusal(response, until).await;
        match &failure.error {
            ProviderError::Api(error) if !error.kind.is_empty() => Err(failure),
            _ => Err(ProviderError::unexpected(format!("{kind} in place of an event stream")).into()),
        }
    }

    async fn refusal(&self, response: &mut Response, until: Instant) -> Failure {
        let hints = Hints::of(response.headers());
        let request_id = request_id(response.headers());
        let status = response.status().as_u16();
        let body = self.text(response, until).await;
        Failure {
            error: ProviderError::Api(ApiError::parse(Some(status), &body, &request_id)),
            hints,
        }
    }

    /// Reads what comes of a short body; an error body that is cut still says something.
    async fn text(&self, response: &mut Response, until: Instant) -> String {
        let mut body = Vec::new();
        while body.len() < ERROR_BODY {
            match timeout_at(until, response.chunk()).await {
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
                _ => break,
            }
        }
        body.truncate(ERROR_BODY);
        self.key.scrub(&String::from_utf8_lossy(&body)).into_owned()
    }

    fn unreachable(&self, error: &reqwest::Error) -> ProviderError {
        let host = self.endpoint.host.clone();
        let reason = innermost(error);
        if is_certificate(error) {
            ProviderError::Certificate { host, reason }
        } else {
            ProviderError::Unreachable { host, reason }
        }
    }

    /// An error inside a stream holds the server's words, which might hold ours.
    fn scrubbed(&self, error: ProviderError) -> ProviderError {
        match error {
            ProviderError::Api(mut error) => {
                error.message = self.key.scrub(&error.message).into_owned();
                ProviderError::Api(error)
            }
            other => other,
        }
    }
}

/// An answer on its way in.
struct Input {
    response: Response,
    decoder: Decoder,
    until: Instant,
}

/// What a read gave.
enum Read {
    /// Bytes; `alive` if a line became whole. Single bytes that trickle in are no sign of life.
    More { alive: bool },
    /// The end of the stream, or of the answer.
    End,
}

fn request_id(headers: &HeaderMap) -> String {
    headers
        .get("request-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}
