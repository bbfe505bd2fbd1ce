//! What the harness tells of a repository: branch, newest commits, uncommitted paths, where the refs are.

use super::read::lossy;
use crate::git::GitError;
use crate::git::commits::index_file::as_path;
use crate::git::error::Doing;
use crate::git::repo::{Head, Repo, ours};
use crate::protocol::Oid;
use crate::protocol::event::{CommitInfo, RepositoryObserved};
use git2::{Commit, Status, StatusOptions};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Commits are counted up to here.
const COUNTED: usize = 100_000;

/// Uncommitted paths are listed up to here.
const LISTED: usize = 200;

/// Rank of the store in memory: above all others, so that it is written to.
const IN_MEMORY: i32 = 1000;

impl Repo {
    /// Looks at the repository: HEAD, its newest `limit` commits, how many there are, what is not committed.
    ///
    /// # Errors
    /// If refs, commits or files cannot be read.
    pub fn observe(&self, limit: usize) -> Result<RepositoryObserved, GitError> {
        let (branch, head) = match self.head_state()? {
            Head::Branch(name, at) => (plain(&name), at),
            Head::Detached(at) => (ours(at).short().to_owned(), Some(at)),
        };
        let (commits, total) = match head {
            Some(at) => self.log(at, limit)?,
            None => (Vec::new(), 0),
        };
        let mut dirty = self.dirty()?;
        dirty.truncate(LISTED);
        Ok(RepositoryObserved {
            branch,
            head: head.map(ours),
            commits,
            total,
            dirty,
            tree: None,
            code: None,
        })
    }

    /// Names the tree that [`Repo::snapshot`] would make, and the same without some paths; stores nothing of it.
    ///
    /// # Errors
    /// If a file or the object database cannot be read.
    pub fn tree_now(&self, but: &[&Path]) -> Result<(Oid, Oid), GitError> {
        let apart = self.apart()?;
        let tree = apart.snapshot()?.id;
        let less = apart.without(&tree, but)?;
        Ok((tree, less))
    }

    /// Opens the repository once more: what is written by way of that one stays in memory and goes with it.
    pub(in crate::git) fn apart(&self) -> Result<Self, GitError> {
        let apart = Self::discover(self.workdir())?;
        let objects = apart.git.odb().doing("open the object database")?;
        objects
            .add_new_mempack_backend(IN_MEMORY)
            .doing("keep new objects in memory")?;
        drop(objects);
        Ok(apart)
    }

    /// Returns the name of the branch that HEAD is on; `None` if it is detached.
    ///
    /// # Errors
    /// If HEAD cannot be read.
    pub fn branch(&self) -> Result<Option<String>, GitError> {
        Ok(match self.head_state()? {
            Head::Branch(name, _) => Some(plain(&name)),
            Head::Detached(_) => None,
        })
    }

    /// Lists uncommitted paths like `git status --short`, with one letter: `M path`, `?? new/`. Changes within submodules are not looked
    /// for. A file is as committed if git would store for it what is committed, whatever line ends it has on disk.
    ///
    /// # Errors
    /// If the index or the files cannot be read.
    pub fn dirty(&self) -> Result<Vec<String>, GitError> {
        let mut options = StatusOptions::new();
        options.include_untracked(true).exclude_submodules(true).update_index(false);
        let statuses = self
            .git
            .statuses(Some(&mut options))
            .doing("compare the files with the last commit")?;
        let index = self.git.index().doing("read the index")?;
        let differs = |entry: git2::StatusEntry<'_>| {
            let mut status = entry.status();
            if status.is_wt_modified()
                && let Some(entry) = index.get_path(as_path(entry.path_bytes()), 0)
                && self.only_converted(&entry)
            {
                status.remove(Status::WT_MODIFIED);
            }
            (!status.is_empty()).then(|| format!("{} {}", letter(status), lossy(entry.path_bytes())))
        };
        Ok(statuses.iter().filter_map(differs).collect())
    }

    /// Returns a hash over HEAD and all refs but our own: it changes when anybody commits, switches, resets, tags or fetches.
    ///
    /// # Errors
    /// If the refs cannot be read.
    pub fn refs_fingerprint(&self) -> Result<String, GitError> {
        let mut lines = vec![match self.head_state()? {
            Head::Branch(name, _) => format!("HEAD {name}"),
            Head::Detached(at) => format!("HEAD {at}"),
        }];
        for reference in self.git.references().doing("list the refs")? {
            let reference = reference.doing("read a ref")?;
            let name = lossy(reference.name_bytes());
            if !name.starts_with("refs/longhaul/") {
                let target = reference.target().map(|at| at.to_string());
                let target = target
                    .or_else(|| reference.symbolic_target_bytes().map(lossy))
                    .unwrap_or_default();
                lines.push(format!("{name} {target}"));
            }
        }
        lines.sort_unstable();
        let hash = Sha256::digest(lines.join("\n"));
        Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn log(&self, from: git2::Oid, limit: usize) -> Result<(Vec<CommitInfo>, u32), GitError> {
        let mut walk = self.git.revwalk().doing("walk the history")?;
        walk.push(from).doing("walk the history")?;
        let (mut commits, mut total) = (Vec::new(), 0);
        // The history of a shallow clone ends where its objects do; that is no error.
        for id in walk.take(COUNTED).map_while(Result::ok) {
            total += 1;
            if commits.len() < limit {
                commits.push(info(&self.git.find_commit(id).doing("read a commit")?));
            }
        }
        Ok((commits, total))
    }
}

pub(in crate::git) fn info(commit: &Commit<'_>) -> CommitInfo {
    let message = commit.message_bytes();
    let subject = message
        .split(|&byte| byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty());
    CommitInfo {
        id: ours(commit.id()),
        subject: lossy(subject.unwrap_or_default().trim_ascii()),
        author: lossy(commit.author().name_bytes()),
        time: time_of(&commit.author().when()),
    }
}

/// Turns git's time into ours; a time no calendar has becomes the epoch.
pub(in crate::git) fn time_of(when: &git2::Time) -> Timestamp {
    Timestamp::from_second(when.seconds()).unwrap_or_default()
}

/// Returns one letter for what differs from the last commit, the index or both.
fn letter(status: Status) -> &'static str {
    let is = |flags: Status| status.intersects(flags);
    if is(Status::CONFLICTED) {
        "U"
    } else if is(Status::INDEX_NEW) {
        "A"
    } else if is(Status::WT_NEW) {
        "??"
    } else if is(Status::INDEX_DELETED | Status::WT_DELETED) {
        "D"
    } else if is(Status::INDEX_RENAMED | Status::WT_RENAMED) {
        "R"
    } else if is(Status::INDEX_TYPECHANGE | Status::WT_TYPECHANGE) {
        "T"
    } else {
        "M"
    }
}

/// A branch as people call it.
fn plain(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}
