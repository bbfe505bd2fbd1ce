//! Counts of features that a note says to be done: `7/14`, `7 of 14`, `seven out of 14`, `7 passing, 7 failing`, and shares of the list:
//! `half of the features`, `66% of the list`.
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

/// Words behind how many are not done.
const OPEN: &str = "failing failed fail fails open left to go remaining pending";
/// Parts of a whole, from the third on.
const PARTS: [&str; 5] = ["third", "quarter", "fifth", "sixth", "seventh"];

/// How far a count is one of the list's features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// It is said that features are counted, and that they are done.
    Plain,
    /// It fits the list, and nothing else is told of.
    Bare,
    /// It is a share of the list.
    Share,
}

/// So many are done, of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub some: usize,
    pub of: usize,
    pub counted: Counted,
}

/// The counts of done features in a note.
pub(super) fn told(sentences: &[Sentence], all: usize) -> Vec<Count> {
    let mut told = Vec::new();
    let mut of_others = false;
    for sentence in sentences {
        of_others |= speaks_of_others(sentence);
        if sentence.mood == Mood::Told && !is_elsewhere(sentence) {
            let is_only = sentences.len() == 1;
            told.extend(of_sentence(sentence, of_others, is_only));
            let tally = tally(sentence).filter(|tally| {
                let is_whole = tally.some == tally.of;
                tally.of == all && !of_others && (is_whole || is_only)
            });
            told.extend(tally);
        }
    }
    told
}

fn of_sentence(sentence: &Sentence, of_others: bool, is_only: bool) -> Vec<Count> {
    let about = || sentence.label.iter().map(String::as_str).chain(sentence.words());
    let is_feature = |word: &str| word.starts_with("feature");
    let names_features = about().any(is_feature);
    let says_done = about().any(is_state);
    let clauses: Vec<Clause> = sentence.clauses().map(|clause| Clause::of(&clause)).collect();
    let shares = clauses.iter().filter(|clause| says_done && clause.is_plain());
    let mut told: Vec<Count> = shares.flat_map(|clause| clause.shares.clone()).collect();
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
        (false, true) => is_alone && (some == of || is_only),
        (false, false) => false,
    });
    let counted = match names_features && says_done {
        true => Counted::Plain,
        false => Counted::Bare,
    };
    told.extend(counts.map(|(some, of)| Count { some, of, counted }));
    told
}

/// A sentence that is no more than how many pass and how many do not.
fn tally(sentence: &Sentence) -> Option<Count> {
    let clauses: Vec<Vec<&str>> = sentence.clauses().filter(|clause| !clause.is_empty()).collect();
    let [done, open] = clauses.as_slice() else { return None };
    let ([some, state], [left, rest @ ..]) = (done.as_slice(), open.as_slice()) else {
        return None;
    };
    let is_open = !rest.is_empty() && rest.iter().all(|word| is_among(OPEN, word));
    let (some, left) = number_of(some).zip(number_of(left)).filter(|_| is_state(state) && is_open)?;
    Some(Count {
        some,
        of: some.checked_add(left)?,
        counted: Counted::Bare,
    })
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
    shares: Vec<Count>,
    words: Vec<&'a str>,
}

impl<'a> Clause<'a> {
    fn of(said: &[&'a str]) -> Self {
        let (mut counts, mut shares, mut words, mut at) = (Vec::new(), Vec::new(), Vec::new(), 0);
        while let Some(rest) = said.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some((share, length)) = share(rest) {
                shares.push(share);
                at += length;
                continue;
            }
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
        Self { counts, shares, words }
    }

    /// Whether it says no more than how many are done.
    fn is_plain(&self) -> bool {
        let plain = |word: &str| {
            is_label(word) || is_state(word) || [BETWEEN, BEHIND, SUBJECT, BESIDE].iter().any(|line| is_among(line, word))
        };
        self.words.iter().all(|word| plain(word)) && !doubts(&self.words)
    }
}

/// The share of the list that begins here, and how many words it takes: "two thirds of the features".
fn share(words: &[&str]) -> Option<(Count, usize)> {
    let ((some, of), length) = fraction(words)?;
    let rest = words.get(length..)?;
    let rest = rest.strip_prefix(&["of"])?;
    let between = rest.iter().take_while(|word| is_among("the our all feature", word)).count();
    let is_of_list = rest
        .get(between)
        .is_some_and(|word| is_among("features list feature-list backlog", word));
    let count = Count {
        some,
        of,
        counted: Counted::Share,
    };
    is_of_list.then_some((count, length + between + 2))
}

/// A part of a whole, and how many words say it.
fn fraction(words: &[&str]) -> Option<((usize, usize), usize)> {
    let percent = |number: &str| number.parse().ok().filter(|number| *number < 100).map(|some| (some, 100));
    let part = |word: &str| {
        let word = word.strip_suffix('s').unwrap_or(word);
        PARTS.iter().position(|part| *part == word).map(|at| at + 3)
    };
    let of_parts = |some: &str, of: &str| number_of(some).or((some == "a").then_some(1)).zip(part(of));
    match words {
        ["half", ..] => Some(((1, 2), 1)),
        [some, "%" | "percent", ..] => Some((percent(some)?, 2)),
        [word, rest @ ..] => {
            let in_one = || {
                let digits = || {
                    word.split_once('/')
                        .and_then(|(some, of)| some.parse().ok().zip(of.parse().ok()))
                };
                let in_words = || word.split_once('-').and_then(|(some, of)| of_parts(some, of));
                percent(word.strip_suffix('%').unwrap_or_default())
                    .or_else(digits)
                    .or_else(in_words)
            };
            let in_two = || Some((of_parts(word, rest.first()?)?, 2));
            in_one().map(|found| (found, 1)).or_else(in_two)
        }
        [] => None,
    }
}
