//! The one integration binary: each extra one would link the whole program again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "clippy only knows `#[test]` functions as tests, not what they share"
)]

mod after;
mod architecture;
mod cli;
mod demo;
mod docs;
mod engine;
mod flags;
mod gone;
mod history;
mod kill;
mod lists;
mod orders;
mod orphans;
mod plan;
mod reruns;
mod rollback;
mod rules;
mod runners;
mod steering;
mod support;
mod term;
mod terminal;
mod tmux;
mod verifying;
mod window;
mod worktree;
