//! Trees of what is on disk: which files belong in one, as which bytes, and which do not.

pub mod beside;
pub mod disk;
pub mod hidden;
pub mod hold;
pub mod line_ends;
pub mod modes;
pub mod one_file;
pub mod snapshot;
pub mod unfilled;
