//! Signals to a headless run: the first asks it to stop, the second insists. And to a command that waits: any asks it to end.
//!
//! Invariant: losing the terminal (SIGHUP) never stops a headless run, nor a command that was started to outlive it.

use crate::link::Client;
use crate::protocol::{Command, StopMode};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long killed commands are given to be reaped before the process ends by force.
const GRACE: Duration = Duration::from_secs(3);

/// Listens until the process ends.
pub async fn listen(client: Client, cancel: CancellationToken) {
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ) else {
        // Without handlers the system's own answer to a signal holds: the process ends, the log is whole.
        tracing::warn!("signals cannot be caught");
        return;
    };
    let first = next(&mut interrupt, &mut terminate, &mut hangup).await;
    if client.send(Command::Stop { mode: StopMode::Now }).is_err() {
        cancel.cancel();
    }
    tracing::info!(signal = first, "stopping");
    let second = next(&mut interrupt, &mut terminate, &mut hangup).await;
    cancel.cancel();
    tokio::time::sleep(GRACE).await;
    std::process::exit(128 + second);
}

/// Waits for a signal that asks a command to end: by Ctrl-C, by `kill`, or by the end of its terminal, unless it was started (as by
/// `nohup`) not to hear of that.
pub async fn asked_to_end() {
    let caught = |kind| signal(kind).inspect_err(|error| tracing::warn!(%error, "a signal cannot be caught"));
    let deaf = ignores_hangup();
    let (interrupt, terminate) = (caught(SignalKind::interrupt()), caught(SignalKind::terminate()));
    let hangup = if deaf { None } else { caught(SignalKind::hangup()).ok() };
    tokio::select! {
        () = one(interrupt.ok()) => {}
        () = one(terminate.ok()) => {}
        () = one(hangup) => {}
    }
}

async fn one(signal: Option<Signal>) {
    match signal {
        Some(mut signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Says whether this process was started with SIGHUP ignored; without `/proc` that cannot be seen.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit stands for signal 1.
    ignored.is_some_and(|mask| mask.trim().ends_with(['1', '3', '5', '7', '9', 'b', 'd', 'f']))
}

/// Waits for a signal that asks to end; returns its number.
async fn next(interrupt: &mut Signal, terminate: &mut Signal, hangup: &mut Signal) -> i32 {
    loop {
        tokio::select! {
            _ = interrupt.recv() => return SignalKind::interrupt().as_raw_value(),
            _ = terminate.recv() => return SignalKind::terminate().as_raw_value(),
            _ = hangup.recv() => {}
        }
    }
}
