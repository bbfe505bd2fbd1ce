//! Options of the commands that move a project: back, forth, and to its own branch.
//!
//! Owns names and help texts only. Invariant: every one of them can be rehearsed by `--dry-run`.

use crate::protocol::FinishWay;
use clap::Args;
use std::path::PathBuf;

/// Options of `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// A checkpoint's number or a commit
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub to: MoveArgs,
}

/// Options of commands that move the project.
#[derive(Debug, Args)]
pub struct MoveArgs {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Only print what would happen; while a run is on, too
    #[arg(long)]
    pub dry_run: bool,
    /// Print what would happen as JSON
    #[arg(long, requires = "dry_run")]
    pub json: bool,
    /// Do it without asking
    #[arg(long)]
    pub yes: bool,
}

/// Options of `finish`.
#[derive(Debug, Args)]
pub struct FinishArgs {
    /// The project: your checkout, or its worktree
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub way: WayArgs,
    /// The branch that the work goes to [default: the one that was checked out when it began]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// Move what git ignores in the worktree to a directory beside it, so that the worktree can go; else it stays
    #[arg(long)]
    pub aside: bool,
    /// Print what would happen, and do it only once the way's name is typed; what the screen's own key does
    #[arg(long, conflicts_with = "dry_run")]
    pub ask: bool,
    /// Only print what would happen
    #[arg(long)]
    pub dry_run: bool,
}

/// The ways to finish; without one they are shown, and asked for on a terminal.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct WayArgs {
    /// Merge it: your branch moves forward, or gets a commit with two parents
    #[arg(long)]
    pub merge: bool,
    /// Make one commit of it that lists the features
    #[arg(long)]
    pub squash: bool,
    /// Leave branch and worktree as they are, in your hands
    #[arg(long)]
    pub leave: bool,
}

impl WayArgs {
    /// Returns the way that was asked for.
    #[must_use]
    pub const fn chosen(&self) -> Option<FinishWay> {
        match self {
            Self { merge: true, .. } => Some(FinishWay::Merge),
            Self { squash: true, .. } => Some(FinishWay::Squash),
            Self { leave: true, .. } => Some(FinishWay::Leave),
            _ => None,
        }
    }
}
