//! Signals to process groups, without unsafe code.

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use std::time::{Duration, Instant};

/// Time between the polite signal and the final one. Short enough that nothing outlives an interrupt by two seconds.
pub(super) const GRACE: Duration = Duration::from_millis(1_800);

const POLL: Duration = Duration::from_millis(10);

/// Says whether the group has a live member. The signal test counts zombies that a lazy init has not reaped; the process table tells.
pub(super) fn group_lives(group: Pid) -> bool {
    test_kill_process_group(group).is_ok() && super::survey::has_live_member(group)
}

/// Sends a signal to a group; a group that is gone is no error.
pub(super) fn signal_group(group: Pid, signal: Signal) {
    if let Err(error) = kill_process_group(group, signal)
        && error != rustix::io::Errno::SRCH
    {
        tracing::debug!(group = group.as_raw_nonzero(), %error, "signal not delivered");
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

/// Kills a group when dropped, unless disarmed: the cover for a caller that drops [`super::run`] half way.
#[derive(Debug)]
pub(super) struct KillOnDrop(Option<Pid>);

impl KillOnDrop {
    pub(super) fn new(group: Pid) -> Self {
        Self(Some(group))
    }

    pub(super) fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            signal_group(group, Signal::KILL);
        }
    }
}
