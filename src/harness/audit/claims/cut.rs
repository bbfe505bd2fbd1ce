//! A line, cut into sentences of plain words.
//!
//! Owns marks, quotes, colons and the names of features. Invariant: what is quoted or struck out says nothing, and nothing is read
//! across it.

use super::known::Known;
use super::sentence::{Mood, Sentence, Token};
use super::spared::name_spared;
use super::words::{DETAIL, WHOLE, doubts, is_among, is_done, is_label, is_part_of, is_planned, is_state, name_rest, tells_apart};

/// What stands in for words that are somebody else's.
const FOREIGN: &str = "\"";

/// Signs that tell what they stand beside done.
pub(super) const DONE_SIGNS: [char; 5] = ['✅', '✓', '✔', '☑', '🟢'];
/// Signs that tell it not done.
pub(super) const OPEN_SIGNS: [char; 10] = ['❌', '✗', '✘', '☐', '⬜', '🔴', '🟡', '🚧', '⏳', '⚠'];

/// Where the marks of a line stand that tell a feature done or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    /// Behind what they mark.
    Behind,
    /// Before it.
    Before,
}

/// Cuts a line.
pub(super) struct Cutter<'a> {
    known: &'a Known,
    sentences: Vec<Sentence>,
    open: Sentence,
    word: String,
    marks: Marks,
}

impl<'a> Cutter<'a> {
    pub(super) fn cut(line: &str, known: &'a Known) -> Vec<Sentence> {
        let mut cutter = Self {
            known,
            sentences: Vec::new(),
            open: Sentence::default(),
            word: String::new(),
            marks: Marks::Behind,
        };
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let quoted = quoted(c, rest).filter(|quoted| c == '~' || quoted.contains(char::is_whitespace));
            if let Some(quoted) = quoted {
                // A quoted word is a name; a quoted sentence is somebody else's.
                cutter.end_word();
                if !cutter.is_name_of_last(quoted) {
                    cutter.open.tokens.push(Token::Word(FOREIGN.to_owned()));
                }
                rest = rest.get(quoted.len()..).unwrap_or_default();
                rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
                continue;
            }
            match c {
                '’' => cutter.word.push('\''),
                '.' | '-' | '_' | '\'' | '/' | '%' | '#' | '+' => cutter.word.push(c),
                '–' | '—' | '−' if cutter.is_range(rest) => cutter.word.push('-'),
                ':' if cutter.is_time(rest) => cutter.word.push(c),
                _ if c.is_alphanumeric() => cutter.word.extend(c.to_lowercase()),
                _ => cutter.part(c),
            }
        }
        cutter.end_sentence();
        cutter.sentences
    }

    /// Whether a quote is the name of the feature that it stands behind.
    fn is_name_of_last(&self, quoted: &str) -> bool {
        let last = self.open.tokens.last();
        matches!(last, Some(Token::Id(id)) if name(quoted) == self.known.name(id))
    }

    /// Whether a dash stands between two features, or two numbers of such.
    fn is_range(&self, rest: &str) -> bool {
        let next: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
        let fits = |word: &str| is_number(word) || self.known.find(word).is_some();
        fits(self.word.trim_matches(['_', '#'])) && fits(&next.to_lowercase())
    }

    fn is_time(&self, rest: &str) -> bool {
        is_number(&self.word) && rest.starts_with(|c: char| c.is_ascii_digit())
    }

    fn part(&mut self, c: char) {
        let word = self.word.trim_matches(['.', '-', '/']);
        // "e.g." ends no sentence.
        let ends = self.word.ends_with('.') && word.len() > 1 && !(word.contains('.') && word.len() < 4);
        self.end_word();
        match c {
            ':' => self.colon(),
            ',' | '(' | ')' | '|' | '—' | '–' | '…' | '=' | '→' => self.open.tokens.push(Token::Stop),
            ';' | '!' => self.end_sentence(),
            '?' => {
                self.open.mood = Mood::Planned;
                self.end_sentence();
            }
            _ if DONE_SIGNS.contains(&c) => self.mark("done"),
            _ if OPEN_SIGNS.contains(&c) => self.mark("not"),
            _ if ends => self.end_sentence(),
            _ => {}
        }
    }

    /// A mark says of one thing alone whether it is done.
    fn mark(&mut self, said: &str) {
        if self.open.tokens.is_empty() {
            self.marks = Marks::Before;
        }
        let said = Token::Word(said.to_owned());
        match self.marks {
            Marks::Before => self.open.tokens.extend([Token::Stop, said]),
            Marks::Behind => self.open.tokens.extend([said, Token::Stop]),
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let word = word.trim_matches(['.', '-', '/', '\'', '_']);
        let plain = word.trim_start_matches('#');
        // A number alone counts something, unless it is said to be a feature's.
        let counts = is_number(plain) && plain.len() == word.len();
        let by_name = matches!(self.open.tokens.last(), Some(Token::Word(last)) if last == "feature");
        let id = match counts {
            true if by_name => self.known.find(plain).or_else(|| self.known.numbered(plain)),
            true => None,
            false => self.known.find(word).or_else(|| self.known.find(plain)),
        };
        let row: Option<Vec<&str>> = plain.split(['/', '+']).map(|part| self.known.find(part)).collect();
        if word.is_empty() || word == "+" {
            self.open.tokens.push(Token::Stop);
        } else if let Some(id) = id {
            self.open.tokens.push(Token::Id(id.to_owned()));
        } else if let Some((from, to)) = self.known.ends(plain) {
            let ids = self.known.range(from, to);
            self.open.tokens.extend(ids.into_iter().map(|id| Token::Id(id.to_owned())));
        } else if let Some(row) = row.filter(|_| !plain.starts_with(|c: char| c.is_ascii_digit())) {
            self.open.tokens.extend(row.into_iter().map(|id| Token::Id(id.to_owned())));
        } else {
            self.open.tokens.push(Token::Word(word.to_owned()));
        }
    }

    /// What stands before a colon names what is told behind it, or is told of it.
    fn colon(&mut self) {
        let mut tokens = std::mem::take(&mut self.open.tokens);
        self.name_by_text(&mut tokens);
        self.open.tokens = tokens;
        if self.open.tokens.iter().any(|token| matches!(token, Token::Id(_))) {
            self.open.tokens.push(Token::Colon);
            return;
        }
        let words: Vec<String> = self.open.words().map(str::to_owned).collect();
        let said: Vec<&str> = words.iter().map(String::as_str).collect();
        if said.iter().all(|word| is_label(word) || is_among(WHOLE, word)) {
            self.open.is_ticked |= said.iter().any(|word| is_done(word));
            self.open.tokens.clear();
            self.open.label.extend(words);
        } else if name_rest(&words) {
            self.open.mood = Mood::Planned;
            self.open.tokens.clear();
            self.open.label.extend(words);
        } else if said.iter().any(|word| is_planned(word)) || doubts(&said) {
            self.open.mood = Mood::Planned;
        } else if matches!(said.as_slice(), ["all" | "every", .., "feature" | "features"]) {
            self.open.tokens.push(Token::Stop);
        } else {
            self.open.mood = Mood::Unclear;
        }
    }

    fn end_sentence(&mut self) {
        self.end_word();
        let mut ended = std::mem::take(&mut self.open);
        if !ended.tokens.is_empty() {
            self.number_features(&mut ended.tokens);
            self.fill_ranges(&mut ended.tokens);
            self.name_by_text(&mut ended.tokens);
            name_spared(&mut ended.tokens, self.known);
            self.leave_out_names(&mut ended.tokens);
            self.sentences.push(ended);
        }
    }

    /// Reads the numbers behind "features", where they are more than one: one alone counts them.
    fn number_features(&self, tokens: &mut Vec<Token>) {
        let named = |token: &Token| matches!(token.text(), Some("features"));
        let Some(from) = tokens.iter().position(named).map(|at| at + 1) else {
            return;
        };
        let (mut ids, mut at, mut until) = (Vec::new(), from, from);
        while let Some(token) = tokens.get(at) {
            at += 1;
            let Some(word) = token.text() else { continue };
            if let Some((first, last)) = word
                .split_once('-')
                .filter(|(first, last)| is_number(first) && is_number(last))
            {
                let (Some(first), Some(last)) = (self.known.numbered(first), self.known.numbered(last)) else {
                    return;
                };
                ids.extend(self.known.range(first, last));
            } else if is_number(word) {
                let Some(id) = self.known.numbered(word) else { return };
                let range = ids
                    .last()
                    .filter(|_| matches!(tokens.get(at - 2).and_then(Token::text), Some("to" | "through")));
                match range.map(|last| self.known.range(last, id)) {
                    Some(range) => ids.extend(range.into_iter().skip(1)),
                    None => ids.push(id),
                }
            } else if !matches!(word, "and" | "to" | "through") {
                break;
            } else {
                continue;
            }
            until = at;
        }
        let counts = matches!(tokens.get(until).and_then(Token::text), Some("of" | "out"));
        if ids.len() > 1 && !counts {
            let ids: Vec<Token> = ids.into_iter().map(|id| Token::Id(id.to_owned())).collect();
            tokens.splice(from..until, ids);
        }
    }

    /// Puts the features in between into "F1 to F3".
    fn fill_ranges(&self, tokens: &mut Vec<Token>) {
        let mut at = 0;
        while at + 2 < tokens.len() {
            if let [Token::Id(from), Token::Word(to), Token::Id(until)] = &tokens[at..at + 3]
                && matches!(to.as_str(), "to" | "through" | "thru" | "till" | "until")
            {
                let ids = self.known.range(from, until);
                let ids: Vec<Token> = ids.into_iter().map(|id| Token::Id(id.to_owned())).collect();
                if !ids.is_empty() {
                    tokens.splice(at..at + 3, ids);
                }
            }
            at += 1;
        }
    }

    /// Puts the id of a feature in the place of its text, where the sentence begins with that and names none.
    fn name_by_text(&self, tokens: &mut Vec<Token>) {
        let words: Vec<&str> = tokens.iter().map_while(Token::text).collect();
        if tokens.iter().any(|token| matches!(token, Token::Id(_))) {
            return;
        }
        let Some((id, length)) = self.known.begins(&words) else {
            return;
        };
        let is_whole = match tokens.get(length) {
            None | Some(Token::Stop | Token::Colon) => true,
            Some(Token::Word(next)) => is_state(next) || is_among("is are has have was now does do", next),
            Some(Token::Id(_)) => false,
        };
        if is_whole {
            let id = Token::Id(id.to_owned());
            tokens.splice(..length, [id]);
        }
    }

    /// Leaves out what repeats the list's own words of a feature behind its id.
    fn leave_out_names(&self, tokens: &mut Vec<Token>) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            let Token::Id(id) = token else { continue };
            let name = self.known.name(id);
            let from = at + usize::from(tokens.get(at).is_some_and(Token::parts));
            let rest = tokens.get(from..).unwrap_or_default();
            let same = rest.iter().zip(name);
            let same = same.take_while(|(token, word)| token.text() == Some(word)).count();
            let ends = match rest.get(same) {
                None | Some(Token::Stop | Token::Colon) => true,
                Some(Token::Word(next)) => same == name.len() || is_state(next),
                Some(Token::Id(_)) => false,
            };
            let same = if ends && (same == name.len() || same > 1) {
                same
            } else {
                in_other_words(rest, name)
            };
            if same > 0 {
                // What set them off goes with them, where something sets off what follows as well.
                let parted = !matches!(rest.get(same), Some(Token::Word(_)));
                tokens.drain(if parted { at } else { from }..from + same);
            }
        }
    }
}

/// How many words up to what parts them, or up to a word that calls it done, say what a name says, if each that weighs is in it.
fn in_other_words(rest: &[Token], name: &[String]) -> usize {
    let said: Vec<&str> = rest
        .iter()
        .map_while(|token| match token {
            Token::Word(word) if !is_state(word) && word != "is" && word != "are" => Some(word.as_str()),
            Token::Word(_) | Token::Id(_) | Token::Stop | Token::Colon => None,
        })
        .collect();
    if says_name(&said, name) && !doubts(&said) {
        said.len()
    } else {
        0
    }
}

/// Says whether words name a feature, if each that weighs is in its name.
pub(super) fn says_name(said: &[&str], name: &[String]) -> bool {
    let weighty: Vec<&str> = said.iter().copied().filter(|word| !is_among(DETAIL, word)).collect();
    let mut own: Vec<&str> = Vec::new();
    for word in name.iter().map(String::as_str).filter(|word| tells_apart(word)) {
        if !own.contains(&word) {
            own.push(word);
        }
    }
    // A single word of it may name a part only, unless it is what the feature is to do.
    let names_it = weighty.len() * 2 > own.len() || own.first().is_some_and(|first| is_part_of(first, said));
    let fits = weighty.iter().all(|word| is_part_of(word, name));
    !weighty.is_empty() && fits && names_it
}

/// The words of what a feature does, as a note would repeat them.
pub(super) fn name(description: &str) -> Vec<String> {
    let known = Known::default();
    let cut = Cutter::cut(description, &known);
    cut.first()
        .map_or_else(Vec::new, |first| first.words().map(str::to_owned).collect())
}

/// What is quoted from here on, if a quote opens and closes.
fn quoted(opens: char, rest: &str) -> Option<&str> {
    let closes = match opens {
        '"' => '"',
        '“' => '”',
        '«' => '»',
        '`' => '`',
        '~' => {
            let struck = rest.strip_prefix('~')?;
            let until = struck.find("~~")?;
            return rest.get(..until + 2);
        }
        _ => return None,
    };
    rest.split_once(closes).map(|(inside, _)| inside)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Says whether a sign tells what it stands beside done or not.
pub(super) fn is_sign(c: char) -> bool {
    DONE_SIGNS.contains(&c) || OPEN_SIGNS.contains(&c)
}
