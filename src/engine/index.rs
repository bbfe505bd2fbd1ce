//! The user's index, when a commit could not bring it along: told when it happens, mended as soon as its lock is gone.
//!
//! Does not own the repair ([`Repo::mend_index`]). Invariant: an index that could not be mended never ends a session.

use super::error::EngineError;
use super::project::Project;
use crate::git::Repo;
use crate::protocol::event::{ExternalChangeSeen, ExternalKind};

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
