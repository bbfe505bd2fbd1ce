//! Group commit: makes written events durable within [`WINDOW`] on a thread of its own.
//!
//! Owns when `fdatasync` is called; never writes. Invariant: a failed sync is remembered for good and
//! reported to the next append, never tried again (after a failure the kernel may call lost pages clean).

use std::fs::File;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Longest time an ordinary event is written but not yet on the disk.
pub(super) const WINDOW: Duration = Duration::from_millis(100);

/// The syncing thread and what it is told.
#[derive(Debug)]
pub(super) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Desk {
    // The file with unsynced events and when the oldest of them was written.
    dirty: Option<(Arc<File>, Instant)>,
    failed: Option<String>,
    closing: bool,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Every section that holds the desk leaves it whole, so a panic elsewhere does not spoil it.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Syncer {
    pub(super) fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("log-sync".into()).spawn(move || theirs.work())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Tells that `file` holds an event that is not synced yet.
    pub(super) fn written(&self, file: &Arc<File>) {
        let mut desk = self.shared.desk();
        if desk.dirty.is_none() {
            desk.dirty = Some((Arc::clone(file), Instant::now()));
            self.shared.changed.notify_one();
        }
    }

    /// Syncs `file` now, on the caller's thread.
    pub(super) fn now(&self, file: &File) -> io::Result<()> {
        // Taken off the desk first: what is written after this line is synced again.
        self.shared.desk().dirty = None;
        let result = file.sync_data();
        if let Err(error) = &result {
            self.shared.desk().failed.get_or_insert_with(|| error.to_string());
        }
        result
    }

    /// Returns the first failure, if there was one.
    pub(super) fn failure(&self) -> Option<String> {
        self.shared.desk().failed.clone()
    }
}

impl Shared {
    fn work(&self) {
        let mut desk = self.desk();
        loop {
            match &desk.dirty {
                None if desk.closing => return,
                None => desk = self.changed.wait(desk).unwrap_or_else(PoisonError::into_inner),
                Some((_, since)) => {
                    let left = WINDOW.saturating_sub(since.elapsed());
                    if !left.is_zero() && !desk.closing {
                        desk = self
                            .changed
                            .wait_timeout(desk, left)
                            .unwrap_or_else(PoisonError::into_inner)
                            .0;
                        continue;
                    }
                    let Some((file, _)) = desk.dirty.take() else { continue };
                    drop(desk);
                    let result = file.sync_data();
                    desk = self.desk();
                    if let Err(error) = result {
                        desk.failed.get_or_insert_with(|| error.to_string());
                    }
                }
            }
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.desk().closing = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
