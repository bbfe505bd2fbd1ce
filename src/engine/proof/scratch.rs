//! Old states of the project, laid out in a directory of their own.
//!
//! Owns what lies there: a tree's files, and what the project's own directory has beside them. Does not run anything in it. Invariant:
//! nothing is written outside that directory; dependencies that are a link lead where the project's lead.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::process::{self, Invocation};
use crate::protocol::Oid;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Directories that git ignores and tests need: they go along.
const DEPENDENCIES: [&str; 4] = ["node_modules", ".venv", "venv", "vendor"];

impl Project {
    /// Lays a tree out as a repository whose branch stands at `head`, called as the project's directory is, should anything ask for
    /// that. Returns where; `folder`, in the state directory's scratch, is the caller's to remove.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(in crate::engine) async fn lay_out_repository(
        &self,
        tree: &Oid,
        head: Option<&Oid>,
        folder: &Path,
        left: Duration,
        cancel: &CancellationToken,
    ) -> Result<PathBuf, EngineError> {
        // Best effort: files of ours that stay are in nobody's way.
        let _ = fs::remove_dir_all(folder);
        let place = folder.join(self.workspace.file_name().unwrap_or_default());
        self.lay_out(tree, &place, left, cancel).await?;
        let (head, at) = (head.cloned(), place.clone());
        self.git(move |repo| repo.make_scratch(head.as_ref(), &at)).await?;
        Ok(place)
    }

    /// Makes the directory anew with the files of a tree, and what the project's own directory has beside them, as far as `left` lasts.
    ///
    /// # Errors
    /// If the directory cannot be written, or the tree not be read.
    pub(in crate::engine) async fn lay_out(
        &self,
        tree: &Oid,
        place: &Path,
        left: Duration,
        cancel: &CancellationToken,
    ) -> Result<(), EngineError> {
        let broken = |source| EngineError::File {
            what: format!("cannot lay out an old state in {}", place.display()),
            source,
        };
        if place.exists() {
            fs::remove_dir_all(place).map_err(broken)?;
        }
        fs::create_dir_all(place).map_err(broken)?;
        let (into, tree) = (place.to_owned(), tree.clone());
        self.git(move |repo| repo.export(&tree, &into)).await?;
        for name in DEPENDENCIES {
            let (from, to) = (self.workspace.join(name), place.join(name));
            if to.symlink_metadata().is_ok() {
                continue;
            }
            if let Some(elsewhere) = linked_folder(&from) {
                symlink(elsewhere, &to).map_err(broken)?;
            } else if is_folder(&from) {
                let copy = Invocation::new("cp", place)
                    .args(["-RP".into(), from.into_os_string(), to.into_os_string()])
                    .timeout(left);
                process::run(copy, cancel.clone(), None).await?;
            }
        }
        Ok(())
    }
}

/// Where a link to a directory leads.
fn linked_folder(path: &Path) -> Option<PathBuf> {
    let is_link = path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
    is_link.then(|| path.canonicalize().ok()).flatten().filter(|end| end.is_dir())
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}
