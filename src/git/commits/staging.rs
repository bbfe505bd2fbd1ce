//! What the agent staged: index entries that came to be while one of its commands ran.
//!
//! Owns the file `longhaul-index-agent` beside the index, which says of each such path what the agent left in the index and what was
//! there before. It lies there and not in the log, because whoever lets the index follow a commit needs it, and not all of them (a
//! by-hand edit, the mending at a start) have a log; who could forge it could write the index itself. Invariant: an entry is taken
//! for the agent's only while it is what the agent left; whatever a person stages after that, or had staged just so, is theirs.

use super::index::{Content, hidden_as, sides};
use super::index_file::{Identity, as_path, identity};
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours};
use crate::git::tree::disk::is_absent;
use crate::git::tree::snapshot::{SKIP_WORKTREE, stage};
use crate::git::worktrees::worktree::put;
use crate::protocol::Oid;
use git2::{Delta, DiffOptions, Index, IndexEntry};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

const RECORD: &str = "longhaul-index-agent";

/// The index at one moment: what it has that HEAD has not.
#[derive(Debug, Clone)]
pub struct IndexMark {
    file: Identity,
    base: Option<git2::Oid>,
    /// By path: what HEAD has, what the index has.
    staged: BTreeMap<Vec<u8>, (Content, Content)>,
}

/// What the agent left in the index, by path, and what had been there before.
#[derive(Debug, Default)]
pub(in crate::git) struct StagedByAgent(BTreeMap<Vec<u8>, Left>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    agent: Content,
    person: Content,
}

impl StagedByAgent {
    /// Says whether the index has for a path what the agent left there.
    pub fn is_as_left(&self, index: &Index, path: &[u8]) -> bool {
        let file = as_path(path);
        let conflict = (1..=3).any(|side| index.get_path(file, side).is_some());
        let now = index.get_path(file, 0).map(|entry| (entry.id, entry.mode));
        !conflict && self.0.get(path).is_some_and(|left| left.agent == now)
    }

    /// Takes in what changed between two looks at the index.
    fn note(&mut self, before: &IndexMark, after: &IndexMark) {
        let changed = |path: &&Vec<u8>| before.staged.get(*path) != after.staged.get(*path);
        let paths: BTreeSet<_> = before.staged.keys().chain(after.staged.keys()).filter(changed).collect();
        for path in paths {
            let Some(&(base, agent)) = after.staged.get(path) else {
                self.0.remove(path);
                continue;
            };
            let was = before.staged.get(path).map_or(base, |(_, staged)| *staged);
            // What the agent replaces may be its own, on top of what a person had staged.
            let known = self.0.get(path).filter(|left| left.agent == was);
            let person = known.map_or(was, |left| left.person);
            if agent == person {
                self.0.remove(path);
            } else {
                self.0.insert(path.clone(), Left { agent, person });
            }
        }
    }
}

impl Repo {
    /// Looks at the index; if it is still the file of the `last` look, that one is returned and nothing is read.
    ///
    /// # Errors
    /// If the index or HEAD cannot be read.
    pub fn mark_index(&self, last: Option<IndexMark>) -> Result<IndexMark, GitError> {
        let base = self.head_tree()?.map(|tree| tree.id());
        match last {
            Some(last) if last.base == base && last.file == self.index_identity() => Ok(last),
            _ => self.look_at_index(base),
        }
    }

    /// Remembers as the agent's what changed in the index since a look at it, and returns how it is now.
    ///
    /// # Errors
    /// If the index cannot be read, or the record cannot be written.
    pub fn note_staging(&self, before: IndexMark) -> Result<IndexMark, GitError> {
        if before.file == self.index_identity() {
            return Ok(before);
        }
        let after = self.look_at_index(before.base)?;
        if after.staged != before.staged {
            let mut staged = self.staged_by_agent()?;
            staged.note(&before, &after);
            self.write_staging(&staged)?;
        }
        Ok(after)
    }

    /// Ends what a commit of all files leaves of the agent's staging: what it staged and then took back on disk follows HEAD too. An
    /// entry whose file differs in nothing that git would store is made so that git looks at the file again.
    ///
    /// # Errors
    /// If the index cannot be read or replaced; what was staged then stays remembered.
    pub fn settle_index(&self) -> Result<(), GitError> {
        let (staged, converted) = (self.staged_by_agent()?, self.converted_entries()?);
        if staged.0.is_empty() && converted.is_empty() {
            return Ok(());
        }
        let head = self.head_tree()?;
        let there = |path: &[u8]| {
            let entry = head.as_ref()?.get_path(as_path(path)).ok()?;
            Some((entry.id(), entry.filemode().cast_unsigned()))
        };
        let changes: Vec<_> = staged.0.keys().map(|path| (path.clone(), None, there(path))).collect();
        self.replace_index(|index| {
            self.follow(index, &changes, |index, path, _| staged.is_as_left(index, path))?;
            for seen in &converted {
                let now = index.get_path(as_path(&seen.path), 0);
                let same = |now: &IndexEntry| (now.id, now.mode) == (seen.id, seen.mode) && now.flags_extended & SKIP_WORKTREE == 0;
                if now.as_ref().is_some_and(same) {
                    index.add(&hidden_as(self.entry(&seen.path, seen.id, seen.mode), now.as_ref()))?;
                }
            }
            Ok(())
        })?;
        self.write_staging(&StagedByAgent::default())
    }

    /// Reads what the agent staged.
    pub(in crate::git) fn staged_by_agent(&self) -> Result<StagedByAgent, GitError> {
        let path = self.staging_record();
        match fs::read(&path) {
            Ok(text) => Ok(StagedByAgent(text.split(|byte| *byte == 0).filter_map(parse).collect())),
            Err(source) if is_absent(&source) => Ok(StagedByAgent::default()),
            Err(source) => Err(GitError::Io { path, source }),
        }
    }

    fn write_staging(&self, staged: &StagedByAgent) -> Result<(), GitError> {
        let path = self.staging_record();
        if !staged.0.is_empty() {
            let lines = staged.0.iter().map(|(path, left)| {
                let head = format!("{} {}\t", spell(left.agent), spell(left.person));
                [head.as_bytes(), path, b"\0"].concat()
            });
            return put(&path, &lines.collect::<Vec<_>>().concat());
        }
        match fs::remove_file(&path) {
            Err(source) if !is_absent(&source) => Err(GitError::Write { path, source }),
            _ => Ok(()),
        }
    }

    /// Lists tracked files that git calls changed although it would store for them what the index has.
    fn converted_entries(&self) -> Result<Vec<IndexEntry>, GitError> {
        let index = self.git.index().doing("read the index")?;
        let changed = self.worktree_changes()?;
        let modified = changed.iter().filter(|(_, status)| status.is_wt_modified());
        let entries = modified.filter_map(|(path, _)| index.get_path(as_path(path), 0));
        Ok(entries
            .filter(|entry| stage(entry) == 0 && self.only_converted(entry))
            .collect())
    }

    fn look_at_index(&self, base: Option<git2::Oid>) -> Result<IndexMark, GitError> {
        let file = self.index_identity();
        let tree = base
            .map(|id| self.git.find_tree(id))
            .transpose()
            .doing("read the last commit")?;
        let mut index = self.git.index().doing("read the index")?;
        index.read(false).doing("read the index")?;
        let mut options = DiffOptions::new();
        options.include_typechange(true);
        let diff = self
            .git
            .diff_tree_to_index(tree.as_ref(), Some(&index), Some(&mut options))
            .doing("compare the index with the last commit")?;
        let deltas = diff.deltas().filter(|delta| delta.status() != Delta::Conflicted);
        let staged = deltas
            .map(|delta| sides(&delta))
            .map(|(path, head, index)| (path, (head, index)));
        Ok(IndexMark {
            file,
            base,
            staged: staged.collect(),
        })
    }

    /// Returns the tree of the last commit, `None` before the first one.
    ///
    /// # Errors
    /// If HEAD cannot be read.
    pub fn head_files(&self) -> Result<Option<Oid>, GitError> {
        Ok(self.head_tree()?.map(|tree| ours(tree.id())))
    }

    fn head_tree(&self) -> Result<Option<git2::Tree<'_>>, GitError> {
        let head = self.head()?;
        head.map(|head| self.tree(&head)).transpose()
    }

    fn index_identity(&self) -> Identity {
        identity(&self.git.path().join("index"))
    }

    fn staging_record(&self) -> PathBuf {
        self.git.path().join(RECORD)
    }
}

/// `100644:<id>`, or `-` for nothing.
fn spell(content: Content) -> String {
    content.map_or_else(|| "-".to_owned(), |(id, mode)| format!("{mode:o}:{id}"))
}

fn parse(line: &[u8]) -> Option<(Vec<u8>, Left)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (agent, person) = std::str::from_utf8(&line[..tab]).ok()?.split_once(' ')?;
    let content = |text: &str| -> Option<Content> {
        if text == "-" {
            return Some(None);
        }
        let (mode, id) = text.split_once(':')?;
        Some(Some((git2::Oid::from_str(id).ok()?, u32::from_str_radix(mode, 8).ok()?)))
    };
    let left = Left {
        agent: content(agent)?,
        person: content(person)?,
    };
    Some((line[tab + 1..].to_vec(), left))
}
