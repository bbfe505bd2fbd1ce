//! The changes of a commit, for reading.

use super::observe::time_of;
use super::read::lossy;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::{Repo, ours, theirs};
use crate::git::tree::disk::{LINK, SUBMODULE};
use crate::protocol::event::{FileWritten, StrangeCommit};
use crate::protocol::{CommitDiff, FileDiff, Oid};
use git2::{Delta, Diff, DiffDelta, DiffFindOptions, DiffOptions, FileMode, Patch};

/// Commits of another hand that are listed at once.
const ON_TOP: usize = 100;

/// Longest patch of one file.
const PATCH_CAP: usize = 1024 * 1024;

/// Files above this size are not compared after each step.
const COUNTED: i64 = 1024 * 1024;

/// Files above this size are not compared line by line.
const COMPARED: i64 = 16 * 1024 * 1024;

impl Repo {
    /// Returns a commit with its changes against its first parent, renames detected.
    ///
    /// # Errors
    /// If the commit or one of its objects is not there.
    pub fn commit_diff(&self, commit: &Oid) -> Result<CommitDiff, GitError> {
        let missing = |_| GitError::NoObject { id: commit.to_string() };
        let object = self.git.find_commit(theirs(commit)?).map_err(missing)?;
        let parent = object.parent_id(0).ok();
        // The parent of a shallow clone's last commit is named but not there: it is shown as a root.
        let base = parent
            .and_then(|id| self.git.find_commit(id).ok())
            .and_then(|commit| commit.tree().ok());
        let files = self.file_diffs(base.as_ref(), &object.tree().doing("read the commit's tree")?)?;
        let author = object.author();
        Ok(CommitDiff {
            commit: ours(object.id()),
            parent: parent.map(ours),
            author: format!("{} <{}>", lossy(author.name_bytes()), lossy(author.email_bytes())),
            time: time_of(&author.when()),
            message: lossy(object.message_raw_bytes()),
            files,
        })
    }

    /// Returns the changes between two commits or trees, renames detected, in path order. `None` is the empty tree.
    ///
    /// # Errors
    /// If one of them, or one of their objects, is not there.
    pub fn changes(&self, from: Option<&Oid>, to: &Oid) -> Result<Vec<FileDiff>, GitError> {
        let tree = |id: &Oid| {
            let object = self.git.find_object(theirs(id)?, None);
            object
                .and_then(|object| object.peel_to_tree())
                .map_err(|_| GitError::NoObject { id: id.to_string() })
        };
        let old = from.map(tree).transpose()?;
        self.file_diffs(old.as_ref(), &tree(to)?)
    }

    /// Returns the files in which two trees differ, in path order, at most so many of them. A file that was renamed went and came.
    ///
    /// # Errors
    /// If a tree or one of its objects is not there.
    pub fn written(&self, from: &Oid, to: &Oid, most: usize) -> Result<Vec<FileWritten>, GitError> {
        let mut options = DiffOptions::new();
        options.include_typechange(true).max_size(COUNTED).context_lines(0);
        let (old, new) = (self.tree(from)?, self.tree(to)?);
        let compared = self.git.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options));
        let diff = compared.doing("compare two trees")?;
        let mut written = Vec::new();
        for (index, delta) in diff.deltas().enumerate().take(most) {
            let patch = Patch::from_diff(&diff, index).doing("compare a file")?;
            let text = patch.filter(|patch| !patch.delta().flags().is_binary());
            let counted = text
                .map(|patch| patch.line_stats())
                .transpose()
                .doing("count a file's lines")?;
            let lines = counted.map(|(_, added, removed)| u32::try_from(added.max(removed)).unwrap_or(u32::MAX));
            let file = if delta.status() == Delta::Deleted {
                delta.old_file()
            } else {
                delta.new_file()
            };
            let path = lossy(file.path_bytes().unwrap_or_default());
            written.push(FileWritten { path, lines });
        }
        Ok(written)
    }

    /// Lists the commits from one, which is not among them, to another along its first parents, oldest first, each with its hunks. Of
    /// very many the newest.
    ///
    /// # Errors
    /// If a commit or one of its objects is not there.
    pub fn on_top(&self, from: Option<&Oid>, to: &Oid) -> Result<Vec<StrangeCommit>, GitError> {
        let mut walk = self.git.revwalk().doing("walk the history")?;
        walk.simplify_first_parent().doing("walk the history")?;
        walk.push(theirs(to)?).doing("walk the history")?;
        if let Some(from) = from {
            walk.hide(theirs(from)?).doing("walk the history")?;
        }
        let mut found = Vec::new();
        // The history of a shallow clone ends where its objects do.
        for id in walk.take(ON_TOP).map_while(Result::ok) {
            let commit = ours(id);
            let files = self.commit_diff(&commit)?.files;
            let hunks = files.iter().map(FileDiff::hunks).fold(0, u32::saturating_add);
            found.push(StrangeCommit { commit, hunks });
        }
        found.reverse();
        Ok(found)
    }

    fn file_diffs(&self, old: Option<&git2::Tree<'_>>, new: &git2::Tree<'_>) -> Result<Vec<FileDiff>, GitError> {
        let diff = self.tree_diff(old, new)?;
        let mut files = Vec::with_capacity(diff.deltas().len());
        for (index, delta) in diff.deltas().enumerate() {
            files.push(file_diff(&diff, index, &delta)?);
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// Compares two trees with renames detected.
    pub(in crate::git) fn tree_diff(&self, old: Option<&git2::Tree<'_>>, new: &git2::Tree<'_>) -> Result<Diff<'_>, GitError> {
        let mut options = DiffOptions::new();
        options.include_typechange(true).max_size(COMPARED);
        let mut diff = self
            .git
            .diff_tree_to_tree(old, Some(new), Some(&mut options))
            .doing("compare two trees")?;
        let mut find = DiffFindOptions::new();
        find.renames(true);
        diff.find_similar(Some(&mut find)).doing("look for renames")?;
        Ok(diff)
    }
}

fn file_diff(diff: &Diff<'_>, index: usize, delta: &DiffDelta<'_>) -> Result<FileDiff, GitError> {
    let path = |file: git2::DiffFile<'_>| lossy(file.path_bytes().unwrap_or_default());
    let (old, new) = (path(delta.old_file()), path(delta.new_file()));
    let patch = Patch::from_diff(diff, index).doing("compare a file")?;
    let (_, added, removed) = patch
        .as_ref()
        .map_or(Ok((0, 0, 0)), Patch::line_stats)
        .doing("count a file's lines")?;
    let status = match delta.status() {
        Delta::Added | Delta::Copied => 'A',
        Delta::Deleted => 'D',
        Delta::Renamed => 'R',
        Delta::Typechange => 'T',
        _ => 'M',
    };
    // `is_binary` is known only after the patch was made.
    let binary = patch.as_ref().is_none_or(|patch| patch.delta().flags().is_binary());
    Ok(FileDiff {
        old_path: (status == 'R').then_some(old),
        path: new,
        status,
        added: u32::try_from(added).unwrap_or(u32::MAX),
        removed: u32::try_from(removed).unwrap_or(u32::MAX),
        note: note(delta, binary && delta.old_file().id() != delta.new_file().id()),
        patch: patch
            .map_or(Ok(String::new()), |patch| hunks(&patch))
            .doing("print a patch")?,
    })
}

/// Says in words what lines cannot.
fn note(delta: &DiffDelta<'_>, binary: bool) -> String {
    let (old, new) = (mode(delta.old_file().mode()), mode(delta.new_file().mode()));
    let mut notes = Vec::new();
    if binary {
        notes.push("binary".to_owned());
    }
    if old != 0 && new != 0 && old != new {
        notes.push(format!("mode {old:o} → {new:o}"));
    } else if [old, new].contains(&LINK) {
        notes.push("link".to_owned());
    } else if [old, new].contains(&SUBMODULE) {
        notes.push("submodule".to_owned());
    } else if old == 0 && new == crate::git::tree::disk::EXECUTABLE {
        notes.push("executable".to_owned());
    }
    notes.join(", ")
}

fn mode(mode: FileMode) -> u32 {
    u32::from(mode).min(if mode == FileMode::Unreadable { 0 } else { u32::MAX })
}

/// Prints the hunks with their `@@` lines and `\ No newline` notes, without file headers.
fn hunks(patch: &Patch<'_>) -> Result<String, git2::Error> {
    let mut text = String::new();
    for hunk in 0..patch.num_hunks() {
        let (head, lines) = patch.hunk(hunk)?;
        text.push_str(&lossy(head.header()));
        for line in 0..lines {
            let line = patch.line_in_hunk(hunk, line)?;
            if let origin @ ('+' | '-' | ' ') = line.origin() {
                text.push(origin);
            }
            text.push_str(&String::from_utf8_lossy(line.content()));
            if text.len() > PATCH_CAP {
                text.truncate(text.floor_char_boundary(PATCH_CAP));
                text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
                text.push_str("\\ The rest is left out: the patch is longer than 1 MB.\n");
                return Ok(text);
            }
        }
    }
    Ok(text)
}
