//! Text on its way to the screen: cleaned, measured, wrapped, formatted, coloured.
//!
//! Owns everything between a foreign string and styled lines; draws nothing itself. Invariant: foreign text
//! becomes a span only through [`Clean`].

mod clean;
#[cfg(test)]
mod clean_tests;
pub mod diff;
pub mod format;
mod glyph;
mod hidden;
pub mod highlight;
mod look;
pub mod markdown;
mod reveal;
pub mod runs;
mod soft_wrap;
mod width;
mod wrap;

pub use clean::Clean;
pub use glyph::Glyph;
pub use hidden::Concealed;
pub use look::Look;
pub use reveal::reveal;
pub use soft_wrap::{SoftRow, soft_cursor, soft_place, soft_wrap};
pub use width::{fit, memory, spans_width, truncate, truncate_spans, truncate_start, width};
pub use wrap::{Wrap, wrap};
