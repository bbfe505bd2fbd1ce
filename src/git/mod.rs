//! L2: the only user of libgit2: reads, snapshots, commits and diffs of the workspace's repository.
//!
//! Owns what a commit of the engine consists of: a tree made from the files on disk through a private
//! in-memory index ([`Repo::snapshot`]), and a commit of exactly that tree that moves HEAD's branch only if
//! it still is where the caller saw it ([`Repo::commit`]). Owns going back too: checkpoints, the rehearsal of a
//! move, the move itself and its undoing. Does not decide when any of these happen.
//!
//! Invariant: nothing that the repository's configuration names is ever executed. libgit2 runs no hooks,
//! no fsmonitor, no pager, no external diff and no clean or smudge filters, and this module starts no git
//! process inside the workspace. A `core.worktree` that points elsewhere is refused.
//!
//! What is stored is what is on disk, byte for byte: no autocrlf, no `eol`, no `ident`, no filter. A file
//! that git calls unchanged (after *its* line-end rules) keeps the blob it has. A changed file whose
//! `filter` attribute names a configured driver (LFS, git-crypt) is left out and named, because its raw
//! bytes are not what belongs in the repository. Commits are not signed.
//!
//! All calls block; a [`Repo`] is `Send` but not `Sync`: open one per blocking task, it is cheap.

mod apply;
mod checkpoint;
mod commit;
mod diff;
mod disk;
mod error;
mod index;
mod index_file;
mod observe;
mod read;
mod rehearse;
mod repo;
mod rollback;
mod saved;
mod snapshot;
mod sync;
mod version;

#[cfg(test)]
mod tests;

pub use checkpoint::Checkpoint;
pub use commit::{CommitOutcome, CommitRequest};
pub use error::GitError;
pub use repo::Repo;
pub use rollback::Moved;
pub use saved::Facts;
pub use snapshot::{LeftOut, Tree};
pub use version::{GitVersion, version_check};
