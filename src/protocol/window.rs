//! What a context window begins with: its sections, what a person decided about them, and a preview of the next one.

use super::{Role, SessionNo};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names a section of a window across sessions: `git log`, `feature`, `system: tools`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SectionId(pub String);

impl SectionId {
    /// Makes an id of a name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person wants of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SectionRule {
    /// As the harness makes it.
    On,
    /// Left out.
    Off,
    /// This text in its place.
    Edited {
        /// The text.
        text: String,
    },
}

/// For how long a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSpan {
    /// For the next session only.
    Once,
    /// For every session until it is changed.
    Always,
}

/// What a run's windows are made from besides the project itself: its settings, from wherever they came, and its flags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowTerms {
    /// Context window in tokens.
    pub context_window: u64,
    /// How many features a session takes.
    pub features_per_session: u32,
    /// Command that runs the tests, where the settings name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_command: Option<String>,
    /// Globs of test files.
    #[serde(default)]
    pub test_globs: Vec<String>,
    /// Whether somebody is there to answer.
    pub attended: bool,
    /// The specification, until there is a feature list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<String>,
}

/// The rules in force. A rule for one session stands before the lasting one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowRules {
    once: BTreeMap<SectionId, SectionRule>,
    lasting: BTreeMap<SectionId, SectionRule>,
}

impl WindowRules {
    /// Returns the rule for a section and its span; `None` where the harness decides.
    #[must_use]
    pub fn of(&self, section: &SectionId) -> Option<(&SectionRule, RuleSpan)> {
        let once = self.once.get(section).map(|rule| (rule, RuleSpan::Once));
        once.or_else(|| self.lasting.get(section).map(|rule| (rule, RuleSpan::Always)))
    }

    /// Takes a rule up. A lasting one replaces whatever was said before.
    pub fn set(&mut self, section: SectionId, rule: SectionRule, span: RuleSpan) {
        match (span, rule) {
            (RuleSpan::Always, rule) => {
                self.once.remove(&section);
                if rule == SectionRule::On {
                    self.lasting.remove(&section);
                } else {
                    self.lasting.insert(section, rule);
                }
            }
            (RuleSpan::Once, SectionRule::On) if !self.lasting.contains_key(&section) => {
                self.once.remove(&section);
            }
            (RuleSpan::Once, rule) => {
                self.once.insert(section, rule);
            }
        }
    }

    /// Drops the rules for one session: it has begun.
    pub fn consume(&mut self) {
        self.once.clear();
    }
}

/// Which of the two texts a section is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The system prompt.
    System,
    /// The first message.
    First,
}

/// A section as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentSection {
    /// Which.
    pub section: SectionId,
    /// Where it stood.
    pub place: Place,
    /// Its text, white space at its ends left out.
    pub text: String,
}

/// The next window as it would begin now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextWindow {
    /// Number the session would get.
    pub session: SessionNo,
    /// Its role.
    pub role: Role,
    /// Why no session would come now, where none would: the preview is then of one that came nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlikely: Option<String>,
    /// Features that count as passing and that the session's own run is likely to set back, each in a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// The model that it is reckoned for; empty in answers of builds that did not tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The context window in tokens.
    pub context_window: u64,
    /// Tokens of all that would be sent, estimated from its size: four bytes a token.
    pub tokens: u64,
    /// The session that it is compared with; `None` if there was none of this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<SessionNo>,
    /// Sections in the order in which they are sent, left-out ones in their places.
    pub sections: Vec<SectionPreview>,
    /// The exact system prompt.
    pub system: String,
    /// The exact first message, but for what only the session's start can tell.
    pub first: String,
}

/// A section of the next window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionPreview {
    /// Which.
    pub section: SectionId,
    /// Where it stands.
    pub place: Place,
    /// Its text as it would be sent; of a left-out one the text that is left out.
    pub text: String,
    /// Tokens it takes, 0 if it is left out; estimated.
    pub tokens: u64,
    /// What a person decided, and for how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<(SectionRule, RuleSpan)>,
    /// Why it can be neither left out nor edited, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// Whether only the session's start makes it; the text then shows how it was last.
    #[serde(default)]
    pub later: bool,
    /// Lines against the session compared with; empty if there is none to compare with.
    #[serde(default)]
    pub lines: Vec<ChangedLine>,
}

impl SectionPreview {
    /// Says whether it is left out.
    #[must_use]
    pub const fn is_off(&self) -> bool {
        matches!(&self.rule, Some((SectionRule::Off, _)))
    }

    /// Counts the lines that are new and those that are gone.
    #[must_use]
    pub fn changes(&self) -> (usize, usize) {
        let count = |change| self.lines.iter().filter(|line| line.change == change).count();
        (count(LineChange::Added), count(LineChange::Removed))
    }
}

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedLine {
    /// What became of it.
    pub change: LineChange,
    /// The line.
    pub text: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineChange {
    /// It is in both.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section() -> SectionId {
        SectionId::new("git log")
    }

    #[test]
    fn a_rule_for_one_session_gives_way_to_the_lasting_one() {
        let mut rules = WindowRules::default();
        rules.set(section(), SectionRule::Off, RuleSpan::Always);
        rules.set(section(), SectionRule::On, RuleSpan::Once);
        assert_eq!(rules.of(&section()), Some((&SectionRule::On, RuleSpan::Once)));
        rules.consume();
        assert_eq!(rules.of(&section()), Some((&SectionRule::Off, RuleSpan::Always)));
        rules.set(section(), SectionRule::On, RuleSpan::Always);
        assert_eq!(rules, WindowRules::default());
    }

    #[test]
    fn a_lasting_rule_replaces_what_was_said_for_one_session() {
        let mut rules = WindowRules::default();
        rules.set(section(), SectionRule::Off, RuleSpan::Once);
        rules.set(section(), SectionRule::Edited { text: "x".into() }, RuleSpan::Always);
        rules.consume();
        assert!(matches!(
            rules.of(&section()),
            Some((SectionRule::Edited { .. }, RuleSpan::Always))
        ));
    }
}
