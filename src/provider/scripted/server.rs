//! The HTTP side: a listener on loopback whose answers come from the book.
//!
//! Owns sockets, tasks and the record of requests; pace and faults are [`super::play`]'s. Invariant: dropping the server ends its tasks and closes its port.

use super::book::{Book, Choice, prompt_tokens};
use super::check::{Refusal, check};
use super::play::streamed;
use super::respond::{Body, Headers, error, json, words};
use super::{Fault, FaultKind, Script, ScriptError, Speed};
use crate::config::pricing::Prices;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
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
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const LARGEST_BODY: usize = 64 << 20;
/// Slower or faster than this, waits are no longer numbers of milliseconds.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=10_000.0;
/// Wait after a connection could not be accepted (no file descriptors, mostly).
const REFUSED: Duration = Duration::from_millis(10);

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
        if speed.0 != 0.0 && !SPEEDS.contains(&speed.0) {
            let reason = format!("it must be 0 or from {} to {}, not {}", SPEEDS.start(), SPEEDS.end(), speed.0);
            return Err(ScriptError::Invalid {
                place: "speed".into(),
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
                match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(serve(stream, Arc::clone(&state)));
                    }
                    Err(_) => tokio::time::sleep(REFUSED).await,
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

/// What to send, decided before the wait and built after it.
enum Reply {
    Json(Value),
    Error(u16, String, Headers),
    Play(Box<Choice>, Option<f64>),
}

impl State {
    async fn respond(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
            return error(413, "Request exceeds the maximum size", Headers::new());
        };
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
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
            status: 200,
            played: None,
            spoilt: false,
        };
        let parsed = parse(&head.method, &record);
        let answered = parsed.and_then(|body| self.answer(&body, &mut record));
        let (reply, wait) = answered.unwrap_or_else(|Refusal { status, message }| {
            record.status = status;
            (Reply::Error(status, message, Headers::new()), Duration::ZERO)
        });
        locked(&self.recorded).push(record);
        tokio::time::sleep(wait).await;
        match reply {
            Reply::Json(body) => json(200, &body, Headers::new()),
            Reply::Error(status, message, headers) => error(status, &message, headers),
            Reply::Play(choice, pace) => streamed(&choice, pace),
        }
    }

    /// Returns the reply and the wait before it.
    fn answer(&self, body: &Value, record: &mut Recorded) -> Result<(Reply, Duration), Refusal> {
        let is_count = record.path.ends_with("/count_tokens");
        let mut book = locked(&self.book);
        check(body, &book.script().model, is_count)?;
        let tokens = prompt_tokens(body);
        if is_count {
            return Ok((Reply::Json(json!({"input_tokens": tokens})), Duration::ZERO));
        }
        let model = body["model"].as_str().unwrap_or_default();
        let most = Prices::builtin().context_window(model).unwrap_or(u64::MAX);
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
        if let Some(FaultKind::Status { code, retry_after }) = choice.fault.map(|fault: Fault| fault.kind) {
            record.status = code;
            let asked = retry_after.map(|asked| self.scaled(asked).as_millis());
            let hints = |wait: u128| {
                vec![
                    ("retry-after-ms", wait.to_string()),
                    ("retry-after", wait.div_ceil(1000).to_string()),
                ]
            };
            let reply = Reply::Error(code, words(code).to_owned(), asked.map(hints).unwrap_or_default());
            return Ok((reply, wait));
        }
        if body["stream"] != true && choice.fault.is_none() {
            return Ok((Reply::Json(choice.answer.whole()), wait));
        }
        let pace = (self.speed > 0.0).then(|| book.script().chars_per_second * self.speed);
        Ok((Reply::Play(Box::new(choice), pace), wait))
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
