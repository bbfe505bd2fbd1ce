//! L4: how a client reaches an engine, or a log where no engine runs. Events one way, commands the other, look-ups beside them.
//!
//! Owns the [`Client`] that every front end holds and the [`Backend`] that serves it; knows nothing of screens.
//! Invariant: a slow client never blocks the engine; after a lag it re-reads the log from the last event it saw.
//! A socket will be one more `Backend`.

mod desk;
mod in_process;
mod lookup;
mod mover;
mod offline;
mod past;
mod plan;
mod present;
mod trial;
mod wanted;
mod watch;

pub use in_process::InProcess;
pub use lookup::{Lookups, NextWindowSource};
pub use mover::Mover;
pub use offline::{edit_features, offline_in, settle_edit};
pub use present::{list_now, observed, observed_with_tree};
pub use wanted::Wanted;

use crate::protocol::{Answer, Command, Envelope, Query};
use std::sync::Arc;

/// What kind of source a client is connected to. It changes: [`Update::Closed`] and [`Update::Reopened`] tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An engine of this process: events arrive as they happen and commands are carried out.
    Live,
    /// The log of a run in another process, followed on disk: what needs its engine or its lock cannot be sent.
    Following,
    /// A log that nobody writes: the past.
    Offline,
}

/// What a subscriber is handed.
#[derive(Debug, Clone)]
pub enum Update {
    /// Events in order, without gaps.
    Events(Vec<Arc<Envelope>>),
    /// All events of the past were delivered; what follows is live.
    CaughtUp,
    /// The run is over, or whoever wrote the log is gone: the source is [`Mode::Offline`] from now on. What this process does with the
    /// project still comes, and what others do.
    Closed,
    /// Another process runs the project: the source is [`Mode::Following`] from now on.
    Reopened,
}

/// Receives updates on the subscription's own thread; returns `false` to end it.
pub type Sink = Box<dyn FnMut(Update) -> bool + Send>;

/// Receives the answer to a look-up, on a thread of the backend; before it, how far a long one is.
pub type Reply = Box<dyn FnMut(Answer) + Send>;

/// Nobody takes commands here: the run is over, or it belongs to another process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing here takes commands: no run of this process is live")]
pub struct Closed;

/// The serving side of a link.
pub trait Backend: Send + Sync {
    /// Says what kind of source this is.
    fn mode(&self) -> Mode;
    /// Delivers every event from the first one on, then live ones, on a thread of its own.
    fn subscribe(&self, sink: Sink);
    /// Takes a command.
    ///
    /// # Errors
    /// Fails if nobody can carry it out.
    fn send(&self, command: Command) -> Result<(), Closed>;
    /// Looks something up; never blocks the caller.
    fn ask(&self, query: Query, reply: Reply);
    /// Nobody waits for the answer any more: a long look-up is ended, and not answered.
    fn forget(&self, query: &Query);
}

/// A front end's handle. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    backend: Arc<dyn Backend>,
}

impl Client {
    /// Connects to a backend.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend }
    }

    /// Says what kind of source this is.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.backend.mode()
    }

    /// Subscribes to all events, past ones first.
    pub fn subscribe(&self, sink: Sink) {
        self.backend.subscribe(sink);
    }

    /// Sends a command.
    ///
    /// # Errors
    /// Fails if nobody can carry it out.
    pub fn send(&self, command: Command) -> Result<(), Closed> {
        self.backend.send(command)
    }

    /// Looks something up; the reply comes on another thread.
    pub fn ask(&self, query: Query, reply: Reply) {
        self.backend.ask(query, reply);
    }

    /// Ends a look-up that nobody waits for any more, if it takes long.
    pub fn forget(&self, query: &Query) {
        self.backend.forget(query);
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("mode", &self.mode()).finish_non_exhaustive()
    }
}
