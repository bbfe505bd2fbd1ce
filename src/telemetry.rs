//! Traces for developers, into a file and never onto the screen.
//!
//! Owns where they go. Invariant: no product fact lives only here, and a program that cannot trace works all the same.

use std::path::Path;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Environment variable with the filter, in `tracing`'s syntax: `debug`, `longhaul::engine=trace`.
pub const FILTER_VARIABLE: &str = "LONGHAUL_LOG";

/// Starts tracing into `longhaul.log` in a directory that exists, if [`FILTER_VARIABLE`] asks for it.
///
/// Keep the guard until the program ends: dropping it writes what is still buffered.
#[must_use]
pub fn start(dir: &Path) -> Option<WorkerGuard> {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).ok()?;
    let appender = tracing_appender::rolling::RollingFileAppender::builder()
        .filename_prefix("longhaul.log")
        .build(dir)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(false);
    // A second call (tests in one process) keeps the first subscriber.
    subscriber.try_init().ok()?;
    Some(guard)
}
