//! The link to a log that no engine of this process writes: the past, or a run of another process seen through its log.

use super::desk::Desk;
use super::lookup::{Lookups, NextWindowSource};
use super::{Backend, Client, Closed, Mode, Mover, Reply, Sink, Wanted, present, watch};
use crate::config::Settings;
use crate::harness::plan::Asked;
use crate::harness::prompt::{Attendance, Prompts};
use crate::protocol::{Command, Oid, Query};
use crate::store::{Blobs, ProjectDir};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Connects to what is known of a workspace without running anything. The settings are those that a run would have; a preview of
/// the next window needs them.
/// `mover` makes moves back, if they may be made.
#[must_use]
pub fn offline_in(dir: ProjectDir, workspace: &Path, settings: &Settings, mover: Option<Mover>) -> Client {
    let desk = Desk::new(dir.clone(), workspace.to_owned(), settings.clone(), mover);
    let mode = if desk.is_held_elsewhere() {
        Mode::Following
    } else {
        Mode::Offline
    };
    let lookups = Lookups {
        workspace: workspace.to_owned(),
        list: settings.feature_list.clone(),
        blobs: Blobs::of(&dir),
        history: Wanted::default(),
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
        desk,
        dir,
        mode,
        workspace: workspace.to_owned(),
        feature_list: settings.feature_list.clone(),
        lookups,
    }))
}

/// Makes a person's edit of the feature list while no run is on, and waits for it: recorded and committed as from the screen. Returns
/// the commit, if it needed one.
///
/// # Errors
/// Why it was not made, for the person.
pub fn edit_features(dir: ProjectDir, workspace: &Path, settings: &Settings, asked: &Asked<'_>) -> Result<Option<Oid>, String> {
    Desk::new(dir, workspace.to_owned(), settings.clone(), None).edit_now(asked)
}

/// Finishes an edit of the feature list that was cut off, or takes it back, and says which; `None` if none was, or a run is on, which
/// has settled it.
///
/// # Errors
/// Why it could not be settled, for the person; it stays remembered.
pub fn settle_edit(dir: &ProjectDir, workspace: &Path, settings: &Settings) -> Result<Option<String>, String> {
    if !dir.pending_edit().exists() || dir.holder().map_err(|error| error.to_string())?.is_some() {
        return Ok(None);
    }
    Desk::new(dir.clone(), workspace.to_owned(), settings.clone(), None).settle()
}

struct Offline {
    desk: Desk,
    dir: ProjectDir,
    /// As the client began.
    mode: Mode,
    workspace: PathBuf,
    feature_list: PathBuf,
    lookups: Lookups,
}

impl Backend for Offline {
    fn mode(&self) -> Mode {
        self.mode
    }

    fn subscribe(&self, sink: Sink) {
        let (dir, desk, mode) = (self.dir.clone(), self.desk.without_trials(), self.mode);
        let (workspace, list) = (self.workspace.clone(), self.feature_list.clone());
        let present = {
            let dir = dir.clone();
            move || present::events(&dir, &workspace, &list, dir.exists())
        };
        let told = move || watch::from_the_start(&dir, desk, sink, mode, present);
        if let Err(error) = std::thread::Builder::new().name("link".into()).spawn(told) {
            tracing::error!(%error, "no thread for a subscription");
        }
    }

    fn send(&self, command: Command) -> Result<(), Closed> {
        // Whose run is on is asked by the desk, under the lock: it may have begun or ended since.
        self.desk.take(command)
    }

    fn ask(&self, query: Query, reply: Reply) {
        self.lookups.ask(query, reply);
    }

    fn forget(&self, query: &Query) {
        self.lookups.forget(query);
    }
}
