//! What the sentences of a note claim to be done.
//!
//! Owns the few forms of such a claim: "F1 and F2 are done", "F3: passes", "Finished F4", a ticked entry, "all features pass".
//! Invariant: what does not have one of these forms to its end, or is taken back in the same note, is no claim.

use super::sentence::{Mood, Sentence, Token};
use super::words::{doubts, is_among, is_done};

/// Words that may stand between the ids of features and the word that calls them done.
const BETWEEN: &str = "\
    and feature features now is are was were both all x the been has have fully completely already finally also \
    implemented built tested reviewed written 100%";
/// Words that may stand behind it.
const BEHIND: &str = "\
    now too also already fully completely entirely correctly tested well finally as specified expected required \
    end-to-end end to 100% in this session here today again implemented";
/// Words that may stand before "finished F1".
const SUBJECT: &str = "i we have has session also now this";
/// What a project is called as a whole.
const WHOLE: &str = "project app application program";
/// Numbers in words.
const NUMBERS: [&str; 11] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];
/// Words with which a sentence goes on about what the one before it said.
const GOES_ON: &str = "but however only though still yet its it tests that";

/// What is called done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claim {
    /// A feature, by its id in small letters.
    Feature(String),
    /// All features, with how many that are, if that is said.
    All(Option<usize>),
    /// The project as a whole.
    Project,
}

/// Returns what is claimed, in the order in which it is said.
pub(super) fn made(sentences: &[Sentence]) -> Vec<Claim> {
    let mut made = Vec::new();
    for (at, sentence) in sentences
        .iter()
        .enumerate()
        .filter(|(_, sentence)| sentence.mood == Mood::Told)
    {
        let follows = sentences.get(at + 1).filter(|next| {
            let opens = next.words().next().is_some_and(|word| is_among(GOES_ON, word));
            opens && next.is_doubtful()
        });
        let others = || sentences.iter().enumerate().filter(|(other, _)| *other != at);
        let taken_back = |claim: &Claim| {
            follows.is_some()
                || others().any(|(_, other)| {
                    other.is_doubtful()
                        && match claim {
                            Claim::Feature(id) => other.names(id),
                            Claim::All(_) | Claim::Project => names_any(other),
                        }
                })
        };
        made.extend(Reading::of(sentence).claims().into_iter().filter(|claim| !taken_back(claim)));
    }
    made
}

fn names_any(sentence: &Sentence) -> bool {
    sentence.tokens.iter().any(|token| matches!(token, Token::Id(_)))
}

/// A sentence that is being read.
struct Reading<'a> {
    rest: &'a [Token],
    is_ticked: bool,
}

impl<'a> Reading<'a> {
    fn of(sentence: &'a Sentence) -> Self {
        Self {
            rest: &sentence.tokens,
            is_ticked: sentence.is_ticked,
        }
    }

    fn word(&self) -> Option<&'a str> {
        match self.rest.first()? {
            Token::Word(word) => Some(word),
            Token::Id(_) | Token::Stop => None,
        }
    }

    fn pass(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn pass_words(&mut self, known: impl Fn(&str) -> bool) {
        while self.word().is_some_and(&known) {
            self.pass();
        }
    }

    /// Claims that follow each other from the beginning of the sentence on.
    fn claims(mut self) -> Vec<Claim> {
        let mut claims = Vec::new();
        loop {
            while matches!(self.rest.first(), Some(Token::Stop)) || self.word() == Some("and") {
                self.pass();
            }
            let Some(found) = self.claim() else { break };
            if !self.is_taken_back(&found) {
                claims.extend(found);
            }
        }
        claims
    }

    /// The claim that begins here, if it is one to its end.
    fn claim(&mut self) -> Option<Vec<Claim>> {
        let is_ticked = self.is_ticked;
        let leads = self.leads();
        let claims = match self.all() {
            Some(all) if !leads => vec![all],
            _ => self.ids()?,
        };
        if !leads {
            self.pass_words(|word| is_among(BETWEEN, word));
            let done = self.word().filter(|word| is_done(word) || *word == "pass")?;
            // That an app works is said of what there is of it.
            if claims == [Claim::Project] && !matches!(done, "done" | "complete" | "completed" | "finished") {
                return None;
            }
            self.pass();
        }
        self.pass_words(|word| is_among(BEHIND, word) || is_done(word));
        match self.rest.first() {
            None => Some(claims),
            // What an entry that is ticked off says beside the id is what was ticked off.
            Some(Token::Stop) => (!is_ticked).then_some(claims),
            Some(Token::Word(word)) if word == "and" => Some(claims),
            Some(Token::Word(_) | Token::Id(_)) => None,
        }
    }

    /// Passes "I finished", "Completed", and says whether the ids of what is done come next.
    fn leads(&mut self) -> bool {
        if std::mem::take(&mut self.is_ticked) {
            self.pass_words(|word| matches!(word, "feature" | "features"));
            return true;
        }
        let before = self.rest;
        self.pass_words(|word| is_among(SUBJECT, word) || word.bytes().all(|byte| byte.is_ascii_digit()));
        let leads = self
            .word()
            .is_some_and(|word| matches!(word, "done" | "finished" | "completed"));
        if leads {
            self.pass();
            self.pass_words(|word| matches!(word, "feature" | "features" | "with"));
        } else {
            self.rest = before;
        }
        leads
    }

    /// Passes ids in a row, with what parts them.
    fn ids(&mut self) -> Option<Vec<Claim>> {
        let mut ids = Vec::new();
        let mut from = self.rest;
        loop {
            match self.rest.first() {
                Some(Token::Id(id)) => {
                    ids.push(Claim::Feature(id.clone()));
                    self.pass();
                    from = self.rest;
                }
                Some(Token::Stop) if !ids.is_empty() => self.pass(),
                Some(Token::Word(word)) if is_among(BETWEEN, word) => self.pass(),
                _ => break,
            }
        }
        // What stood between two ids may as well stand before the word that calls them done.
        if !self.word().is_some_and(|word| is_done(word) || word == "pass") {
            self.rest = from;
        }
        (!ids.is_empty()).then_some(ids)
    }

    /// Passes "all three features", "every feature", "the whole project".
    fn all(&mut self) -> Option<Claim> {
        let before = self.rest;
        let found = self.all_features().or_else(|| {
            self.rest = before;
            self.pass_words(|word| matches!(word, "the" | "whole" | "entire" | "complete"));
            self.word().filter(|word| is_among(WHOLE, word))?;
            self.pass();
            Some(Claim::Project)
        });
        if found.is_none() {
            self.rest = before;
        }
        found
    }

    fn all_features(&mut self) -> Option<Claim> {
        let first = self.word()?;
        if !matches!(first, "all" | "every" | "each" | "both" | "100%") {
            return None;
        }
        self.pass();
        self.pass_words(|word| matches!(word, "of" | "the" | "our" | "single"));
        let mut number = (first == "both").then_some(2);
        if let Some(told) = self.word().and_then(number_of) {
            number = Some(told);
            self.pass();
        }
        self.word().filter(|word| matches!(*word, "feature" | "features"))?;
        self.pass();
        Some(Claim::All(number))
    }

    /// Whether what follows in the sentence takes the claims back. What it says of another feature, or of what comes next, does not.
    fn is_taken_back(&self, claims: &[Claim]) -> bool {
        let all = claims.iter().any(|claim| !matches!(claim, Claim::Feature(_)));
        self.rest.split(|token| *token == Token::Stop).any(|clause| {
            let others = clause
                .iter()
                .any(|token| matches!(token, Token::Id(id) if !claims.contains(&Claim::Feature(id.clone()))));
            let words: Vec<&str> = clause
                .iter()
                .filter_map(|token| match token {
                    Token::Word(word) => Some(word.as_str()),
                    Token::Id(_) | Token::Stop => None,
                })
                .collect();
            let goes_on = matches!(words.first(), Some(&("next" | "then" | "now" | "continue")));
            (all || !others) && !goes_on && doubts(&words)
        })
    }
}

fn number_of(word: &str) -> Option<usize> {
    word.parse()
        .ok()
        .or_else(|| NUMBERS.iter().position(|number| *number == word))
}
