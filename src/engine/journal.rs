//! The engine's only way to say that something happened: append, then fold, then publish.
//!
//! Owns the writer, the folded state and the broadcast. Invariant: an event reaches a client only after the log has it;
//! after a failed append nothing is recorded any more and the run must pause.

use crate::protocol::event::{RunStarted, WorktreeTaken};
use crate::protocol::{Envelope, Event, Role, RunId, SessionNo};
use crate::session::State;
use crate::store::{StoreError, Writer};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Envelopes a slow client may fall behind before it has to re-read the log.
const BACKLOG: usize = 4096;
/// What is told before the first session belongs to none: this number is no session's.
const BEFORE_ANY: SessionNo = SessionNo(0);

/// Handle to the log of a live run. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    book: Mutex<Book>,
    live: broadcast::Sender<Arc<Envelope>>,
}

struct Book {
    writer: Writer,
    state: State,
    session: SessionNo,
    /// The run's first events, waiting for the first session to open a segment that they can stand in.
    announced: Vec<Event>,
}

impl Journal {
    /// Takes over a writer and the state its log folds to.
    #[must_use]
    pub fn new(writer: Writer, state: State) -> Self {
        let (live, _) = broadcast::channel(BACKLOG);
        let session = state.sessions.last().map_or(SessionNo(0), |last| last.number);
        Self {
            inner: Arc::new(Inner {
                book: Mutex::new(Book {
                    writer,
                    state,
                    session,
                    announced: Vec::new(),
                }),
                live,
            }),
        }
    }

    /// Begins a run. Its events are written before the next one, so that they stand first in the segment of the run's first session.
    pub fn announce(&self, run: RunStarted, worktree: Option<WorktreeTaken>) {
        self.book().announced = std::iter::once(run.into()).chain(worktree.map(Event::from)).collect();
    }

    /// Records an event of the present session.
    ///
    /// # Errors
    /// Fails if the log cannot be written; from then on every call fails.
    pub fn record(&self, event: impl Into<Event>) -> Result<Arc<Envelope>, StoreError> {
        let event = event.into();
        // A durable event waits for the disk, some milliseconds: tell the runtime, if there is one with threads to spare.
        let flavor = tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor());
        if event.is_durable() && matches!(flavor, Ok(tokio::runtime::RuntimeFlavor::MultiThread)) {
            tokio::task::block_in_place(|| self.append(event))
        } else {
            self.append(event)
        }
    }

    fn append(&self, event: Event) -> Result<Arc<Envelope>, StoreError> {
        let mut book = self.book();
        if !book.announced.is_empty() {
            // A run that ends before its first session still needs a place to say so: after the last session, or in a first segment.
            if !book.writer.resume_segment()? {
                book.session = BEFORE_ANY;
                book.writer.begin_segment(BEFORE_ANY, Role::Initializer)?;
            }
            self.inner.write_announced(&mut book)?;
        }
        self.inner.write(&mut book, event)
    }

    /// Opens the newest segment for what has to be said while no run is on, or a first one.
    ///
    /// # Errors
    /// Fails if the segment cannot be opened.
    pub fn reopen(&self) -> Result<(), StoreError> {
        let mut book = self.book();
        if !book.writer.resume_segment()? {
            book.session = BEFORE_ANY;
            book.writer.begin_segment(BEFORE_ANY, Role::Initializer)?;
        }
        Ok(())
    }

    /// Opens the next session's segment of the log; what is recorded from now on belongs to it.
    ///
    /// # Errors
    /// Fails if the segment cannot be created.
    pub fn begin_session(&self, role: Role) -> Result<SessionNo, StoreError> {
        let mut book = self.book();
        let number = book.session.next().max(book.writer.next_session());
        book.writer.begin_segment(number, role)?;
        book.session = number;
        self.inner.write_announced(&mut book)?;
        Ok(number)
    }

    /// Looks at the folded state; keep it short, the log waits meanwhile.
    pub fn with_state<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.book().state)
    }

    /// Returns the sender that new clients subscribe to.
    #[must_use]
    pub fn live(&self) -> broadcast::Sender<Arc<Envelope>> {
        self.inner.live.clone()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic between append and publish leaves a whole log behind; going on with it is sound.
        self.inner.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn write_announced(&self, book: &mut Book) -> Result<(), StoreError> {
        for event in std::mem::take(&mut book.announced) {
            self.write(book, event)?;
        }
        Ok(())
    }

    fn write(&self, book: &mut Book, event: Event) -> Result<Arc<Envelope>, StoreError> {
        let envelope = book.writer.append(book.session, event)?;
        book.state.apply(&envelope);
        // Published under the lock, so that clients see the order of the log. Nobody listening is fine.
        let _ = self.live.send(Arc::clone(&envelope));
        Ok(envelope)
    }
}

/// Makes a run's name from the time it starts: `2026-11-21T01-38-00Z`.
#[must_use]
pub fn run_id(now: jiff::Timestamp) -> RunId {
    RunId(now.strftime("%Y-%m-%dT%H-%M-%SZ").to_string())
}
