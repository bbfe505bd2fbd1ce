//! Claims of all features at once, of the project, and of how many are done.
//!
//! Owns the forms "all three features", "everything on the list", "the whole project", "nothing is left", "only F3 is left". Invariant:
//! features of something else than the list are not all of them.

use super::claim::Reading;
use super::kind::{Claim, Sure};
use super::sentence::Token;
use super::words::{WHOLE, is_among, is_state, name_rest, number_of};

/// Words that may stand before the features of the list.
const ANY: &str = "of the our its single listed required requested specified remaining";
/// Words that say what is not done.
const OPEN: &str =
    "left open remaining remains remain missing pending unfinished failing fail fails todo to do go be done implement";
/// What makes a whole of what follows.
const ENTIRE: &str = "the our this whole entire full complete";
/// Words that stand for the entries of the list where it is named.
const ENTRIES: &str = "item items entry entries point points thing things task tasks requirement requirements";

impl Reading<'_> {
    /// Passes "all three features", "every feature", "the whole project".
    pub(super) fn whole(&mut self) -> Option<Claim> {
        let forms = [
            Self::labelled,
            Self::all_features,
            Self::everything,
            Self::all_behind,
            Self::counted,
            Self::list,
            Self::project,
        ];
        self.any(&forms)
    }

    /// Passes what says how much is left, and with it that the rest is done.
    pub(super) fn left(&mut self) -> Option<Claim> {
        self.any(&[Self::only_left, Self::one_left, Self::none_left, Self::nothing_left])
    }

    fn any(&mut self, forms: &[fn(&mut Self) -> Option<Claim>]) -> Option<Claim> {
        let before = self.rest;
        forms.iter().find_map(|form| {
            self.rest = before;
            let found = form(self);
            if found.is_none() {
                self.rest = before;
            }
            found
        })
    }

    fn is_labelled(&self, words: &[&str]) -> bool {
        self.label.iter().any(|label| words.contains(&label.as_str()))
    }

    /// "Features: all done", "Project status: complete"
    fn labelled(&mut self) -> Option<Claim> {
        if (self.is_labelled(&["features"]) || self.is_labelled(&["feature"]) && self.is_labelled(&["list"]))
            && self.word() == Some("all")
        {
            self.pass();
            let number = self.number();
            return self.word().is_some().then_some(Claim::All(number));
        }
        let is_whole = self.label.iter().any(|label| is_among(WHOLE, label)) && self.is_labelled(&["status", "state"]);
        (is_whole && self.word().is_some()).then_some(Claim::Project)
    }

    fn all_features(&mut self) -> Option<Claim> {
        let first = self.word()?;
        if !matches!(first, "all" | "every" | "each" | "both" | "100%") {
            return None;
        }
        self.pass();
        self.pass_among(ANY);
        let number = self.number().or((first == "both").then_some(2));
        self.pass_among(ANY);
        let noun = self.word()?;
        let is_feature = matches!(noun, "feature" | "features");
        if !is_feature && !is_among(ENTRIES, noun) {
            return None;
        }
        self.pass();
        let listed = self.on_the_list();
        if !is_feature && !listed {
            return None;
        }
        self.in_brackets();
        Some(Claim::All(number))
    }

    /// "Everything on the list", "all done"
    fn everything(&mut self) -> Option<Claim> {
        match self.word()? {
            "everything" => {
                self.pass();
                if self.on_the_list() {
                    return Some(Claim::All(None));
                }
                let before = self.rest;
                self.pass_words(|word| matches!(word, "is" | "now" | "also"));
                let is_green = matches!(self.word(), Some("passes" | "passing" | "green"));
                self.rest = before;
                Some(Claim::Everything(if is_green { Sure::Green } else { Sure::Said }))
            }
            "all" | "100%" => {
                self.pass();
                if let Some(number) = self.number() {
                    self.pass_words(|word| matches!(word, "is" | "are" | "now" | "have" | "been" | "fully"));
                    return Some(Claim::AllOf(number));
                }
                self.pass_words(|word| {
                    matches!(
                        word,
                        "is" | "are" | "now" | "the" | "of" | "work" | "tasks" | "requirements" | "items"
                    )
                });
                self.pass_words(|word| matches!(word, "is" | "are" | "now" | "have" | "been" | "fully"));
                let is_done = matches!(self.word()?, "done" | "complete" | "completed" | "finished" | "implemented");
                is_done.then_some(Claim::Everything(Sure::Meant))
            }
            _ => None,
        }
    }

    /// "The features are all done"
    fn all_behind(&mut self) -> Option<Claim> {
        self.pass_words(|word| matches!(word, "the" | "our" | "remaining"));
        self.word().filter(|word| *word == "features")?;
        self.pass();
        self.pass_words(|word| matches!(word, "are" | "now" | "have" | "been"));
        self.word().filter(|word| *word == "all")?;
        self.pass();
        Some(Claim::All(None))
    }

    /// "Three features"
    fn counted(&mut self) -> Option<Claim> {
        self.pass_words(|word| word == "the");
        let number = self.number()?;
        self.word().filter(|word| matches!(*word, "feature" | "features"))?;
        self.pass();
        Some(Claim::Count(number))
    }

    /// "The whole list"
    fn list(&mut self) -> Option<Claim> {
        self.pass_words(|word| matches!(word, "the" | "our"));
        self.word().filter(|word| matches!(*word, "whole" | "entire" | "full"))?;
        self.pass();
        self.pass_words(|word| word == "feature");
        self.word().filter(|word| *word == "list")?;
        self.pass();
        Some(Claim::All(None))
    }

    fn project(&mut self) -> Option<Claim> {
        self.pass_among(ENTIRE);
        self.word().filter(|word| is_among(WHOLE, word))?;
        self.pass();
        Some(Claim::Project)
    }

    /// "Only F3 is left"
    fn only_left(&mut self) -> Option<Claim> {
        self.word().filter(|word| matches!(*word, "only" | "just"))?;
        self.pass();
        let ids = self.ids_alone()?;
        self.pass_words(|word| matches!(word, "is" | "are" | "still" | "now"));
        self.pass_open().then_some(Claim::AllBut(ids))
    }

    /// "The only feature left is F3", "F3 is the last one left"
    fn one_left(&mut self) -> Option<Claim> {
        let is_one = |word: &str| matches!(word, "feature" | "features" | "one" | "ones");
        if let Some(ids) = self.ids_alone() {
            self.pass_words(|word| matches!(word, "is" | "are" | "the"));
            self.word().filter(|word| matches!(*word, "only" | "last"))?;
            self.pass();
            let before = self.pass_open();
            self.pass_words(is_one);
            let behind = self.pass_open();
            return (before || behind).then_some(Claim::AllBut(ids));
        }
        self.pass_words(|word| word == "the");
        self.word().filter(|word| *word == "only")?;
        self.pass();
        let before = self.pass_open();
        self.word().filter(|word| is_one(word))?;
        self.pass_words(is_one);
        let behind = self.pass_open();
        self.pass_words(|word| matches!(word, "is" | "are"));
        (before || behind).then_some(())?;
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
        self.word().filter(|word| matches!(*word, "feature" | "features"))?;
        self.pass();
        self.on_the_list();
        self.pass_words(|word| matches!(word, "is" | "are"));
        (self.pass_open() || before).then_some(Claim::All(None))
    }

    /// "Nothing is left to do", "Remaining: none"
    fn nothing_left(&mut self) -> Option<Claim> {
        if name_rest(self.label) {
            self.word().filter(|word| is_among("none nothing zero 0", word))?;
            self.pass();
            self.pass_words(|word| matches!(word, "else" | "more"));
            let of_features = self.is_labelled(&["feature", "features"]);
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

    fn number(&mut self) -> Option<usize> {
        let number = self.word().and_then(number_of)?;
        self.pass();
        Some(number)
    }

    /// Passes the ids in a row that stand here.
    fn ids_alone(&mut self) -> Option<Vec<String>> {
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

    /// Passes "on the feature list".
    fn on_the_list(&mut self) -> bool {
        let before = self.rest;
        self.pass_words(|word| matches!(word, "on" | "in" | "of" | "from"));
        if self.rest.len() == before.len() {
            return false;
        }
        self.pass_words(|word| matches!(word, "the" | "our" | "this" | "whole" | "feature"));
        if self
            .word()
            .is_some_and(|word| matches!(word, "list" | "project" | "app" | "feature-list"))
        {
            self.pass();
            return true;
        }
        self.rest = before;
        false
    }

    /// Passes ids and counts that are set off behind "all features".
    fn in_brackets(&mut self) {
        let before = self.rest;
        while self.rest.first() == Some(&Token::Stop) {
            self.pass();
            self.pass_words(|word| word.contains('/') || word.bytes().all(|byte| byte.is_ascii_digit()));
            while matches!(self.rest.first(), Some(Token::Id(_))) {
                self.pass();
            }
        }
        if !self
            .word()
            .is_some_and(|word| is_state(word) || matches!(word, "are" | "is" | "have" | "implemented"))
        {
            self.rest = before;
        }
    }
}
