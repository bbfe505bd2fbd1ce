//! Signals to what is ours, without unsafe code.
//!
//! Invariant: no signal goes to a process by a number that may have become somebody else's. There are two ways, and no third: the
//! process group of a [`Leader`] that is held, and one process by a handle that was compared with what the survey saw.

use super::leader::Leader;
use super::survey::{self, Member};
use rustix::process::{Signal, kill_process_group};
use std::time::{Duration, Instant};

/// Time between the polite signal and the final one. Short enough that nothing outlives an interrupt by two seconds.
pub(super) const GRACE: Duration = Duration::from_millis(1_800);

/// Rounds of the final signal: each kills what the one before missed because it was just forking.
pub(super) const KILL_ROUNDS: u32 = 10;

/// Time for what a round has killed to be gone.
pub(super) const ROUND: Duration = Duration::from_millis(100);

const POLL: Duration = Duration::from_millis(10);

/// Sends a signal to the group of a leader: at once to all of it, a process that is just being forked too.
pub(super) fn signal_group(leader: &Leader, signal: Signal) {
    // Only its zombie left: some systems call that nobody, some not permitted.
    if let Err(error) = kill_process_group(leader.pid(), signal)
        && error != rustix::io::Errno::SRCH
    {
        tracing::debug!(group = leader.pid().as_raw_nonzero(), %error, "signal not delivered");
    }
}

/// Sends a signal to the group of a session's leader and to whoever of the session is in another group.
pub(super) fn signal_session(leader: &Leader, signal: Signal) {
    signal_group(leader, signal);
    survey::strays(leader.pid())
        .iter()
        .for_each(|member| signal_member(member, signal));
}

/// Sends a signal to one process if it is still the one that was seen; one that is gone meanwhile is what we want.
#[cfg(target_os = "linux")]
pub(super) fn signal_member(member: &Member, signal: Signal) {
    use rustix::io::Errno;
    use rustix::process::{PidfdFlags, kill_process, pidfd_open, pidfd_send_signal};
    // The handle first: it stays with its process, so what is read by the number afterwards is that process's or it is dead.
    let handle = pidfd_open(member.pid, PidfdFlags::empty());
    if !survey::is_there(member) {
        return;
    }
    let sent = match handle {
        Ok(handle) => pidfd_send_signal(handle, signal),
        // A kernel before 5.3, or one that forbids handles: the comparison was a moment ago, numbers take longer to come round.
        Err(Errno::NOSYS | Errno::PERM) => kill_process(member.pid, signal),
        Err(error) => Err(error),
    };
    if let Err(error) = sent
        && error != Errno::SRCH
    {
        tracing::debug!(pid = member.pid.as_raw_nonzero(), %error, "signal not delivered");
    }
}

/// Without `/proc` a member stands for a leader's whole group, which [`signal_group`] has reached.
#[cfg(not(target_os = "linux"))]
pub(super) fn signal_member(_member: &Member, _signal: Signal) {}

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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    #[test]
    fn a_number_that_became_somebody_elses_is_not_signalled() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let ours = survey::process(rustix::process::Pid::from_child(&child)).unwrap().member();
        let before = Member {
            started: ours.started - 1,
            ..ours.clone()
        };
        signal_member(&before, Signal::KILL);
        // A stop of ours would be told before the end by the next signal.
        signal_member(&ours, Signal::TERM);
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
        signal_member(&ours, Signal::KILL);
        assert!(!survey::is_there(&ours));
    }
}
