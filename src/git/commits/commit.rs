//! Commits of exactly one tree on exactly one parent.

use super::message::check_message;
use super::sync;
use super::who::Part;
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::kept::underway::in_progress;
use crate::git::look::read::lossy;
use crate::git::repo::{Head, Repo, ours, theirs};
use crate::protocol::Oid;
use git2::ErrorCode;
use std::time::{Duration, Instant};

/// How long a lock of another process is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

/// What to commit, and on what it rests.
#[derive(Debug, Clone)]
pub struct CommitRequest<'a> {
    /// The tree, from [`Repo::snapshot`].
    pub tree: &'a Oid,
    /// The commit HEAD named when the tree was made; `None` for the first commit. If HEAD is elsewhere by now, nothing happens.
    pub expected_parent: Option<&'a Oid>,
    /// Whole message; white space at the ends of lines and of the message is dropped, nothing is added.
    pub message: &'a str,
    /// Name and mail of author and committer; `None`: the user's own from git's configuration.
    pub author: Option<(String, String)>,
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitOutcome {
    /// Its id.
    pub commit: Oid,
    /// Its parent, `None` for the first commit.
    pub parent: Option<Oid>,
    /// Number of files changed.
    pub files: u32,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Why the user's index still shows the old state, if it could not be brought along. The commit itself stands.
    pub index_behind: Option<String>,
}

impl Repo {
    /// Commits a tree on HEAD's branch, if that still is where the caller saw it, and brings the user's index along.
    ///
    /// In the index, a path follows the commit only if the user had staged nothing else for it. An index that an earlier commit
    /// left behind is mended first; one that gets locked once the branch has moved is remembered for [`Repo::mend_index`].
    ///
    /// # Errors
    /// [`GitError::Moved`] if the branch moved; [`GitError::Detached`], [`GitError::InProgress`], [`GitError::NothingToCommit`],
    /// [`GitError::EmptyMessage`], [`GitError::MessageCharacter`], [`GitError::IndexLocked`] and the author's errors before anything
    /// moves.
    pub fn commit(&self, request: CommitRequest<'_>) -> Result<CommitOutcome, GitError> {
        self.commit_then(request, None, || {})
    }

    /// As [`Repo::commit`], with a commit object that was made, and signed, before.
    ///
    /// # Errors
    /// As [`Repo::commit`], and if the object is not one of this tree on this parent.
    pub fn commit_signed(&self, request: CommitRequest<'_>, signed: &Oid) -> Result<CommitOutcome, GitError> {
        self.commit_then(request, Some(signed), || {})
    }

    /// Commits, and calls `between` between the branch's move and the index's: the instant in which a lock can still come.
    pub(in crate::git) fn commit_then(
        &self,
        request: CommitRequest<'_>,
        signed: Option<&Oid>,
        between: impl FnOnce(),
    ) -> Result<CommitOutcome, GitError> {
        let (branch, at) = self.branch_to_move()?;
        let moved = |found: Option<git2::Oid>| GitError::Moved {
            expected: request.expected_parent.cloned(),
            found: found.map(ours),
        };
        if at.map(ours).as_ref() != request.expected_parent {
            return Err(moved(at));
        }
        let message = git2::message_prettify(request.message, None).doing("clean the message")?;
        if message.trim().is_empty() {
            return Err(GitError::EmptyMessage);
        }
        check_message(&message)?;
        let author = self.person(request.author.as_ref(), Part::Author)?;
        let committer = self.person(request.author.as_ref(), Part::Committer)?;
        let tree = self.git.find_tree(theirs(request.tree)?).map_err(|_| GitError::NoObject {
            id: request.tree.to_string(),
        })?;
        let parent = at
            .map(|at| self.git.find_commit(at))
            .transpose()
            .doing("read the parent commit")?;
        let base = parent
            .as_ref()
            .map(git2::Commit::tree)
            .transpose()
            .doing("read the parent's tree")?;
        if base.as_ref().map_or_else(|| tree.is_empty(), |base| base.id() == tree.id()) {
            return Err(GitError::NothingToCommit);
        }
        self.wait_for_index()?;
        self.mend_index()?;
        let stats = self.tree_diff(base.as_ref(), &tree)?.stats().doing("count the changes")?;
        let parents: Vec<_> = parent.iter().collect();
        let commit = match signed {
            Some(signed) => self.signed(signed, tree.id(), at)?,
            None => self
                .git
                .commit(None, &author, &committer, &message, &tree, &parents)
                .doing("write the commit")?,
        };
        sync::objects(&self.git, base.as_ref(), &tree, commit);
        let subject = message.lines().next().unwrap_or_default();
        let log = if at.is_some() {
            format!("commit: {subject}")
        } else {
            format!("commit (initial): {subject}")
        };
        self.remember_index(base.as_ref())?;
        if let Err(error) = self.move_branch(&branch, at, commit, &log) {
            self.forget_index()?;
            return Err(error.unwrap_or_else(|| moved(self.git.refname_to_id(&branch).ok())));
        }
        sync::reference(&self.git, &branch);
        between();
        let index_behind = self
            .bring_index_along(base.as_ref(), &tree)
            .and_then(|()| self.forget_index())
            .err()
            .map(|error| error.to_string());
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(CommitOutcome {
            commit: ours(commit),
            parent: at.map(ours),
            files: count(stats.files_changed()),
            added: count(stats.insertions()),
            removed: count(stats.deletions()),
            index_behind,
        })
    }

    /// Finds a signed commit and looks that it is the one that was asked for.
    fn signed(&self, id: &Oid, tree: git2::Oid, parent: Option<git2::Oid>) -> Result<git2::Oid, GitError> {
        let commit = self
            .git
            .find_commit(theirs(id)?)
            .map_err(|_| GitError::NoObject { id: id.to_string() })?;
        if commit.tree_id() != tree || !commit.parent_ids().eq(parent) {
            return Err(GitError::Sign {
                reason: format!("{} is not the commit that was to be signed", id.short()),
            });
        }
        Ok(commit.id())
    }

    /// Returns name and mail of whoever commits: the given, else the user's own from git's configuration.
    ///
    /// # Errors
    /// If there are none, or they cannot stand in a commit.
    pub fn author(&self, given: Option<(String, String)>) -> Result<(String, String), GitError> {
        self.named(given.as_ref(), Part::Author)
    }

    /// Returns name and mail of whom a commit names as its committer: the given, else the user.
    ///
    /// # Errors
    /// As [`Repo::author`].
    pub fn committer(&self, given: Option<(String, String)>) -> Result<(String, String), GitError> {
        self.named(given.as_ref(), Part::Committer)
    }

    fn named(&self, given: Option<&(String, String)>, part: Part) -> Result<(String, String), GitError> {
        let signature = self.person(given, part)?;
        Ok((lossy(signature.name_bytes()), lossy(signature.email_bytes())))
    }

    /// Commits the files as they are now, for the tests that kill a commit at each of its steps.
    ///
    /// # Errors
    /// As [`Repo::snapshot`] and [`Repo::commit`].
    pub fn commit_files(&self, message: &str) -> Result<CommitOutcome, GitError> {
        let (tree, head) = (self.snapshot()?, self.head()?);
        self.commit(CommitRequest {
            tree: &tree.id,
            expected_parent: head.as_ref(),
            message,
            author: None,
        })
    }

    /// Says whether a commit could be made now: HEAD is on a branch, nothing is in progress, the author is known.
    ///
    /// # Errors
    /// What [`Repo::commit`] would fail with.
    pub fn ready_to_commit(&self, author: Option<(String, String)>) -> Result<(), GitError> {
        self.branch_to_move()?;
        self.person(author.as_ref(), Part::Committer)?;
        self.person(author.as_ref(), Part::Author).map(|_| ())
    }

    /// Returns HEAD's branch and where it is, if a commit may move it.
    pub(in crate::git) fn branch_to_move(&self) -> Result<(String, Option<git2::Oid>), GitError> {
        if let Some(what) = in_progress(self.git.state()) {
            return Err(GitError::InProgress { what });
        }
        match self.head_state()? {
            Head::Branch(name, at) => Ok((name, at)),
            Head::Detached(at) => Err(GitError::Detached { at: ours(at) }),
        }
    }

    /// Moves a branch from `old` to `new` and nowhere else. `Err(None)`: it was not at `old`.
    pub(in crate::git) fn move_branch(
        &self,
        branch: &str,
        old: Option<git2::Oid>,
        new: git2::Oid,
        log: &str,
    ) -> Result<(), Option<GitError>> {
        let deadline = Instant::now() + LOCK_PATIENCE;
        loop {
            let moved = match old {
                Some(old) => self.git.reference_matching(branch, new, true, old, log),
                None => self.git.reference(branch, new, false, log),
            };
            match moved.map(|_| ()) {
                Ok(()) => return Ok(()),
                Err(error) => match error.code() {
                    ErrorCode::Modified | ErrorCode::Exists | ErrorCode::NotFound => return Err(None),
                    ErrorCode::Locked if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
                    ErrorCode::Locked => return Err(Some(GitError::Locked { what: branch.to_owned() })),
                    _ => {
                        return Err(Some(GitError::Git {
                            doing: "move the branch",
                            source: error,
                        }));
                    }
                },
            }
        }
    }
}

/// Returns the time until which a lock of another process is waited for.
pub(in crate::git) fn patience_until() -> Instant {
    Instant::now() + LOCK_PATIENCE
}
