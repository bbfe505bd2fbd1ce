//! Commits of exactly one tree, and the user's index around them.

pub mod behind;
pub mod commit;
pub mod hook;
pub mod index;
pub mod index_file;
pub mod message;
pub mod sign;
pub mod staging;
pub mod sync;
pub mod who;
