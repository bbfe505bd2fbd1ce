//! longhaul: a terminal supervisor for long-running coding agents.

pub mod cli;
pub mod config;
pub mod engine;
pub mod git;
pub mod guard;
pub mod harness;
pub mod link;
pub mod process;
pub mod protocol;
pub mod provider;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod tool;
pub mod ui;
pub mod verify;
