//! Features as the harness and the screen know them, whatever shape their list has on disk.

use super::{FeatureId, Oid, SessionNo};
use serde::{Deserialize, Serialize};

/// How [`Feature::word`] begins where two flags of a feature disagree.
pub const DISAGREE: &str = "flags disagree";

/// One end-to-end feature of a feature list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Feature {
    /// The list's own id, else `#<index>` (from 1).
    pub id: FeatureId,
    /// Its category (`functional`, `style`, …), may be empty.
    pub category: String,
    /// What a user can do once it works.
    pub description: String,
    /// How to check it by hand, in order.
    pub steps: Vec<String>,
    /// Names or paths of its own tests, if the list names any.
    pub tests: Vec<String>,
    /// Files it touches, if the list names any.
    pub files: Vec<String>,
    /// Whether the list says that it passes.
    pub status: FeatureStatus,
    /// Its title, where the list has a description beside it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What the list says of its state where that is more than passing or failing: `in_progress`, `blocked`, a word that nobody
    /// knows, or two flags that disagree.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub word: String,
    /// What the list says it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends: Vec<String>,
    /// Its priority as the list has it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub priority: String,
    /// Every other key of it, in file order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

impl Feature {
    /// Says whether two of its flags say different things.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        self.status == FeatureStatus::Unknown && self.word.starts_with(DISAGREE)
    }
}

/// A key of a feature that means nothing to the harness, kept for the person who reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The key.
    pub key: String,
    /// Its value: a string's text, anything else as it stands in the file, shortened.
    pub value: String,
}

/// What a feature list says of a feature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureStatus {
    /// It passes.
    Passing,
    /// It does not.
    Failing,
    /// The list does not say; counted as not passing.
    #[default]
    Unknown,
}

/// What a flip of a pass flag rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What sort of proof it is.
    pub kind: EvidenceKind,
    /// One line for a person: `tests 3/3 on tree 5ab91e2`.
    pub summary: String,
    /// The tree it was taken on, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// The session that took it.
    pub session: SessionNo,
}

/// Sorts of evidence, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The feature's own tests, run by the harness.
    OwnTests,
    /// A recorded end-to-end check, run by the harness, for a feature that names no tests.
    Check,
    /// The project's whole test suite, run by the harness. Enough in older logs only.
    Suite,
    /// The agent's word, where the project has no tests. Enough in older logs only.
    AgentReport,
    /// A person's word.
    Human,
}

impl EvidenceKind {
    /// Says what sort of proof it is, for a person.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::OwnTests => "its own tests, run by the harness",
            Self::Check => "a recorded check, run by the harness",
            Self::Suite => "the whole suite, run by the harness",
            Self::AgentReport => "the agent's word only",
            Self::Human => "a person's word",
        }
    }
}
