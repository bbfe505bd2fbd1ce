//! The user's index: what the agent's commands stage in it, and a commit that could not bring it along, which is told when it happens
//! and mended as soon as the lock is gone.
//!
//! Owns when the index is looked at; does not own the repair ([`Repo::mend_index`]) nor whose an entry is ([`IndexMark`]). What changes
//! there while a command of the agent or the tests run is the agent's, for only processes stage; what a process in the background
//! stages between two calls cannot be told from a person's doing and stays. Invariant: an index that could not be read or mended
//! never ends a session.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{IndexMark, Repo, Tree};
use crate::protocol::event::{ExternalChangeSeen, ExternalKind};
use std::sync::{MutexGuard, PoisonError};

impl Project {
    /// Looks at the index before something runs that may stage files. `None` if it cannot be read.
    pub(in crate::engine) async fn mark_index(&self) -> Option<IndexMark> {
        let last = self.marked().take();
        let mark = self.git(move |repo| repo.mark_index(last)).await;
        mark.inspect_err(|error| tracing::warn!(%error, "the index was not looked at"))
            .ok()
    }

    /// Remembers as the agent's what was staged since that look.
    pub(in crate::engine) async fn note_staging(&self, before: Option<IndexMark>) {
        let Some(before) = before else { return };
        match self.git(move |repo| repo.note_staging(before)).await {
            Ok(after) => *self.marked() = Some(after),
            Err(error) => tracing::warn!(%error, "what was staged meanwhile is taken for a person's"),
        }
    }

    fn marked(&self) -> MutexGuard<'_, Option<IndexMark>> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets what the agent staged besides follow too, after a commit of all files.
///
/// # Errors
/// Fails if the work cannot be done at all; where the index is locked, what was staged stays remembered.
pub async fn settle(project: &Project) -> Result<(), EngineError> {
    match project.git(Repo::settle_index).await {
        Err(EngineError::Git(error)) => {
            tracing::warn!(%error, "what the agent staged follows the next commit");
            Ok(())
        }
        other => other,
    }
}

/// As [`settle`], if the files are those of the last commit: then nothing that the agent staged is on its way to another. Returns
/// whether they are; what a person staged besides is theirs to commit, and no work that the agent owes.
///
/// # Errors
/// Fails if the last commit cannot be read, or as [`settle`].
pub async fn settle_if_all_is_in(project: &Project, files: &Tree) -> Result<bool, EngineError> {
    let committed = project.git(Repo::head_files).await?;
    let all_is_in = committed.as_ref() == Some(&files.id);
    if all_is_in {
        settle(project).await?;
    }
    Ok(all_is_in && files.left_out.is_empty())
}

/// Tells that the index still shows the state before a commit.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn behind(project: &Project, why: &str) -> Result<(), EngineError> {
    tell(
        project,
        format!("git's index could not follow the commit and shows its files as deleted until that is mended: {why}"),
    )
}

/// Mends an index that was left behind, and tells it.
///
/// # Errors
/// Fails if the log cannot be written.
pub async fn mend(project: &Project) -> Result<(), EngineError> {
    match project.git(Repo::mend_index).await {
        Ok(false) => Ok(()),
        Ok(true) => tell(project, "git's index follows the last commit again".to_owned()),
        Err(EngineError::Git(error)) => behind(project, &error.to_string()),
        Err(other) => Err(other),
    }
}

fn tell(project: &Project, detail: String) -> Result<(), EngineError> {
    project.record(ExternalChangeSeen {
        what: ExternalKind::Tree,
        paths: vec![".git/index".to_owned()],
        detail,
    })
}
