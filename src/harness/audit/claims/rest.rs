//! Claims of all features but some, and of how many are left.
//!
//! Owns the forms "nothing is left", "only F3 is left", "one feature is left", "all but F3". Invariant: what is left out and is
//! not known to be features of the list leaves no claim.

use super::aside::OF_LAST;
use super::claim::Reading;
use super::kind::{Claim, Sure};
use super::sentence::Token;
use super::words::{is_among, name_rest, number_of};

/// Words that say what is not done.
const OPEN: &str =
    "left open remaining remains remain missing pending unfinished failing fail fails todo to do go be done implement";
/// Those of them by which the rest is done.
const UNDONE: &str = "left remaining remains remain unfinished";
/// Those of them that may stand before what is the rest.
const HEADS_REST: &str = "remaining unfinished";
/// Words that leave out what they stand before, with those that may go between.
pub(super) const EXCEPT: &str = "except excepting besides excluding but save bar minus apart aside other";
pub(super) const EXCEPT_FOR: &str = "for from than";

impl Reading<'_> {
    /// Passes what says how much is left, and with it that the rest is done.
    pub(super) fn left(&mut self) -> Option<Claim> {
        self.any(&[
            Self::only_left,
            Self::one_left,
            Self::what_is_left,
            Self::none_left,
            Self::nothing_left,
            Self::some_left,
        ])
    }

    /// Passes "except F3", "(apart from F3)", and tells which features are left out.
    pub(super) fn exception(&mut self) -> Option<Vec<String>> {
        let before = self.rest;
        while self.rest.first() == Some(&Token::Stop) {
            self.pass();
        }
        let is_set_off = self.rest.len() < before.len();
        let opens = match self.rest {
            [
                Token::Word(with),
                Token::Word(the),
                Token::Word(exception),
                Token::Word(of),
                ..,
            ] if [with, the, exception, of].map(String::as_str) == ["with", "the", "exception", "of"] => {
                (0..4).for_each(|_| self.pass());
                true
            }
            _ => self.pass_among(EXCEPT),
        };
        self.pass_among(EXCEPT_FOR);
        let ids = if opens { self.ids_alone() } else { None };
        match (is_set_off, self.rest) {
            _ if ids.is_none() => self.rest = before,
            // The bracket closes, and the sentence goes on.
            (true, [Token::Stop, Token::Word(next), ..]) if !is_among(OF_LAST, next) => self.pass(),
            _ => {}
        }
        ids
    }

    /// "Apart from F3, everything passes": what is left out before the rest is told of.
    pub(super) fn led_exception(&mut self) -> Option<Vec<String>> {
        if matches!(self.rest, [Token::Stop, ..]) || self.word() == Some("but") {
            return None;
        }
        let spared = self.exception()?;
        while self.rest.first() == Some(&Token::Stop) {
            self.pass();
        }
        Some(spared)
    }

    /// "Only F3 is left"
    fn only_left(&mut self) -> Option<Claim> {
        self.word().filter(|word| matches!(*word, "only" | "just"))?;
        self.pass();
        let ids = self.ids_alone()?;
        self.pass_words(|word| matches!(word, "is" | "are" | "still" | "now"));
        self.pass_open().then_some(Claim::AllBut(ids))
    }

    /// "The only feature left is F3", "The remaining feature is F3", "F3 is the last one left"
    fn one_left(&mut self) -> Option<Claim> {
        let before = self.rest;
        self.pass_among("the");
        let ids = self.ids_alone();
        if ids.is_none() {
            self.rest = before;
        }
        self.pass_words(|word| ids.is_some() && matches!(word, "is" | "are"));
        let is_the = self.pass_among("the");
        let is_only = match self.word() {
            Some("only") => true,
            Some("last") => ids.is_some(),
            _ => false,
        };
        if is_only {
            self.pass();
        }
        let is_rest = self.word().is_some_and(|word| is_among(HEADS_REST, word));
        let before = self.pass_open();
        let is_named = self.pass_among("feature features one ones");
        let behind = self.pass_open();
        let is_left = if is_only {
            before || behind
        } else {
            is_the && is_rest && is_named
        };
        is_left.then_some(())?;
        if let Some(ids) = ids {
            return Some(Claim::AllBut(ids));
        }
        is_named.then_some(())?;
        self.pass_words(|word| matches!(word, "is" | "are"));
        self.ids_alone().map(Claim::AllBut)
    }

    /// "What is left is F3"
    fn what_is_left(&mut self) -> Option<Claim> {
        self.word().filter(|word| *word == "what")?;
        self.pass();
        self.pass_among("is still");
        self.word().filter(|word| is_among(UNDONE, word))?;
        self.pass_open();
        self.word().filter(|word| matches!(*word, "is" | "are"))?;
        self.pass();
        self.ids_alone().map(Claim::AllBut)
    }

    /// "No features are left"
    fn none_left(&mut self) -> Option<Claim> {
        self.pass_words(|word| matches!(word, "there" | "is" | "are" | "has" | "have"));
        self.word().filter(|word| matches!(*word, "no" | "zero" | "0" | "none"))?;
        self.pass();
        self.pass_words(|word| matches!(word, "more" | "other" | "further" | "of"));
        let before = self.pass_open();
        self.pass_words(|word| word == "the");
        let is_feature = self.word().is_some_and(|word| matches!(word, "feature" | "features"));
        self.word()
            .filter(|word| is_feature || matches!(*word, "item" | "items" | "task" | "tasks"))?;
        self.pass();
        let listed = self.on_the_list();
        self.pass_words(|word| matches!(word, "is" | "are"));
        let left = self.pass_open() || before;
        if !is_feature && !listed {
            return left.then_some(Claim::Everything(Sure::Said));
        }
        left.then_some(Claim::All(None))
    }

    /// "Nothing is left to do", "Remaining: none"
    fn nothing_left(&mut self) -> Option<Claim> {
        if name_rest(self.label) {
            let is_said = self.is_labelled(&["feature", "features"]);
            let number = self.number();
            if number.is_none() {
                self.word().filter(|word| is_among("none nothing no", word))?;
                self.pass();
            }
            self.pass_words(|word| matches!(word, "else" | "more"));
            let is_named = self.word().is_some_and(|word| matches!(word, "feature" | "features"));
            if is_named {
                self.pass();
            }
            let of_features = is_said || is_named;
            if let Some(number) = number.filter(|number| *number > 0) {
                return of_features.then_some(Claim::Left(number));
            }
            return Some(if of_features {
                Claim::All(None)
            } else {
                Claim::Everything(Sure::Said)
            });
        }
        self.pass_words(|word| matches!(word, "there" | "there's" | "is"));
        match self.word()? {
            "nothing" => self.pass(),
            "no" => {
                self.pass();
                self.pass_words(|word| matches!(word, "more" | "further" | "other"));
                self.word().filter(|word| *word == "work")?;
                self.pass();
            }
            _ => return None,
        }
        self.pass_words(|word| matches!(word, "is" | "else" | "more" | "further" | "now"));
        let left = self.pass_open();
        let listed = self.on_the_list();
        left.then_some(if listed {
            Claim::All(None)
        } else {
            Claim::Everything(Sure::Said)
        })
    }

    /// Passes what says that something is not done yet.
    fn pass_open(&mut self) -> bool {
        let begins = self
            .word()
            .is_some_and(|word| !matches!(word, "do" | "go" | "be" | "done" | "implement"));
        begins && self.pass_among(OPEN)
    }

    /// "One feature is left"
    fn some_left(&mut self) -> Option<Claim> {
        self.pass_words(|word| matches!(word, "there" | "is" | "are" | "only" | "just" | "has" | "have"));
        let number = self.number().filter(|number| *number > 0)?;
        // "1 of 12 features"
        if self.pass_among("of") {
            self.pass_among("the our");
            self.number()?;
        }
        self.pass_words(|word| word == "more");
        self.word().filter(|word| matches!(*word, "feature" | "features"))?;
        self.pass();
        self.on_the_list();
        self.pass_words(|word| matches!(word, "is" | "are" | "still"));
        let is_to_go = matches!(self.rest, [Token::Word(to), Token::Word(go)] if to == "to" && matches!(go.as_str(), "go" | "do"));
        let left = (is_to_go || self.word().is_some_and(|word| is_among(UNDONE, word))) && self.pass_open();
        left.then_some(Claim::Left(number))
    }

    /// Passes the ids in a row that stand here.
    pub(super) fn ids_alone(&mut self) -> Option<Vec<String>> {
        self.pass_words(|word| matches!(word, "feature" | "features"));
        let mut ids = Vec::new();
        while let Some(token) = self.rest.first() {
            match token {
                Token::Id(id) => ids.push(id.clone()),
                Token::Stop if !ids.is_empty() && matches!(self.rest.get(1), Some(Token::Id(_) | Token::Stop)) => {}
                Token::Word(word) if !ids.is_empty() && word == "and" => {}
                Token::Word(_) | Token::Stop | Token::Colon => break,
            }
            self.pass();
        }
        (!ids.is_empty()).then_some(ids)
    }
}

/// Says whether a clause counts no more than how many are not done: "one remains", "2 features fail".
pub(super) fn counts_rest(words: &[&str]) -> bool {
    let is_between = |word: &str| is_among("is are still feature features of them", word);
    match words {
        [first, rest @ ..] if number_of(first).is_some() => {
            rest.iter().all(|word| is_between(word) || is_among(OPEN, word)) && rest.iter().any(|word| is_among(OPEN, word))
        }
        _ => false,
    }
}
