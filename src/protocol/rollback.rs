//! Going back: what a project can be taken to, and what that would do, said before anything is done.

use super::event::CommitInfo;
use super::{CaseStatus, CheckpointId, FeatureId, FeatureStatus, Oid};
use serde::{Deserialize, Serialize};

/// A state that files, branch, feature list and notes can be taken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Target {
    /// Where a checkpoint was made.
    Checkpoint {
        /// Its number.
        checkpoint: CheckpointId,
    },
    /// A commit, with what lay beside it when it was made, where a checkpoint kept that; else as it was committed.
    Commit {
        /// Its id.
        commit: Oid,
    },
    /// What was there before the latest move that was not undone yet.
    Undo,
    /// What was there before the latest undo that was not redone yet.
    Redo,
}

/// What kind of move the project made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Back to a checkpoint or a commit.
    Rollback,
    /// Back to before such a move.
    Undo,
    /// Back to before an undo.
    Redo,
}

impl MoveKind {
    /// Returns the word for such a move that was made.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rollback => "rolled back",
            Self::Undo => "undone",
            Self::Redo => "redone",
        }
    }
}

/// What a move would do, found out without doing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// Where to.
    pub target: Target,
    /// What kind of move it is.
    pub kind: MoveKind,
    /// The target in words: `77b0d11 "Search text"`, `checkpoint 12`.
    pub title: String,
    /// The branch that moves, without `refs/heads/`.
    pub branch: String,
    /// Where the branch is now; `None` before the first commit.
    pub from: Option<Oid>,
    /// Where it goes.
    pub to: Option<Oid>,
    /// Commits that the branch will no longer hold, newest first.
    pub set_aside: Vec<CommitInfo>,
    /// Number of commits that it will hold again.
    pub returning: u32,
    /// Files whose content or mode changes.
    pub changed: Vec<String>,
    /// Files that go and that git knows.
    pub removed: Vec<String>,
    /// Files that come back.
    pub returned: Vec<String>,
    /// Files that go and that git does not know; the saved state keeps them.
    pub untracked: Vec<String>,
    /// Files and directories, these with a slash at the end, that get other permission bits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<ModeMove>,
    /// Files that are staged and will not be afterwards; an undo stages them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub staged: Vec<String>,
    /// Files that stay as they are although they could differ, each with the reason.
    pub left_alone: Vec<String>,
    /// What the checkpoint does not hold of the files that were there; empty if it is whole, or no checkpoint is gone to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Lacking>,
    /// Files that changed since the latest checkpoint or move, by whomever, and were not committed since then.
    pub edited: Vec<String>,
    /// Number under which the present state will be kept.
    pub undo: u32,
    /// Features whose status or words differ there.
    #[serde(default)]
    pub features: Vec<FeatureMove>,
    /// Progress notes that differ there.
    #[serde(default)]
    pub notes: Option<NotesMove>,
    /// The present files as a tree, and the files of there: what changes, line by line, is the difference of the two.
    #[serde(default)]
    pub trees: Option<(Oid, Oid)>,
    /// Names the present state exactly; a move is refused if it is another by then.
    pub seen: String,
}

/// The permission bits of a file or directory now and there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeMove {
    /// Its path; a directory's has a slash at the end.
    pub path: String,
    /// Its bits now, such as `0o600`.
    pub from: u32,
    /// Its bits there.
    pub to: u32,
}

/// Something that was there when a checkpoint was made, and that it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// Its path and why it is not held, in words: `big.bin is larger than 1 MB`.
    pub what: String,
    /// Whether the move takes away or replaces what is on disk there now.
    pub goes: bool,
}

/// A feature's status now and there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureMove {
    /// The feature.
    pub feature: FeatureId,
    /// Its status now; `None` if the list of now does not hold it.
    pub from: Option<FeatureStatus>,
    /// Its status there.
    pub to: Option<FeatureStatus>,
    /// Whether it says something else there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reworded: bool,
}

/// A test's result now and there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestMove {
    /// Its name.
    pub test: String,
    /// Its latest result; `None` if the latest run did not have it.
    pub from: Option<CaseStatus>,
    /// Its result in the last run before that state.
    pub to: Option<CaseStatus>,
}

/// How the progress notes differ there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotesMove {
    /// The file.
    pub path: String,
    /// Entries that it will no longer have.
    pub set_aside: u32,
    /// Entries that it will have again.
    pub returned: u32,
    /// Entries under the same heading that say something else there.
    #[serde(default)]
    pub changed: u32,
}

impl Rehearsal {
    /// Says whether the move would change nothing.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let files = [&self.changed, &self.removed, &self.returned, &self.untracked];
        self.from == self.to && self.modes.is_empty() && files.iter().all(|files| files.is_empty())
    }

    /// Lists the files whose present state no checkpoint, commit or move of ours made before, and that the move replaces: edits of the
    /// user's, and what git does not know.
    #[must_use]
    pub fn replaced(&self) -> Vec<String> {
        let touched = [&self.changed, &self.removed, &self.returned];
        let is_touched = |path: &&String| {
            touched.iter().any(|paths| paths.contains(path)) || self.modes.iter().any(|moved| moved.path == **path)
        };
        let mut replaced: Vec<String> = self
            .edited
            .iter()
            .filter(is_touched)
            .chain(&self.untracked)
            .cloned()
            .collect();
        replaced.sort_unstable();
        replaced.dedup();
        replaced
    }
}
