//! What the sentences of a note claim to be done.
//!
//! Owns the few forms of such a claim of features by their ids: "F1 and F2 are done", "F3: passes", "Finished F4", a ticked entry.
//! Invariant: what does not have one of these forms to its end, or is taken back in the same note, is no claim.

use super::kind::{Claim, Sure};
use super::less::is_mended;
use super::sentence::{Mood, Sentence, Token};
use super::words::{BEHIND, BETWEEN, SUBJECT, doubts, is_among, is_none, is_state, names_part};

/// Words with which a sentence comes to what it says.
const OPENS: &str = "and so now today also thus hence therefore finally overall currently already as of at this point yes great";
/// Words that may stand before "this session" and the like, where what is told holds.
const HERE: &str = "in with after by";
/// What is told of.
const PRESENT: &str = "session commit change step edit";
/// Words with which somebody says that they saw it.
const SEEN: &str = "verified confirmed checked happy glad pleased proud to report say";
/// What was done beside, told before the claim.
const BESIDE: &str = "wrote made ran built tests everything";
/// Words that end as what was done, and tell of something else.
const NOT_DONE: &str = "need feed planned supposed claimed expected intended wanted needed hoped assumed asked provided based";
/// Words with which what stands in the same breath is no more than a condition.
const DEPENDS: &str = "if when once until unless after before would should till then whether how why what that";
/// Words with which a sentence goes on about what the one before it said.
const RETURNS: &str = "but however only though still yet its it tests that then afterwards later this unfortunately";

/// Returns what is claimed, in the order in which it is said, each with the sentence that says it.
pub(super) fn made(sentences: &[Sentence]) -> Vec<(&Sentence, Claim)> {
    let mut made = Vec::new();
    for (at, sentence) in sentences
        .iter()
        .enumerate()
        .filter(|(_, sentence)| sentence.mood == Mood::Told)
    {
        let follows = sentences.get(at + 1).filter(|next| {
            let opens = next.words().next().is_some_and(|word| is_among(RETURNS, word));
            opens && next.is_doubtful()
        });
        let others = || sentences.iter().enumerate().filter(|(other, _)| *other != at);
        let taken_back = |claim: &Claim| {
            follows.is_some()
                || others().any(|(_, other)| match claim {
                    Claim::Feature(id) => other.is_doubtful() && other.names(id),
                    Claim::AllBut(left) => other.is_doubtful() && other.ids().any(|id| !left.contains(id)),
                    Claim::Open(id) => is_mended(id, other),
                    _ => (other.is_doubtful() || other.goes_on()) && other.ids().next().is_some(),
                })
        };
        let claims = Reading::of(sentence).claims().into_iter();
        made.extend(claims.filter(|claim| !taken_back(claim)).map(|claim| (sentence, claim)));
    }
    made
}

/// A sentence that is being read.
pub(super) struct Reading<'a> {
    pub(super) rest: &'a [Token],
    /// The words before a colon.
    pub(super) label: &'a [String],
    pub(super) is_ticked: bool,
    is_set_apart: bool,
}

/// How the ids of what is done are led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Not at all: what is said of them comes behind them.
    None,
    /// By "finished".
    Done,
    /// By "implemented", which of a single feature may be said before it works.
    Built,
}

impl<'a> Reading<'a> {
    pub(super) fn of(sentence: &'a Sentence) -> Self {
        Self {
            rest: &sentence.tokens,
            label: &sentence.label,
            is_ticked: sentence.is_ticked,
            is_set_apart: sentence.is_set_apart,
        }
    }

    pub(super) fn word(&self) -> Option<&'a str> {
        match self.rest.first()? {
            Token::Word(word) => Some(word),
            Token::Id(_) | Token::Stop | Token::Colon => None,
        }
    }

    pub(super) fn pass(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    pub(super) fn pass_words(&mut self, known: impl Fn(&str) -> bool) {
        while self.word().is_some_and(&known) {
            self.pass();
        }
    }

    /// Passes words of a line, and says whether there were any.
    pub(super) fn pass_among(&mut self, line: &str) -> bool {
        let before = self.rest.len();
        self.pass_words(|word| is_among(line, word));
        self.rest.len() < before
    }

    /// Claims from the beginning of the sentence on, as far as what stands between them tells of what was done or of a feature.
    pub(super) fn claims(mut self) -> Vec<Claim> {
        let mut claims = Vec::new();
        loop {
            while self.rest.first().is_some_and(Token::parts) || self.word() == Some("and") {
                self.pass();
            }
            let before = self.rest;
            if let Some(found) = self.opened() {
                if !self.is_taken_back(&found) {
                    claims.extend(found);
                }
                continue;
            }
            self.rest = before;
            if !self.pass_aside() {
                break;
            }
        }
        claims
    }

    /// Passes what may stand beside a claim in its sentence: what was done, and what is said of another feature.
    fn pass_aside(&mut self) -> bool {
        let parts = |token: &Token| token.parts() || token.text() == Some("and");
        let ends = self.rest.iter().position(parts);
        let Some(ends) = ends.filter(|_| !self.is_ticked) else {
            return false;
        };
        let clause: Vec<&str> = self.rest[..ends].iter().filter_map(Token::text).collect();
        let tells = match self.rest.first() {
            Some(Token::Id(_)) => true,
            Some(Token::Word(word)) => (word.ends_with("ed") || is_among(BESIDE, word)) && !is_among(NOT_DONE, word),
            Some(Token::Stop | Token::Colon) | None => false,
        };
        let depends = clause.iter().any(|word| is_among(DEPENDS, word));
        self.rest = &self.rest[ends..];
        // What is said of a feature behind a colon goes with it.
        while let [Token::Stop | Token::Colon, Token::Word(_), ..] = self.rest
            && clause.len() == 1
        {
            self.pass();
            let ends = self.rest.iter().position(Token::parts);
            self.rest = self.rest.get(ends.unwrap_or(self.rest.len())..).unwrap_or_default();
        }
        tells && !depends
    }

    /// The claim that begins here, with what opens it.
    fn opened(&mut self) -> Option<Vec<Claim>> {
        let before = (self.rest, self.is_ticked);
        if let Some(found) = self.claim() {
            return Some(found);
        }
        (self.rest, self.is_ticked) = before;
        if matches!(self.rest, [Token::Word(at), Token::Word(this), ..] if is_among(HERE, at) && this == "this") {
            self.pass();
            self.pass();
            self.pass_among(PRESENT);
        } else {
            self.pass_among(OPENS);
        }
        while self.rest.first() == Some(&Token::Stop) {
            self.pass();
        }
        let opened = self.rest;
        self.pass_among(SUBJECT);
        if self.pass_among(SEEN) {
            self.pass_words(|word| word == "that");
        } else {
            self.rest = opened;
        }
        if self.rest.len() < before.0.len() {
            self.claim()
        } else {
            None
        }
    }

    /// The claim that begins here, if it is one to its end.
    fn claim(&mut self) -> Option<Vec<Claim>> {
        let is_ticked = self.is_ticked;
        // What is done "here" is not all that there is.
        let limits = |word: &str| matches!(word, "here" | "today" | "in" | "this" | "session");
        if let Some(less) = self.less() {
            return Some(less);
        }
        if let Some(left) = self.left() {
            let is_limited = self.word().is_some_and(limits);
            return (!is_limited && self.ends(is_ticked)).then_some(vec![left]);
        }
        if let Some(status) = self.any(&[Self::status, Self::labels_features]) {
            return self.ends(is_ticked).then_some(vec![status]);
        }
        let led = self.led_exception();
        let lead = self.lead();
        // "Got F1 to pass"
        let is_got = self.got();
        let mut claims = match self.whole() {
            Some(whole) => vec![whole],
            None if lead == Lead::Built || led.is_some() => return None,
            None => self.ids(lead)?,
        };
        let is_whole = !matches!(claims.first(), Some(Claim::Feature(_)));
        let mut spared = led.or_else(|| self.exception().filter(|_| is_whole));
        if is_ticked && matches!(claims.as_slice(), [Claim::Project | Claim::Count(_)]) {
            return None;
        }
        if is_got {
            self.pass_words(|word| word == "to");
        }
        if lead == Lead::None {
            let mut is_built = false;
            while let Some(word) = self.word().filter(|word| is_among(BETWEEN, word)) {
                is_built |= is_whole && matches!(word, "implemented" | "built");
                self.pass();
            }
            let done = self.word().filter(|word| is_state(word));
            let sounds = match claims.as_slice() {
                [Claim::Everything(Sure::Green)] => true,
                _ if spared.is_some() => done.is_some(),
                // That an app works is said of what there is of it.
                [Claim::Project | Claim::Everything(_) | Claim::AllOf(_)] => {
                    is_built
                        || matches!(
                            done,
                            Some("done" | "complete" | "completed" | "finished" | "feature-complete")
                        )
                }
                // "F1 work" may also name the work on it.
                [Claim::Feature(_)] => done.is_some_and(|done| done != "work"),
                _ => done.is_some(),
            };
            // That something is built is said of a feature before it works; of all of them it says that nothing is left.
            if !sounds && !is_built {
                return None;
            }
            self.pass_words(is_state);
        } else if is_ticked {
            self.pass_built();
        }
        if matches!(claims.as_slice(), [Claim::Everything(_) | Claim::AllOf(_)]) && self.word().is_some_and(limits) {
            return None;
        }
        if spared.is_none() && is_whole {
            spared = self.exception();
        }
        if let Some(spared) = spared {
            // So many but for one are not all but that one.
            if matches!(claims.as_slice(), [Claim::Count(_)]) {
                return None;
            }
            claims = vec![Claim::AllBut(spared)];
        }
        self.ends(is_ticked).then_some(claims)
    }

    /// Passes "has been implemented", "is done" behind what is ticked off.
    fn pass_built(&mut self) {
        let before = self.rest;
        self.pass_among("is are was were has have been now fully");
        if !self
            .word()
            .is_some_and(|word| is_state(word) || is_among("implemented built tested", word))
        {
            self.rest = before;
            return;
        }
        self.pass();
    }

    /// Whether the claim ends here, or goes on with what makes no less of it.
    fn ends(&mut self, is_ticked: bool) -> bool {
        loop {
            self.pass_words(|word| is_among(BEHIND, word) && word != "and" || is_state(word));
            match self.rest {
                [Token::Word(and), Token::Word(next), ..] if and == "and" && (is_state(next) || is_among(BEHIND, next)) => {
                    self.pass()
                }
                // "all of its tests"
                [Token::Word(all), ..] if is_among("all its their", all) => {
                    let before = self.rest;
                    self.pass_words(|word| is_among("all of its their the own", word));
                    if !matches!(self.word(), Some("test" | "tests" | "checks" | "steps")) {
                        self.rest = before;
                        return false;
                    }
                    self.pass();
                }
                _ => break,
            }
        }
        match self.rest.first() {
            None => true,
            // Where the id heads the entry, the rest tells what the feature is.
            Some(_) if is_ticked && self.is_set_apart => {
                let said: Vec<&str> = self.rest.iter().filter_map(Token::text).collect();
                let names_other = self.rest.iter().any(|token| matches!(token, Token::Id(_)));
                !names_other && !doubts(&said) && !said.iter().any(|word| names_part(word))
            }
            // What an entry that is ticked off says beside the id is what was ticked off.
            Some(Token::Stop | Token::Colon) => !is_ticked || self.rest.iter().filter_map(Token::text).all(is_built),
            Some(Token::Word(word)) if word == "and" => true,
            Some(Token::Word(word)) if matches!(word.as_str(), "with" | "without") => {
                let clause: Vec<&str> = self.rest.iter().map_while(Token::text).collect();
                clause.iter().any(|word| is_none(word)) && !doubts(&clause)
            }
            Some(Token::Word(_) | Token::Id(_)) => false,
        }
    }

    fn got(&mut self) -> bool {
        let before = self.rest;
        self.pass_among(SUBJECT);
        let is_got = self.word() == Some("got");
        if is_got {
            self.pass();
        } else {
            self.rest = before;
        }
        is_got
    }

    /// Passes "I finished", "Completed", and says whether what is done comes next.
    fn lead(&mut self) -> Lead {
        if std::mem::take(&mut self.is_ticked) {
            self.pass_words(|word| matches!(word, "feature" | "features"));
            return Lead::Done;
        }
        let before = self.rest;
        self.pass_words(|word| is_among(SUBJECT, word) || word.bytes().all(|byte| byte.is_ascii_digit()));
        self.pass_words(|word| matches!(word, "successfully" | "fully" | "now"));
        let lead = match self.word() {
            Some("done" | "finished" | "completed") => Lead::Done,
            Some("implemented" | "built") => Lead::Built,
            _ => Lead::None,
        };
        if lead == Lead::None {
            self.rest = before;
        } else {
            self.pass();
            self.pass_words(|word| word == "with");
            // They may also count what is done.
            if matches!(self.rest, [Token::Word(_), Token::Id(_), ..]) {
                self.pass_words(|word| matches!(word, "feature" | "features"));
            }
        }
        lead
    }

    /// Passes ids in a row, with what parts them.
    fn ids(&mut self, lead: Lead) -> Option<Vec<Claim>> {
        let mut ids = Vec::new();
        let mut from = self.rest;
        loop {
            match self.rest.first() {
                Some(Token::Id(id)) => {
                    ids.push(Claim::Feature(id.clone()));
                    self.pass();
                    from = self.rest;
                }
                // "F1: F2 is done" says nothing of F1.
                Some(Token::Colon) if matches!(self.rest.get(1), Some(Token::Id(_))) => return None,
                Some(Token::Stop | Token::Colon) if !ids.is_empty() => self.pass(),
                Some(Token::Word(word)) if is_among(BETWEEN, word) => self.pass(),
                // The first column of a table may number its rows.
                Some(Token::Word(word)) if ids.is_empty() && is_numbered_row(word, self.rest) => {
                    self.pass();
                    self.pass();
                }
                _ => break,
            }
        }
        // What stood between two ids may as well stand before the word that calls them done.
        if lead != Lead::None || !self.word().is_some_and(is_state) {
            self.rest = from;
        }
        (!ids.is_empty()).then_some(ids)
    }
}

fn is_built(word: &str) -> bool {
    is_state(word) || matches!(word, "implemented" | "built")
}

fn is_numbered_row(word: &str, rest: &[Token]) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) && matches!(rest, [_, Token::Stop, Token::Id(_), ..])
}
