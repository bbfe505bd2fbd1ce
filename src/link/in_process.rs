//! The link to an engine of this process; when its run is over, to the project that it leaves.

use super::desk::Desk;
use super::lookup::Lookups;
use super::watch::{self, Place};
use super::{Backend, Closed, Mode, Mover, Reply, Sink, Update};
use crate::config::Settings;
use crate::protocol::{Command, Envelope, Query};
use crate::store::{self, ProjectDir};
use std::sync::Arc;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{broadcast, mpsc};

/// Envelopes handed to a sink at once.
const BATCH: usize = 512;

/// Serves clients from the engine's broadcast and, for the past and after a lag, from the log.
pub struct InProcess {
    dir: ProjectDir,
    live: broadcast::WeakSender<Arc<Envelope>>,
    commands: mpsc::Sender<Command>,
    lookups: Lookups,
    desk: Desk,
}

impl InProcess {
    /// Connects to an engine. Only a weak handle to the broadcast is kept: when the engine drops its own, subscriptions close. What
    /// needs no engine, a move back by `mover` among it, is done all the same from then on, by the run's `settings`.
    #[must_use]
    pub fn new(
        dir: ProjectDir,
        live: &broadcast::Sender<Arc<Envelope>>,
        commands: mpsc::Sender<Command>,
        lookups: Lookups,
        mover: Mover,
        settings: Settings,
    ) -> Self {
        Self {
            desk: Desk::new(dir.clone(), lookups.workspace.clone(), settings, Some(mover)),
            dir,
            live: live.downgrade(),
            commands,
            lookups,
        }
    }
}

impl Backend for InProcess {
    fn mode(&self) -> Mode {
        Mode::Live
    }

    fn subscribe(&self, sink: Sink) {
        // Subscribed before the past is read: what happens in between comes twice and is told apart by its seq.
        let live = self.live.upgrade().map(|live| live.subscribe());
        let feed = Feed {
            dir: self.dir.clone(),
            desk: self.desk.without_trials(),
            place: Place::default(),
            sink,
        };
        if let Err(error) = std::thread::Builder::new().name("link".into()).spawn(move || feed.run(live)) {
            tracing::error!(%error, "no thread for a subscription");
        }
    }

    fn send(&self, command: Command) -> Result<(), Closed> {
        match self.commands.try_send(command) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Closed),
            Err(TrySendError::Closed(command)) => self.desk.take(command),
        }
    }

    fn ask(&self, query: Query, reply: Reply) {
        self.lookups.ask(query, reply);
    }

    fn forget(&self, query: &Query) {
        self.lookups.forget(query);
    }
}

/// One subscription.
struct Feed {
    dir: ProjectDir,
    desk: Desk,
    place: Place,
    sink: Sink,
}

impl Feed {
    fn run(mut self, live: Option<broadcast::Receiver<Arc<Envelope>>>) {
        if !self.catch_up() || !(self.sink)(Update::CaughtUp) {
            return;
        }
        if let Some(live) = live
            && !self.follow(live)
        {
            return;
        }
        watch::after_the_run(&self.dir, self.desk, self.sink, self.place);
    }

    /// Delivers what the log has more. Returns whether the sink wants more.
    fn catch_up(&mut self) -> bool {
        match store::read(&self.dir, self.place.read.next()) {
            Ok(log) => {
                for problem in &log.problems {
                    tracing::warn!(path = %problem.path.display(), line = problem.line, reason = %problem.reason, "bad line in the log");
                }
                self.deliver(log.envelopes.into_iter().map(Arc::new).collect())
            }
            Err(error) => {
                tracing::error!(%error, "the log cannot be read");
                true
            }
        }
    }

    fn follow(&mut self, mut live: broadcast::Receiver<Arc<Envelope>>) -> bool {
        loop {
            let more = match live.blocking_recv() {
                Ok(first) => {
                    let mut batch = vec![first];
                    let mut lagged = false;
                    while batch.len() < BATCH {
                        match live.try_recv() {
                            Ok(next) => batch.push(next),
                            Err(TryRecvError::Lagged(_)) => {
                                lagged = true;
                                break;
                            }
                            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                        }
                    }
                    self.deliver(batch) && (!lagged || self.catch_up())
                }
                Err(RecvError::Lagged(_)) => self.catch_up(),
                Err(RecvError::Closed) => return true,
            };
            if !more {
                return false;
            }
        }
    }

    fn deliver(&mut self, mut batch: Vec<Arc<Envelope>>) -> bool {
        batch.retain(|envelope| envelope.seq > self.place.read);
        for envelope in &batch {
            self.place.pass(envelope);
        }
        batch.is_empty() || (self.sink)(Update::Events(batch))
    }
}
