//! What a session's processes do beside the conversation, as far as it bears on whose a change of the files is.
//!
//! Owns two answers that differ in what a mistake costs. Whether a background process may have written to what is guarded: from the
//! first one on for the rest of the session, because a guarded file that is wrongly taken for a person's is lost. And whether one runs
//! *now*, or did so a moment ago: what changes meanwhile is told as either's, and what changes after it is a person's again.
//! Invariant: a change is noticed within [`GRACE`] of its writing, so the last write of a process is never taken for a person's.

use crate::engine::project::Project;
use crate::process::{Group, Onlooker};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Time between two looks whether anything still runs.
const LOOK: Duration = Duration::from_millis(500);

/// How long after the last look that saw something run a change may be its work: a burst is gathered first, and polling scans later.
const GRACE: Duration = Duration::from_secs(3);

/// Whether something runs beside the conversation.
#[derive(Debug, Default)]
pub struct Background {
    suspect: AtomicBool,
    seen: Mutex<Seen>,
    begun: Notify,
}

#[derive(Debug, Default)]
struct Seen {
    processes: Option<Onlooker>,
    /// When something was last seen running.
    last: Option<Instant>,
    /// Whether it ran still, as far as is known.
    running: bool,
    /// Stretches of background work so far.
    stretch: u64,
    /// Files that changed in one of the session's stretches.
    written: BTreeSet<String>,
}

impl Seen {
    /// Notes that something runs; after a while of nothing a new stretch begins with it.
    fn runs(&mut self) {
        if !self.is_in_stretch() {
            self.stretch += 1;
        }
        (self.last, self.running) = (Some(Instant::now()), true);
    }

    fn is_in_stretch(&self) -> bool {
        self.running || self.last.is_some_and(|last| last.elapsed() < GRACE)
    }
}

impl Background {
    /// A new session begins; what the last one left behind was stopped.
    pub fn begin(&self, processes: &Group) {
        self.suspect.store(false, Ordering::Relaxed);
        let mut seen = self.seen();
        seen.processes = Some(processes.onlooker());
        seen.written.clear();
    }

    /// Something of the agent's runs on in the background: for the rest of the session, a change of a guarded file may be its work at
    /// any time, so it is no longer taken for a person's.
    pub fn suspect(&self) {
        self.suspect.store(true, Ordering::Relaxed);
        self.seen().runs();
        self.begun.notify_one();
    }

    /// Whether a background process of the session may have changed what is guarded.
    pub fn is_suspect(&self) -> bool {
        self.suspect.load(Ordering::Relaxed)
    }

    /// Returns the number of the stretch of background work that a change noticed now may belong to.
    pub fn stretch(&self) -> Option<u64> {
        let seen = self.seen();
        seen.is_in_stretch().then_some(seen.stretch)
    }

    /// Notes files that changed while something ran.
    pub fn note(&self, paths: &BTreeSet<String>) {
        self.seen().written.extend(paths.iter().cloned());
    }

    /// Returns the files that changed in this session while something ran: those that a background process may write.
    pub fn written(&self) -> BTreeSet<String> {
        self.seen().written.clone()
    }

    /// Waits until it is to be looked whether anything still runs: never, while nothing does.
    pub async fn look_is_due(&self) {
        if !self.seen().running {
            self.begun.notified().await;
        }
        tokio::time::sleep(LOOK).await;
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Project {
    /// Looks whether something of the session's runs beside the conversation, if anything did at the last look. While a call works
    /// its own processes are among them, so nothing is learnt then; what is written meanwhile is the call's anyway.
    pub(in crate::engine) async fn look_at_background(&self) {
        let processes = {
            let seen = self.background.seen();
            if !seen.running {
                return;
            }
            seen.processes.clone()
        };
        let calls = self.watcher.is_expecting();
        let runs = match processes {
            _ if self.beside.is_under_way() => true,
            Some(processes) => processes.sees_any().await,
            None => false,
        };
        let mut seen = self.background.seen();
        if !runs {
            seen.running = false;
        } else if !calls && !self.watcher.is_expecting() {
            seen.runs();
        }
    }
}
