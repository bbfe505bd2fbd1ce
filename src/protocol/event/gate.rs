//! Gates and what passes through them.

use crate::protocol::{CallId, FeatureId, GateId, Oid, TestTotals};
use serde::{Deserialize, Serialize};

/// A gate opened: something waits for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateOpened {
    /// Its number.
    pub gate: GateId,
    /// What waits.
    pub what: GateKind,
    /// The tool call that waits.
    pub call: CallId,
    /// One line for a person.
    pub title: String,
    /// The tree that the decision is bound to, for commits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
}

/// Kinds of gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// A commit.
    Commit,
}

/// A gate was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecided {
    /// Which.
    pub gate: GateId,
    /// How.
    pub decision: GateDecision,
    /// Who: `policy` or `human`.
    pub by: String,
    /// Why, may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Decisions on a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateDecision {
    /// Go ahead.
    Approve,
    /// No; the agent is told why.
    Reject,
}

/// The engine made a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitMade {
    /// Its id.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// Its parent, `None` for the first commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Oid>,
    /// Whole message.
    pub message: String,
    /// The session's feature, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<FeatureId>,
    /// Number of files changed.
    pub files: u32,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Test totals at the last commit or the session's start; `None` if no tests were run then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_before: Option<TestTotals>,
    /// Test totals on exactly this tree; `None` if the project declares no verify command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests_after: Option<TestTotals>,
}
