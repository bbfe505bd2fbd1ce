//! The end of a worktree: whether it may go, and its going.
//!
//! Owns the proof that nothing is lost. Invariant: a worktree is removed only while all of this holds: its branch is where its work was
//! brought home from, every file is as committed or ignored, no operation is half done, and no repository lies within it; what is
//! ignored the caller looks at (`ignored`). A removal
//! that was cut off is told from a person's work by this: all it leaves behind is files that are missing.

use crate::git::GitError;
use crate::git::look::read::lossy;
use crate::git::moves::apply::{absent_is_fine, unwritten};
use crate::git::repo::{Head, Repo, ours};
use crate::protocol::{Oid, WorkTree};
use std::fs;
use std::path::Path;

/// How far the removal of a worktree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Nothing was removed yet.
    New,
    /// It was allowed and begun, and cut off: files may be missing.
    Begun,
}

impl Repo {
    /// Says why a worktree must stay; `None` if it may go. `home` is the tip of its branch that was brought home.
    ///
    /// # Errors
    /// If it cannot be looked at.
    pub fn must_stay(&self, tree: &WorkTree, home: &Oid, removal: Removal) -> Result<Option<String>, GitError> {
        let path = Path::new(&tree.path);
        if self.branch_at(&tree.branch)?.is_some_and(|at| at != *home) {
            return Ok(Some(format!("{} has commits since then", tree.branch)));
        }
        if path.symlink_metadata().is_err() {
            return Ok(None);
        }
        let repo = match Self::discover(path) {
            Ok(repo) if repo.workdir() == path && repo.worktree_name().as_ref() == Some(&tree.name) => repo,
            _ if is_bare_of_files(path) => return Ok(None),
            _ => return Ok(Some("it is not the worktree any more that was made there".to_owned())),
        };
        match repo.head_state()? {
            Head::Branch(name, _) if name == format!("refs/heads/{}", tree.branch) => {}
            Head::Branch(name, _) => {
                let name = name.strip_prefix("refs/heads/").unwrap_or(&name);
                return Ok(Some(format!("somebody switched it to {name}")));
            }
            Head::Detached(at) => return Ok(Some(format!("somebody detached its HEAD at {}", ours(at).short()))),
        }
        if let Err(GitError::InProgress { what }) = repo.branch_to_move() {
            return Ok(Some(format!("a {what} is in progress in it")));
        }
        let counts = |line: &String| removal == Removal::New || !line.starts_with("D ");
        let dirty: Vec<String> = repo.dirty()?.into_iter().filter(counts).collect();
        if let Some(first) = dirty.first() {
            let more = match dirty.len() {
                1 => String::new(),
                more => format!(" and {} more", more - 1),
            };
            return Ok(Some(format!("it holds what is not committed: {first}{more}")));
        }
        if let Some((found, _)) = repo.unfilled_submodules()?.iter().find(|(_, found)| !found.is_empty()) {
            return Ok(Some(format!(
                "files lie in {}, where a submodule is not filled: no commit can hold them",
                lossy(found)
            )));
        }
        // Once more by the bytes: git can be told not to look at a file.
        let files = repo.snapshot()?;
        if removal == Removal::New && (files.id != ours(repo.tree(home)?.id()) || !files.left_out.is_empty()) {
            return Ok(Some("it holds what git was told not to look at, or cannot keep".to_owned()));
        }
        Ok(nested(path)?.map(|found| format!("a repository lies in it: {found}")))
    }

    /// Removes a worktree that need not stay, its own things last, so that what is left by a kill still tells what it was.
    ///
    /// # Errors
    /// If a file cannot be removed; the same call then goes on.
    pub fn remove_worktree(&self, tree: &WorkTree) -> Result<(), GitError> {
        let path = Path::new(&tree.path);
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let entry = entry.path();
            if entry.file_name().is_some_and(|name| name == ".git") {
                continue;
            }
            let removed = if entry.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                fs::remove_dir_all(&entry)
            } else {
                fs::remove_file(&entry)
            };
            removed.or_else(absent_is_fine).map_err(unwritten(&entry))?;
        }
        let pointer = path.join(".git");
        fs::remove_file(&pointer)
            .or_else(absent_is_fine)
            .map_err(unwritten(&pointer))?;
        fs::remove_dir(path).or_else(absent_is_fine).map_err(unwritten(path))?;
        let admin = self.admin(&tree.name);
        fs::remove_dir_all(&admin).or_else(absent_is_fine).map_err(unwritten(&admin))
    }

    /// Drops a branch whose every commit is on another one, if it still is at `at`. Returns whether it went.
    ///
    /// # Errors
    /// If the refs cannot be read or written.
    pub fn drop_merged_branch(&self, branch: &str, at: &Oid, into: &str) -> Result<bool, GitError> {
        let Some(home) = self.branch_at(into)? else { return Ok(false) };
        if self.branch_at(branch)?.as_ref() != Some(at) || !self.has_within(&home, at)? {
            return Ok(false);
        }
        let name = format!("refs/heads/{branch}");
        if !self.checked_out(&name)?.is_empty() {
            return Ok(false);
        }
        // Deleting compares with what was read.
        self.drop_ref(&name)?;
        Ok(true)
    }
}

/// What a removal leaves that was cut off: a directory with nothing in it.
fn is_bare_of_files(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Finds a repository below a directory, ignored places included.
fn nested(top: &Path) -> Result<Option<String>, GitError> {
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        let io = |source| GitError::Io {
            path: folder.clone(),
            source,
        };
        for entry in fs::read_dir(&folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            if entry.file_name() == ".git" && folder != top {
                return Ok(Some(folder.display().to_string()));
            }
            if entry.file_type().map_err(io)?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(None)
}
