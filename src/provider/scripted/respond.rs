//! Responses: status, headers and the API's error bodies.
//!
//! Owns the words of errors that carry only a status; decides nothing. Invariant: every response has a `request-id`.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use serde_json::{Value, json};
use std::io;

/// The body of any response.
pub(super) type Body = BoxBody<Bytes, io::Error>;

/// Header names and values.
pub(super) type Headers = Vec<(&'static str, String)>;

/// Builds an error response.
pub(super) fn error(status: u16, message: &str, headers: Headers) -> Response<Body> {
    json(status, &error_body(status, message), headers)
}

/// Builds a response whose body is one JSON value.
pub(super) fn json(status: u16, body: &Value, headers: Headers) -> Response<Body> {
    let body = Full::new(Bytes::from(body.to_string()))
        .map_err(|never| match never {})
        .boxed();
    respond(status, "application/json", headers, body)
}

/// Builds a response.
pub(super) fn respond(status: u16, kind: &'static str, headers: Headers, body: Body) -> Response<Body> {
    let response = Response::builder()
        .status(status)
        .header("content-type", kind)
        .header("request-id", "req_scripted");
    let response = headers
        .into_iter()
        .fold(response, |response, (name, value)| response.header(name, value));
    response
        .body(body)
        .unwrap_or_else(|_| Response::new(Full::default().map_err(|never| match never {}).boxed()))
}

/// Returns the body of an error, which is also the data of an `error` event.
pub(super) fn error_body(status: u16, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind(status), "message": message}, "request_id": "req_scripted"})
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
pub(super) const fn words(status: u16) -> &'static str {
    match status {
        401 => "invalid x-api-key",
        402 => "Your credit balance is too low to access the Anthropic API.",
        429 => "This request would exceed your rate limit.",
        529 => "Overloaded",
        500..=599 => "Internal server error",
        _ => "This request was scripted to fail.",
    }
}
