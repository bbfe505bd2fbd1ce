//! What is run where a build fails: the tests of what builds nevertheless.
//!
//! Owns when that is tried. Does not own which commands do it (`runner::rest`). Invariant: a run whose build failed stays a failed one,
//! whatever came of the rest.

use super::Plan;
use super::format::plain;
use super::runner::{Build, Rest, Unbuilt};
use crate::process::{Finished, Invocation, ProcessError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Cargo's exit code where something did not build, and where a test failed.
const FAILED: i32 = 101;
/// What begins a line above the output of the rest.
const REST: &str = "--- run without what does not build: ";

/// Says whether a run ended because something of it did not build, and no test was run.
fn is_unbuilt(finished: &Finished) -> bool {
    let said = |text: &str| {
        let begun = text
            .lines()
            .any(|line| line.starts_with("running ") || line.contains("Nextest run ID"));
        !begun
            && text
                .lines()
                .any(|line| line.trim_start().starts_with("error: could not compile `"))
    };
    finished.exit_code == Some(FAILED) && !finished.timed_out && !finished.cancelled && said(&plain(&finished.output.whole))
}

/// Runs what builds, if the build of a run failed for a part only, and takes it into what the run left. Returns what does not build.
pub(super) async fn run(
    plan: &Plan,
    finished: &mut Finished,
    call: impl Fn(&str, Duration) -> Invocation,
    (cancel, output): (&CancellationToken, Option<mpsc::Sender<Vec<u8>>>),
) -> Result<Vec<Unbuilt>, ProcessError> {
    if !is_unbuilt(finished) {
        return Ok(Vec::new());
    }
    let begun = Instant::now();
    let left = |finished: &Finished| plan.timeout.saturating_sub(finished.duration + begun.elapsed());
    let (cwd, command) = (plan.cwd.clone(), plan.command.clone());
    let build = tokio::task::spawn_blocking(move || Build::of(&cwd, &command))
        .await
        .ok()
        .flatten();
    let Some(build) = build else { return Ok(Vec::new()) };
    let asked = crate::process::run(call(&build.query(), left(finished)), cancel.clone(), None).await?;
    if asked.cancelled || asked.timed_out {
        finished.cancelled |= asked.cancelled;
        return Ok(Vec::new());
    }
    let Some(Rest { unbuilt, command }) = build.read(&String::from_utf8_lossy(&asked.output.whole)) else {
        return Ok(Vec::new());
    };
    let rest = crate::process::run(call(&command, left(finished)), cancel.clone(), output).await?;
    let files: Vec<&str> = unbuilt.iter().map(|unbuilt| unbuilt.file.as_str()).collect();
    let heading = format!("\n{REST}{} ---\n", files.join(", "));
    let told = &mut finished.output;
    told.whole.extend_from_slice(heading.as_bytes());
    told.whole.extend_from_slice(&rest.output.whole);
    told.shown.push_str(&heading);
    told.shown.push_str(&rest.output.shown);
    told.total += rest.output.total + heading.len() as u64;
    finished.timed_out |= rest.timed_out;
    finished.cancelled |= rest.cancelled;
    finished.duration += begun.elapsed();
    Ok(unbuilt)
}
