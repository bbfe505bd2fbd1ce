//! Gates and what passes through them.

use super::lifecycle::LimitKind;
use crate::protocol::{Autonomy, CallId, FeatureId, GateDecision, GateId, MessageId, Oid, ReviewComment, Seen, TestTotals};
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
    /// The whole of it: a commit's message, a command.
    #[serde(default)]
    pub body: String,
    /// The tree that the decision is bound to, for commits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// The facts that a commit is judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Box<CommitFacts>>,
    /// What a change of an artifact or work past a limit is judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particulars: Option<Box<Particulars>>,
}

impl GateOpened {
    /// The trees between which the change lies that is decided on, old and new; `None` if the body says it all.
    #[must_use]
    pub fn change(&self) -> Option<(Option<Oid>, Oid)> {
        let from = match self.particulars.as_deref() {
            Some(Particulars::Artifact { base, .. }) => Some(base.clone()),
            _ => self.commit.as_ref().and_then(|facts| facts.base.clone()),
        };
        Some((from, self.tree.clone()?))
    }

    /// All that speaks for or against it but for a commit's tests, a sentence each, and whether it is as it should be.
    pub fn sentences(&self) -> impl Iterator<Item = (bool, String)> {
        let commit = self.commit.iter();
        let found = commit.clone().flat_map(|facts| facts.findings.iter().cloned());
        let git = commit.flat_map(|facts| &facts.git_failure);
        let git = git.map(|said| (false, format!("git: {said}")));
        let weaker = match self.particulars.as_deref() {
            Some(Particulars::Artifact { weaker, .. }) => weaker.as_slice(),
            Some(Particulars::Limit { .. }) | None => &[],
        };
        found.chain(git).chain(weaker.iter().map(|found| (false, found.clone())))
    }
}

/// What a person must know of a gate that is neither a commit's nor a command's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Particulars {
    /// A change of a guarded artifact; the gate's body is the agent's reason, its tree holds the file as it would be.
    Artifact {
        /// Path within the workspace.
        path: String,
        /// A tree that holds the file as it is.
        base: Oid,
        /// What the change would do to the tests in the file, one sentence each; empty in logs that are older than this field.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        weaker: Vec<String>,
    },
    /// Work past a limit; the gate's body says what was spent on what.
    Limit {
        /// Which.
        limit: LimitKind,
        /// The limit that approval sets, in the form in which a person may type another; `None` if it lifts the limit.
        to: Option<String>,
    },
}

/// What a person must know of a commit that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommitFacts {
    /// The commit it will stand on, `None` for the first.
    pub base: Option<Oid>,
    /// The session's feature, if it has one.
    pub feature: Option<FeatureId>,
    /// Number of files changed.
    pub files: u32,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Test totals at the last commit or the session's start.
    pub tests_before: Option<TestTotals>,
    /// Test totals of the latest run.
    pub tests_after: Option<TestTotals>,
    /// The tree of that run; other than the gate's tree means that the tests are stale.
    pub tested_tree: Option<Oid>,
    /// What the guards found, as a sentence each, and whether it is as it should be.
    pub findings: Vec<(bool, String)>,
    /// What git said when an approval before this one led to no commit: no signature came, no author is known. Empty in logs that are
    /// older than this field, where it stands among the findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_failure: Option<String>,
    /// Why the user's pre-commit hook lets it not through, in one sentence; whoever approves does so over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook_failure: Option<String>,
    /// Paths on disk that the commit cannot hold, each with its reason.
    pub left_out: Vec<String>,
    /// Files of the commit that a person had changed before the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// Commands that the agent left running beside it, the first few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<String>,
    /// The tree of the last round of this review: what a person rejected, or approved too late because the files had moved.
    pub previous: Option<Oid>,
}

/// Kinds of gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// A commit.
    Commit,
    /// A shell command.
    Command,
    /// A change of a guarded artifact.
    Artifact,
    /// Work past a limit of the run.
    Limit,
}

/// A gate was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateDecided {
    /// Which.
    pub gate: GateId,
    /// How.
    pub decision: GateDecision,
    /// Who: `policy`, `human`, `rule R3`, or `harness` for a gate that lost its object.
    pub by: String,
    /// Why, may be empty.
    #[serde(default)]
    pub reason: String,
    /// The tree that was decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// The commit message or the limit as the person rewrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What the person wrote on single lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<ReviewComment>,
    /// What was on the screen; `None` where no screen was involved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

/// An answer came that could not count: for a gate that is decided, or for a tree that is no longer the one shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateAnswerRefused {
    /// Which gate it was for.
    pub gate: GateId,
    /// Why, for a person.
    pub reason: String,
}

/// From now on fewer or more things wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutonomyChanged {
    /// The level in force.
    pub level: Autonomy,
}

/// A person looked at a commit that was made without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitReviewed {
    /// Which.
    pub commit: Oid,
    /// Hunks seen so far.
    pub hunks_seen: u32,
    /// Hunks in all.
    pub hunks: u32,
    /// Whether the person is done with it: it leaves the queue.
    pub settled: bool,
    /// All that the person wrote on it and the agent has not got yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<ReviewComment>,
    /// The message that takes the comments to the agent, queued or changed by the event before this one; `None` where none waits, and
    /// in logs that are older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

/// A person wrote on a change that waits at a gate, before they decided: kept until the agent has it, whoever decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateCommented {
    /// Which gate.
    pub gate: GateId,
    /// What waits there.
    pub what: GateKind,
    /// Its title.
    pub title: String,
    /// The tree that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// All that the person wrote on it and the agent has not got yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<ReviewComment>,
    /// The message that takes the comments to the agent if no answer does, queued or changed by the event before this one; `None`
    /// where none waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// What the person put in the place of what waits: a commit's message, or a limit. `None` where that stays as it came, and in
    /// logs that are older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// A person's look at a commit could not be recorded; told, not written. What they wrote is still theirs to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRefused {
    /// Which commit.
    pub commit: Oid,
    /// Why, for the person.
    pub reason: String,
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
    /// Hunks of the commit that no person had seen when it was made, and hunks in all; `None` in logs older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<(u32, u32)>,
    /// What a person approved it over: why the pre-commit hook would not have let it through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_hook: Option<String>,
    /// What its gate said of tests that became weaker, or are run otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weaker: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_against_a_guarded_files_change_is_among_its_sentences() {
        let opened = GateOpened {
            gate: GateId(2),
            what: GateKind::Artifact,
            call: CallId("c".into()),
            title: "change tests/test_1.py".into(),
            body: String::new(),
            tree: None,
            commit: None,
            particulars: Some(Box::new(Particulars::Artifact {
                path: "tests/test_1.py".into(),
                base: "5ab91e".into(),
                weaker: vec!["weaker test: `or True` always holds".into()],
            })),
        };
        let told: Vec<_> = opened.sentences().collect();
        assert_eq!(told, [(false, "weaker test: `or True` always holds".to_owned())]);
    }
}
