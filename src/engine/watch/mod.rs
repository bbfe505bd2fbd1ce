//! What changes beside the conversation: the files, the repository, its hooks, by whatever hand.

pub mod background;
pub mod hooks;
pub mod outside;
pub mod repository;
