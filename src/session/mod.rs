//! L1: the one reducer. Folds envelopes into [`State`]; live view, review, resume, headless output and metrics all read that state.
//!
//! Pure: no IO, no clock, no async, no randomness. Invariant: folding a prefix and then the rest equals
//! folding the whole, and dropping ephemeral events changes nothing at any turn's end.

mod reduce;
pub mod state;
pub mod timeline;

pub use state::{Activity, Phase, Session, State};
pub use timeline::{Call, Item, ItemKind};
