//! Signals to whole sessions of processes, without unsafe code.

use rustix::process::{Pid, Signal, kill_process_group};
use std::time::{Duration, Instant};

/// Time between the polite signal and the final one. Short enough that nothing outlives an interrupt by two seconds.
pub(super) const GRACE: Duration = Duration::from_millis(1_800);

const POLL: Duration = Duration::from_millis(10);

/// Sends a signal to a group; a group that is gone is no error.
pub(super) fn signal_group(group: Pid, signal: Signal) {
    if let Err(error) = kill_process_group(group, signal)
        && error != rustix::io::Errno::SRCH
    {
        tracing::debug!(group = group.as_raw_nonzero(), %error, "signal not delivered");
    }
}

/// Sends a signal to the group of a session's leader and to every other group of the session.
pub(super) fn signal_session(leader: Pid, signal: Signal) {
    signal_group(leader, signal);
    for group in super::survey::groups(leader) {
        if group != leader {
            signal_group(group, signal);
        }
    }
}

/// Waits until `gone` says so, at most until `deadline`; returns whether it did.
pub(super) async fn wait_until(deadline: Instant, mut gone: impl FnMut() -> bool) -> bool {
    loop {
        if gone() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Kills a session when dropped, unless disarmed: the cover for a caller that drops [`super::run`] half way.
#[derive(Debug)]
pub(super) struct KillOnDrop(Option<Pid>);

impl KillOnDrop {
    pub(super) fn new(leader: Pid) -> Self {
        Self(Some(leader))
    }

    pub(super) fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            signal_session(leader, Signal::KILL);
        }
    }
}
