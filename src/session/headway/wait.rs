//! Waiting for what the agent started: a build in the background, a test run that it does not wait for in the call itself.
//!
//! Owns how long such waiting is taken for what it is. A server, told by the port that it listens on, is not awaited unless it
//! computes. Invariant: a process that is there for ever buys a bounded number of turns, until files or proof come again.

use crate::protocol::event::StillRunning;

/// What waiting may cost between two turns that bring something.
const PATIENCE: u32 = 240;
/// What a turn costs in which nothing of it computed, where one in which it did costs one.
const QUIET: u32 = 4;
/// CPU time between two looks, in milliseconds, above which something computes rather than turns over in its sleep.
const COMPUTES_MS: u64 = 100;

/// How long the agent has waited.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Wait {
    spent: u32,
    cpu_ms: u64,
    /// What the turn under way costs, if it is one.
    cost: u32,
}

impl Wait {
    /// Looks at what was running as a call ended. Says whether it is worth waiting for.
    pub(super) fn look(&mut self, running: Option<&StillRunning>) -> bool {
        let Some(running) = running else {
            *self = Self::default();
            return false;
        };
        // A process that ended takes its time with it: a change either way is work.
        let computes = running.tests || running.cpu_ms.abs_diff(self.cpu_ms) >= COMPUTES_MS;
        self.cpu_ms = running.cpu_ms;
        self.cost = if computes { 1 } else { QUIET };
        (computes || running.processes > 0) && self.spent < PATIENCE
    }

    /// A turn is over that waited.
    pub(super) const fn end_turn(&mut self) {
        self.spent += self.cost;
    }
}
