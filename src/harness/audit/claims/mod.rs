//! Notes that the list gives the lie.
//!
//! Owns what is held against the list; what a sentence claims, [`sentence`] and [`claim`] say. Pure. Invariant: what was true at any
//! moment of the session, or may mean something else, is no lie: a finding that is none costs more than one that is missed.

mod claim;
mod counts;
mod cut;
mod known;
mod sentence;
#[cfg(test)]
mod tests;
mod whole;
mod words;

use crate::protocol::{FeatureStatus, SessionNo};
use crate::session::State;
use crate::session::state::FeatureRow;
use claim::Claim;
use known::Known;
use std::collections::BTreeSet;

/// Says which lines of a session's notes the list gives the lie: counts of passing features, and features called done that do not pass.
pub(super) fn contradictions(notes: &[&str], state: &State, session: SessionNo) -> Vec<String> {
    let held = Held::of(state, session);
    let mut against = Vec::new();
    for note in notes {
        let sentences = sentence::read(note, &held.known);
        let counts = counts::told(&sentences).into_iter();
        against.extend(counts.filter_map(|(some, of)| held.count(some, of)));
        // What a note calls everything may be everything of the feature that it tells of.
        let names_some = sentences.iter().any(|sentence| sentence.ids().next().is_some());
        let claims = claim::made(&sentences).into_iter();
        let told = claims.filter(|claim| *claim != Claim::Everything || !names_some);
        against.extend(told.filter_map(|claim| held.against(&claim)));
    }
    once_each(against)
}

/// Says what the closing words of a session claim of the whole that the list gives the lie; `None` if they claim no such thing.
#[must_use]
pub fn victory(summary: &str, state: &State, session: SessionNo) -> Option<String> {
    let held = Held::of(state, session);
    let sentences = sentence::read(summary, &held.known);
    let counts = counts::told(&sentences).into_iter().filter(|(some, of)| some == of);
    let mut against: Vec<String> = counts.filter_map(|(some, of)| held.count(some, of)).collect();
    let claims = claim::made(&sentences).into_iter();
    let whole = claims.filter(|claim| matches!(claim, Claim::All(_) | Claim::Project | Claim::Everything));
    against.extend(whole.filter_map(|claim| held.against(&claim)));
    let against = once_each(against);
    (!against.is_empty()).then(|| against.join("; "))
}

fn once_each(mut lines: Vec<String>) -> Vec<String> {
    let mut told = BTreeSet::new();
    lines.retain(|line| told.insert(line.clone()));
    lines
}

/// What claims are held against.
struct Held<'a> {
    state: &'a State,
    session: SessionNo,
    known: Known,
    /// How many features have passed at some moment of the session.
    seen: BTreeSet<usize>,
    passing: usize,
    all: usize,
}

impl<'a> Held<'a> {
    fn of(state: &'a State, session: SessionNo) -> Self {
        let rows = state.features.rows.iter().map(|row| &row.feature);
        let (passing, all) = state.features.progress();
        Self {
            state,
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

    fn count(&self, some: usize, of: usize) -> Option<String> {
        let lies = of == self.all && !self.seen.contains(&some);
        lies.then(|| format!("says {some}/{of}, the list {}/{}", self.passing, self.all))
    }

    fn against(&self, claim: &Claim) -> Option<String> {
        let (passing, all) = (self.passing, self.all);
        let whole = || all > 0 && !self.seen.contains(&all);
        // What passed at any moment of the session was so when it was written.
        let open = |row: &&FeatureRow| {
            row.feature.status != FeatureStatus::Passing && !row.flips.iter().any(|flip| flip.session == self.session)
        };
        let mut rows = self.state.features.rows.iter();
        match claim {
            Claim::All(told) => {
                let lies = told.is_none_or(|told| told == all) && whole();
                lies.then(|| format!("says that all {all} features are done"))
            }
            Claim::Count(told) => {
                let lies = *told <= all && self.seen.iter().all(|seen| seen < told);
                lies.then(|| match *told == all {
                    true => format!("says that all {all} features are done"),
                    false => format!("says that {told} features are done, the list {passing}/{all}"),
                })
            }
            Claim::Project => whole().then(|| format!("says that the project is done, the list {passing}/{all}")),
            Claim::Everything => whole().then(|| format!("says that everything is done, the list {passing}/{all}")),
            Claim::AllBut(left) => {
                let row = rows.find(|row| open(row) && !left.contains(&row.feature.id.as_str().to_lowercase()))?;
                Some(format!(
                    "says that only {} is left, and {} does not pass",
                    self.named(left),
                    row.feature.id
                ))
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
