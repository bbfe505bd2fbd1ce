//! What is staged, through a move.
//!
//! Owns what of the index a move keeps, and what it unstages. Invariant: what a rehearsal names as unstaged is what the move unstages,
//! for what stays is found out once and saved with the move.

use super::saved::Files;
use crate::git::GitError;
use crate::git::commits::index::{Content, sides};
use crate::git::commits::index_file::as_path;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::repo::Repo;
use crate::git::tree::snapshot::{INTENT_TO_ADD, is_within};
use crate::protocol::Oid;
use git2::{Delta, DiffOptions, Index};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

/// What the index has of the paths of which it has something else than the last commit.
type Staged = BTreeMap<Vec<u8>, Content>;

/// What becomes of what is staged.
pub(in crate::git) struct Fate {
    /// Paths that stay staged, for the files have just that afterwards.
    pub stays: BTreeSet<Vec<u8>>,
    /// Paths whose staged content the index loses, for people.
    pub unstaged: Vec<String>,
}

impl Repo {
    /// Finds out what a move from the commit `from` to the commit `to` does to what is staged, if the files become `there`. An index
    /// that is put in place whole is given as its bytes.
    pub(in crate::git) fn fate_of_staged(
        &self,
        (from, to): (Option<&Oid>, Option<&Oid>),
        (before, there): (&Files, &Files),
        whole: Option<&Option<Vec<u8>>>,
    ) -> Result<Fate, GitError> {
        let staged = self.staged_since(from)?;
        let mut fate = Fate {
            stays: BTreeSet::new(),
            unstaged: Vec::new(),
        };
        if staged.is_empty() {
            return Ok(fate);
        }
        let after = match whole {
            Some(bytes) => entries(bytes.as_deref())?,
            None => {
                let after = self.index_of(to)?;
                // What a commit of all would hold: git's line-end rules make other bytes of a file than the disk has.
                let as_committed = self.files_of(&self.snapshot()?.id)?;
                let is_there = |path: &Vec<u8>, content: &Content| {
                    let (was, will) = (before.get(path), there.get(path));
                    will == content.as_ref() || was == will && as_committed.get(path) == content.as_ref()
                };
                let clashes = |path: &[u8]| {
                    let mut others = after.keys().filter(|other| *other != path);
                    others.any(|other| is_within(other, path) || is_within(path, other))
                };
                let stays = staged.iter().filter(|(path, content)| is_there(path, content));
                let stays = stays.filter(|(path, content)| content.is_none() || !clashes(path));
                fate.stays = stays.map(|(path, _)| path.clone()).collect();
                after
            }
        };
        let is_lost = |(path, content): &(&Vec<u8>, &Content)| !fate.stays.contains(*path) && after.get(*path) != content.as_ref();
        fate.unstaged = staged.iter().filter(is_lost).map(|(path, _)| lossy(path)).collect();
        Ok(fate)
    }

    /// Lists the paths of which the index has something else than a commit. Of a conflict it has nothing that a file could be.
    fn staged_since(&self, head: Option<&Oid>) -> Result<Staged, GitError> {
        let head = head.map(|head| self.tree(head)).transpose()?;
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let mut options = DiffOptions::new();
        options.include_typechange(true);
        let diff = self.git.diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut options));
        let diff = diff.doing("compare the index with the last commit")?;
        let staged = diff.deltas().map(|delta| {
            let (path, _, content) = sides(&delta);
            let entry = index.get_path(as_path(&path), 0);
            let is_whole = entry.is_none_or(|entry| entry.flags_extended & INTENT_TO_ADD == 0);
            let is_plain = delta.status() != Delta::Conflicted && is_whole;
            (path, if is_plain { content } else { Some((git2::Oid::ZERO_SHA1, 0)) })
        });
        Ok(staged.collect())
    }

    /// Lists what an index of a commit has.
    fn index_of(&self, commit: Option<&Oid>) -> Result<Files, GitError> {
        let mut index = Index::new().doing("make an index in memory")?;
        if let Some(commit) = commit {
            index.read_tree(&self.tree(commit)?).doing("read a tree")?;
        }
        Ok(listed(&index))
    }
}

/// Lists what an index has that is told by its bytes; nothing of none.
fn entries(bytes: Option<&[u8]>) -> Result<Files, GitError> {
    let Some(bytes) = bytes else { return Ok(Files::new()) };
    let written = tempfile::NamedTempFile::new().and_then(|mut file| file.write_all(bytes).map(|()| file));
    let file = written.map_err(|source| GitError::Write {
        path: std::env::temp_dir(),
        source,
    })?;
    Ok(listed(&Index::open(file.path()).doing("read the index of then")?))
}

fn listed(index: &Index) -> Files {
    let plain = index.iter().filter(|entry| crate::git::tree::snapshot::stage(entry) == 0);
    plain.map(|entry| (entry.path, (entry.id, entry.mode))).collect()
}
