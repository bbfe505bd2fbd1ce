//! Counts of features that a note says to be done: `7/14`, `7 of 14`, `seven out of 14`.
//!
//! Invariant: a count of anything else than features, or of another list's, is none.

use super::sentence::{Mood, Sentence, Token};
use super::words::{BEHIND, BETWEEN, SUBJECT, doubts, is_among, is_label, is_state, number_of};

/// Words that may stand beside a count.
const BESIDE: &str = "at with that list shows stands makes total there which being be";
/// Words with which a clause tells where what follows holds.
const WHERE: &str = "in for on over within under per";
/// What else is counted and passes.
const OTHERS: [&str; 9] = [
    "test", "check", "case", "step", "spec", "assert", "suite", "scenario", "example",
];

/// Says whether a sentence speaks of anything else that is counted and passes.
pub(super) fn speaks_of_others(sentence: &Sentence) -> bool {
    let mut words = sentence.words().chain(sentence.label.iter().map(String::as_str));
    words.any(|word| OTHERS.iter().any(|other| word.contains(other)))
}

/// So many are done, of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub some: usize,
    pub of: usize,
    /// Whether it is said that features are counted, and that they are done.
    pub is_plain: bool,
}

/// The counts of done features in a note.
pub(super) fn told(sentences: &[Sentence]) -> Vec<Count> {
    let mut told = Vec::new();
    let mut of_others = false;
    for sentence in sentences {
        of_others |= speaks_of_others(sentence);
        if sentence.mood == Mood::Told && !is_elsewhere(sentence) {
            told.extend(of_sentence(sentence, of_others));
        }
    }
    told
}

fn of_sentence(sentence: &Sentence, of_others: bool) -> Vec<Count> {
    let about = || sentence.label.iter().map(String::as_str).chain(sentence.words());
    let is_feature = |word: &str| word.starts_with("feature");
    let names_features = about().any(is_feature);
    let says_done = about().any(is_state);
    let clauses: Vec<Clause> = sentence.clauses().map(|clause| Clause::of(&clause)).collect();
    let several = clauses.iter().map(|clause| clause.counts.len()).sum::<usize>() > 1;
    let sound = clauses.into_iter().filter(|clause| {
        let is_done = says_done && (!several || clause.words.iter().any(|word| is_state(word)));
        clause.is_plain() && (is_done || !says_done)
    });
    let is_alone = sentence.ids().next().is_none() && !of_others;
    let counts = sound.flat_map(|clause| clause.counts);
    let counts = counts.filter(|(some, of)| match (names_features, says_done) {
        (true, true) => true,
        // As many as there are can be nothing but all.
        (true, false) => some == of,
        (false, true) => some == of && is_alone,
        (false, false) => false,
    });
    let is_plain = names_features && says_done;
    counts.map(|(some, of)| Count { some, of, is_plain }).collect()
}

/// Whether a sentence begins with where what it says holds.
fn is_elsewhere(sentence: &Sentence) -> bool {
    let first: Vec<&str> = sentence.tokens.iter().map_while(Token::text).collect();
    let rest = first.get(1..).unwrap_or_default();
    first.first().is_some_and(|word| is_among(WHERE, word)) && !rest.iter().all(|word| is_label(word) || *word == "total")
}

/// A clause, with the counts taken out of it.
struct Clause<'a> {
    counts: Vec<(usize, usize)>,
    words: Vec<&'a str>,
}

impl<'a> Clause<'a> {
    fn of(said: &[&'a str]) -> Self {
        let (mut counts, mut words, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(rest) = said.get(at..).filter(|rest| !rest.is_empty()) {
            let (count, length) = match rest {
                [some, "of", "the", of, ..] => (number_of(some).zip(number_of(of)), 4),
                [some, "of", of, ..] => (number_of(some).zip(number_of(of)), 3),
                [some, "out", "of", of, ..] => (number_of(some).zip(number_of(of)), 4),
                _ => (None, 1),
            };
            let in_one = || {
                let (some, of) = rest.first()?.split_once('/')?;
                some.parse().ok().zip(of.parse().ok())
            };
            if let Some(count) = count {
                counts.push(count);
                at += length;
            } else if let Some(count) = in_one() {
                counts.push(count);
                at += 1;
            } else {
                words.extend(rest.first());
                at += 1;
            }
        }
        Self { counts, words }
    }

    /// Whether it says no more than how many are done.
    fn is_plain(&self) -> bool {
        let plain = |word: &str| {
            is_label(word) || is_state(word) || [BETWEEN, BEHIND, SUBJECT, BESIDE].iter().any(|line| is_among(line, word))
        };
        self.words.iter().all(|word| plain(word)) && !doubts(&self.words)
    }
}
