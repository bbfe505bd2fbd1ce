//! L1: the one reducer. Folds envelopes into [`State`]; live view, review, resume, headless output and metrics all read that state.
//!
//! Pure: no IO, no clock, no async, no randomness. Invariant: folding a prefix and then the rest equals
//! folding the whole, and dropping ephemeral events changes nothing at any turn's end.

pub mod board;
pub mod doubt;
pub mod gates;
pub mod headway;
mod held;
mod kept;
pub mod next;
pub mod phase;
pub mod present;
mod reduce;
pub mod rules;
mod setbacks;
pub mod state;
pub mod steering;
mod stretch;
pub mod test_board;
pub mod timeline;
pub mod way;
pub mod workplace;

pub use doubt::Doubt;
pub use headway::{Beat, Headway};
pub use phase::Phase;
pub use present::Tested;
pub use rules::{RuleEnd, StandingRule};
pub use setbacks::Setback;
pub use state::{Activity, Session, State};
pub use steering::{HeldBy, Hold, QueuedMessage};
pub use stretch::Stretch;
pub use timeline::{Call, Item, ItemKind};
pub use workplace::Workplace;
