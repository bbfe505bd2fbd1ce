//! What can go wrong, each with its next step.

use crate::protocol::{CheckpointId, Oid};
use std::path::PathBuf;
use std::time::Duration;

/// Why a repository could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository here or above.
    #[error("{} is not in a git repository: run `git init {}`, or choose another directory", path.display(), path.display())]
    NotARepository {
        /// Where was looked.
        path: PathBuf,
    },
    /// A repository without files.
    #[error("{} is a bare repository, which has no files to work on: clone it and use the clone", path.display())]
    Bare {
        /// Where it lies.
        path: PathBuf,
    },
    /// Another user owns it, so git does not trust it.
    #[error(
        "the repository {} belongs to another user: if you trust it, run `git config --global --add safe.directory {}`",
        path.display(), path.display()
    )]
    Owner {
        /// Where it lies.
        path: PathBuf,
    },
    /// Its configuration says that its files lie elsewhere.
    #[error(
        "the repository in {} says that its files lie in {}: remove `core.worktree` from its configuration, or open that directory",
        path.display(), elsewhere.display()
    )]
    Elsewhere {
        /// Where the repository was found.
        path: PathBuf,
        /// Where it says that its files lie.
        elsewhere: PathBuf,
    },
    /// Its format is newer or other than what is understood.
    #[error("the repository {} cannot be read ({reason}): SHA-256 and reftable repositories are not supported; use a clone in the ordinary format", path.display())]
    Unsupported {
        /// Where it lies.
        path: PathBuf,
        /// libgit2's words.
        reason: String,
    },
    /// HEAD names no branch.
    #[error("HEAD is detached at {}: run `git switch <branch>` (or `git switch -c <new branch>`), then try again", at.short())]
    Detached {
        /// The commit it names.
        at: Oid,
    },
    /// A merge, rebase or the like is half done.
    #[error("a {what} is in progress: finish or abort it (`git status` says how), then try again")]
    InProgress {
        /// Which operation.
        what: &'static str,
    },
    /// HEAD's branch is not where the caller saw it: somebody else committed or reset.
    #[error("the branch moved from {} to {} meanwhile: look at the new commits, then take a fresh snapshot", name(expected.as_ref()), name(found.as_ref()))]
    Moved {
        /// Where the caller saw it, `None` for no commit.
        expected: Option<Oid>,
        /// Where it is now.
        found: Option<Oid>,
    },
    /// Nobody to commit as.
    #[error(
        "git does not know who you are: run `git config --global user.name \"Your Name\"` and `git config --global user.email you@example.com`"
    )]
    NoAuthor,
    /// The author's name or mail cannot stand in a commit.
    #[error("`{name} <{mail}>` cannot be an author: neither part may be empty or hold `<`, `>` or a line end")]
    BadAuthor {
        /// Name as given.
        name: String,
        /// Mail as given.
        mail: String,
    },
    /// A commit needs a message.
    #[error("the commit message is empty: say in one line what changed")]
    EmptyMessage,
    /// `commit.gpgsign` is on, and no signature came.
    #[error("the commit could not be signed ({reason}): run `git commit -S` in a terminal to see why, and try again once it works")]
    Sign {
        /// The signing program's words.
        reason: String,
    },
    /// A worktree needs a commit to begin at.
    #[error("the branch has no commit yet, and a worktree begins at one: commit something, or add --in-place")]
    NoCommitYet,
    /// A path that cannot be written down.
    #[error("{} is not valid UTF-8, so a worktree beside it cannot be remembered: rename it, or add --in-place", path.display())]
    OddPath {
        /// Which.
        path: PathBuf,
    },
    /// Another working directory has the branch.
    #[error("{branch} is checked out in {}: switch that directory to another branch, then try again", place.display())]
    CheckedOut {
        /// The branch.
        branch: String,
        /// Who has it.
        place: PathBuf,
    },
    /// Another longhaul works in the worktree.
    #[error(
        "another longhaul holds {}: wait until its run has ended and leave its window (`q`), or press `F` there; then try again",
        place.display()
    )]
    Leased {
        /// The worktree.
        place: PathBuf,
    },
    /// There is no such branch.
    #[error("there is no branch {branch}: `git branch --list` shows those there are")]
    NoBranch {
        /// Its name.
        branch: String,
    },
    /// The branch that a worktree's work was to go to is gone.
    #[error(
        "the branch {into}, which the work was to go to, is not there: name another with --into BRANCH (`git branch --list` shows them)"
    )]
    NoHome {
        /// Its name.
        into: String,
    },
    /// Two branches without a common commit.
    #[error("{branch} and {into} have no commit in common: nothing can be merged; look at `git log --all --graph`")]
    Unrelated {
        /// The worktree's branch.
        branch: String,
        /// The user's branch.
        into: String,
    },
    /// Bringing work home would touch what nobody kept.
    #[error("{into} cannot take the work of {branch}: {}; nothing was changed", obstacles.join("; "))]
    NotHome {
        /// The worktree's branch.
        branch: String,
        /// The user's branch.
        into: String,
        /// What is in the way, one by one.
        obstacles: Vec<String>,
    },
    /// The tree is that of the parent.
    #[error("there is nothing to commit: the files are as they are in the last commit")]
    NothingToCommit,
    /// Another process holds a lock of the repository.
    #[error("{what} is locked by another process: wait for it, or remove the lock file if no git is running")]
    Locked {
        /// Which file.
        what: String,
    },
    /// Another process holds the index.
    #[error(
        "the index is locked by {}{}: wait for the git command that holds it; if none is running, remove that file, then try again",
        lock.display(), age.map_or_else(String::new, |age| format!(", which is {} old", span(age)))
    )]
    IndexLocked {
        /// The lock file.
        lock: PathBuf,
        /// How old it is, if its clock tells.
        age: Option<Duration>,
    },
    /// A commit message holds a character that a terminal would obey or hide.
    #[error(
        "line {line} of the commit message holds the control character U+{code:04X}: write the message without it, then commit again"
    )]
    MessageCharacter {
        /// The character.
        code: u32,
        /// The line, from 1.
        line: usize,
    },
    /// No such object.
    #[error("{id} is not in the repository: it may have been pruned, or belongs to another repository")]
    NoObject {
        /// Its id as given.
        id: String,
    },
    /// There is no such checkpoint.
    #[error("there is no {id}: `longhaul checkpoints` lists those there are")]
    NoCheckpoint {
        /// Its number as given.
        id: CheckpointId,
    },
    /// No move is left to undo or redo.
    #[error("there is nothing to {what}")]
    NoMove {
        /// `undo` or `redo`.
        what: &'static str,
    },
    /// The saved state belongs to another branch than HEAD's.
    #[error("that state belongs to the branch {wanted}, and HEAD is on {found}: run `git switch {wanted}`, then try again")]
    OtherBranch {
        /// Its branch.
        wanted: String,
        /// HEAD's branch.
        found: String,
    },
    /// Something that is not kept anywhere lies where a file must go.
    #[error("{path} {reason}: move it away, then try again; nothing was changed")]
    InTheWay {
        /// Which path, lossy UTF-8.
        path: String,
        /// Why it cannot be kept.
        reason: String,
    },
    /// The project is not in the state that was looked at.
    #[error("files, index or branch changed since the rehearsal: look at it again; nothing was changed")]
    Stale,
    /// Files are not as they were when they were looked at.
    #[error("{paths} changed since the rehearsal: look at it again; nothing was changed")]
    Changed {
        /// Which, as a list.
        paths: String,
    },
    /// A move that was cut off must be finished first, and cannot.
    #[error("an earlier move to {title} was cut off and cannot be finished: {reason}")]
    Unfinished {
        /// Where it went.
        title: String,
        /// What stops it.
        reason: String,
    },
    /// A file of the workspace could not be written.
    #[error("cannot write {}: {source}; run the same command again once that is mended, every state is kept", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A record of ours under `refs/longhaul` cannot be understood.
    #[error("{reference} cannot be read: {reason}")]
    Record {
        /// Which reference.
        reference: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of the workspace could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The installed `git` program cannot be asked.
    #[error("cannot ask git for its version: {0}")]
    Program(#[from] crate::process::ProcessError),
    /// Anything else that libgit2 reports.
    #[error("git failed to {doing}: {}{}", source.message(), next_step(source))]
    Git {
        /// What was tried.
        doing: &'static str,
        /// libgit2's error.
        source: git2::Error,
    },
}

fn name(id: Option<&Oid>) -> &str {
    id.map_or("no commit", Oid::short)
}

/// Says how old a file is, roughly.
fn span(age: Duration) -> String {
    match age.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7_200 => format!("{} min", seconds / 60),
        seconds @ ..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// Attaches what was tried to libgit2's errors.
/// What to do about a form of the index that is not read here.
fn next_step(source: &git2::Error) -> &'static str {
    match source.message() {
        text if text.contains("extension: 'link'") => {
            "; the index is split, which is not read here: `git update-index --no-split-index` joins it"
        }
        text if text.contains("extension: 'sdir'") => {
            "; the index is sparse, which is not read here: `git sparse-checkout reapply --no-sparse-index` fills it"
        }
        _ => "",
    }
}

pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, GitError>;
}

impl<T> Doing<T> for Result<T, git2::Error> {
    fn doing(self, doing: &'static str) -> Result<T, GitError> {
        self.map_err(|source| GitError::Git { doing, source })
    }
}
