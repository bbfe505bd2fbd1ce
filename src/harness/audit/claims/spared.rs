//! Features that a sentence about all of them leaves out by what they do: "all features except undo".
//!
//! Invariant: where one of those that are left out cannot be told for certain, none is.

use super::aside::OF_LAST;
use super::cut::says_name;
use super::known::Known;
use super::rest::{EXCEPT, EXCEPT_FOR};
use super::sentence::Token;
use super::words::{is_among, is_state, number_of};

/// Words by which a sentence speaks of all that there is.
const OF_ALL: &str = "all every each everything list";
/// Words behind which stands what is said of the rest.
const STATES: &str = "is are was were has have now still";

/// Puts ids in the place of the words that name what is left out.
pub(super) fn name_spared(tokens: &mut Vec<Token>, known: &Known) {
    let is_in = |token: &Token, line: &str| token.text().is_some_and(|word| is_among(line, word));
    if !tokens.iter().any(|token| is_in(token, OF_ALL)) {
        return;
    }
    for at in 0..tokens.len() {
        if !is_in(&tokens[at], EXCEPT) && !is_in(&tokens[at], "exception") {
            continue;
        }
        let leads = |token: &&Token| is_in(token, EXCEPT) || is_in(token, EXCEPT_FOR) || is_in(token, "of");
        let from = at + tokens[at..].iter().skip(1).take_while(leads).count() + 1;
        // Before what is said of the rest, a comma ends what is left out.
        let is_led = at == 0 || tokens[..at].iter().all(|token| is_in(token, "with the"));
        if let Some((ids, until)) = row(tokens, from, is_led, known) {
            tokens.splice(from..until, ids.into_iter().map(Token::Id));
            return;
        }
    }
}

/// The features named from one token on, and the token behind them.
fn row(tokens: &[Token], from: usize, is_led: bool, known: &Known) -> Option<(Vec<String>, usize)> {
    let (mut ids, mut at) = (Vec::new(), from);
    loop {
        let Some((id, next)) = part(tokens, at, known) else {
            let ends = is_led && matches!(tokens.get(at.wrapping_sub(1)), Some(Token::Stop));
            return ends.then_some((ids, at - 1)).filter(|(ids, _)| !ids.is_empty());
        };
        if !ids.contains(&id) {
            ids.push(id);
        }
        at = next;
        match tokens.get(at..).unwrap_or_default() {
            [Token::Stop, Token::Word(and), ..] if and == "and" => at += 2,
            [Token::Stop, Token::Word(next), ..] if ends_row(next) || is_among(OF_LAST, next) || is_among(OF_ALL, next) => break,
            [Token::Stop, _, ..] => at += 1,
            [Token::Word(and), ..] if and == "and" => at += 1,
            _ => break,
        }
    }
    Some((ids, at))
}

/// A feature that is named from one token on, and the token behind its name.
fn part(tokens: &[Token], from: usize, known: &Known) -> Option<(String, usize)> {
    let rest = tokens.get(from..)?;
    if let [Token::Id(id), ..] = rest {
        return Some((id.clone(), from + 1));
    }
    let words = rest.iter().map_while(|token| match token {
        Token::Word(word) if word != "and" && !ends_row(word) => Some(word.as_str()),
        Token::Word(_) | Token::Id(_) | Token::Stop | Token::Colon => None,
    });
    let said: Vec<&str> = words.collect();
    // How many are left out names none of them.
    if said.iter().all(|word| number_of(word).is_some()) {
        return None;
    }
    let id = known.only_named(|name| says_name(&said, name))?;
    Some((id.to_owned(), from + said.len()))
}

fn ends_row(word: &str) -> bool {
    is_state(word) || is_among(STATES, word)
}
