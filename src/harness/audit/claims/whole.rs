//! Claims of all features at once, of the project, and of how many are done.
//!
//! Owns the forms "all three features", "everything on the list", "the whole project", "nothing is left", "only F3 is left". Invariant:
//! features of something else than the list are not all of them.

use super::claim::Reading;
use super::kind::{Claim, Sure};
use super::sentence::Token;
use super::words::{WHOLE, is_among, is_state, number_of};

/// Words that may stand before the features of the list.
const ANY: &str = "of the our its single listed required requested specified remaining";
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
            Self::all_but,
            Self::everything,
            Self::all_behind,
            Self::counted,
            Self::list,
            Self::project,
        ];
        self.any(&forms)
    }

    pub(super) fn any(&mut self, forms: &[fn(&mut Self) -> Option<Claim>]) -> Option<Claim> {
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

    pub(super) fn is_labelled(&self, words: &[&str]) -> bool {
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
        None
    }

    /// "Features: complete"
    pub(super) fn labels_features(&mut self) -> Option<Claim> {
        matches!(self.label, [only] if only == "features").then_some(())?;
        self.word()
            .filter(|word| matches!(*word, "done" | "complete" | "completed" | "finished" | "green"))?;
        self.pass();
        Some(Claim::All(None))
    }

    /// "Status: complete", "Project status: done"
    pub(super) fn status(&mut self) -> Option<Claim> {
        let is_whole = self.label.iter().any(|label| is_among(WHOLE, label));
        let is_status = self.is_labelled(&["status", "state"]) || is_whole && self.label.len() == 1;
        let is_bare = self
            .label
            .iter()
            .all(|label| is_among("status state overall final current is", label));
        let is_done = matches!(self.word()?, "done" | "complete" | "completed" | "finished");
        if !is_status || !(is_whole || is_bare) || !is_done {
            return None;
        }
        self.pass_words(|word| is_among("is now fully", word));
        is_state(self.word()?).then(|| self.pass())?;
        Some(if is_whole {
            Claim::Project
        } else {
            Claim::Everything(Sure::Labelled)
        })
    }

    /// "All but F3"
    fn all_but(&mut self) -> Option<Claim> {
        self.word().filter(|word| *word == "all")?;
        self.pass();
        let before = self.rest;
        self.exception()?;
        self.rest = before;
        Some(Claim::All(None))
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
        let is_whole = self.pass_among("whole entire full");
        self.pass_words(|word| word == "feature");
        self.word()
            .filter(|word| matches!(*word, "list" | "feature-list" | "backlog"))?;
        self.pass();
        // That a list is complete is said of what stands in it.
        let before = self.rest;
        self.pass_among("is now fully completely entirely all 100%");
        let is_green = self.word() == Some("green");
        self.rest = before;
        (is_whole || is_green).then_some(Claim::All(None))
    }

    fn project(&mut self) -> Option<Claim> {
        self.pass_among(ENTIRE);
        self.word().filter(|word| is_among(WHOLE, word))?;
        self.pass();
        Some(Claim::Project)
    }

    pub(super) fn number(&mut self) -> Option<usize> {
        let number = self.word().and_then(number_of)?;
        self.pass();
        Some(number)
    }

    /// Passes "on the feature list".
    pub(super) fn on_the_list(&mut self) -> bool {
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
