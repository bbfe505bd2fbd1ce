//! Signals to a headless run: the first asks it to stop, the second insists.
//!
//! Invariant: losing the terminal (SIGHUP) never stops a headless run.

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
