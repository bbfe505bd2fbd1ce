//! Work that goes round instead of forward: by which repeats it was seen, and what was done about it.
//!
//! Owns the words. The measure is the reducer's ([`crate::session::headway`]), the decision the engine's.

use crate::protocol::FeatureId;
use serde::{Deserialize, Serialize};

/// Turn after turn brought nothing new, and something was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CirclingSeen {
    /// The feature that is worked on, if the session has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<FeatureId>,
    /// What was done.
    pub step: CirclingStep,
    /// Rounds counted by then; of a feature, sessions that were ended for it.
    pub rounds: u32,
    /// What was repeated, most often first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<Repeat>,
}

/// What is done about it, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CirclingStep {
    /// The agent is told.
    Told,
    /// The session is brought to its end, its work handed to a fresh one.
    HandedOff,
    /// A person is asked what to do with the feature.
    Asked,
    /// The feature is left out for the rest of the run: nobody could be asked, or nobody answered.
    Skipped,
}

/// Something that was done again and again and brought nothing new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// What sort of thing.
    pub kind: RepeatKind,
    /// What exactly: a command, a path, the name of a test; empty where the kind says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// How often.
    pub times: u32,
}

/// Sorts of repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatKind {
    /// The same call with the same result, on the same files.
    Call,
    /// The same file read, unchanged.
    Reading,
    /// The same failure of the same test or command.
    Failure,
    /// An edit that took the files back to a state in which they had been.
    Undone,
    /// A turn without a new file state, a newly passing test or a commit.
    Dry,
    /// A look that showed nothing but lines that had been shown before.
    Stale,
    /// An edit of a line or two in files that had been written before, of which nothing new was heard.
    Tweak,
}

impl CirclingStep {
    /// Says what is done, for a person.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Told => "the agent is told",
            Self::HandedOff => "the work is handed off to a fresh window",
            Self::Asked => "you are asked",
            Self::Skipped => "the feature is left out for the rest of the run",
        }
    }
}

impl CirclingSeen {
    /// Says all of it, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let on = self
            .feature
            .as_ref()
            .map_or_else(String::new, |feature| format!(" on {feature}"));
        let noun = match self.step {
            CirclingStep::Told | CirclingStep::HandedOff => "round",
            CirclingStep::Asked | CirclingStep::Skipped => "session",
        };
        let many = if self.rounds == 1 { "" } else { "s" };
        let counted = format!("{} {noun}{many}{on}", self.rounds);
        let repeated = self.repeated();
        let by = if repeated.is_empty() {
            String::new()
        } else {
            format!(" ({repeated})")
        };
        format!("{counted}{by}; {}", self.step.words())
    }

    /// Names what was repeated, in one line.
    #[must_use]
    pub fn repeated(&self) -> String {
        let told: Vec<String> = self.repeats.iter().map(Repeat::words).collect();
        told.join("; ")
    }
}

impl Repeat {
    /// Says it in words: "`sh tests/run.sh` 6 times with the same result".
    #[must_use]
    pub fn words(&self) -> String {
        let (subject, times) = (&self.subject, self.times);
        match self.kind {
            RepeatKind::Call => format!("`{subject}` {times} times with the same result"),
            RepeatKind::Reading => format!("`{subject}` read {times} times, unchanged"),
            RepeatKind::Failure => format!("`{subject}` failed {times} times in the same way"),
            RepeatKind::Undone => format!("{times} times the files went back to a state in which they had been"),
            RepeatKind::Stale => format!("{times} looks that showed only what had been seen"),
            RepeatKind::Tweak => format!("{times} times a line or two of the same files changed, and nothing came of it"),
            RepeatKind::Dry => format!("{times} turns without a new file state, a newly passing test or a commit"),
        }
    }
}
