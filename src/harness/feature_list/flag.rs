//! A feature's flag: which of its keys say whether it passes, and where their values stand.
//!
//! Owns reading one feature's flags. Does not own which word a flip writes ([`super::words`]). Invariant: only the feature's own
//! members are looked at, never those of a step or of anything else inside it.

use super::json::{Member, Value};
use super::vocabulary::{FLAGS, Kind, Rank, same, word};
use crate::protocol::FeatureStatus;
use crate::protocol::feature::DISAGREE;
use std::ops::Range;

/// What one feature says of its state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flag {
    /// Values that say it, the most telling key first. A flip replaces all of them whose meaning is known.
    pub tokens: Vec<Token>,
    /// Why no value may be replaced: the byte offset to look at, and half a sentence.
    pub trouble: Option<(usize, String)>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its key, as the file has it.
    pub key: String,
    /// Where the value stands in the text.
    pub span: Range<usize>,
    /// `true`, `false`, or a word.
    pub kind: Kind,
    /// The word, or `true` and `false`.
    pub shown: String,
    /// Whether it says that the feature passes; `None` for a word that nobody knows.
    pub passes: Option<bool>,
    /// How much the word says.
    pub rank: Rank,
}

impl Flag {
    /// Whether the feature passes by all that is known of it.
    #[must_use]
    pub fn status(&self) -> FeatureStatus {
        let mut said = self.tokens.iter().filter_map(|token| token.passes);
        match said.next() {
            Some(first) if said.all(|other| other == first) => status(first),
            _ => FeatureStatus::Unknown,
        }
    }

    /// Whether two of its values disagree.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        let mut said = self.tokens.iter().filter_map(|token| token.passes);
        said.next().is_some_and(|first| said.any(|other| other != first))
    }

    /// Its values as the file has them: `passes: true, status: pending`.
    #[must_use]
    pub fn shown(&self) -> String {
        let one = |token: &Token| format!("{}: {}", token.key, token.shown);
        self.tokens.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// What it says beyond passing and failing; empty if nothing.
    #[must_use]
    pub fn word(&self) -> String {
        if self.disagrees() {
            return format!("{DISAGREE} ({})", self.shown());
        }
        let more = |token: &&Token| token.rank != Rank::Plain && !token.shown.is_empty();
        let told = self.tokens.iter().find(more);
        told.map(|token| token.shown.clone()).unwrap_or_default()
    }

    /// The tokens that a flip replaces: those whose meaning is known; where none is, the first.
    pub fn to_replace(&self) -> impl Iterator<Item = &Token> {
        let unknown = self.tokens.iter().all(|token| token.passes.is_none());
        let known = self.tokens.iter().filter(|token| token.passes.is_some());
        known.chain(self.tokens.iter().take(usize::from(unknown)))
    }
}

/// Reads the flag of a feature that begins at `start`; hands back which members it is made of.
pub fn read(members: &[Member], start: usize) -> (Flag, Vec<usize>) {
    let mut flag = Flag::default();
    let mut used = Vec::new();
    for (name, kind) in FLAGS {
        let named: Vec<(usize, &Member)> = members
            .iter()
            .enumerate()
            .filter(|(_, member)| same(&member.key, name))
            .collect();
        let twins = named.iter().filter(|(_, member)| {
            named
                .iter()
                .any(|(_, other)| other.at != member.at && other.key == member.key)
        });
        if let Some((_, twin)) = twins.clone().next() {
            let why = format!("\"{}\" stands {} times in it", twin.key, twins.count());
            flag.trouble.get_or_insert((twin.at, why));
        }
        for (at, member) in named {
            match token(member, kind) {
                Some(token) => {
                    used.push(at);
                    flag.tokens.push(token);
                }
                // Other keys may hold a date or a note; these two are never anything but the flag.
                None if flag.tokens.is_empty() && matches!(name, "passes" | "passing" | "status" | "state") => {
                    let wanted = if kind == Kind::Bool { "true or false" } else { "a word" };
                    let why = format!("\"{}\" is {}, not {wanted}", member.key, member.value.kind());
                    flag.trouble.get_or_insert((member.value.span.start, why));
                }
                None => {}
            }
        }
    }
    let twice = flag.trouble.as_ref().is_some_and(|(_, why)| why.ends_with("times in it"));
    if !flag.tokens.is_empty() && !twice {
        // Another key says what the odd one does not.
        flag.trouble = None;
    }
    if flag.tokens.is_empty() && flag.trouble.is_none() {
        let why = "it has no flag (\"passes\", \"status\" or another that is known)".to_owned();
        flag.trouble = Some((start, why));
    }
    (flag, used)
}

fn token(member: &Member, kind: Kind) -> Option<Token> {
    let (shown, kind, passes, rank) = match (&member.value.value, kind) {
        (Value::Bool(passes), _) => (passes.to_string(), Kind::Bool, Some(*passes), Rank::Plain),
        (Value::Text(text), Kind::Word) => {
            let known = word(text);
            let (passes, rank) = (
                known.map(|(passes, _)| passes),
                known.map_or(Rank::Particular, |(_, rank)| rank),
            );
            (text.clone(), Kind::Word, passes, rank)
        }
        _ => return None,
    };
    Some(Token {
        key: member.key.clone(),
        span: member.value.span.clone(),
        kind,
        shown,
        passes,
        rank,
    })
}

/// The status of a feature that passes, or does not.
#[must_use]
pub const fn status(passes: bool) -> FeatureStatus {
    if passes {
        FeatureStatus::Passing
    } else {
        FeatureStatus::Failing
    }
}
