//! Notes that the list gives the lie.
//!
//! Owns what counts as saying that a feature is done. Pure. Invariant: what was true at any moment of the session, or may mean something
//! else, is no lie: a finding that is none costs more than one that is missed.

use super::words;
use crate::protocol::{FeatureStatus, SessionNo};
use crate::session::State;
use std::collections::BTreeSet;

/// Words that say of a feature that it is finished.
const DONE: [&str; 6] = ["passes", "passing", "done", "complete", "completed", "finished"];
/// Words that may stand before them beside the features' ids.
const BETWEEN: [&str; 11] = [
    "and", "feature", "features", "now", "is", "are", "was", "were", "both", "all", "x",
];
/// Words with which a sentence says the opposite after all, or speaks of what is to come.
const DOUBT: [&str; 13] = [
    "not", "no", "isn't", "doesn't", "don't", "until", "once", "when", "if", "next", "except", "but", "without",
];

/// Says which lines of a session's notes the list gives the lie: counts of passing features, and features called done that do not pass.
pub(super) fn contradictions(notes: &[&str], state: &State, session: SessionNo) -> Vec<String> {
    let (passing, all) = state.features.progress();
    let seen = counts_seen(state, session);
    let mut against = Vec::new();
    for line in notes.iter().flat_map(|note| note.lines()) {
        for (some, of) in counts(line) {
            if of == all && !seen.contains(&some) && mentions_features(line) {
                against.push(format!("says {some}/{of}, the list {passing}/{all}"));
            }
        }
        for said in line
            .split([';', ':', '!'])
            .flat_map(|part| part.split(". "))
            .flat_map(called_done)
        {
            let row = state
                .features
                .rows
                .iter()
                .find(|row| row.feature.id.as_str().to_lowercase() == said);
            let lies = row.filter(|row| {
                let passed = |flip: &crate::session::state::Flip| flip.session == session && flip.to == FeatureStatus::Passing;
                row.feature.status != FeatureStatus::Passing && !row.flips.iter().any(passed)
            });
            against.extend(lies.map(|row| format!("says that {} is done", row.feature.id)));
        }
    }
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

/// The ids, in small letters, that a sentence calls done: those of which it says nothing else first.
fn called_done(sentence: &str) -> Vec<String> {
    let mut named = Vec::new();
    for word in words(sentence) {
        let small = word.to_lowercase();
        if DONE.contains(&small.as_str()) {
            let rest = sentence.split_once(word).map_or("", |(_, rest)| rest);
            let rest = rest.split(',').next().unwrap_or_default();
            let doubts = words(rest).any(|word| DOUBT.contains(&word.to_lowercase().as_str()));
            return if doubts { Vec::new() } else { named };
        }
        if small.contains(|c: char| c.is_ascii_digit()) {
            named.push(small);
        } else if !BETWEEN.contains(&small.as_str()) {
            break;
        }
    }
    Vec::new()
}

fn mentions_features(line: &str) -> bool {
    let line = line.to_lowercase();
    line.contains("feature") && (line.contains("pass") || line.contains("done") || line.contains("complete"))
}

/// Counts in a line: `7/14`, `7 of 14`.
fn counts(line: &str) -> Vec<(usize, usize)> {
    let words: Vec<&str> = words(line).collect();
    let slashed = words.iter().filter_map(|word| {
        let (some, of) = word.split_once('/')?;
        Some((some.parse().ok()?, of.parse().ok()?))
    });
    let said = words
        .windows(3)
        .filter(|three| three[1] == "of")
        .filter_map(|three| Some((three[0].parse().ok()?, three[2].parse().ok()?)));
    slashed.chain(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::FlipBy;
    use crate::protocol::{Feature, FeatureId, Seq};
    use crate::session::state::{FeatureRow, Flip};
    use jiff::Timestamp;

    fn row(id: &str, passes: bool) -> FeatureRow {
        FeatureRow {
            feature: Feature {
                id: FeatureId::from(id),
                description: format!("what {id} does"),
                status: if passes {
                    FeatureStatus::Passing
                } else {
                    FeatureStatus::Failing
                },
                ..Feature::default()
            },
            ..FeatureRow::default()
        }
    }

    fn board(passing: usize, all: usize) -> State {
        let mut state = State::default();
        state.features.rows = (0..all).map(|n| row(&format!("F{:03}", n + 1), n < passing)).collect();
        state
    }

    fn against(note: &str) -> Vec<String> {
        contradictions(&[note], &board(2, 4), SessionNo(1))
    }

    #[test]
    fn notes_are_held_against_the_list() {
        assert_eq!(against("Now 3/4 features pass."), ["says 3/4, the list 2/4"]);
        assert_eq!(against("3 of 4 features are done"), ["says 3/4, the list 2/4"]);
        assert_eq!(against("- F003 is done, tests pass"), ["says that F003 is done"]);
        assert_eq!(
            against("F001, F003 and F004 are done, no open issues"),
            ["says that F003 is done", "says that F004 is done"]
        );
        for fine in [
            "2/4 features pass",
            "tests 3/4 in 2 s",
            "F002 is done",
            "F003 is not done yet",
            "F003 passes once the parser is mended",
            "Next: F003; done with F002",
            "F0030 is done",
            "step 3 of 4 is done",
            "Mend cut() and F003 is done.",
            "Earlier session claimed F003 passes; it never did",
            "F003 is done but for the tests",
        ] {
            assert_eq!(against(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn what_was_so_when_it_was_written_is_no_lie() {
        let mut state = board(2, 4);
        let flip = |seq, to| Flip {
            time: Timestamp::UNIX_EPOCH,
            session: SessionNo(1),
            seq: Seq(seq),
            to,
            by: FlipBy::Harness,
            evidence: None,
            reason: String::new(),
        };
        state.features.rows[1].flips = vec![flip(5, FeatureStatus::Passing)];
        state.features.rows[2].flips = vec![flip(6, FeatureStatus::Passing), flip(7, FeatureStatus::Failing)];
        let told = |note, session| contradictions(&[note], &state, SessionNo(session));
        for note in ["1/4 features pass", "3/4 features pass", "F003 is done"] {
            assert_eq!(told(note, 1), Vec::<String>::new(), "{note}");
            assert_eq!(told(note, 2).len(), 1, "{note}");
        }
    }
}
