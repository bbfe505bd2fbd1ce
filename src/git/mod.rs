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
//! All calls block; a [`Repo`] is `Send` but not `Sync`: open one per blocking task, it is cheap.

mod apply;
mod behind;
mod beside;
mod checkpoint;
mod commit;
mod diff;
mod disk;
mod error;
mod export;
mod finish;
mod gone;
mod held_settings;
mod hidden;
mod history;
mod hold;
mod homecoming;
mod hook;
mod hooks;
mod identity;
mod ignored;
mod index;
mod index_file;
mod lease;
mod line_ends;
mod message;
mod moved;
mod observe;
mod one_file;
mod read;
mod refs;
mod rehearse;
mod replaced;
mod repo;
mod retire;
mod rollback;
mod saved;
mod scratch;
mod settings;
mod shallow;
mod sign;
mod snapshot;
mod spared;
mod staging;
mod sync;
mod underway;
mod unfilled;
mod version;
mod who;
mod worktree;

#[cfg(test)]
mod tests;

pub use beside::Beside;
pub use checkpoint::Checkpoint;
pub use commit::{CommitOutcome, CommitRequest};
pub use error::GitError;
pub use export::Ancestor;
pub use finish::{HomeStep, Homecoming};
pub use gone::Gone;
pub use held_settings::HeldSettings;
pub use history::{FileHistory, FileStand};
pub use hold::{Content, Stored};
pub use homecoming::Home;
pub use hook::PreCommit;
pub use hooks::{HookChange, HooksMark};
pub use identity::Identity;
pub use ignored::Ignored;
pub use lease::Lease;
pub use message::check_message;
pub use repo::Repo;
pub use retire::Removal;
pub use rollback::Moved;
pub use saved::Facts;
pub use settings::{SettingsChange, SettingsMark};
pub use sign::{Signing, Unsigned};
pub use snapshot::{LeftOut, Tree};
pub use snapshot::{TEMPORARY, is_temporary};
pub use staging::IndexMark;
pub use version::{GitVersion, version_check};
pub use worktree::Made;
