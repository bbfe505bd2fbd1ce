//! The files of a commit or tree, written somewhere else.
//!
//! Owns nothing of the repository: index, refs and working directory are not touched. Invariant: every file is made new, below the given
//! directory; what is there already is never written through.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours};
use crate::protocol::Oid;
use git2::{ObjectType, TreeWalkMode, TreeWalkResult};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};

/// A commit on the way down the first parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestor {
    /// Its id.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// First line of its message.
    pub subject: String,
}

struct Entry {
    path: PathBuf,
    blob: git2::Oid,
    mode: i32,
}

impl Repo {
    /// Writes the files and links of a tree or commit into an empty directory. Submodules are left out; filters are not applied.
    ///
    /// # Errors
    /// If the tree cannot be read, or a file cannot be made.
    pub fn export(&self, tree_or_commit: &Oid, into: &Path) -> Result<(), GitError> {
        for entry in self.entries(tree_or_commit)? {
            let path = into.join(&entry.path);
            let blob = self.git.find_blob(entry.blob).doing("read a file of a tree")?;
            write(&path, blob.content(), entry.mode).map_err(|source| GitError::Write { path, source })?;
        }
        Ok(())
    }

    /// Lists HEAD and its first parents, newest first, at most `limit`.
    ///
    /// # Errors
    /// If a commit cannot be read.
    pub fn first_parents(&self, limit: usize) -> Result<Vec<Ancestor>, GitError> {
        let mut found = Vec::new();
        let mut at = self.head()?.map(|head| crate::git::repo::theirs(&head)).transpose()?;
        while let Some(id) = at.filter(|_| found.len() < limit) {
            // A shallow clone ends where its objects do.
            let Ok(commit) = self.git.find_commit(id) else { break };
            found.push(ancestor(&commit));
            at = commit.parent_id(0).ok();
        }
        Ok(found)
    }

    /// Lists what a merge brought in: of each further parent, the commits on the way down its first parents that the first parent does
    /// not hold, newest first, and the one below them, at most `limit`. Empty of a commit that is no merge.
    ///
    /// # Errors
    /// If a commit cannot be read.
    pub fn merged_sides(&self, commit: &Oid, limit: usize) -> Result<Vec<Vec<Ancestor>>, GitError> {
        let missing = |_| GitError::NoObject { id: commit.to_string() };
        let merge = self.git.find_commit(crate::git::repo::theirs(commit)?).map_err(missing)?;
        let mut parents = merge.parent_ids();
        let Some(first) = parents.next() else {
            return Ok(Vec::new());
        };
        let mut sides = Vec::new();
        for parent in parents {
            let (mut side, mut at) = (Vec::new(), Some(parent));
            while let Some(id) = at.filter(|_| side.len() < limit) {
                let Ok(commit) = self.git.find_commit(id) else { break };
                side.push(ancestor(&commit));
                let held = id == first || self.git.graph_descendant_of(first, id).doing("compare two commits")?;
                at = commit.parent_id(0).ok().filter(|_| !held);
            }
            sides.push(side);
        }
        Ok(sides)
    }

    fn entries(&self, tree_or_commit: &Oid) -> Result<Vec<Entry>, GitError> {
        let mut entries = Vec::new();
        let walked = self.tree(tree_or_commit)?.walk(TreeWalkMode::PreOrder, |dir, entry| {
            if entry.kind() == Some(ObjectType::Blob) {
                let path = Path::new(dir).join(OsStr::from_bytes(entry.name_bytes()));
                // A tree may be anybody's work: no name of it leads out of the directory, or into a repository.
                let is_plain = |part: Component<'_>| matches!(part, Component::Normal(name) if !name.eq_ignore_ascii_case(".git"));
                if path.components().all(is_plain) {
                    entries.push(Entry {
                        path,
                        blob: entry.id(),
                        mode: entry.filemode(),
                    });
                }
            }
            TreeWalkResult::Ok
        });
        walked.doing("walk a tree")?;
        Ok(entries)
    }
}

fn ancestor(commit: &git2::Commit<'_>) -> Ancestor {
    Ancestor {
        commit: ours(commit.id()),
        tree: ours(commit.tree_id()),
        subject: crate::git::look::observe::info(commit).subject,
    }
}

fn write(path: &Path, bytes: &[u8], mode: i32) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if mode == 0o120_000 {
        return symlink(OsStr::from_bytes(bytes), path);
    }
    let rights = if mode == 0o100_755 { 0o755 } else { 0o644 };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(rights).open(path)?;
    file.write_all(bytes)
}
