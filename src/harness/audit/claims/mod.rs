//! Notes that the list gives the lie.
//!
//! Owns what is held against the list; what a sentence claims, [`sentence`] and [`claim`] say. Pure. Invariant: what was true at any
//! moment of the session, or may mean something else, is no lie: a finding that is none costs more than one that is missed.

mod claim;
mod sentence;
#[cfg(test)]
mod tests;
mod words;

use crate::protocol::{FeatureStatus, SessionNo};
use crate::session::State;
use claim::Claim;
use sentence::{Known, Mood, Sentence};
use std::collections::BTreeSet;
use words::is_done;

/// Says which lines of a session's notes the list gives the lie: counts of passing features, and features called done that do not pass.
pub(super) fn contradictions(notes: &[&str], state: &State, session: SessionNo) -> Vec<String> {
    let (passing, all) = state.features.progress();
    let seen = counts_seen(state, session);
    let lies = |count: usize| !seen.contains(&count);
    let rows = || {
        state
            .features
            .rows
            .iter()
            .map(|row| (row, row.feature.id.as_str().to_lowercase()))
    };
    let known: Known = rows()
        .map(|(row, id)| (id, sentence::name(&row.feature.description)))
        .collect();
    let mut against = Vec::new();
    for note in notes {
        let sentences = sentence::read(note, &known);
        for (some, of) in sentences.iter().flat_map(counts) {
            if of == all && lies(some) {
                against.push(format!("says {some}/{of}, the list {passing}/{all}"));
            }
        }
        for claim in claim::made(&sentences) {
            match claim {
                Claim::All(told) => {
                    if told.is_none_or(|told| told == all) && lies(all) {
                        against.push(format!("says that all {all} features are done"));
                    }
                }
                Claim::Project => {
                    if lies(all) {
                        against.push(format!("says that the project is done, the list {passing}/{all}"));
                    }
                }
                Claim::Feature(said) => {
                    let named = rows().find(|(_, id)| *id == said);
                    let lies = named.filter(|(row, _)| {
                        row.feature.status != FeatureStatus::Passing && !row.flips.iter().any(|flip| flip.session == session)
                    });
                    against.extend(lies.map(|(row, _)| format!("says that {} is done", row.feature.id)));
                }
            }
        }
    }
    let mut told = BTreeSet::new();
    against.retain(|line| told.insert(line.clone()));
    against
}

/// How many features passed at the session's start and after each of its flips.
fn counts_seen(state: &State, session: SessionNo) -> BTreeSet<usize> {
    let rows = state.features.rows.iter();
    let mut flips: Vec<_> = rows
        .flat_map(|row| &row.flips)
        .filter(|flip| flip.session == session)
        .map(|flip| (flip.seq, flip.to == FeatureStatus::Passing))
        .collect();
    flips.sort_unstable();
    let mut passing = state.features.progress().0;
    let mut seen = BTreeSet::from([passing]);
    for (_, up) in flips.iter().rev() {
        passing = if *up { passing.saturating_sub(1) } else { passing + 1 };
        seen.insert(passing);
    }
    seen
}

/// Counts of features that a sentence says to be done: `7/14`, `7 of 14`, `7 out of 14`.
fn counts(sentence: &Sentence) -> Vec<(usize, usize)> {
    let about = || sentence.label.iter().map(String::as_str).chain(sentence.words());
    let of_done = |word: &str| is_done(word) || word == "pass";
    if sentence.mood != Mood::Told || !about().any(|word| word.starts_with("feature")) || !about().any(of_done) {
        return Vec::new();
    }
    let clauses: Vec<_> = sentence.clauses().map(|clause| (counts_among(&clause), clause)).collect();
    let several = clauses.iter().map(|(counts, _)| counts.len()).sum::<usize>() > 1;
    let sound = clauses
        .into_iter()
        .filter(|(_, clause)| !words::doubts(clause) && (!several || clause.iter().any(|word| of_done(word))));
    sound.flat_map(|(counts, _)| counts).collect()
}

fn counts_among(words: &[&str]) -> Vec<(usize, usize)> {
    let count = |at: usize| match words.get(at..)? {
        [some, "of", of, ..] | [some, "out", "of", of, ..] => some.parse().ok().zip(of.parse().ok()),
        [both, ..] => both
            .split_once('/')
            .and_then(|(some, of)| some.parse().ok().zip(of.parse().ok())),
        [] => None,
    };
    (0..words.len()).filter_map(count).collect()
}
