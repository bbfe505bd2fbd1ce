//! Checks that the harness ran, and the search for what broke a feature.

use crate::protocol::{CheckRun, CheckpointId, FeatureId, Oid};
use serde::{Deserialize, Serialize};

/// A recorded check was run. One that holds and was run as evidence is the feature's check from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRan {
    /// How it went.
    pub run: CheckRun,
}

/// The harness looked for the change that broke a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegressionTraced {
    /// Which feature.
    pub feature: FeatureId,
    /// The newest commit at which it was seen to work, if one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<Oid>,
    /// What was found.
    pub culprit: Culprit,
    /// Old states on which it was run.
    pub runs: u32,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// What broke a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Culprit {
    /// A commit.
    Commit {
        /// Its id.
        commit: Oid,
        /// First line of its message.
        subject: String,
    },
    /// A change that is in no commit.
    Uncommitted {
        /// The first checkpoint that holds it, if one does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checkpoint: Option<CheckpointId>,
    },
    /// It was not found.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl RegressionTraced {
    /// Says what was found, as the end of a sentence about the feature.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.culprit {
            Culprit::Commit { commit, subject } => format!("broken by {} {subject}", commit.short()),
            Culprit::Uncommitted { checkpoint: None } => "broken by changes that are not committed".to_owned(),
            Culprit::Uncommitted {
                checkpoint: Some(checkpoint),
            } => format!(
                "broken by changes that are not committed, first in checkpoint {}",
                checkpoint.0
            ),
            Culprit::Unknown { reason } => format!("what broke it was not found: {reason}"),
        }
    }
}
