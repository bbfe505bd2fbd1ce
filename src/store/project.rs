//! Where a project's state lies, outside its workspace.
//!
//! Owns names and places; the files in them belong to the sibling modules. Invariant: asking never creates
//! anything; only [`ProjectDir::create`] does, with rights for the owner alone.

use super::StoreError;
use super::durable::{create_private_dir, sync_dir};
use super::lock::{self, ProjectLock};
use super::segment::{self, Segment};
use etcetera::BaseStrategy as _;
use rustix::fs::Access;
use sha2::{Digest as _, Sha256};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Environment variable that names the root of all state instead of `$XDG_STATE_HOME/longhaul`.
pub const STATE_DIR_VARIABLE: &str = "LONGHAUL_STATE_DIR";

/// The state directory of one project, existing or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectDir {
    root: PathBuf,
    workspace: PathBuf,
}

impl ProjectDir {
    /// Finds the state directory of a workspace. Creates nothing.
    ///
    /// # Errors
    /// Fails if the workspace does not exist, or if there is no home directory and no `LONGHAUL_STATE_DIR`.
    pub fn for_workspace(workspace: &Path) -> Result<Self, StoreError> {
        Self::in_state_root(&Self::state_root()?, workspace)
    }

    /// Finds the state directory of a workspace below a given root. Creates nothing.
    ///
    /// # Errors
    /// Fails if the workspace does not exist.
    pub fn in_state_root(state_root: &Path, workspace: &Path) -> Result<Self, StoreError> {
        let workspace = fs::canonicalize(workspace).map_err(StoreError::io("open the project directory", workspace))?;
        let mut name: String = workspace
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '-'
                }
            })
            .take(40)
            .collect();
        if name.is_empty() {
            name.push_str("root");
        }
        name.push('-');
        // Two workspaces of the same name must not share state; the path decides, not its spelling.
        for byte in Sha256::digest(workspace.as_os_str().as_bytes()).iter().take(6) {
            let _ = write!(name, "{byte:02x}");
        }
        let root = state_root.join("projects").join(name);
        Ok(Self { root, workspace })
    }

    /// Returns the root of all state: `LONGHAUL_STATE_DIR`, else `$XDG_STATE_HOME/longhaul`, else `~/.local/state/longhaul`.
    ///
    /// # Errors
    /// Fails if neither is known.
    pub fn state_root() -> Result<PathBuf, StoreError> {
        if let Some(dir) = env::var_os(STATE_DIR_VARIABLE).filter(|dir| !dir.is_empty()) {
            return std::path::absolute(&dir).map_err(StoreError::io("resolve", PathBuf::from(dir)));
        }
        let base = etcetera::base_strategy::Xdg::new().map_err(|_| StoreError::NoStateRoot)?;
        base.state_dir()
            .map(|dir| dir.join("longhaul"))
            .ok_or(StoreError::NoStateRoot)
    }

    /// Says whether state could be written at `place`, by what exists of its path. Creates nothing to find out.
    ///
    /// # Errors
    /// Fails with the part of the path that is no directory, or that may not be written.
    pub fn check_writable(place: &Path) -> Result<(), StoreError> {
        let existing = place.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
        let checked = if existing.is_dir() {
            rustix::fs::access(existing, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from)
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        };
        checked.map_err(|source| StoreError::Unwritable {
            path: existing.to_owned(),
            source,
        })
    }

    /// Creates the directory and its parts, for the owner alone (0700). Does nothing to what exists.
    ///
    /// # Errors
    /// Fails if a directory cannot be made or synced.
    pub fn create(&self) -> Result<(), StoreError> {
        for dir in [self.sessions(), self.blobs(), self.baseline()] {
            create_private_dir(&dir)?;
        }
        // For people who look around in the state directory; never read back.
        let note = self.root.join("workspace");
        if !note.exists() {
            fs::write(&note, self.workspace.as_os_str().as_bytes()).map_err(StoreError::io("write", &note))?;
        }
        sync_dir(&self.root)?;
        self.root.parent().map_or(Ok(()), sync_dir)
    }

    /// Returns the directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the workspace, canonical.
    #[must_use]
    pub fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Returns where an edit of the feature list is remembered while it is made.
    #[must_use]
    pub fn pending_edit(&self) -> PathBuf {
        self.root.join("edit.json")
    }

    /// Returns where the guard keeps its copies of guarded files.
    #[must_use]
    pub fn baseline(&self) -> PathBuf {
        self.root.join("baseline")
    }

    /// Returns where the log's segments lie.
    #[must_use]
    pub fn sessions(&self) -> PathBuf {
        self.root.join("sessions")
    }

    /// Returns where the blobs lie.
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// Says whether this project has any state yet.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.sessions().is_dir()
    }

    /// Takes the project for this process until the lock is dropped. Creates the directory if need be.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process, or another lock of this one, holds it.
    pub fn lock(&self) -> Result<ProjectLock, StoreError> {
        ProjectLock::take(self)
    }

    /// Returns the process that holds the project now, if any: `Some(0)` if its id cannot be read. Changes nothing.
    ///
    /// # Errors
    /// Fails if the lock file exists and cannot be asked.
    pub fn holder(&self) -> Result<Option<u32>, StoreError> {
        lock::holder(&self.root)
    }

    /// Lists the log's segments in order. Empty if there is no state.
    ///
    /// # Errors
    /// Fails if the directory cannot be listed.
    pub fn segments(&self) -> Result<Vec<Segment>, StoreError> {
        segment::list(&self.sessions())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_and_tell_equal_names_apart() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        for parent in ["a", "b"] {
            fs::create_dir_all(dir.path().join(parent).join("my app")).unwrap();
        }
        let a = ProjectDir::in_state_root(&state, &dir.path().join("a/my app")).unwrap();
        let b = ProjectDir::in_state_root(&state, &dir.path().join("b/my app")).unwrap();
        let same = ProjectDir::in_state_root(&state, &dir.path().join("b/../a/my app")).unwrap();
        assert!(a.root().file_name().unwrap().to_str().unwrap().starts_with("my-app-"));
        assert_ne!(a.root(), b.root());
        assert_eq!(a.root(), same.root());
        assert!(!state.exists(), "asking creates nothing");
    }

    #[test]
    fn created_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let project = ProjectDir::in_state_root(&dir.path().join("state"), dir.path()).unwrap();
        assert!(!project.exists());
        project.create().unwrap();
        project.create().unwrap();
        assert!(project.exists());
        assert_eq!(fs::metadata(project.root()).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(project.segments().unwrap().is_empty());
    }

    #[test]
    fn a_missing_workspace_is_named() {
        let error = ProjectDir::in_state_root(Path::new("/nowhere"), Path::new("/no/such/dir")).unwrap_err();
        assert!(error.to_string().contains("/no/such/dir"), "{error}");
    }
}
