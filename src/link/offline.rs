//! The link to a log that no engine of this process writes: the past, or a run of another process seen through its log.

use super::desk::Desk;
use super::lookup::{Lookups, NextWindowSource};
use super::{Backend, Client, Closed, Mode, Mover, Reply, Sink, Update, present};
use crate::config::Settings;
use crate::harness::prompt::{Attendance, Prompts};
use crate::protocol::{Command, Envelope, Event, Query, Seq, SessionNo};
use crate::store::{self, Blobs, Follower, ProjectDir};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often another process's log is looked at. Twice a second keeps an idle viewer within two wake-ups a second.
const POLL: Duration = Duration::from_millis(500);

/// Connects to what is known of a workspace without running anything. The settings are those that a run would have; a preview of
/// the next window needs them.
/// `mover` makes moves back, if they may be made.
#[must_use]
pub fn offline_in(dir: ProjectDir, workspace: &Path, feature_list: &str, settings: &Settings, mover: Option<Mover>) -> Client {
    let mode = if dir.exists() && is_held(&dir) {
        Mode::Following
    } else {
        Mode::Offline
    };
    let lookups = Lookups {
        workspace: workspace.to_owned(),
        blobs: Blobs::of(&dir),
        limit: settings.checkpoint_max_file_mb << 20,
        next: Prompts::load(None).ok().map(|prompts| NextWindowSource {
            dir: dir.clone(),
            settings: settings.clone(),
            prompts: Arc::new(prompts),
            attendance: Attendance::Attended,
            spec: None,
        }),
    };
    Client::new(Arc::new(Offline {
        desk: Desk::new(dir.clone(), workspace.to_owned(), settings.clone(), mover),
        dir,
        mode,
        workspace: workspace.to_owned(),
        feature_list: feature_list.to_owned(),
        lookups,
    }))
}

/// Whether a live process has the project's lock. A lock that cannot be looked at counts as free: the log can be read either way.
fn is_held(dir: &ProjectDir) -> bool {
    dir.holder().ok().flatten().is_some()
}

struct Offline {
    desk: Desk,
    dir: ProjectDir,
    mode: Mode,
    workspace: PathBuf,
    feature_list: String,
    lookups: Lookups,
}

impl Backend for Offline {
    fn mode(&self) -> Mode {
        self.mode
    }

    fn subscribe(&self, sink: Sink) {
        let reader = Reader {
            desk: self.desk.clone(),
            dir: self.dir.clone(),
            mode: self.mode,
            workspace: self.workspace.clone(),
            list: self.feature_list.clone(),
            sink,
        };
        if let Err(error) = std::thread::Builder::new().name("link".into()).spawn(move || reader.run()) {
            tracing::error!(%error, "no thread for a subscription");
        }
    }

    fn send(&self, command: Command) -> Result<(), Closed> {
        match self.mode {
            Mode::Offline => self.desk.take(command),
            Mode::Following | Mode::Live => Err(Closed),
        }
    }

    fn ask(&self, query: Query, reply: Reply) {
        self.lookups.ask(query, reply);
    }
}

struct Reader {
    desk: Desk,
    dir: ProjectDir,
    mode: Mode,
    workspace: PathBuf,
    list: String,
    sink: Sink,
}

impl Reader {
    fn run(mut self) {
        let mut last = Seq(0);
        let mut session = SessionNo(0);
        if self.dir.exists() {
            match store::read(&self.dir, Seq(1)) {
                Ok(log) => {
                    if let Some(newest) = log.envelopes.last() {
                        (last, session) = (newest.seq, newest.session);
                    }
                    if !self.deliver(log.envelopes) {
                        return;
                    }
                }
                Err(error) => tracing::error!(%error, "the log cannot be read"),
            }
        }
        match self.mode {
            Mode::Following => {
                if (self.sink)(Update::CaughtUp) {
                    self.follow(last);
                }
            }
            Mode::Offline | Mode::Live => {
                let read = last;
                let now = present::events(&self.workspace, &self.list, last, session);
                let last = now.last().map_or(last, |newest| newest.seq);
                if self.deliver(now) && (self.sink)(Update::CaughtUp) {
                    self.desk.tell(self.sink, read, last, session);
                }
            }
        }
    }

    fn deliver(&mut self, envelopes: Vec<Envelope>) -> bool {
        envelopes.is_empty() || (self.sink)(Update::Events(envelopes.into_iter().map(Arc::new).collect()))
    }

    fn follow(&mut self, last: Seq) {
        let mut follower = Follower::new(&self.dir, last.next());
        loop {
            match follower.poll() {
                Ok(news) => {
                    let ended = news.iter().any(|envelope| matches!(envelope.event, Event::RunEnded(_)));
                    if !self.deliver(news) {
                        return;
                    }
                    // The other process may end without a word; its lock tells.
                    if ended || !is_held(&self.dir) {
                        if let Ok(rest) = follower.poll() {
                            self.deliver(rest);
                        }
                        (self.sink)(Update::Closed);
                        return;
                    }
                }
                Err(error) => tracing::warn!(%error, "the log cannot be followed"),
            }
            // A sink that is gone is noticed here too, not only when something happens.
            if !(self.sink)(Update::Events(Vec::new())) {
                return;
            }
            std::thread::sleep(POLL);
        }
    }
}
