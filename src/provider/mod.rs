//! L2: the model on the wire: requests out, a stream of content blocks back.
//!
//! Owns HTTP (the only user of reqwest), the Messages API's shapes, retries, timeouts and the API key.
//! Does not own the conversation (the engine's), tools or prices. Invariant: what the model said is kept byte for
//! byte, and a tool call is handed out only once it is whole.

mod answer;
mod anthropic;
mod block;
mod breakpoint;
mod endpoint;
mod error;
mod exchange;
mod key;
mod request;
mod retry;
pub mod scripted;
mod sse;
mod stream;
#[cfg(test)]
mod tests;
mod transport;
mod usage;

pub use anthropic::{Anthropic, ProviderConfig};
pub use error::{ApiError, ProviderError};
pub use key::Key;
pub use request::{Message, Request, Speaker};
pub use retry::Backoff;
pub use stream::StreamItem;

/// Installs the process's TLS implementation; calling it again does nothing.
///
/// Must have run before any HTTP client is built; [`Anthropic::new`] sees to it.
pub fn install_tls() {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
