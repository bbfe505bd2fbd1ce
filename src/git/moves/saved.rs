//! The state that a move leaves behind, saved before anything moves, with the state that it goes to.
//!
//! Owns `refs/longhaul/undo/<n>`: a commit whose tree holds `files`, `target`, the bytes of the index, what they name, which paths
//! were ignored or stay staged, permission bits, and `facts`. Invariant: everything needed to finish the move or to take it back is reachable from
//! that one commit, so neither a crash nor a `git gc` can part it.

use super::checkpoint::ourselves;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours, theirs};
use crate::git::tree::disk::{EXECUTABLE, FILE, LINK};
use crate::git::tree::modes::{Bits, Modes};
use crate::git::tree::snapshot::{INTENT_TO_ADD, blank_entry, stage};
use crate::protocol::{MoveKind, Oid};
use git2::{ErrorCode, Index, Status, StatusOptions};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where saved states are kept.
pub(in crate::git) const UNDO: &str = "undo/";
const TREE: u32 = 0o040_000;

/// Files of a tree by raw path.
pub(in crate::git) type Files = BTreeMap<Vec<u8>, (git2::Oid, u32)>;

/// What a saved state says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// When it was saved.
    pub time: Timestamp,
    /// What kind of move it was saved for.
    pub kind: MoveKind,
    /// Where the move went, in words.
    pub title: String,
    /// The branch that moved (full reference name).
    pub branch: String,
    /// Where it was: this state's HEAD.
    pub from: Option<Oid>,
    /// Where it went.
    pub to: Option<Oid>,
    /// The saved state that the move restored, for an undo or a redo.
    pub restored: Option<u32>,
    /// Files that the move replaced and that only this state has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
    /// Files whose staged content only this state has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unstaged: Vec<String>,
}

/// A saved state, read back.
pub(in crate::git) struct Saved {
    pub facts: Facts,
    pub files: Oid,
    pub target: Oid,
    /// Bytes of the index file; `None` if there was none.
    pub index: Option<Vec<u8>>,
    pub modes: Modes,
    pub ignored: Vec<Vec<u8>>,
    /// The index to put in place; `None`: one made from HEAD.
    pub target_index: Option<Option<Vec<u8>>>,
    /// What is not to be made from HEAD there, for it stays staged.
    pub stays_staged: BTreeSet<Vec<u8>>,
    pub target_modes: Modes,
}

impl Repo {
    /// Writes files as a tree.
    pub(in crate::git) fn tree_of(&self, files: &Files) -> Result<Oid, GitError> {
        let mut index = Index::new().doing("make an index in memory")?;
        for (path, (id, mode)) in files {
            index.add(&blank_entry(path, *id, *mode)).doing("make a tree")?;
        }
        Ok(ours(index.write_tree_to(&self.git).doing("write the tree")?))
    }

    /// Writes a saved state as a commit that no ref names yet.
    pub(in crate::git) fn write_saved(&self, saved: &Saved) -> Result<git2::Oid, GitError> {
        let mut index = Index::new().doing("make an index in memory")?;
        let mut put = |path: &str, bytes: &[u8]| -> Result<(), GitError> {
            let id = self.git.blob(bytes).doing("store a record")?;
            index.add(&blank_entry(path.as_bytes(), id, FILE)).doing("store a record")
        };
        let facts = serde_json::to_vec_pretty(&saved.facts).unwrap_or_default();
        put("facts", &facts)?;
        put("ignored", &joined(saved.ignored.iter().cloned()))?;
        put("stays-staged", &joined(saved.stays_staged.iter().cloned()))?;
        put("modes", saved.modes.text().as_bytes())?;
        put("target-modes", saved.target_modes.text().as_bytes())?;
        if let Some(bytes) = &saved.index {
            put("index", bytes)?;
        }
        match &saved.target_index {
            Some(Some(bytes)) => put("target-index", bytes)?,
            Some(None) => put("target-index-none", b"")?,
            None => {}
        }
        let records = index.write_tree_to(&self.git).doing("store a record")?;
        let base = self.git.find_tree(records).doing("read a record")?;
        let mut builder = self.git.treebuilder(Some(&base)).doing("store a record")?;
        for (name, tree) in [("files", theirs(&saved.files)?), ("target", theirs(&saved.target)?)] {
            builder.insert(name, tree, TREE.cast_signed()).doing("store a record")?;
        }
        builder
            .insert("staged", self.staged()?, TREE.cast_signed())
            .doing("store a record")?;
        let tree = self
            .git
            .find_tree(builder.write().doing("store a record")?)
            .doing("read a record")?;
        let mut parents = Vec::new();
        for head in [&saved.facts.from, &saved.facts.to].into_iter().flatten() {
            parents.push(self.git.find_commit(theirs(head)?).doing("read a commit")?);
        }
        parents.dedup_by_key(|commit| commit.id());
        let who = ourselves()?;
        let message = format!("before the move to {}\n", saved.facts.title);
        let commit = self
            .git
            .commit(None, &who, &who, &message, &tree, &parents.iter().collect::<Vec<_>>())
            .doing("save the present state")?;
        crate::git::commits::sync::objects(&self.git, None, &tree, commit);
        Ok(commit)
    }

    /// Reads a saved state from the ref that names it; `None` if there is no such ref.
    pub(in crate::git) fn read_saved(&self, reference: &str) -> Result<Option<Saved>, GitError> {
        let at = match self.git.refname_to_id(reference) {
            Ok(at) => at,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(source) => {
                return Err(GitError::Git {
                    doing: "find a saved state",
                    source,
                });
            }
        };
        let broken = |reason: &str| GitError::Record {
            reference: reference.to_owned(),
            reason: reason.to_owned(),
        };
        let commit = ours(at);
        let tree = self.tree(&commit)?;
        let part = |name: &str| {
            let entry = tree.get_name(name).ok_or_else(|| broken(&format!("it has no {name}")))?;
            Ok::<_, GitError>(ours(entry.id()))
        };
        let facts = self.read_at(&commit, "facts")?.ok_or_else(|| broken("it has no facts"))?;
        let facts = serde_json::from_slice(&facts).map_err(|error| broken(&error.to_string()))?;
        let target_index = match self.read_at(&commit, "target-index")? {
            Some(bytes) => Some(Some(bytes)),
            None => self.read_at(&commit, "target-index-none")?.map(|_| None),
        };
        Ok(Some(Saved {
            facts,
            files: part("files")?,
            target: part("target")?,
            index: self.read_at(&commit, "index")?,
            modes: read_modes(&self.read_at(&commit, "modes")?.unwrap_or_default()),
            ignored: split(&self.read_at(&commit, "ignored")?.unwrap_or_default()),
            target_index,
            stays_staged: split(&self.read_at(&commit, "stays-staged")?.unwrap_or_default())
                .into_iter()
                .collect(),
            target_modes: read_modes(&self.read_at(&commit, "target-modes")?.unwrap_or_default()),
        }))
    }

    /// Lists the files of a tree by raw path; names that no file of ours may have are dropped.
    pub(in crate::git) fn files_of(&self, tree: &Oid) -> Result<Files, GitError> {
        let mut files = Files::new();
        self.collect_files(&self.tree(tree)?, &[], &mut files)?;
        Ok(files)
    }

    fn collect_files(&self, tree: &git2::Tree<'_>, above: &[u8], files: &mut Files) -> Result<(), GitError> {
        for entry in tree {
            let name = entry.name_bytes();
            // A tree made by hand could name `.git/hooks/x` or `../x`.
            if matches!(name, b"" | b"." | b"..") || name.eq_ignore_ascii_case(b".git") || name.contains(&b'/') {
                continue;
            }
            let path = [above, name].concat();
            match entry.filemode().cast_unsigned() {
                TREE => {
                    let below = self.git.find_tree(entry.id()).doing("read a tree")?;
                    self.collect_files(&below, &[&path[..], b"/"].concat(), files)?;
                }
                mode @ (FILE | EXECUTABLE | LINK) => {
                    files.insert(path, (entry.id(), mode));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Lists what git ignores now: files, and directories with a slash at the end.
    pub(in crate::git) fn ignored(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let mut options = StatusOptions::new();
        options
            .include_ignored(true)
            .recurse_ignored_dirs(false)
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .exclude_submodules(true)
            .update_index(false);
        let statuses = self.git.statuses(Some(&mut options)).doing("list the ignored files")?;
        let ignored = statuses.iter().filter(|entry| entry.status().contains(Status::IGNORED));
        let mut found: BTreeSet<Vec<u8>> = ignored.map(|entry| entry.path_bytes().to_vec()).collect();
        found.extend(self.ignored_beside_tracked()?);
        found.extend(self.unfilled_submodules()?.into_iter().flat_map(|(_, below)| below.ignored));
        Ok(found.into_iter().collect())
    }

    /// Makes a tree of all that the index names, a directory a stage, so that nothing of it can be pruned.
    fn staged(&self) -> Result<git2::Oid, GitError> {
        let mut tracked = self.git.index().doing("read the index")?;
        tracked.read(false).doing("read the index")?;
        let mut all = Index::new().doing("make an index in memory")?;
        for entry in tracked.iter().filter(|entry| entry.flags_extended & INTENT_TO_ADD == 0) {
            let path = [format!("{}/", stage(&entry)).as_bytes(), &entry.path].concat();
            let known = self.git.odb().is_ok_and(|odb| odb.exists(entry.id));
            if known && all.add(&blank_entry(&path, entry.id, entry.mode)).is_err() {
                tracing::warn!(path = %String::from_utf8_lossy(&path), "an odd name in the index is not kept alive");
            }
        }
        all.write_tree_to(&self.git).doing("store what is staged")
    }

    /// Reads the index file.
    pub(in crate::git) fn index_bytes(&self) -> Result<Option<Vec<u8>>, GitError> {
        let path = self.git.path().join("index");
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(GitError::Io {
                path: Path::new(&path).to_owned(),
                source,
            }),
        }
    }
}

fn joined(items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    items.flat_map(|item| item.into_iter().chain([0])).collect()
}

fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let items = bytes.split(|byte| *byte == 0).filter(|item| !item.is_empty());
    items.map(<[u8]>::to_vec).collect()
}

/// Reads permission bits, also as they were written down at first: only where they were odd, with a null byte between two paths.
fn read_modes(bytes: &[u8]) -> Modes {
    if bytes.starts_with(b"Mode") {
        return Modes::read(&String::from_utf8_lossy(bytes));
    }
    let line = |line: Vec<u8>| {
        let space = line.iter().position(|byte| *byte == b' ')?;
        let mode = u32::from_str_radix(std::str::from_utf8(&line[..space]).ok()?, 8).ok()?;
        Some((line[space + 1..].to_vec(), mode))
    };
    Modes::only(&split(bytes).into_iter().filter_map(line).collect::<Bits>())
}
