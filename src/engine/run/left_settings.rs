//! Settings of the repository that a killed run left behind: what its commands set between the last look and its end, nobody put back.
//!
//! Owns the file `settings.json` of the state directory: the settings as they were when the agent's last command began. Does not own the
//! looks of a run that is on. Invariant: a run that ended by itself leaves nothing to be put back, and what is set after it is a person's.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{GitError, HeldSettings, Repo};
use crate::harness::write_atomically;
use crate::protocol::event::{ExternalChangeSeen, ExternalKind};
use crate::session::state::Run;
use crate::store::ProjectDir;
use std::fs;
use std::path::{Path, PathBuf};

/// Puts back what a run that was killed left in the settings that have git run something, and says what it was. To be called when nothing
/// of that run is alive any more.
///
/// # Errors
/// Fails if the settings cannot be put back or held.
pub fn at_start(workspace: &Path, dir: &ProjectDir, last: Option<&Run>) -> Result<Vec<ExternalChangeSeen>, EngineError> {
    let killed = last.is_some_and(|run| run.ended.is_none());
    // One that cannot be read any more says nothing, as that of a new project.
    let known = fs::read(place(dir)).ok().filter(|_| killed);
    let known = known.and_then(|bytes| serde_json::from_slice::<HeldSettings>(&bytes).ok());
    let left = known.map_or(Ok(Vec::new()), |held| held.put_back(&dir.root().join("settings")))?;
    keep(dir, &Repo::discover(workspace)?.hold_settings()?)?;
    let told = left.into_iter().map(|change| ExternalChangeSeen {
        what: ExternalKind::Tree,
        paths: vec![format!(".git/{}", change.name)],
        detail: format!(
            "{}; it came while the last run was on, or after that was killed, {}; if it is yours, set it again once no run is on",
            change.detail,
            ExternalChangeSeen::LEFT_BEHIND
        ),
    });
    Ok(told.collect())
}

impl Project {
    /// Holds the settings as they are before a command, for the run after one that is killed in it.
    pub(in crate::engine) async fn hold_settings(&self) {
        let kept = match self.git(Repo::hold_settings).await {
            Ok(held) => keep(&self.dir, &held),
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the repository's settings were not held");
        }
    }
}

fn place(dir: &ProjectDir) -> PathBuf {
    dir.root().join("settings.json")
}

fn keep(dir: &ProjectDir, held: &HeldSettings) -> Result<(), EngineError> {
    let file = place(dir);
    let unkept = |source: std::io::Error| GitError::Write {
        path: file.clone(),
        source,
    };
    let bytes = serde_json::to_vec(held).map_err(|error| unkept(error.into()))?;
    if fs::read(&file).is_ok_and(|now| now == bytes) {
        return Ok(());
    }
    Ok(write_atomically(&file, &bytes).map_err(unkept)?)
}
