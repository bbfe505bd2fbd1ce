//! The thread between the notifications and the reader.

use super::AddDirectory;
use super::change::Change;
use super::poll::Snapshot;
use super::scope::{Place, Scope};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// A burst that never pauses is told at least this often, in debounce times.
const LONGEST_BURST: u32 = 5;

/// A scan may take at most this share of the time between scans.
const SCAN_SHARE: u32 = 20;

/// What the worker hears.
#[derive(Debug)]
pub(super) enum Signal {
    /// Paths were touched; `appeared` if something new may lie there.
    Touched { paths: Vec<PathBuf>, appeared: bool },
    /// Notifications were dropped.
    Lost,
    /// Polling only: scan, then take what follows for expected.
    Begin(SyncSender<()>),
    /// Polling only: scan, what has changed so far was expected.
    End(SyncSender<()>),
    /// The watch ends.
    Stop,
}

pub(super) struct Worker {
    scope: Scope,
    notifier: Option<AddDirectory>,
    /// Expectations held, by the order of their marks.
    expected: BTreeSet<usize>,
    /// Expectations held while polling.
    depth: usize,
    /// Marks may have been dropped: until nobody writes, everything is taken for expected.
    blind: bool,
    /// Expectations held now.
    open: Arc<AtomicUsize>,
    pending: Change,
    /// When the pending burst began, and when it last grew.
    burst: Option<(Instant, Instant)>,
    changes: mpsc::Sender<Change>,
    debounce: Duration,
    poll_every: Duration,
    snapshot: Snapshot,
    next_scan: Instant,
}

impl Worker {
    pub(super) fn new(
        scope: Scope,
        notifier: Option<AddDirectory>,
        open: Arc<AtomicUsize>,
        changes: mpsc::Sender<Change>,
        debounce: Duration,
        poll_every: Duration,
    ) -> Self {
        let snapshot = if notifier.is_some() {
            Snapshot::default()
        } else {
            Snapshot::take(&scope)
        };
        let next_scan = Instant::now() + poll_every;
        Self {
            scope,
            notifier,
            expected: BTreeSet::new(),
            depth: 0,
            blind: false,
            open,
            pending: Change::default(),
            burst: None,
            changes,
            debounce,
            poll_every,
            snapshot,
            next_scan,
        }
    }

    pub(super) fn run(mut self, signals: &Receiver<Signal>) {
        loop {
            let signal = match self.wait() {
                Some(wait) => signals.recv_timeout(wait),
                None => signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match signal {
                Ok(Signal::Touched { paths, appeared }) => {
                    for path in paths {
                        self.touched(&path, appeared);
                    }
                }
                Ok(Signal::Lost) => self.lost(),
                Ok(Signal::Begin(done)) => {
                    self.scan();
                    self.depth += 1;
                    let _ = done.try_send(());
                }
                Ok(Signal::End(done)) => {
                    self.scan();
                    self.depth = self.depth.saturating_sub(1);
                    let _ = done.try_send(());
                }
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.notifier.is_none() && Instant::now() >= self.next_scan {
                self.scan();
            }
            self.flush();
        }
    }

    /// How long nothing needs to be done.
    fn wait(&self) -> Option<Duration> {
        let flush = self.burst.map(|burst| self.due(burst));
        let scan = self.notifier.is_none().then_some(self.next_scan);
        let next = [flush, scan].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()).max(Duration::from_millis(5)))
    }

    fn due(&self, (began, grew): (Instant, Instant)) -> Instant {
        (grew + self.debounce).min(began + self.debounce * LONGEST_BURST)
    }

    fn touched(&mut self, path: &Path, appeared: bool) {
        match self.scope.place(path) {
            Place::Mark { number, begins } => {
                if appeared {
                    if begins {
                        self.expected.insert(number);
                    } else {
                        self.expected.remove(&number);
                    }
                    let _ = fs::remove_file(path);
                }
                return;
            }
            place @ (Place::File(_) | Place::Ref(_)) => {
                if !(appeared && fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())) {
                    self.note(place);
                    return;
                }
            }
            Place::Nothing => {}
        }
        if appeared {
            self.explore(path);
        }
    }

    /// A directory appeared: it is watched too, and what came with it before the watch did is noted.
    fn explore(&mut self, path: &Path) {
        if path == self.scope.workspace().join(".git") {
            for directory in self.scope.find_repository() {
                self.add(&directory);
            }
        }
        let counts = self.scope.place(path) != Place::Nothing && fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
        let mut queue = if counts { vec![path.to_owned()] } else { Vec::new() };
        while let Some(directory) = queue.pop() {
            // First the watch, then the look: whatever is made in between is met by one of the two.
            self.add(&directory);
            for entry in fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok) {
                if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    self.note(self.scope.place(&entry.path()));
                } else if !self.scope.ignores(&entry.file_name().to_string_lossy()) {
                    queue.push(entry.path());
                }
            }
        }
    }

    fn add(&mut self, directory: &Path) {
        let watched = self.notifier.as_mut().is_some_and(|add| add(directory));
        if !watched && directory.is_dir() {
            self.pending.incomplete = true;
            self.grew();
        }
    }

    fn note(&mut self, place: Place) {
        if self.is_expected() {
            return;
        }
        match place {
            Place::File(path) => self.pending.add_path(path),
            Place::Ref(name) => self.pending.add_ref(name),
            Place::Mark { .. } | Place::Nothing => return,
        }
        self.grew();
    }

    fn is_expected(&mut self) -> bool {
        self.blind = self.blind && self.open.load(Ordering::SeqCst) > 0;
        self.blind || self.depth > 0 || !self.expected.is_empty()
    }

    fn grew(&mut self) {
        let now = Instant::now();
        self.burst = Some((self.burst.map_or(now, |(began, _)| began), now));
    }

    /// Order is lost with the notifications; what is known is who writes now.
    fn lost(&mut self) {
        self.expected.clear();
        self.blind = true;
        if !self.is_expected() {
            self.pending.incomplete = true;
            self.grew();
        }
    }

    fn scan(&mut self) {
        let began = Instant::now();
        let repository = self.scope.find_repository();
        let now = Snapshot::take(&self.scope);
        // A repository that was just found brings all its refs, none of which has changed.
        let places = now.differences(&self.snapshot, &self.scope);
        for place in places {
            if repository.is_empty() || !matches!(place, Place::Ref(_)) {
                self.note(place);
            }
        }
        self.snapshot = now;
        self.next_scan = Instant::now() + self.poll_every.max(began.elapsed() * SCAN_SHARE);
    }

    /// Tells a burst that has paused; without room for it, it goes on growing and is tried again.
    fn flush(&mut self) {
        let Some(burst) = self.burst else { return };
        let now = Instant::now();
        if now < self.due(burst) {
            return;
        }
        self.burst = None;
        if self.pending.is_empty() {
            return;
        }
        match self.changes.try_send(std::mem::take(&mut self.pending)) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(change)) => {
                self.pending = change;
                self.burst = Some((now, now));
            }
        }
    }
}
