//! An edit that is on its way, remembered outside of the workspace until it is told: file, commit and index change one by one.
//!
//! Owns the record and what is made of it after a kill. Invariant: once settled, the list and the last commit both have the edit,
//! or neither has, unless somebody changed the list since, whose text then stays.

use super::{Bench, PlanError};
use crate::git::{GitError, Repo};
use crate::harness::atomic;
use crate::protocol::event::{FeatureEditRefused, FeatureFlipped, FeatureListEdited};
use crate::protocol::{Event, Oid};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;
use std::{fs, io};

/// What must be known to finish an edit, or to take it back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    /// HEAD before.
    pub head: Oid,
    /// What is committed; `None` if only the file changes.
    pub tree: Option<Oid>,
    /// The list before, as a git object.
    pub before: Oid,
    /// The list after.
    pub after: Oid,
    /// What is told once it is done; its commit is not known yet.
    pub edited: FeatureListEdited,
    /// The flag that it changes.
    pub flipped: Option<FeatureFlipped>,
}

impl Pending {
    /// Remembers an edit, durably.
    pub(super) fn keep(&self, at: Option<&Path>) -> Result<(), PlanError> {
        let Some(at) = at else { return Ok(()) };
        let kept = serde_json::to_vec(self).map_err(io::Error::from);
        kept.and_then(|bytes| atomic::write_atomically(at, &bytes))
            .map_err(|error| cannot("write", at, &error))
    }
}

/// Forgets an edit that was told, or taken back.
///
/// # Errors
/// Fails if the record cannot be removed.
pub fn forget(at: Option<&Path>) -> Result<(), PlanError> {
    let Some(at) = at else { return Ok(()) };
    match fs::remove_file(at) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot("remove", at, &error)),
        _ => Ok(()),
    }
}

/// Settles an edit that was cut off: finishes it if its commit was made, else takes it back. Returns what to tell; the record stays
/// until [`forget`], so that a kill on the way changes nothing.
///
/// # Errors
/// Fails if the record, the repository or the list cannot be read or written.
pub fn settle(bench: &Bench<'_>) -> Result<Vec<Event>, PlanError> {
    let Some(at) = bench.pending else { return Ok(Vec::new()) };
    let kept = match fs::read(at) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        kept => kept.map_err(|error| cannot("read", at, &error))?,
    };
    let pending: Pending = serde_json::from_slice(&kept).map_err(|error| cannot("read", at, &error.into()))?;
    let repo = Repo::discover(bench.workspace)?;
    match repo.mend_index() {
        // It stays remembered, and the next commit mends it.
        Ok(_) | Err(GitError::IndexLocked { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let file = bench.workspace.join(bench.list);
    atomic::sweep_beside(&file).map_err(|error| cannot("look beside", &file, &error))?;
    let now = fs::read(&file).unwrap_or_default();
    let commit = match &pending.tree {
        Some(tree) => repo.commit_of_tree(&pending.head, tree)?,
        None => None,
    };
    let is_after = now == repo.kept_bytes(&pending.after)?;
    if commit.is_some() || (pending.tree.is_none() && is_after) {
        let mut events: Vec<Event> = vec![
            FeatureListEdited {
                commit,
                ..pending.edited
            }
            .into(),
        ];
        events.extend(pending.flipped.map(Event::from));
        return Ok(events);
    }
    let before = repo.kept_bytes(&pending.before)?;
    let reason = if is_after {
        (bench.write)(&before).map_err(|what| PlanError::Write { what })?;
        "it was cut off before it was committed, and is taken back; edit again if it is still wanted".to_owned()
    } else if now == before {
        "it was cut off before it changed anything; edit again if it is still wanted".to_owned()
    } else {
        format!(
            "it was cut off before it was committed, and {} has changed since: it is left as it is",
            bench.list.display()
        )
    };
    let edit = pending.edited.edit;
    Ok(vec![FeatureEditRefused { edit, reason }.into()])
}

fn cannot(doing: &str, path: &Path, error: &io::Error) -> PlanError {
    PlanError::Write {
        what: format!("cannot {doing} {}: {error}", path.display()),
    }
}
