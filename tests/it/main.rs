//! The one integration binary: each extra one would link the whole program again.

mod architecture;
mod cli;
mod demo;
mod docs;
mod engine;
mod support;
mod terminal;
