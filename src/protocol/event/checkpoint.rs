//! What was kept of the workspace, and moves back to it.

use crate::protocol::{CallId, CheckpointId, FeatureMove, MoveKind, Oid, SessionNo, Target};
use serde::{Deserialize, Serialize};

/// The files were kept under a hidden ref; they were compared with the disk after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointMade {
    /// Its number.
    pub checkpoint: CheckpointId,
    /// Why it was made.
    pub cause: CheckpointCause,
    /// The files.
    pub tree: Oid,
    /// The same without what the harness writes itself, as a test run tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Oid>,
    /// HEAD then; `None` before the first commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Oid>,
    /// The tool call before it, for a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// What it does not hold, each with the reason. Empty: it is whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// For a step: the files in which it differs from the checkpoint before, in path order, the first sixteen. Empty where that is not
    /// known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrote: Vec<FileWritten>,
}

/// A file that came to be, changed or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileWritten {
    /// Its path within the repository, lossy UTF-8.
    pub path: String,
    /// Lines that came or went, whichever are more; `None` of a file that has none, or is too long to be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u32>,
}

/// Why a checkpoint was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointCause {
    /// A session begins.
    SessionStart,
    /// A tool call changed files.
    Step,
    /// A commit was made.
    Commit,
    /// A session ended.
    SessionEnd,
    /// Files are about to be moved back.
    BeforeRollback,
}

/// Checkpoints of old steps are kept no longer. Nobody can go back to them; what was kept before each stands in for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointsDropped {
    /// Which.
    pub checkpoints: Vec<CheckpointId>,
    /// By which rule, for a person.
    pub reason: String,
}

/// Files, branch, feature list and notes were taken to another state. Of an undo and a redo it is the same event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolledBack {
    /// What kind of move it was.
    pub kind: MoveKind,
    /// Number under which the state before it is kept.
    pub undo: u32,
    /// What was asked for; `None` where a move that was cut off was finished later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The target in words.
    pub title: String,
    /// The branch that moved, without `refs/heads/`.
    pub branch: String,
    /// Where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Oid>,
    /// Where it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Oid>,
    /// How many files were written or removed.
    pub files: u32,
    /// How many commits the branch holds no longer.
    pub set_aside: u32,
    /// All sessions whose work is not in the files any more.
    #[serde(default)]
    pub abandoned: Vec<SessionNo>,
    /// Features whose status changed by it.
    #[serde(default)]
    pub features: Vec<FeatureMove>,
    /// The files as they are now, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// For an undo or a redo: number under which the state that it brought back was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<u32>,
    /// Files that were met in a state that nobody had saved; they lie beside their old place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// Files whose state nobody but a person made, or git did not know, and that the move replaced: the state before it keeps them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
    /// Files that are not staged any more; the state before it keeps them so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unstaged: Vec<String>,
}

impl RolledBack {
    /// Says the move in words: `rolled back to checkpoint 80`.
    #[must_use]
    pub fn words(&self) -> String {
        let way = match self.kind {
            MoveKind::Rollback => " to",
            MoveKind::Undo => ": back to",
            MoveKind::Redo => ": forth to",
        };
        format!("{}{way} {}", self.kind.word(), self.title)
    }

    /// Names every file of which the state before alone keeps what it was, or that it was staged, and where that is; `None` if there is
    /// none.
    #[must_use]
    pub fn aside(&self) -> Option<String> {
        let named = |what: String, files: &[String]| (!files.is_empty()).then(|| format!("{what}: {}", files.join(", ")));
        let aside = [
            named(format!("kept aside in undo {}", self.undo), &self.replaced),
            named(format!("no longer staged, as in undo {}", self.undo), &self.unstaged),
        ];
        let aside: Vec<String> = aside.into_iter().flatten().collect();
        (!aside.is_empty()).then(|| aside.join("; "))
    }
}

/// A move that was asked for was not made; nothing was changed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRefused {
    /// Where to.
    pub target: Target,
    /// Why not, and what to do.
    pub reason: String,
}

impl CheckpointCause {
    /// Says the cause in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SessionStart => "session start",
            Self::Step => "step",
            Self::Commit => "commit",
            Self::SessionEnd => "session end",
            Self::BeforeRollback => "before rollback",
        }
    }
}
