//! Bringing the user's index along after a commit that it knew nothing of.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::repo::Repo;
use crate::git::tree::snapshot::{ASSUME_UNCHANGED, INTENT_TO_ADD, SKIP_WORKTREE, blank_entry};
use git2::{Delta, DiffOptions, Index, IndexEntry, IndexTime};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file that changed less than this before it was hashed may change again within one tick of the clock: its times prove nothing.
const SETTLED: Duration = Duration::from_millis(100);

/// What a tree or the index has for a path.
pub(in crate::git) type Content = Option<(git2::Oid, u32)>;

impl Repo {
    /// Moves the index entries of all paths that differ between two trees from the old to the new state, except where the user staged
    /// something else. What the agent staged on the way to the commit would read as taking the commit back; in a worktree of ours
    /// nobody else stages.
    pub(in crate::git) fn bring_index_along(&self, old: Option<&git2::Tree<'_>>, new: &git2::Tree<'_>) -> Result<(), GitError> {
        let changes = self.plain_changes(old, new)?;
        let (own_place, staged) = (self.belongs_to().is_some(), self.staged_by_agent()?);
        let follows =
            |index: &Index, path: &[u8], old: Content| own_place || follows(index, path, old) || staged.is_as_left(index, path);
        self.replace_index(|index| self.follow(index, &changes, follows))
    }

    /// Lists path, old and new content of every difference, without rename detection.
    fn plain_changes(
        &self,
        old: Option<&git2::Tree<'_>>,
        new: &git2::Tree<'_>,
    ) -> Result<Vec<(Vec<u8>, Content, Content)>, GitError> {
        let mut options = DiffOptions::new();
        options.include_typechange(true);
        let diff = self
            .git
            .diff_tree_to_tree(old, Some(new), Some(&mut options))
            .doing("compare two trees")?;
        Ok(diff.deltas().map(|delta| sides(&delta)).collect())
    }

    /// Brings the entries along that may follow.
    pub(in crate::git) fn follow(
        &self,
        index: &mut Index,
        changes: &[(Vec<u8>, Content, Content)],
        follows: impl Fn(&Index, &[u8], Content) -> bool,
    ) -> Result<(), git2::Error> {
        // Removals first: a file may have become a directory.
        for (path, old, _) in changes.iter().filter(|(_, _, new)| new.is_none()) {
            let file = Path::new(OsStr::from_bytes(path));
            if follows(index, path, *old) && index.get_path(file, 0).is_some() {
                index.remove(file, 0)?;
            }
        }
        for (path, old, new) in changes {
            if let Some((id, mode)) = new
                && follows(index, path, *old)
            {
                let was = index.get_path(Path::new(OsStr::from_bytes(path)), 0);
                index.add(&hidden_as(self.entry(path, *id, *mode), was.as_ref()))?;
            }
        }
        Ok(())
    }

    /// Makes an entry that git believes without looking at the file, if that is safe.
    pub(in crate::git) fn entry(&self, path: &[u8], id: git2::Oid, mode: u32) -> IndexEntry {
        let blank = blank_entry(path, id, mode);
        match self.matches_disk(path, id, mode) {
            Some(meta) if is_settled(&meta) => with_times(blank, &meta),
            _ => blank,
        }
    }
}

/// Returns path, old and new content of a difference.
pub(in crate::git) fn sides(delta: &git2::DiffDelta<'_>) -> (Vec<u8>, Content, Content) {
    let side = |file: git2::DiffFile<'_>| (file.id(), u32::from(file.mode()));
    let (old, new) = (delta.old_file(), delta.new_file());
    let path = new.path_bytes().or_else(|| old.path_bytes()).unwrap_or_default().to_vec();
    let before = (delta.status() != Delta::Added).then(|| side(old));
    let after = (delta.status() != Delta::Deleted).then(|| side(new));
    (path, before, after)
}

/// Says whether the index has for a path what the old tree has: then the user staged nothing else.
fn follows(index: &Index, path: &[u8], old: Content) -> bool {
    let file = Path::new(OsStr::from_bytes(path));
    if (1..=3).any(|side| index.get_path(file, side).is_some()) {
        return false;
    }
    let staged = index
        .get_path(file, 0)
        .filter(|entry| entry.flags_extended & INTENT_TO_ADD == 0);
    staged.map(|entry| (entry.id, entry.mode)) == old
}

/// Gives an entry that takes another's place what a person told git about the file: not to look at it.
pub(in crate::git) fn hidden_as(mut entry: IndexEntry, was: Option<&IndexEntry>) -> IndexEntry {
    if let Some(was) = was {
        entry.flags |= was.flags & ASSUME_UNCHANGED;
        entry.flags_extended |= was.flags_extended & SKIP_WORKTREE;
    }
    entry
}

fn is_settled(meta: &Metadata) -> bool {
    let age = |time: std::io::Result<SystemTime>| time.ok().and_then(|time| SystemTime::now().duration_since(time).ok());
    let changed = SystemTime::UNIX_EPOCH
        + Duration::new(
            meta.ctime().try_into().unwrap_or(0),
            meta.ctime_nsec().try_into().unwrap_or(0),
        );
    [meta.modified(), Ok(changed)]
        .into_iter()
        .all(|time| age(time).is_some_and(|age| age > SETTLED))
}

/// Fills in file data as git does: cut to 32 bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the index format has 32 bits for each"
)]
fn with_times(mut entry: IndexEntry, meta: &Metadata) -> IndexEntry {
    entry.ctime = IndexTime::new(meta.ctime() as i32, meta.ctime_nsec() as u32);
    entry.mtime = IndexTime::new(meta.mtime() as i32, meta.mtime_nsec() as u32);
    entry.dev = meta.dev() as u32;
    entry.ino = meta.ino() as u32;
    entry.uid = meta.uid();
    entry.gid = meta.gid();
    entry.file_size = meta.len() as u32;
    entry
}
