//! The program in a real terminal: what it draws, how it takes keys, and that it gives the terminal back.
//!
//! Every test ends in `Term::ends_restored`, which also checks that no byte of foreign origin was ever written raw.

mod foreign;
mod live;
mod notice;
mod own_session;
mod past;
mod plan;
mod rollback;
mod stream;
mod worktree;
