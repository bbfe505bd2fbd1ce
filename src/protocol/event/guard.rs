//! Guards: rulings on tool calls, breaches of guarded artifacts, changes from outside.

use crate::protocol::CallId;
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
