//! Words of an agent that the list gives the lie: its notes, and those by which it ends a session.
//!
//! Owns what is held against the list, by one rule for both; what a sentence claims, [`sentence`] and [`claim`] say. Pure. Invariant:
//! what was true at any moment of the session (of its closing words: at its end), or may mean something else, is no lie: a finding that
//! is none costs more than one that is missed. Reading prose is a help and no proof: nothing passes or ends by what is found here or
//! missed, only by evidence.

mod aside;
mod claim;
mod counts;
mod cut;
mod kind;
mod known;
mod less;
mod rest;
mod sentence;
mod spared;
#[cfg(test)]
mod tests;
mod whole;
mod words;

use crate::protocol::{FeatureStatus, SessionNo};
use crate::session::State;
use crate::session::state::FeatureRow;
use counts::{Count, Counted};
use kind::{Claim, Sure};
use known::Known;
use sentence::{Sentence, Token};
use std::collections::BTreeSet;

/// From how many on a number of things is taken for a count of the list's features where it is about as many.
const MANY: usize = 10;

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// In a note: what it calls everything may be everything of the feature that it tells of.
    Note,
    /// In the words by which a session ends: what they call everything is what the session was there for.
    Closing,
}

/// Says what of a text the list gives the lie: counts of passing features, features called done that do not pass, and such as pass called
/// open.
pub(super) fn contradictions(text: &str, said: Said, state: &State, session: SessionNo) -> Vec<String> {
    judged(text, said, state, session, |_| true)
}

/// Says which of them call more done than is.
pub(super) fn overclaims(text: &str, said: Said, state: &State, session: SessionNo) -> Vec<String> {
    judged(text, said, state, session, |claim| !claim.is_less())
}

fn judged(text: &str, said: Said, state: &State, session: SessionNo, asked: impl Fn(&Claim) -> bool) -> Vec<String> {
    let held = Held::of(state, said, session);
    let sentences = sentence::read(text, &held.known);
    let mut against: Vec<String> = counts::told(&sentences, held.all)
        .into_iter()
        .filter_map(|count| held.count(count))
        .collect();
    let claims = claim::made(&sentences).into_iter();
    let told = claims.filter(|(sentence, claim)| asked(claim) && is_of_the_list(claim, sentence, &sentences, said, held.all));
    against.extend(told.filter_map(|(_, claim)| held.against(&claim)));
    once_each(against)
}

/// Says whether a claim of everything is one of all that is on the list, which holds so many.
fn is_of_the_list(claim: &Claim, sentence: &Sentence, sentences: &[Sentence], said: Said, all: usize) -> bool {
    let names_some = |other: &Sentence| other.ids().next().is_some();
    // What stands beside the name of a feature, or below it, may be said of that one.
    let is_own = || {
        sentence.is_of_feature
            || sentences
                .iter()
                .any(|other| other.block == sentence.block && names_some(other))
    };
    match claim {
        Claim::Everything(Sure::Green) => sentences.len() == 1 && sentence.words().next() == Some("everything"),
        Claim::Everything(Sure::Labelled) if said == Said::Note => sentences.len() == 1,
        Claim::Everything(Sure::Labelled) => !sentences.iter().any(names_some),
        Claim::Everything(_) if said == Said::Closing => true,
        Claim::Everything(Sure::Meant) => !sentences.iter().any(names_some),
        Claim::Everything(Sure::Said) => !is_own(),
        Claim::AllOf(_) if sentences.iter().any(counts::speaks_of_others) => false,
        // More than there are may be anything, unless nothing else is told of.
        Claim::AllOf(number) if *number > all => sentences.len() == 1,
        Claim::AllOf(number) if *number < MANY => !sentences.iter().any(names_some),
        Claim::AllOf(_) => !is_own(),
        // "All tests ran: everything passes except F3" tells of the tests.
        Claim::AllBut(_) if sentence.words().any(|word| word == "everything") => !sentences.iter().any(counts::speaks_of_others),
        // Nothing of the feature in hand, or of its tests.
        Claim::NothingPasses => {
            !is_own()
                && !sentences
                    .iter()
                    .any(|other| names_some(other) || counts::speaks_of_others(other))
        }
        // What comes first in a sentence stands under no condition.
        Claim::Open(_) => matches!(sentence.tokens.first(), Some(Token::Id(_))),
        Claim::Feature(_)
        | Claim::AllBut(_)
        | Claim::Count(_)
        | Claim::All(_)
        | Claim::Left(_)
        | Claim::Project
        | Claim::NoFeature => true,
    }
}

fn once_each(mut lines: Vec<String>) -> Vec<String> {
    let mut told = BTreeSet::new();
    lines.retain(|line| told.insert(line.clone()));
    lines
}

/// What claims are held against.
struct Held<'a> {
    state: &'a State,
    said: Said,
    session: SessionNo,
    known: Known,
    /// How many features have passed at some moment of the session.
    seen: BTreeSet<usize>,
    passing: usize,
    all: usize,
}

impl<'a> Held<'a> {
    fn of(state: &'a State, said: Said, session: SessionNo) -> Self {
        let rows = state.features.rows.iter().map(|row| &row.feature);
        let (passing, all) = state.features.progress();
        Self {
            state,
            said,
            session,
            known: Known::new(rows.map(|feature| (feature.id.to_string(), cut::name(&feature.description)))),
            seen: counts_seen(state, session),
            passing,
            all,
        }
    }

    /// Ids as the list writes them.
    fn named(&self, ids: &[String]) -> String {
        let rows = self.state.features.rows.iter().map(|row| row.feature.id.as_str());
        let named: Vec<&str> = rows.filter(|id| ids.contains(&id.to_lowercase())).collect();
        named.join(", ")
    }

    fn count(&self, told: Count) -> Option<String> {
        let Count { some, of, counted } = told;
        let lies = match counted {
            Counted::Bare => of == self.all && self.are_too_many(some),
            _ if of == self.all => !self.seen.contains(&some),
            // Of however many: no more can pass than do on the whole list.
            Counted::Plain => of < self.all && self.are_too_many(some),
            Counted::Share => self.is_no_share(some, of),
        };
        let said = match (counted, of) {
            (Counted::Share, 100) => format!("{some}%"),
            _ => format!("{some}/{of}"),
        };
        lies.then(|| format!("says {said}, the list {}/{}", self.passing, self.all))
    }

    /// Whether never about such a share of the features passed. Shares in words and small numbers are rough.
    fn is_no_share(&self, some: usize, of: usize) -> bool {
        let off = if of == 100 { 1 } else { 10 };
        let differs = |seen: &usize| (seen * of * 100).abs_diff(some.saturating_mul(self.all * 100)) > off * of * self.all;
        of > 0 && self.all > 0 && self.seen.iter().all(differs)
    }

    /// Whether never so many features passed, of those that there are.
    fn are_too_many(&self, told: usize) -> bool {
        told <= self.all && self.seen.iter().all(|seen| *seen < told)
    }

    /// Whether the state of a feature may have been another when the words were written: those of a note may stand anywhere in the
    /// session, and those by which it ends tell what is so then.
    fn was_another(&self, row: &FeatureRow) -> bool {
        self.said == Said::Note && row.flips.iter().any(|flip| flip.session == self.session)
    }

    fn says_so_many(&self, told: usize) -> String {
        let (passing, all) = (self.passing, self.all);
        match told == all {
            true => format!("says that all {all} features are done"),
            false => format!("says that {told} features are done, the list {passing}/{all}"),
        }
    }

    fn against(&self, claim: &Claim) -> Option<String> {
        let (passing, all) = (self.passing, self.all);
        let whole = || all > 0 && !self.seen.contains(&all);
        let open = |row: &&FeatureRow| row.feature.status != FeatureStatus::Passing && !self.was_another(row);
        let mut rows = self.state.features.rows.iter();
        match claim {
            Claim::All(told) => {
                let told = told.unwrap_or(all);
                (whole() && self.are_too_many(told)).then(|| self.says_so_many(told))
            }
            Claim::Count(told) => self.are_too_many(*told).then(|| self.says_so_many(*told)),
            Claim::Left(left) => {
                let done = all.checked_sub(*left)?;
                let (are, features) = if *left == 1 { ("is", "feature") } else { ("are", "features") };
                self.are_too_many(done)
                    .then(|| format!("says that {left} {features} {are} left, the list {passing}/{all}"))
            }
            Claim::AllOf(told) if *told > all => {
                whole().then(|| format!("says that all of {told} are done, the list {passing}/{all}"))
            }
            Claim::AllOf(told) => {
                let is_about_all = *told * 10 >= all * 9;
                (is_about_all && self.are_too_many(*told)).then(|| self.says_so_many(*told))
            }
            Claim::Project => whole().then(|| format!("says that the project is done, the list {passing}/{all}")),
            Claim::Everything(_) => whole().then(|| format!("says that everything is done, the list {passing}/{all}")),
            Claim::AllBut(left) => {
                let row = rows.find(|row| open(row) && !left.contains(&row.feature.id.as_str().to_lowercase()))?;
                Some(format!(
                    "says that only {} is left, and {} does not pass",
                    self.named(left),
                    row.feature.id
                ))
            }
            Claim::NoFeature | Claim::NothingPasses => {
                let was_so = self.said == Said::Note && self.seen.contains(&0);
                (passing > 0 && !was_so).then(|| format!("says that no feature passes, the list {passing}/{all}"))
            }
            Claim::Open(said) => {
                let row = rows.find(|row| row.feature.id.as_str().to_lowercase() == *said)?;
                let passes = row.feature.status == FeatureStatus::Passing;
                (passes && !self.was_another(row))
                    .then(|| format!("says that {} does not pass, the list that it does", row.feature.id))
            }
            Claim::Feature(said) => {
                let row = rows.find(|row| row.feature.id.as_str().to_lowercase() == *said)?;
                open(&row).then(|| format!("says that {} is done", row.feature.id))
            }
        }
    }
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
