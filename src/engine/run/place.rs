//! Where a project is worked on: in the user's checkout, or in a worktree beside it.
//!
//! Owns the way from a directory that a person names to the project: from the checkout to its worktree, and from the worktree back.
//! Both must agree, for a repository's own files are nothing to trust. Invariant: looking creates and changes nothing.

use crate::engine::EngineError;
use crate::git::Repo;
use crate::store::{ProjectDir, WorktreeRecord};
use std::path::{Path, PathBuf};

/// A project's places.
#[derive(Debug, Clone)]
pub struct Place {
    /// The user's own directory, canonical. It names the project.
    pub checkout: PathBuf,
    /// Where the agent works: the worktree if the project has one and it is there, else the checkout.
    pub workspace: PathBuf,
    /// The project's state directory.
    pub dir: ProjectDir,
    /// The worktree it has, or had last.
    pub record: Option<WorktreeRecord>,
}

impl Place {
    /// Finds the project of a directory, which exists.
    ///
    /// # Errors
    /// Fails if the state directory cannot be located, or what it remembers cannot be read.
    pub fn of(dir: &Path) -> Result<Self, EngineError> {
        let named = ProjectDir::for_workspace(dir)?;
        let here = named.workspace().to_owned();
        if let Some(owner) = owner(&here)
            && let Ok(dir) = ProjectDir::for_workspace(&owner)
            && let Some(record) = dir.worktree()?
            && Path::new(&record.tree.path) == here
        {
            return Ok(Self::with(owner, dir, Some(record)));
        }
        let record = named.worktree()?;
        Ok(Self::with(here, named, record))
    }

    fn with(checkout: PathBuf, dir: ProjectDir, record: Option<WorktreeRecord>) -> Self {
        let open = record
            .as_ref()
            .filter(|record| record.is_open())
            .map(|record| PathBuf::from(&record.tree.path));
        Self {
            workspace: open.filter(|path| path.is_dir()).unwrap_or_else(|| checkout.clone()),
            checkout,
            dir,
            record,
        }
    }

    /// Returns the worktree that the project is worked on in, whether it is there or not.
    #[must_use]
    pub fn open(&self) -> Option<&WorktreeRecord> {
        self.record.as_ref().filter(|record| record.is_open())
    }

    /// Says whether the worktree is remembered and not there.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.open().is_some() && self.workspace == self.checkout
    }
}

/// Returns the checkout that a directory says it was made for.
fn owner(dir: &Path) -> Option<PathBuf> {
    let repo = Repo::discover(dir).ok().filter(|repo| repo.workdir() == dir)?;
    repo.belongs_to()?.canonicalize().ok()
}
