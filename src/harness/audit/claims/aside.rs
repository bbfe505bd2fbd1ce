//! What stands behind a claim in its sentence, and whether that takes it back.
//!
//! Invariant: what is said of another feature, of what comes next, or of what the claim itself leaves out, takes nothing back.

use super::claim::Reading;
use super::kind::Claim;
use super::rest::counts_rest;
use super::sentence::Token;
use super::words::{DETAIL, GOES_TO, doubts, is_among};

/// Words with which a clause goes on about what the one before it ended with.
pub(super) const OF_LAST: &str = "which its it because since that whose";

impl Reading<'_> {
    /// Whether what follows in the sentence takes the claims back. What it says of another feature, or of what comes next, does not.
    pub(super) fn is_taken_back(&self, claims: &[Claim]) -> bool {
        let all = claims.iter().any(|claim| claim.feature().is_none());
        let is_other = |token: &Token| matches!(token, Token::Id(id) if !claims.iter().any(|claim| claim.feature() == Some(id)));
        // Behind an id alone comes what is said of it.
        let mut is_named = false;
        let clauses = self.rest.split(Token::parts).filter(|clause| !clause.is_empty());
        for clause in clauses {
            let own = clause.iter().any(|token| matches!(token, Token::Id(_)) && !is_other(token));
            let others = clause.iter().any(is_other) || is_named && !own;
            is_named = clause
                .iter()
                .all(|token| is_other(token) || token.text().is_some_and(|word| is_among(DETAIL, word)));
            let words: Vec<&str> = clause
                .iter()
                .filter_map(|token| match token {
                    Token::Word(word) => Some(word.as_str()),
                    Token::Id(_) | Token::Stop | Token::Colon => None,
                })
                .collect();
            let goes_on = words.first().is_some_and(|first| is_among(GOES_TO, first) || *first == "now");
            let is_of_rest = match claims {
                [Claim::Count(_)] => counts_rest(&words),
                [Claim::AllBut(left)] => {
                    let is_left = |token: &Token| matches!(token, Token::Id(id) if left.contains(id));
                    let goes_on = words.first().is_some_and(|first| is_among(OF_LAST, first));
                    goes_on || clause.iter().any(is_left) && !others_than(clause, left)
                }
                _ => false,
            };
            if (all || !others) && !goes_on && !is_of_rest && doubts(&words) {
                return true;
            }
        }
        false
    }
}

/// Whether a clause names a feature that is not among these.
fn others_than(clause: &[Token], ids: &[String]) -> bool {
    clause.iter().any(|token| matches!(token, Token::Id(id) if !ids.contains(id)))
}
