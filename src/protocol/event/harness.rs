//! What the harness itself does around the model: orientation, features, notes, questions.

use crate::protocol::{Evidence, Feature, FeatureId, FeatureStatus, Oid, QuestionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The harness looked at the repository. The latest one is what the Git pane shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryObserved {
    /// Branch name, or a short commit id if detached.
    pub branch: String,
    /// Newest commit, `None` if there is none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Oid>,
    /// Newest commits first, at most 200.
    pub commits: Vec<CommitInfo>,
    /// Number of commits reachable from HEAD, counted up to 100,000.
    pub total: u32,
    /// Uncommitted paths with their status letters, at most 200.
    #[serde(default)]
    pub dirty: Vec<String>,
    /// The tree of the files on disk, where it was taken: who opens a past project asks whether they are still those that were tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Oid>,
    /// That tree without what the harness writes itself, as a test run tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Oid>,
}

/// A commit in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitInfo {
    /// Its id.
    pub id: Oid,
    /// First line of its message.
    pub subject: String,
    /// Author's name.
    pub author: String,
    /// Author time (UTC).
    pub time: Timestamp,
}

/// The feature list was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureListLoaded {
    /// Path within the workspace.
    pub path: String,
    /// Its features in file order.
    pub features: Vec<Feature>,
    /// What the reader found odd, one line each.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// The session's feature was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureSelected {
    /// Which.
    pub feature: FeatureId,
    /// Why it: `first failing in order of priority`, `regressed`.
    pub reason: String,
}

/// Orientation was gathered and put into the first message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrientationFinished {
    /// What was gathered, in order.
    pub parts: Vec<OrientationPart>,
    /// Its size in tokens: counted by the provider, or estimated.
    pub tokens: u64,
    /// Whether `tokens` is an estimate (bytes / 4).
    pub estimated: bool,
    /// Share of the context window, 0..1.
    pub share: f64,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// One part of the orientation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrientationPart {
    /// Heading: `feature list`, `git log`, `smoke test`.
    pub name: String,
    /// The command it came from, if any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// The text given to the model.
    pub text: String,
}

/// A pass flag changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureFlipped {
    /// Which feature.
    pub feature: FeatureId,
    /// Status before.
    pub from: FeatureStatus,
    /// Status now.
    pub to: FeatureStatus,
    /// Who flipped it.
    pub by: FlipBy,
    /// What it rests on; a regression names the failing test instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// One line: the agent's reason, or the failing smoke test.
    #[serde(default)]
    pub reason: String,
}

impl FeatureFlipped {
    /// The reason given where a feature is set back because its work was never committed.
    pub const UNCOMMITTED: &'static str = "the work that it passes by is in no commit";

    /// Says whether it was set back as work that no commit ever held: it is not broken, whatever was seen of the files.
    #[must_use]
    pub fn is_uncommitted(&self) -> bool {
        self.by == FlipBy::Harness && self.to != FeatureStatus::Passing && self.reason.starts_with(Self::UNCOMMITTED)
    }

    /// The reason given where what no commit holds was seen not to hold any more.
    #[must_use]
    pub fn lost(seen: &str) -> String {
        format!("{}: {seen}", Self::UNCOMMITTED)
    }

    /// What was seen of such a feature; `None` if nothing was.
    #[must_use]
    pub fn seen_lost(reason: &str) -> Option<&str> {
        reason.strip_prefix(Self::UNCOMMITTED)?.strip_prefix(": ")
    }
}

/// A claim was refused: a commit that no person has looked at made tests weaker that speak for the feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureHeld {
    /// Which feature.
    pub feature: FeatureId,
    /// The commit.
    pub commit: Oid,
    /// The tests' files; what is said of how tests are run, where no test is meant.
    pub files: Vec<String>,
}

impl FeatureHeld {
    /// What a person is asked for.
    #[must_use]
    pub fn words(&self) -> String {
        format!(
            "a person must look at commit {}: weak tests in {} keep {} from passing",
            self.commit.short(),
            self.files.join(", "),
            self.feature
        )
    }
}

/// Who flipped a pass flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlipBy {
    /// The agent, through `feature_passed` or `feature_failed`.
    Agent,
    /// The harness, because a smoke test failed.
    Harness,
    /// A person, in the file.
    Human,
}

/// The agent wrote a progress note; it is in the notes file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// The note.
    pub text: String,
}

/// The agent asked the human something and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAsked {
    /// Its number.
    pub question: QuestionId,
    /// The question.
    pub text: String,
    /// Answers it suggests, may be empty.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Which of them counts if nobody answers, from 0; `None`: the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<usize>,
    /// The feature that the harness asks about, because the work on it goes round; `None`: the agent asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<FeatureId>,
    /// When policy answers unless somebody does or holds it; unknown in logs that are older than this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl QuestionAsked {
    /// Returns the number from 1 of the agent's choice that counts if nobody answers; `None` where there is none.
    #[must_use]
    pub fn fallback(&self) -> Option<usize> {
        let at = self.default.unwrap_or_default();
        (self.about.is_none() && at < self.choices.len()).then_some(at + 1)
    }

    /// Which choice a person means who typed this: the one that reads so, or the one of that number, unless choices are numbers themselves.
    #[must_use]
    pub fn meant(&self, typed: &str) -> Option<usize> {
        let typed = typed.trim();
        let number = |text: &str| text.trim().parse::<usize>().ok();
        let named = self.choices.iter().position(|choice| choice.trim() == typed);
        named.filter(|_| !typed.is_empty()).or_else(|| {
            let counted = !self.choices.iter().any(|choice| number(choice).is_some());
            let place = number(typed).filter(|_| counted)?.checked_sub(1)?;
            (place < self.choices.len()).then_some(place)
        })
    }
}

/// A person opened the question; it waits for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionHeld {
    /// Which.
    pub question: QuestionId,
}

/// Nobody has the question open any more; its patience starts anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionReleased {
    /// Which.
    pub question: QuestionId,
    /// When policy answers unless somebody does or holds it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A question was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionAnswered {
    /// Which.
    pub question: QuestionId,
    /// The answer.
    pub text: String,
    /// Who answered: `human`, or `policy` where nobody is at the keyboard.
    pub by: String,
}

/// A question was taken back before anybody answered: the call that asked it was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionWithdrawn {
    /// Which.
    pub question: QuestionId,
    /// Why.
    pub reason: String,
}

/// The command that runs the project's tests was declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyDeclared {
    /// The command line, run with `sh -c` in the workspace.
    pub command: String,
    /// Why this one, where it was found in the project's files; empty if the agent declared it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
