//! Reading: what the repository, its history and single files of it are, and states of it laid out elsewhere.

pub mod diff;
pub mod export;
pub mod history;
pub mod observe;
pub mod read;
pub mod scratch;
pub mod version;
