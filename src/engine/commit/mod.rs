//! Commits: what goes into one, what a person judges it by, what git does around it, and what stays out.

pub mod beyond;
pub mod commits;
pub mod draft;
pub mod earlier;
pub mod held;
pub mod index;
pub mod loose;
pub mod measure;
pub mod rites;
pub mod weakened;
