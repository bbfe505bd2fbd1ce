//! Files as a commit or tree has them.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours};
use crate::protocol::Oid;
use git2::{ErrorCode, ObjectType, TreeWalkMode, TreeWalkResult};
use std::path::Path;

impl Repo {
    /// Returns the bytes `path` has in a tree or commit (a link's are its target), `None` if there is no file.
    ///
    /// # Errors
    /// If the tree or the file's object cannot be read.
    pub fn read_at(&self, tree_or_commit: &Oid, path: impl AsRef<Path>) -> Result<Option<Vec<u8>>, GitError> {
        let tree = self.tree(tree_or_commit)?;
        let entry = match tree.get_path(path.as_ref()) {
            Ok(entry) if entry.kind() == Some(ObjectType::Blob) => entry,
            Ok(_) => return Ok(None),
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(source) => {
                return Err(GitError::Git {
                    doing: "find a file in a tree",
                    source,
                });
            }
        };
        let blob = self.git.find_blob(entry.id()).doing("read a file of a tree")?;
        Ok(Some(blob.content().to_vec()))
    }

    /// Says whether a commit is there, with its tree.
    #[must_use]
    pub fn has_commit(&self, commit: &Oid) -> bool {
        self.tree(commit).is_ok()
    }

    /// Finds a commit by what a person may call it: a whole or short id, a branch, `HEAD~2`.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn find_commit(&self, name: &str) -> Result<Oid, GitError> {
        let missing = |_| GitError::NoObject { id: name.to_owned() };
        let object = self.git.revparse_single(name).map_err(missing)?;
        Ok(ours(object.peel_to_commit().map_err(missing)?.id()))
    }

    /// Lists the files and links of a tree or commit, in path order, lossy UTF-8.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn paths_at(&self, tree_or_commit: &Oid) -> Result<Vec<String>, GitError> {
        let mut paths = Vec::new();
        let walked = self.tree(tree_or_commit)?.walk(TreeWalkMode::PreOrder, |dir, entry| {
            if entry.kind() == Some(ObjectType::Blob) {
                paths.push(format!("{dir}{}", lossy(entry.name_bytes())));
            }
            TreeWalkResult::Ok
        });
        walked.doing("walk a tree")?;
        paths.sort_unstable();
        Ok(paths)
    }
}

/// Turns bytes of a path or text into something to show.
pub(in crate::git) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
