//! Old states of the project, laid out in a directory of their own.
//!
//! Owns what lies there: a tree's files, and what the project's own directory has beside them. Does not run anything in it. Invariant:
//! nothing is written outside that directory; dependencies that are a link lead where the project's lead.

use crate::engine::commit::loose::{LARGE, MADE};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::Repo;
use crate::process::{self, Invocation};
use crate::protocol::Oid;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Directories that git ignores and tests need: they go along.
const DEPENDENCIES: [&str; 4] = ["node_modules", ".venv", "venv", "vendor"];

impl Project {
    /// Lays the present files out as [`Project::lay_out_repository`] does, with HEAD where it is and what git ignores beside them; what
    /// tools fill stays away, and what is large.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(in crate::engine) async fn copy(
        &self,
        tree: &Oid,
        folder: &Path,
        until: Instant,
        cancel: &CancellationToken,
    ) -> Result<PathBuf, EngineError> {
        let left = || until.saturating_duration_since(Instant::now());
        let of = tree.clone();
        let search = move |repo: &Repo| {
            let small = |path: &String| repo.is_within(Path::new(path.trim_end_matches('/')), LARGE);
            let along: Vec<String> = repo.beside(&of, &MADE)?.ignored.into_iter().filter(small).collect();
            Ok((repo.head()?, along))
        };
        let (head, along) = self.git(search).await?;
        let place = self.lay_out_repository(tree, head.as_ref(), folder, left(), cancel).await?;
        for entry in &along {
            self.take_along(entry, &place, left(), cancel).await?;
        }
        Ok(place)
    }

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

/// Puts another text in the place of a file of a copy: made anew, so that nothing is written through a link.
///
/// # Errors
/// If it cannot be written.
pub(in crate::engine) fn rewrite(path: &Path, text: &[u8]) -> io::Result<()> {
    let bits = path.symlink_metadata()?.permissions();
    fs::remove_file(path)?;
    fs::write(path, text)?;
    fs::set_permissions(path, bits)
}

/// Where a link to a directory leads.
fn linked_folder(path: &Path) -> Option<PathBuf> {
    let is_link = path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
    is_link.then(|| path.canonicalize().ok()).flatten().filter(|end| end.is_dir())
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}
