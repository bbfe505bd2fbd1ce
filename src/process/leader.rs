//! The leader of a child's terminal session, from its start until nothing of the session is left.
//!
//! Owns the child's place in the process table. Invariant: as long as a [`Leader`] is held, its number is nobody else's: it runs, or
//! has ended and is not waited for (a zombie). So whatever is signalled or looked up by that number while it is held is ours.

use super::kill::signal_session;
use process_wrap::tokio::ChildWrapper;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, waitid};
use std::io;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the end of a leader is looked for without a word from the system: whoever started us may have blocked that signal.
const LOOK: Duration = Duration::from_secs(1);

/// How a leader ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ended {
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
}

/// A child that leads a terminal session. Dropped it is waited for; while armed (the cover for a caller that drops
/// [`super::run`] half way) its session is killed before.
#[derive(Debug)]
pub(super) struct Leader {
    child: Box<dyn ChildWrapper>,
    pid: Pid,
    armed: bool,
}

impl Leader {
    /// Takes a child that was just started and that nobody has waited for; armed.
    pub(super) fn new(child: Box<dyn ChildWrapper>) -> io::Result<Self> {
        let pid = child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .ok_or_else(|| io::Error::other("the child has no process id"))?;
        Ok(Self { child, pid, armed: true })
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    pub(super) fn child(&mut self) -> &mut dyn ChildWrapper {
        &mut *self.child
    }

    pub(super) fn disarm(&mut self) {
        self.armed = false;
    }

    /// Waits for its end and leaves it in the process table.
    pub(super) async fn ended(&self) -> io::Result<Ended> {
        // Listened for before the first look, so that no end falls between the two.
        let mut children = signal(SignalKind::child())?;
        loop {
            let how = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
            match waitid(WaitId::Pid(self.pid), how) {
                Ok(Some(status)) => {
                    return Ok(Ended {
                        exit_code: status.exit_status(),
                        signal: status.terminating_signal(),
                    });
                }
                Ok(None) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let _ = tokio::time::timeout(LOOK, children.recv()).await;
        }
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.armed {
            signal_session(self, Signal::KILL);
        }
    }
}
