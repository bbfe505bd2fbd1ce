//! Noticing what changes in a workspace from outside, while an agent works in it.
//!
//! Owns watching files and refs (the system's notifications, else polling), gathering bursts into one [`Change`], and telling the
//! agent's and the harness's own writes apart: whoever writes on their behalf holds an [`Expected`] meanwhile. Does not own what
//! a change means to the run. Invariant: a slow reader never blocks the watching and loses no path; paths wait until there is room.
//!
//! # What can and cannot be told apart
//! Notifications come in the order of the writes, and an [`Expected`] puts a mark of its own into that order when it begins and when
//! it ends. So a change just before or just after a tool call is known to be from outside, however late it is delivered.
//! Not told apart:
//! - A person's change *during* a tool call is taken for the agent's: the kernel does not say who wrote. (A guarded file is restored
//!   then, and the person's version kept beside the baseline.)
//! - What a background process of the agent writes *after* its call has ended looks as if it were from outside; where one may have
//!   run it is told as either's ([`Change::of_either`]), and by `engine::watch::outside` only once for each file.
//! - While polling, and on systems that gather notifications (macOS), the borders of a call are blurred by the scan's or the
//!   gathering's duration.
//! - After the system dropped notifications ([`Change::incomplete`]) all that is known is that something changed.

mod change;
mod poll;
mod scope;
mod worker;

#[cfg(test)]
mod tests;

pub use change::Change;

use notify::event::{EventKind, ModifyKind};
use notify::{RecursiveMode, Watcher as _};
use scope::Scope;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver as StdReceiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;
use worker::{Signal, Worker};

/// Notifications waiting for the worker; more at once count as dropped by the system.
const QUEUE: usize = 4_096;

/// Changes waiting for the reader; more are merged.
const CHANGES: usize = 16;

/// How long [`Watcher::expect`] waits for the scan that polling needs.
const SCAN_WAIT: Duration = Duration::from_secs(5);

/// How changes are noticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WatchMode {
    /// By the system's notifications; by polling where they cannot be had.
    #[default]
    Auto,
    /// By polling: network file systems deliver no notifications.
    Poll,
}

/// What to watch.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// The workspace.
    pub workspace: PathBuf,
    /// A folder of our own outside the workspace, for the marks; made if missing.
    pub scratch: PathBuf,
    /// Names of directories that are not looked into, wherever they are; `.git` is never.
    pub ignore: Vec<String>,
    /// How.
    pub mode: WatchMode,
    /// Silence after which a burst of changes is told as one.
    pub debounce: Duration,
    /// Time between two scans while polling; large trees are scanned less often.
    pub poll_every: Duration,
}

impl WatchOptions {
    /// The usual options: `target`, `node_modules` and the like ignored, 200 ms, scans every 2 s.
    #[must_use]
    pub fn new(workspace: impl Into<PathBuf>, scratch: impl Into<PathBuf>) -> Self {
        Self {
            workspace: workspace.into(),
            scratch: scratch.into(),
            ignore: scope::IGNORED.iter().map(|name| (*name).to_owned()).collect(),
            mode: WatchMode::Auto,
            debounce: Duration::from_millis(200),
            poll_every: Duration::from_secs(2),
        }
    }
}

/// Why a workspace cannot be watched at all.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be watched: {source}", path.display())]
pub struct WatchError {
    path: PathBuf,
    source: std::io::Error,
}

/// A running watch; it ends when this is dropped.
#[derive(Debug)]
pub struct Watcher {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    signals: SyncSender<Signal>,
    /// Folder of the marks; `None` while polling.
    marks: Option<PathBuf>,
    /// Expectations held now.
    open: Arc<AtomicUsize>,
    /// Number of the next expectation.
    next: AtomicUsize,
}

impl Watcher {
    /// Begins to watch. Changes arrive on the receiver until the watcher is dropped. Blocking: the tree is walked once.
    ///
    /// # Errors
    /// The workspace is not there, or the scratch folder or the thread cannot be made. Missing notifications are no error: it polls.
    pub fn start(options: WatchOptions) -> Result<(Self, mpsc::Receiver<Change>), WatchError> {
        let fail = |path: &Path| {
            let path = path.to_owned();
            move |source| WatchError { path, source }
        };
        let workspace = options.workspace.canonicalize().map_err(fail(&options.workspace))?;
        std::fs::create_dir_all(&options.scratch).map_err(fail(&options.scratch))?;
        let scratch = options.scratch.canonicalize().map_err(fail(&options.scratch))?;
        let scope = Scope::new(workspace.clone(), scratch.clone(), &options.ignore);
        let (signals, received) = sync_channel(QUEUE);
        let notifier = match options.mode {
            WatchMode::Auto => notifier(&scope, &signals),
            WatchMode::Poll => None,
        };
        let marks = notifier.is_some().then_some(scratch);
        let open = Arc::new(AtomicUsize::new(0));
        let (changes, receiver) = mpsc::channel(CHANGES);
        let worker = Worker::new(
            scope,
            notifier,
            Arc::clone(&open),
            changes,
            options.debounce,
            options.poll_every,
        );
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || worker.run(&received))
            .map_err(fail(&workspace))?;
        let shared = Arc::new(Shared {
            signals,
            marks,
            open,
            next: AtomicUsize::new(0),
        });
        Ok((
            Self {
                shared,
                thread: Some(thread),
            },
            receiver,
        ))
    }

    /// How changes are really noticed.
    #[must_use]
    pub fn mode(&self) -> WatchMode {
        if self.shared.marks.is_some() {
            WatchMode::Auto
        } else {
            WatchMode::Poll
        }
    }

    /// Says whether the agent or the harness writes just now.
    #[must_use]
    pub fn is_expecting(&self) -> bool {
        self.shared.open.load(Ordering::SeqCst) > 0
    }

    /// Says that the agent or the harness writes from now on, until the returned value is dropped. Several may be held at once.
    ///
    /// Creates a small file; while polling it waits for a scan (some milliseconds; call it where blocking is allowed).
    pub fn expect(&self) -> Expected {
        let shared = Arc::clone(&self.shared);
        let number = shared.next.fetch_add(1, Ordering::SeqCst);
        shared.open.fetch_add(1, Ordering::SeqCst);
        if shared.marks.is_some() {
            shared.mark(number, "begin");
        } else {
            shared.scan(Signal::Begin);
        }
        Expected { shared, number }
    }
}

impl Shared {
    /// Polling has no order but that of its scans, so each border waits for one.
    fn scan(&self, border: fn(SyncSender<()>) -> Signal) {
        let (done, scanned) = sync_channel(1);
        if self.signals.send(border(done)).is_ok() {
            let _: Result<(), _> = StdReceiver::recv_timeout(&scanned, SCAN_WAIT);
        }
    }

    fn mark(&self, number: usize, word: &str) {
        let Some(folder) = &self.marks else { return };
        if std::fs::write(folder.join(format!("mark-{number}-{word}")), []).is_err() {
            // No mark, no order: the worker falls back to counting who is writing now.
            let _ = self.signals.try_send(Signal::Lost);
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.shared.signals.send(Signal::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// While it lives, changes are the agent's or the harness's own. Dropping it costs what [`Watcher::expect`] does.
#[derive(Debug)]
#[must_use = "changes count as from outside again once it is dropped"]
pub struct Expected {
    shared: Arc<Shared>,
    number: usize,
}

impl Drop for Expected {
    fn drop(&mut self) {
        if self.shared.marks.is_some() {
            self.shared.mark(self.number, "end");
        } else {
            self.shared.scan(Signal::End);
        }
        self.shared.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Adds a directory to what is watched; says whether that worked.
type AddDirectory = Box<dyn FnMut(&Path) -> bool + Send>;

/// Sets up the system's notifications; `None` if any part of the tree cannot be watched.
fn notifier(scope: &Scope, signals: &SyncSender<Signal>) -> Option<AddDirectory> {
    let signals = signals.clone();
    let lost = AtomicBool::new(false);
    let handler = move |event: notify::Result<notify::Event>| {
        let Some(signal) = translate(event) else { return };
        // The queue is full: one word that something was dropped must get through once there is room.
        if lost.load(Ordering::SeqCst) && signals.try_send(Signal::Lost).is_ok() {
            lost.store(false, Ordering::SeqCst);
        }
        if signals.try_send(signal).is_err() {
            lost.store(true, Ordering::SeqCst);
        }
    };
    let mut watcher = notify::recommended_watcher(handler).ok()?;
    // FSEvents watches whole trees at the price of one; inotify takes one watch per directory, so ignored ones cost nothing.
    let recursive = cfg!(target_os = "macos");
    let mode = if recursive {
        RecursiveMode::Recursive
    } else {
        RecursiveMode::NonRecursive
    };
    for directory in scope.roots(recursive)? {
        watcher.watch(&directory, mode).ok()?;
    }
    Some(Box::new(move |directory| recursive || watcher.watch(directory, mode).is_ok()))
}

/// What a notification says, in our words; `None` if it is not about content.
fn translate(event: notify::Result<notify::Event>) -> Option<Signal> {
    let event = match event {
        Ok(event) => event,
        Err(_) => return Some(Signal::Lost),
    };
    if event.need_rescan() {
        return Some(Signal::Lost);
    }
    let appeared = match event.kind {
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(_)) => true,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any | ModifyKind::Other) | EventKind::Remove(_) => false,
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) | EventKind::Any | EventKind::Other => return None,
    };
    (!event.paths.is_empty()).then_some(Signal::Touched {
        paths: event.paths,
        appeared,
    })
}
