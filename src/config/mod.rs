//! L1: settings, from layers whose sources are remembered, and prices.
//!
//! Owns what can be set (`assets/config.default.toml` is its list and its documentation), in which order
//! layers win (built-in < user file < project's `[verify]` < environment < flags), and the price table.
//! Reads only files it is given paths of. Invariant: every value of [`Settings`] can be traced to the place
//! that set it, and a key that is not known is an error, never silently dropped.

pub mod amount;
mod document;
mod error;
mod keys;
mod layers;
mod nearest;
pub mod pricing;
mod reference;
mod resolve;
mod settings;
#[cfg(test)]
mod tests;

pub use error::ConfigError;
pub use layers::{Document, Layers, Origin, Override};
pub use nearest::nearest;
pub use reference::{KeyDoc, reference};
pub use resolve::{Resolved, Traced};
pub use settings::{Bash, Circling, Durability, Notify, NotifyBackend, Settings, UiSettings, Verify, WorktreeUse};

/// The built-in settings file, with a comment on every key.
pub const DEFAULTS: &str = include_str!("../../assets/config.default.toml");
