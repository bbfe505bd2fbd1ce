//! L2: the session log and its blobs on disk.
//!
//! Owns the state directory of a project: segments of the log, blobs, baseline copies, the lock. Does not
//! know what events mean, except which of them must be on the disk before they are acted on.
//!
//! Invariants, each with its tests:
//! - **A line is an event only with its line feed.** An append is one `write` that ends in `\n` and returns
//!   after it, so bytes behind the last line feed were never acknowledged. The reader does not return them,
//!   the healer moves them to `<segment>.torn` before the next append: both see the same log.
//! - **The log is a prefix.** Whatever was cut off, opening, appending and reading again yields the
//!   acknowledged events in order and the new one, without a repeated number.
//! - **A bad line never blocks.** It is left where it is, reported with its line number, and skipped.
//! - **A failed append is final.** The writer is poisoned: what the kernel says after a failed write or
//!   sync of a descriptor cannot be believed, so the file is opened anew by a later run, never retried.

mod blobs;
mod durable;
mod error;
mod follow;
mod heal;
mod lines;
mod lock;
mod project;
mod reader;
pub mod redact;
mod segment;
mod sequence;
mod sync;
#[cfg(test)]
mod tests;
mod withdrawn;
mod worktree;
mod writer;

pub use blobs::Blobs;
pub use error::StoreError;
pub use follow::Follower;
pub use lock::ProjectLock;
pub use project::ProjectDir;
pub use reader::{Problem, ReadLog, last, latest, read, scan};
pub use redact::Redactor;
pub use segment::Segment;
pub use worktree::{Stage, WorktreeRecord};
pub use writer::{Writer, last_seq};
