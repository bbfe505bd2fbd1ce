//! Standing rules about commands: which commands a person lets run without being asked, where, and for how long.
//!
//! Owns the words. Which commands a pattern stands for is judged by the guard that knows the shell's grammar; whether a rule is in
//! force by the folded log. Invariant: a pattern is whole words; there is nothing in it that a shell would expand.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A kind of simple commands: words as the shell would hand them to the program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CommandPattern {
    /// The program and its first arguments.
    pub words: Vec<String>,
    /// Whether more arguments may follow.
    pub open: bool,
}

impl fmt::Display for CommandPattern {
    /// Prints it as a shell would be told, with three dots for what may follow: `cargo test ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            let bare = |c: char| c.is_ascii_alphanumeric() || "_-./,:+=%@^".contains(c);
            if !word.is_empty() && word.chars().all(bare) {
                f.write_str(word)?;
            } else {
                write!(f, "'{}'", word.replace('\'', r#"'"'"'"#))?;
            }
        }
        f.write_str(if self.open { " ..." } else { "" })
    }
}

/// Where a rule holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// For the run it was made in.
    #[default]
    Run,
    /// For every run of the project.
    Project,
}

impl RuleScope {
    /// Both, the narrow one first.
    pub const ALL: [Self; 2] = [Self::Run, Self::Project];

    /// Returns the words for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "this run",
            Self::Project => "this project",
        }
    }
}

/// How long a rule holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleExpiry {
    /// Until the session ends that it was made in.
    #[default]
    Session,
    /// For 24 hours.
    Day,
    /// For seven days.
    Week,
    /// Until it is revoked.
    Never,
}

impl RuleExpiry {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Session, Self::Day, Self::Week, Self::Never];

    /// Returns the words for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Session => "this session",
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Never => "never",
        }
    }

    /// Returns the hours it lasts, if it ends by the clock.
    #[must_use]
    pub const fn hours(self) -> Option<i64> {
        match self {
            Self::Day => Some(24),
            Self::Week => Some(7 * 24),
            Self::Session | Self::Never => None,
        }
    }
}

/// What could be made a rule of a command that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleProposal {
    /// Patterns to choose from, the narrowest first.
    pub candidates: Vec<RuleCandidate>,
    /// Why there is none, for a person; empty if there are some.
    #[serde(default)]
    pub refused: String,
    /// Commands of past sessions that were looked at.
    pub commands: usize,
    /// Sessions they are of.
    pub sessions: usize,
}

/// A pattern with what it would have meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCandidate {
    /// The pattern.
    pub pattern: CommandPattern,
    /// Whether a rule of it lets the waiting command run; else other parts of it are still asked about.
    pub enough: bool,
    /// Past commands that it would have let run.
    pub covered: Vec<PastCommand>,
    /// Past commands of the same program that are asked about all the same.
    pub spared: Vec<PastCommand>,
}

/// A command of past sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastCommand {
    /// The script, whole.
    pub script: String,
    /// How often it was run.
    pub times: usize,
    /// The last session that ran it.
    pub session: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_prints_what_a_shell_would_be_told() {
        let pattern = |words: &[&str], open| CommandPattern {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            open,
        };
        assert_eq!(pattern(&["cargo", "test"], true).to_string(), "cargo test ...");
        assert_eq!(
            pattern(&["grep", "a b", "it's", ""], false).to_string(),
            r#"grep 'a b' 'it'"'"'s' ''"#
        );
    }
}
