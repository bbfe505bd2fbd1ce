//! The link to a log that no engine of this process writes: the past, or a run of another process seen through its log.

use super::lookup::Lookups;
use super::{Backend, Client, Closed, Mode, Reply, Sink, Update};
use crate::config::Settings;
use crate::git::Repo;
use crate::harness::FeatureList;
use crate::protocol::event::FeatureListLoaded;
use crate::protocol::{Command, Envelope, Event, FORMAT_VERSION, Query, Seq, SessionNo};
use crate::store::{self, Blobs, Follower, ProjectDir, StoreError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often another process's log is looked at. Twice a second keeps an idle viewer within two wake-ups a second.
const POLL: Duration = Duration::from_millis(500);
/// Commits read for the Git pane.
const COMMITS: usize = 200;

/// Connects to what is known of a workspace without running anything.
///
/// # Errors
/// Fails if the state directory cannot be located.
pub fn offline(workspace: &Path, feature_list: &str) -> Result<Client, StoreError> {
    let dir = ProjectDir::for_workspace(workspace)?;
    let mode = if dir.exists() && is_held(&dir) {
        Mode::Following
    } else {
        Mode::Offline
    };
    let lookups = Lookups {
        workspace: workspace.to_owned(),
        blobs: Blobs::of(&dir),
        limit: Settings::builtin().checkpoint_max_file_mb << 20,
    };
    Ok(Client::new(Arc::new(Offline {
        dir,
        mode,
        workspace: workspace.to_owned(),
        feature_list: feature_list.to_owned(),
        lookups,
    })))
}

/// Whether a live process has the project's lock. A lock that cannot be looked at counts as free: the log can be read either way.
fn is_held(dir: &ProjectDir) -> bool {
    dir.holder().ok().flatten().is_some()
}

struct Offline {
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

    fn send(&self, _command: Command) -> Result<(), Closed> {
        Err(Closed)
    }

    fn ask(&self, query: Query, reply: Reply) {
        self.lookups.ask(query, reply);
    }
}

struct Reader {
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
                let now = self.present(last, session);
                if self.deliver(now) {
                    (self.sink)(Update::CaughtUp);
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

    /// The list and the repository as they are on disk now, told as events that are never written: the past may be older than they are.
    fn present(&self, last: Seq, session: SessionNo) -> Vec<Envelope> {
        let mut events: Vec<Event> = Vec::new();
        match Repo::discover(&self.workspace).and_then(|repo| repo.observe(COMMITS)) {
            Ok(observed) => events.push(observed.into()),
            Err(error) => tracing::info!(%error, "no repository to show"),
        }
        match FeatureList::read(&self.workspace.join(&self.list)) {
            Ok(Some(list)) => {
                let (features, notices) = (list.features().to_vec(), list.notices().to_vec());
                events.push(
                    FeatureListLoaded {
                        path: self.list.clone(),
                        features,
                        notices,
                    }
                    .into(),
                );
            }
            Ok(None) => {}
            Err(error) => {
                let notices = vec![error.to_string()];
                events.push(
                    FeatureListLoaded {
                        path: self.list.clone(),
                        features: Vec::new(),
                        notices,
                    }
                    .into(),
                );
            }
        }
        let time = jiff::Timestamp::now();
        let envelope = |(n, event)| Envelope {
            v: FORMAT_VERSION,
            seq: Seq(last.0 + 1 + n as u64),
            time,
            session,
            event,
        };
        events.into_iter().enumerate().map(envelope).collect()
    }
}
