//! L2: the only user of libgit2: reads, snapshots, commits and diffs of the workspace's repository.
//!
//! Owns what a commit of the engine consists of: a tree made from the files on disk through a private
//! in-memory index ([`Repo::snapshot`]), and a commit of exactly that tree that moves HEAD's branch only if
//! it still is where the caller saw it ([`Repo::commit`]). Owns going back too: checkpoints, the rehearsal of a
//! move, the move itself and its undoing. Does not decide when any of these happen.
//!
//! Invariant: nothing that the repository's configuration names is ever executed. libgit2 runs no hooks,
//! no fsmonitor, no pager, no external diff and no clean or smudge filters. The only git process that this module
//! starts inside the workspace signs a commit, with the programs of the user's own configuration (`sign`); a
//! pre-commit hook is found here (`hook`) and run by the engine. Neither libgit2 nor that process obeys replace refs. A `core.worktree` that points elsewhere is refused.
//!
//! What is stored is what is on disk, byte for byte: no autocrlf, no `eol`, no `ident`, no filter. A file
//! that git calls unchanged (after *its* line-end rules) keeps the blob it has. A changed file whose
//! `filter` attribute names a configured driver (LFS, git-crypt) is left out and named, because its raw
//! bytes are not what belongs in the repository.
//!
//! Rooms: `look` reads, `tree` makes trees of what is on disk, `commits` commits them and brings the user's index along, `moves` goes
//! back and forth, `worktrees` makes and ends worktrees, `kept` holds the repository's own settings, hooks and refs as they were.
//!
//! All calls block; a [`Repo`] is `Send` but not `Sync`: open one per blocking task, it is cheap.

mod commits;
mod error;
mod kept;
mod look;
mod moves;
mod refs;
mod repo;
mod tree;
mod worktrees;

#[cfg(test)]
mod tests;

pub use commits::commit::{CommitOutcome, CommitRequest};
pub use commits::hook::PreCommit;
pub use commits::message::check_message;
pub use commits::sign::{Signing, Unsigned};
pub use commits::staging::IndexMark;
pub use error::GitError;
pub use kept::held_settings::HeldSettings;
pub use kept::hooks::{HookChange, HooksMark};
pub use kept::identity::Identity;
pub use kept::settings::{SettingsChange, SettingsMark};
pub use look::export::Ancestor;
pub use look::history::{FileHistory, FileStand};
pub use look::version::{GitVersion, version_check};
pub use moves::checkpoint::Checkpoint;
pub use moves::gone::Gone;
pub use moves::rollback::Moved;
pub use moves::saved::Facts;
pub use repo::Repo;
pub use tree::beside::Beside;
pub use tree::hold::{Content, Stored};
pub use tree::snapshot::{LeftOut, Tree};
pub use tree::snapshot::{TEMPORARY, is_temporary};
pub use worktrees::finish::{HomeStep, Homecoming};
pub use worktrees::homecoming::Home;
pub use worktrees::ignored::Ignored;
pub use worktrees::lease::Lease;
pub use worktrees::retire::Removal;
pub use worktrees::worktree::Made;
