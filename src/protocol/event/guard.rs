//! Guards: rulings on tool calls, breaches of guarded artifacts, changes from outside.

use crate::protocol::{CallId, Oid};
use serde::{Deserialize, Serialize};

/// What a guard says of a tool call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// Go ahead.
    Allow,
    /// A person must decide.
    Ask,
    /// Refused; the agent is told why.
    Deny,
}

/// A guard ruled on a tool call, other than a plain "allow".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulingMade {
    /// Which call.
    pub call: CallId,
    /// What the call would have done, one line for a person.
    #[serde(default)]
    pub title: String,
    /// The ruling.
    pub ruling: Ruling,
    /// Which guard: `feature_list`, `test_files`, `git`, `path`.
    pub guard: String,
    /// Why, as told to the agent.
    pub reason: String,
}

/// A guarded artifact was found changed and was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreachFound {
    /// Path within the workspace.
    pub path: String,
    /// The call after which it was found, if one was running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// What had been changed, one line.
    pub detail: String,
    /// Whether the file is back as it was.
    pub restored: bool,
    /// Whether only the commit to come would have been otherwise: nothing was changed on disk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_commit: bool,
    /// Commits that a command made past the harness and that stay on the branch, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<StrangeCommit>,
}

/// A commit of the branch that the harness did not make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrangeCommit {
    /// Its id.
    pub commit: Oid,
    /// Its hunks, against its first parent.
    pub hunks: u32,
}

/// Something outside the agent changed the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalChangeSeen {
    /// What sort of thing changed.
    pub what: ExternalKind,
    /// Paths or refs, at most 20, then `and n more`.
    pub paths: Vec<String>,
    /// One line for a person.
    pub detail: String,
}

impl ExternalChangeSeen {
    /// What the line says in place of "changed from outside" where the agent's own processes may have done it.
    pub const BY_EITHER: &'static str = "changed while background processes of the agent run: by one of them, or from outside";

    /// What the line ends with where something that a run left behind was put back as it was before, when the next one began.
    pub const LEFT_BEHIND: &'static str = "so it does not count as yours and was put back as it was";

    /// What was put back when a run began, without the words around it; `None` if this tells of something else.
    #[must_use]
    pub fn put_back(&self) -> Option<String> {
        let (what, _) = self
            .detail
            .split_once("; it came ")
            .filter(|_| self.detail.contains(Self::LEFT_BEHIND))?;
        Some(format!("{}: {what}", self.paths.join(", ")))
    }

    /// Says whether a process that the agent left running may have done it.
    #[must_use]
    pub fn is_by_either(&self) -> bool {
        self.detail.contains(Self::BY_EITHER)
    }
}

/// Sorts of outside changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalKind {
    /// The feature list.
    FeatureList,
    /// The progress notes.
    Notes,
    /// Other files of the working tree.
    Tree,
    /// Branches, tags or HEAD.
    Refs,
    /// Processes that an earlier run had left running; they were stopped. Their commands stand in place of paths.
    Processes,
}
