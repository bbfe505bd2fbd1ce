//! A turn played over HTTP: its events at their pace, and what goes wrong on the way.
//!
//! Owns pace and faults of a streamed answer; which turn plays is the book's. Invariant: of an answer that is
//! cut or stalled exactly the scripted bytes come through; error events and garbage stand between whole events.

use super::answer::Piece;
use super::book::Choice;
use super::respond::{Body, error_body, respond, words};
use super::{Fault, FaultKind};
use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc;

type Frames = mpsc::Sender<Result<Frame<Bytes>, io::Error>>;

/// A connection that is closed at once takes unsent bytes with it.
const BEFORE_CUT: Duration = Duration::from_millis(5);

/// Begins to play a turn; `pace` is in characters per second, `None` without any wait.
pub(super) fn streamed(choice: &Choice, pace: Option<f64>) -> Response<Body> {
    let (frames, receiver) = mpsc::channel(1);
    let fault = choice.fault;
    let pieces = choice.answer.events(pace);
    // Ends with the connection: its receiver is part of the response's body.
    tokio::spawn(async move { play(pieces, fault, &frames).await });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|frame| (frame, receiver))
    });
    let headers = vec![("cache-control", "no-cache".to_owned())];
    respond(
        200,
        "text/event-stream; charset=utf-8",
        headers,
        StreamBody::new(stream).boxed(),
    )
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
