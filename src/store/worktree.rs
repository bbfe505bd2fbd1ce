//! Which worktree a project is worked on in, as its state directory remembers it.
//!
//! Owns the file `worktree.json`: written before a worktree is made, so that a making that was cut off is known, and kept after its
//! work came home, so that the next run of the project gets one again. Invariant: it is replaced whole and synced, and only by who
//! holds the project's lock.

use super::durable::sync_dir;
use super::{ProjectDir, StoreError};
use crate::protocol::{Oid, WorkTree};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write as _};

const FILE: &str = "worktree.json";

/// A worktree and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorktreeRecord {
    /// Which.
    pub tree: WorkTree,
    /// How far it is.
    pub stage: Stage,
    /// The tip of its branch that was brought home last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<Oid>,
    /// Where the files that git ignores go before it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<String>,
}

/// How far a worktree is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is being made.
    Making,
    /// It is there to be worked in.
    Ready,
    /// Its work is home, and it is being removed.
    Removing,
    /// Its work is home and it is gone, or the user's.
    Over,
}

impl WorktreeRecord {
    /// Says whether the project is worked on there still.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Making | Stage::Ready)
    }
}

impl ProjectDir {
    /// Reads which worktree the project has or had last.
    ///
    /// # Errors
    /// Fails if the file is there and cannot be read or understood.
    pub fn worktree(&self) -> Result<Option<WorktreeRecord>, StoreError> {
        let path = self.root().join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read", path)(error)),
        };
        let parsed = serde_json::from_slice(&bytes).map_err(io::Error::from);
        parsed.map(Some).map_err(StoreError::io("understand", path))
    }

    /// Remembers a worktree, on the disk before this returns.
    ///
    /// # Errors
    /// Fails if the file cannot be written.
    pub fn remember_worktree(&self, record: &WorktreeRecord) -> Result<(), StoreError> {
        let (path, new) = (self.root().join(FILE), self.root().join(format!("{FILE}.new")));
        let text = serde_json::to_vec_pretty(record)?;
        let write = || {
            let mut file = fs::File::create(&new)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().map_err(StoreError::io("write", &path))?;
        sync_dir(self.root())
    }

    /// Forgets the copies of guarded files: the files of a new worktree are those of its commit, whatever the last one had.
    ///
    /// # Errors
    /// Fails if they cannot be removed.
    pub fn forget_baseline(&self) -> Result<(), StoreError> {
        match fs::remove_dir_all(self.baseline()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io("remove", self.baseline())(error)),
            _ => self.create(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back_and_what_cannot_be_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let project = ProjectDir::in_state_root(&dir.path().join("state"), dir.path()).unwrap();
        assert_eq!(project.worktree().unwrap(), None);
        project.create().unwrap();
        let mut record = WorktreeRecord {
            tree: WorkTree {
                name: "main".into(),
                path: "/src/app-longhaul-main".into(),
                checkout: "/src/app".into(),
                branch: "longhaul/main".into(),
                base: Oid::from("1"),
                into: None,
            },
            stage: Stage::Making,
            home: None,
            aside: None,
        };
        project.remember_worktree(&record).unwrap();
        assert_eq!(project.worktree().unwrap().as_ref(), Some(&record));
        record.stage = Stage::Over;
        project.remember_worktree(&record).unwrap();
        assert!(!project.worktree().unwrap().unwrap().is_open());
        fs::write(project.root().join(FILE), "{").unwrap();
        assert!(project.worktree().unwrap_err().to_string().contains("worktree.json"));
    }
}
