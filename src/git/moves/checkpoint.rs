//! Checkpoints: what lies on disk, kept under a hidden ref.
//!
//! Owns `refs/longhaul/checkpoints/<n>` (of a linked worktree see `refs`): each a commit whose tree is the files byte for byte, whose parent is
//! HEAD, and whose message holds what git keeps of no file: what was left out, and permission bits. Does not
//! decide when one is made or dropped. Invariant: what is called a checkpoint had its tree compared with the disk after
//! it was written; what differs is named in it.

use crate::git::commits::sync;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours, theirs};
use crate::git::tree::disk::{Fidelity, Taking};
use crate::git::tree::modes::Modes;
use crate::git::tree::snapshot::Tree;
use crate::git::{GitError, LeftOut};
use crate::protocol::event::CheckpointCause;
use crate::protocol::{CheckpointId, Oid};
use git2::{ErrorCode, Signature};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Where checkpoints are kept.
pub(in crate::git) const REFS: &str = "checkpoints/";
/// How often the tree is made again while files change under it.
const TRIES: u32 = 3;

/// A checkpoint that was made or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its number.
    pub id: CheckpointId,
    /// The commit that keeps it.
    pub commit: Oid,
    /// The files.
    pub tree: Oid,
    /// HEAD when it was made; `None` before the first commit.
    pub head: Option<Oid>,
    /// When it was made.
    pub time: Timestamp,
    /// Its first line.
    pub subject: String,
    /// What it does not hold, as lines of `path reason`. Empty: it is whole.
    pub left_out: Vec<String>,
    /// Permission bits of the files and of the directories above them.
    pub(in crate::git) modes: Modes,
}

impl Repo {
    /// Makes a checkpoint, unless files and HEAD are as in `last`. New files above `limit` bytes are left out and named.
    ///
    /// # Errors
    /// If files cannot be read or objects not be written. The user's index, HEAD and branches stay as they are.
    pub fn checkpoint(&self, subject: &str, limit: u64, last: Option<&Checkpoint>) -> Result<Option<Checkpoint>, GitError> {
        let head = self.head()?;
        let (mut tree, mut modes) = self.as_on_disk(limit)?;
        if last.is_some_and(|last| last.tree == tree.id && last.head == head && last.modes == modes) {
            return Ok(None);
        }
        let (mut commit, mut whole) = (self.write_checkpoint(subject, (&tree, &modes), head.as_ref(), last)?, false);
        for _ in 0..TRIES {
            let again = self.as_on_disk(limit)?;
            if again.0.id == tree.id && again.1 == modes {
                whole = true;
                break;
            }
            (tree, modes) = again;
            commit = self.write_checkpoint(subject, (&tree, &modes), head.as_ref(), last)?;
        }
        if !whole {
            tree.left_out.push(LeftOut {
                path: ".".to_owned(),
                reason: "kept changing while it was read: some files may be older than the rest".to_owned(),
            });
            commit = self.write_checkpoint(subject, (&tree, &modes), head.as_ref(), last)?;
        }
        let id = self.number(REFS, commit, subject)?;
        sync::reference(&self.git, &self.own_ref(&format!("{REFS}{id}")));
        self.read_checkpoint(CheckpointId(id)).map(Some)
    }

    /// Finds a checkpoint by its number.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn read_checkpoint(&self, id: CheckpointId) -> Result<Checkpoint, GitError> {
        self.checkpoint_at(&self.own_ref(&format!("{REFS}{}", id.0)), id)
    }

    /// Reads a checkpoint from the ref that keeps it.
    pub(in crate::git) fn checkpoint_at(&self, name: &str, id: CheckpointId) -> Result<Checkpoint, GitError> {
        let at = self.git.refname_to_id(name).map_err(|error| match error.code() {
            ErrorCode::NotFound => GitError::NoCheckpoint { id },
            _ => GitError::Git {
                doing: "find a checkpoint",
                source: error,
            },
        })?;
        let commit = self.git.find_commit(at).doing("read a checkpoint")?;
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let mut lines = message.lines();
        Ok(Checkpoint {
            id,
            commit: ours(at),
            tree: ours(commit.tree_id()),
            head: commit.parent_id(0).ok().map(ours),
            time: crate::git::look::observe::time_of(&commit.time()),
            subject: lines.next().unwrap_or_default().to_owned(),
            left_out: lines
                .filter_map(|line| line.strip_prefix("Left-out: ").map(ToOwned::to_owned))
                .collect(),
            modes: Modes::read(&message),
        })
    }

    /// Finds the checkpoint of a commit: the first that was made with the branch there, of the commit itself or of a session that
    /// began at it. It holds what lay beside the commit then, such as a person's own changes.
    pub(in crate::git) fn checkpoint_of(&self, commit: &Oid) -> Result<Option<Checkpoint>, GitError> {
        let causes = [CheckpointCause::Commit.words(), CheckpointCause::SessionStart.words()];
        let is_its =
            |kept: &Checkpoint| kept.head.as_ref() == Some(commit) && causes.iter().any(|cause| kept.subject.ends_with(cause));
        // One that is dropped meanwhile is none.
        let mut there = self
            .numbers(REFS)?
            .into_iter()
            .filter_map(|n| self.read_checkpoint(CheckpointId(n)).ok());
        Ok(there.find(is_its))
    }

    /// Lists all checkpoints, oldest first.
    ///
    /// # Errors
    /// If the refs cannot be read.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, GitError> {
        let numbers = self.numbers(REFS)?;
        numbers.into_iter().map(|n| self.read_checkpoint(CheckpointId(n))).collect()
    }

    /// Lists which of these checkpoints are there, with these files.
    ///
    /// # Errors
    /// If the refs cannot be read.
    pub fn checkpoints_among(&self, wanted: &[(CheckpointId, Oid)]) -> Result<Vec<CheckpointId>, GitError> {
        let there: BTreeSet<u32> = self.numbers(REFS)?.into_iter().collect();
        let mut found = Vec::new();
        for (id, tree) in wanted.iter().filter(|(id, _)| there.contains(&id.0)) {
            // A repository may be another one than the log tells of: a number alone says nothing.
            if self.read_checkpoint(*id)?.tree == *tree {
                found.push(*id);
            }
        }
        Ok(found)
    }

    /// Drops checkpoints; their objects go when git next cleans up. The newest stays, so that no number is given twice.
    ///
    /// # Errors
    /// If a ref cannot be dropped.
    pub fn drop_checkpoints(&self, ids: &[CheckpointId]) -> Result<(), GitError> {
        let newest = self.numbers(REFS)?.pop();
        for id in ids.iter().filter(|id| Some(id.0) != newest) {
            self.drop_ref(&self.own_ref(&format!("{REFS}{}", id.0)))?;
        }
        Ok(())
    }

    /// Returns the newest checkpoint.
    ///
    /// # Errors
    /// If the refs cannot be read.
    pub fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, GitError> {
        let newest = self.numbers(REFS)?.pop();
        newest.map(|n| self.read_checkpoint(CheckpointId(n))).transpose()
    }

    fn as_on_disk(&self, limit: u64) -> Result<(Tree, Modes), GitError> {
        let taking = Taking {
            fidelity: Fidelity::Disk,
            limit,
        };
        let mut tree = self.take_tree(taking, &[], std::iter::empty())?.tree;
        let files = self.files_of(&tree.id)?;
        tree.left_out.extend(self.closed_directories(&files)?);
        let modes = Modes::of(&files, &self.bits_on_disk(&files, &files));
        Ok((tree, modes))
    }

    fn write_checkpoint(
        &self,
        subject: &str,
        (tree, modes): (&Tree, &Modes),
        head: Option<&Oid>,
        last: Option<&Checkpoint>,
    ) -> Result<git2::Oid, GitError> {
        let mut message = format!("{subject}\n");
        for left in &tree.left_out {
            message.push_str(&format!("\nLeft-out: {} {}", left.path.replace('\n', "\\n"), left.reason));
        }
        message.push_str(&format!("\n{}", modes.text()));
        let tree = self.git.find_tree(theirs(&tree.id)?).doing("read a tree")?;
        let parent = match head {
            Some(head) => Some(self.git.find_commit(theirs(head)?).doing("read HEAD's commit")?),
            None => None,
        };
        let who = ourselves()?;
        let parents: Vec<_> = parent.iter().collect();
        let commit = self
            .git
            .commit(None, &who, &who, &message, &tree, &parents)
            .doing("write a checkpoint")?;
        let base = last.and_then(|last| self.tree(&last.tree).ok());
        sync::objects(&self.git, base.as_ref(), &tree, commit);
        Ok(commit)
    }
}

/// Who signs what is never on a branch.
pub(in crate::git) fn ourselves() -> Result<Signature<'static>, GitError> {
    Signature::now("longhaul", "longhaul@localhost").doing("name ourselves")
}
