//! The transcript: a virtual list over a session's items.
//!
//! Owns the reader's place ([`View`]), the laid-out items ([`Cache`]) and how each kind of item looks (`item`). Does
//! not own the items: they are the reducer's. The reader's place is an item and a line in it, never a row number, so
//! that new output, folding and resizing elsewhere cannot move it. Invariant: a frame lays out at most the items it
//! shows and a few beside them, however many there are.

mod cache;
mod detail;
#[cfg(test)]
mod fixture;
mod fold;
mod item;
mod moves;
mod paint;
mod place;
mod search;
mod sheet;
mod steer;
#[cfg(test)]
mod tests;
mod travel;
mod view;

pub use cache::Cache;
pub use detail::{detail_lines, plain_text};
pub use item::{call_command, call_title, call_verb};
pub use moves::{Kind, Move};
pub use paint::{Frame, render, render_session};
pub use search::Hits;
pub use view::View;
