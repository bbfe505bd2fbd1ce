//! Which word a flip writes, where a list says its state in words.
//!
//! Owns what a list declares and uses. Invariant: a word that is written is one that this very file has, in its own spelling, or one
//! that a person gave; none is made up.

use super::edit::written;
use super::flag::{Flag, Token};
use super::json::{Node, Value};
use super::vocabulary::{DECLARED, Kind, Rank, same, word};
use crate::protocol::typed;

/// The words of a list.
#[derive(Debug, Clone, Default)]
pub struct Words {
    used: Vec<Word>,
    declared: Vec<Word>,
    /// Words that the list's own legend explains by a known one.
    explained: Vec<(String, bool)>,
}

#[derive(Debug, Clone)]
struct Word {
    /// Empty for a declared one.
    key: String,
    /// As it stands in the file, with its quotes.
    token: String,
    text: String,
    passes: bool,
    rank: Rank,
    count: usize,
}

impl Words {
    /// Reads what a document declares.
    pub fn declared(text: &str, root: &Node) -> Self {
        let mut words = Self::default();
        for path in DECLARED {
            let mut node = Some(root);
            for name in path {
                node = node.and_then(|node| {
                    node.members()
                        .iter()
                        .rev()
                        .find(|member| same(&member.key, name))
                        .map(|member| &member.value)
                });
            }
            let Some(node) = node else { continue };
            for item in node.items() {
                if let Value::Text(said) = &item.value {
                    words.declare(said, text.get(item.span.clone()).unwrap_or(""), None);
                }
            }
            for member in node.members() {
                let explained = match &member.value.value {
                    Value::Text(said) => Some(said.as_str()),
                    _ => None,
                };
                let token = text.get(member.at..member.value.span.start).unwrap_or("");
                let token = token.rfind('"').and_then(|end| token.get(..=end)).unwrap_or("");
                words.declare(&member.key, token, explained);
            }
        }
        words
    }

    fn declare(&mut self, said: &str, token: &str, explained: Option<&str>) {
        let meaning = word(said).or_else(|| {
            let (passes, rank) = word(explained?)?;
            self.explained.push((said.to_owned(), passes));
            Some((passes, rank))
        });
        if let Some((passes, rank)) = meaning {
            self.declared.push(Word {
                key: String::new(),
                token: token.to_owned(),
                text: said.to_owned(),
                passes,
                rank,
                count: 0,
            });
        }
    }

    /// Gives the words that only this list's legend knows their meaning.
    pub fn explain(&self, flag: &mut Flag) {
        for token in flag.tokens.iter_mut().filter(|token| token.passes.is_none()) {
            if let Some((_, passes)) = self.explained.iter().find(|(word, _)| same(word, &token.shown)) {
                token.passes = Some(*passes);
                token.rank = Rank::Plain;
            }
        }
    }

    /// Counts the words of a feature.
    pub fn count(&mut self, text: &str, flag: &Flag) {
        for token in flag.tokens.iter().filter(|token| token.kind == Kind::Word) {
            let Some(passes) = token.passes else { continue };
            let raw = text.get(token.span.clone()).unwrap_or("");
            match self.used.iter_mut().find(|word| word.key == token.key && word.token == raw) {
                Some(word) => word.count += 1,
                None => self.used.push(Word {
                    key: token.key.clone(),
                    token: raw.to_owned(),
                    text: token.shown.clone(),
                    passes,
                    rank: token.rank,
                    count: 1,
                }),
            }
        }
    }

    /// The text that replaces a value: a word that the list uses under this key, else under another, else one that it declares.
    #[must_use]
    pub fn token(&self, token: &Token, passes: bool) -> Option<String> {
        match token.kind {
            Kind::Bool => Some(passes.to_string()),
            Kind::Word => {
                let here = |word: &&Word| word.key == token.key;
                let chosen = best(self.used.iter().filter(here), passes)
                    .or_else(|| best(self.used.iter(), passes))
                    .or_else(|| best(self.declared.iter(), passes));
                chosen.map(|word| word.token.clone())
            }
        }
    }

    /// The text of a value that a person gave the word for.
    ///
    /// # Errors
    /// The word means the opposite, or nobody could read it.
    pub fn given(&self, given: &str, passes: bool) -> Result<String, String> {
        readable(given)?;
        let own = self.used.iter().chain(&self.declared).find(|word| word.text == given);
        let meaning = own.map(|word| word.passes).or_else(|| word(given).map(|(passes, _)| passes));
        match meaning {
            Some(other) if other != passes => Err(format!(
                "\"{given}\" says that it {}",
                if other { "passes" } else { "does not pass" }
            )),
            _ => Ok(own.map_or_else(|| written(given), |word| word.token.clone())),
        }
    }

    /// A word of this list as it spells it, and whether it says that a feature passes; `None` if the list has no such word.
    #[must_use]
    pub fn meaning(&self, said: &str) -> Option<(&str, bool)> {
        let all = || self.used.iter().chain(&self.declared);
        let found = all()
            .find(|word| word.text == said)
            .or_else(|| all().find(|word| same(&word.text, said)));
        found.map(|word| (word.text.as_str(), word.passes))
    }

    /// The words that the list knows, for a sentence; empty if none.
    #[must_use]
    pub fn known(&self) -> String {
        let mut known: Vec<&str> = Vec::new();
        for word in self.used.iter().chain(&self.declared) {
            if !known.contains(&word.text.as_str()) {
                known.push(&word.text);
            }
        }
        known.join(", ")
    }
}

/// Refuses a word that cannot be read where the list is shown.
///
/// # Errors
/// It is empty, or holds a character that does not show.
pub fn readable(word: &str) -> Result<(), String> {
    if word.trim().is_empty() {
        return Err("a word for a state cannot be empty".to_owned());
    }
    typed::hidden(word).map_or(Ok(()), |hidden| Err(hidden.to_string()))
}

/// The plainest word of a meaning; of equally plain ones the most frequent, then the first. Words that only a person can say are
/// never chosen.
fn best<'a>(words: impl Iterator<Item = &'a Word>, passes: bool) -> Option<&'a Word> {
    let fit = words.filter(|word| word.passes == passes && word.rank != Rank::Particular);
    fit.min_by_key(|word| (word.rank, std::cmp::Reverse(word.count)))
}
