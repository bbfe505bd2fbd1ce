//! Keys: one table of actions, and everything that is derived from it.
//!
//! Owns names, descriptions, default keys, the user's overrides and the resolution of typed sequences.
//! Does not own what an action does (that is [`crate::ui::update`]). Invariant: dispatch, footer, help, the
//! README's key table and the configuration file all read [`table`], so none of them can drift from the others.

pub mod action;
pub mod binding;
pub mod document;
pub mod parse;
pub mod resolve;
pub mod table;

pub use action::{Context, Entry};
pub use binding::{KeyPress, Sequence};
pub use parse::{KeymapError, UserKeys};
pub use resolve::{Keymap, Preset, Resolution, Resolver, Situation};
pub use table::Action;
