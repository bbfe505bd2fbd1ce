//! The HTTP side: a listener on loopback whose answers come from the book.
//!
//! Owns sockets, tasks, pace and faults. Invariant: dropping the server ends its tasks and closes its port.

use super::answer::Piece;
use super::book::{Book, Choice, prompt_tokens};
use super::check::{Refusal, check};
use super::{Fault, FaultKind, Script, ScriptError, Speed};
use crate::config::pricing::Prices;
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

type Body = BoxBody<Bytes, io::Error>;
type Frames = mpsc::Sender<Result<Frame<Bytes>, io::Error>>;

const LARGEST_BODY: usize = 64 << 20;
/// A connection that is closed at once takes unsent bytes with it.
const BEFORE_CUT: Duration = Duration::from_millis(5);

/// A running scripted server. Stops when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    stop: CancellationToken,
}

/// A request that came in, for tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// `/v1/messages`, …
    pub path: String,
    /// Header names (lower case) and values; the key's value is left out.
    pub headers: Vec<(String, String)>,
    /// The exact body.
    pub body: String,
    /// Status it was answered with.
    pub status: u16,
    /// Session and turn that answered it, both from 0 in file order.
    pub played: Option<(usize, usize)>,
    /// Whether a fault spoilt the answer.
    pub spoilt: bool,
}

#[derive(Debug)]
struct State {
    book: Mutex<Book>,
    recorded: Mutex<Vec<Recorded>>,
    speed: f64,
}

impl Server {
    /// Binds a free port on 127.0.0.1 and serves on the current tokio runtime.
    ///
    /// # Errors
    /// Fails outside a runtime, if no port can be bound, and on a speed that is negative or not a number.
    pub fn start(script: Script, speed: Speed) -> Result<Self, ScriptError> {
        let listen = |error: io::Error| ScriptError::Listen {
            reason: error.to_string(),
        };
        if !(speed.0.is_finite() && speed.0 >= 0.0) {
            let reason = format!("the speed must be 0 or more, not {}", speed.0);
            return Err(ScriptError::Invalid {
                place: "the speed".into(),
                reason,
            });
        }
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| ScriptError::Listen {
            reason: error.to_string(),
        })?;
        let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(listen)?;
        socket.set_nonblocking(true).map_err(listen)?;
        let listener = TcpListener::from_std(socket).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let state = Arc::new(State {
            book: Mutex::new(Book::new(script)),
            recorded: Mutex::default(),
            speed: speed.0,
        });
        let stop = CancellationToken::new();
        runtime.spawn(accept(listener, Arc::clone(&state), stop.clone()));
        Ok(Self { address, state, stop })
    }

    /// Returns `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the requests so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        locked(&self.state.recorded).clone()
    }

    /// Returns a line for each request that the script did not foresee.
    #[must_use]
    pub fn unplanned(&self) -> Vec<String> {
        locked(&self.state.book).unplanned().to_vec()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts until stopped; connections and their bodies end with it.
async fn accept(listener: TcpListener, state: Arc<State>, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&state)));
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Small pieces must leave at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(state.respond(request).await) }
    });
    // A client that hangs up is no failure of the server's.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl State {
    async fn respond(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
            return error(413, "Request exceeds the maximum size", &[]);
        };
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
            let value = if name == "x-api-key" {
                "[key]"
            } else {
                value.to_str().unwrap_or_default()
            };
            (name.as_str().to_owned(), value.to_owned())
        };
        let mut record = Recorded {
            path: head.uri.path().to_owned(),
            headers: head.headers.iter().map(header).collect(),
            body,
            status: 200,
            played: None,
            spoilt: false,
        };
        let parsed = parse(&head.method, &record);
        let (response, wait) = match parsed.and_then(|body| self.answer(&body, &mut record)) {
            Ok(answered) => answered,
            Err(refusal) => {
                record.status = refusal.status;
                (error(refusal.status, &refusal.message, &[]), Duration::ZERO)
            }
        };
        locked(&self.recorded).push(record);
        tokio::time::sleep(wait).await;
        response
    }

    /// Returns the response and the wait before it.
    fn answer(&self, body: &Value, record: &mut Recorded) -> Result<(Response<Body>, Duration), Refusal> {
        let is_count = record.path.ends_with("/count_tokens");
        let mut book = locked(&self.book);
        check(body, &book.script().model, is_count)?;
        let tokens = prompt_tokens(body);
        if is_count {
            return Ok((
                json_response(200, json!({"input_tokens": tokens}).to_string(), &[]),
                Duration::ZERO,
            ));
        }
        let most = Prices::builtin()
            .context_window(body["model"].as_str().unwrap_or_default())
            .unwrap_or(u64::MAX);
        if tokens > most {
            return Err(Refusal {
                status: 400,
                message: format!("prompt is too long: {tokens} tokens > {most} maximum"),
            });
        }
        let choice = book.choose(body);
        record.played = choice.played;
        record.spoilt = choice.fault.is_some();
        let wait = self.scaled(choice.turn.think);
        if let Some(Fault {
            kind: FaultKind::Status { code, retry_after },
            ..
        }) = choice.fault
        {
            record.status = code;
            let wait_ms = retry_after.map(|asked| self.scaled(asked).as_millis());
            let hint = wait_ms.map(|wait| {
                [
                    ("retry-after-ms", wait.to_string()),
                    ("retry-after", wait.div_ceil(1000).to_string()),
                ]
            });
            return Ok((error(code, words(code), hint.as_ref().map_or(&[], |hint| &hint[..])), wait));
        }
        if body["stream"] != true && choice.fault.is_none() {
            return Ok((json_response(200, choice.answer.whole(), &[]), wait));
        }
        let pace = (self.speed > 0.0).then(|| book.script().chars_per_second * self.speed);
        Ok((streamed(&choice, pace), wait))
    }

    fn scaled(&self, wait: Duration) -> Duration {
        if self.speed > 0.0 {
            wait.div_f64(self.speed)
        } else {
            Duration::ZERO
        }
    }
}

fn parse(method: &Method, record: &Recorded) -> Result<Value, Refusal> {
    let refusal = |status, message: &str| Refusal {
        status,
        message: message.to_owned(),
    };
    if !matches!(record.path.as_str(), "/v1/messages" | "/v1/messages/count_tokens") {
        return Err(refusal(404, "Not found"));
    }
    if method != Method::POST {
        return Err(refusal(405, "Method Not Allowed"));
    }
    if !record.headers.iter().any(|(name, _)| name == "anthropic-version") {
        return Err(refusal(400, "anthropic-version: header is required"));
    }
    serde_json::from_str(&record.body).map_err(|error| refusal(400, &format!("The request body is not valid JSON: {error}")))
}

fn streamed(choice: &Choice, pace: Option<f64>) -> Response<Body> {
    let (frames, receiver) = mpsc::channel(1);
    let fault = choice.fault;
    let pieces = choice.answer.events(pace);
    // Ends with the connection: its receiver is part of the response's body.
    tokio::spawn(async move { play(pieces, fault, &frames).await });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|frame| (frame, receiver))
    });
    let response = Response::builder()
        .header("content-type", "text/event-stream; charset=utf-8")
        .header("cache-control", "no-cache");
    finish(response, 200, BodyExt::boxed(StreamBody::new(stream)))
}

/// Sends pieces at their pace until the end, or until the fault.
async fn play(pieces: Vec<Piece>, fault: Option<Fault>, frames: &Frames) {
    let mut sent = 0;
    let mut due = tokio::time::Instant::now();
    for piece in pieces {
        due += piece.wait;
        tokio::time::sleep_until(due).await;
        if let Some(fault) = fault.filter(|fault| sent + piece.text.len() > fault.after_bytes) {
            return spoil(fault, &piece.text.as_bytes()[..fault.after_bytes - sent], frames).await;
        }
        sent += piece.text.len();
        if frames.send(Ok(Frame::data(piece.text.into()))).await.is_err() {
            return;
        }
    }
    if let Some(fault) = fault {
        spoil(fault, &[], frames).await;
    }
}

/// Ends an answer badly; `rest` is what still comes through of the event at hand.
async fn spoil(fault: Fault, rest: &[u8], frames: &Frames) {
    let data = |bytes: Vec<u8>| Ok(Frame::data(Bytes::from(bytes)));
    match fault.kind {
        FaultKind::Cut | FaultKind::Status { .. } => {
            let _ = frames.send(data(rest.to_vec())).await;
            tokio::time::sleep(BEFORE_CUT).await;
            let _ = frames.send(Err(io::ErrorKind::ConnectionAborted.into())).await;
        }
        FaultKind::Stall => {
            let _ = frames.send(data(rest.to_vec())).await;
            frames.closed().await;
        }
        FaultKind::ErrorEvent { code } => {
            let body = error_body(code, words(code));
            let _ = frames
                .send(data(format!("event: error\ndata: {body}\n\n").into_bytes()))
                .await;
        }
        FaultKind::Garbage => {
            let _ = frames
                .send(data(b"event: content_block_delta\ndata: {\"type\": \xff#!\n\n".to_vec()))
                .await;
        }
    }
}

fn error_body(status: u16, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind(status), "message": message}, "request_id": "req_scripted"})
}

fn error(status: u16, message: &str, headers: &[(&'static str, String)]) -> Response<Body> {
    json_response(status, error_body(status, message).to_string(), headers)
}

fn json_response(status: u16, body: String, headers: &[(&'static str, String)]) -> Response<Body> {
    let response = headers
        .iter()
        .fold(Response::builder(), |response, (name, value)| response.header(*name, value));
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed();
    finish(response.header("content-type", "application/json"), status, body)
}

fn finish(response: hyper::http::response::Builder, status: u16, body: Body) -> Response<Body> {
    let response = response.status(status).header("request-id", "req_scripted").body(body);
    response.unwrap_or_else(|_| Response::new(Full::default().map_err(|never| match never {}).boxed()))
}

/// Returns the API's error type for a status.
const fn kind(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}

/// Returns what the API says with a status.
const fn words(status: u16) -> &'static str {
    match status {
        401 => "invalid x-api-key",
        402 => "Your credit balance is too low to access the Anthropic API.",
        429 => "This request would exceed your rate limit.",
        529 => "Overloaded",
        500..=599 => "Internal server error",
        _ => "This request was scripted to fail.",
    }
}
