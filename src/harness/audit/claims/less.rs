//! Claims of less than there is: features said not to pass, or that none does.
//!
//! Invariant: what is said of a feature under any condition, or of a part of it, is none; nor is what was mended afterwards.

use super::claim::Reading;
use super::kind::Claim;
use super::sentence::{Sentence, Token};
use super::words::{is_among, is_done, is_state};

/// Words for a feature that does not pass.
const OPEN: &str = "open failing broken red unfinished";
/// Words with which a sentence says how something is.
const IS: &str = "is are still currently now";
/// Words that may stand behind.
const BEHIND: &str = "yet still now currently and";
/// Beginnings of words that tell of something that was mended since.
const MENDS: [&str; 12] = [
    "fix", "mend", "repair", "resolv", "solv", "restor", "again", "green", "pass", "work", "was", "were",
];

impl Reading<'_> {
    /// "F3 is still failing", "nothing passes yet"
    pub(super) fn less(&mut self) -> Option<Vec<Claim>> {
        let before = self.rest;
        let found = if self.is_ticked {
            None
        } else {
            self.none_passes().or_else(|| {
                self.rest = before;
                self.not_passing()
            })
        };
        if found.is_none() {
            self.rest = before;
        }
        found
    }

    /// "F3 does not work"
    fn not_passing(&mut self) -> Option<Vec<Claim>> {
        let ids = self.ids_alone()?;
        let mut is_said = self.rest.first() == Some(&Token::Colon);
        if is_said {
            self.pass();
        }
        is_said |= self.pass_among(IS);
        match self.word()? {
            "fails" | "fail" => self.pass(),
            "not" | "doesn't" | "don't" | "isn't" | "aren't" => self.pass_state()?,
            "does" | "do" => {
                self.pass();
                self.word().filter(|word| *word == "not")?;
                self.pass_state()?;
            }
            open if is_said && is_among(OPEN, open) => self.pass(),
            _ => return None,
        }
        self.pass_words(|word| is_among(BEHIND, word) || is_among(OPEN, word));
        matches!(self.rest, [] | [Token::Stop, Token::Id(_), ..] | [Token::Id(_), ..])
            .then(|| ids.into_iter().map(Claim::Open).collect())
    }

    /// Passes a word that denies, and the state that it denies.
    fn pass_state(&mut self) -> Option<()> {
        self.pass();
        self.pass_among("yet currently");
        self.word().filter(|word| is_state(word))?;
        self.pass_words(is_state);
        Some(())
    }

    /// "Not a single feature passes"
    fn none_passes(&mut self) -> Option<Vec<Claim>> {
        let is_all = match self.word()? {
            "nothing" => {
                self.pass();
                true
            }
            "no" | "none" | "not" => {
                self.pass();
                self.pass_among("a single one of the");
                self.word().filter(|word| matches!(*word, "feature" | "features"))?;
                self.pass();
                false
            }
            _ => return None,
        };
        let is_said = self.pass_among(IS);
        // "Nothing done" may be said of a session.
        self.word()
            .filter(|word| matches!(*word, "passes" | "pass" | "passing") || is_said && is_done(word))?;
        self.pass();
        self.pass_among(BEHIND);
        let claim = if is_all { Claim::NothingPasses } else { Claim::NoFeature };
        self.rest.is_empty().then_some(vec![claim])
    }
}

/// Whether another sentence of the text takes back that a feature does not pass: it tells of it, or of something that was mended. That
/// others pass is no such thing.
pub(super) fn is_mended(id: &str, other: &Sentence) -> bool {
    let mends = |word: &str| MENDS.iter().any(|mends| word.starts_with(mends));
    other.words().any(mends) && !is_of_others(id, other) || other.names(id) && !other.is_doubtful()
}

/// Whether a sentence says to its end how other features stand, and no more.
fn is_of_others(id: &str, other: &Sentence) -> bool {
    if other.names(id) || other.ids().next().is_none() {
        return false;
    }
    let claims = Reading::of(other).claims();
    let of_other = |claim: &Claim| claim.feature().is_some_and(|told| told != id);
    !claims.is_empty() && claims.iter().all(of_other)
}
