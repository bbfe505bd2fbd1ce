//! A note, cut into sentences of plain words.
//!
//! Owns what is said at all: what is quoted, asked, planned, or printed by a program is not. Does not own what a sentence claims.
//! Invariant: a word that could not be read as one stands in its sentence all the same, so that nothing is claimed across it.

use super::words::{doubts, is_done, is_label, is_planned};
use std::collections::BTreeMap;

/// The features of a list by their ids in small letters, with the words of what they do.
pub(super) type Known = BTreeMap<String, Vec<String>>;

/// What stands in for words that are somebody else's.
const FOREIGN: &str = "\"";

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word in small letters.
    Word(String),
    /// The id of a feature of the list.
    Id(String),
    /// What parts clauses: a comma, a dash, a bracket.
    Stop,
}

/// How a sentence is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mood {
    /// Of how things are.
    #[default]
    Told,
    /// Under a name that may mean anything.
    Unclear,
    /// Of how things shall be, or as a question.
    Planned,
}

/// A sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Its words and what parts them.
    pub tokens: Vec<Token>,
    /// The words before a colon that say what it is about.
    pub label: Vec<String>,
    /// How it is said.
    pub mood: Mood,
    /// Whether it is ticked off in a list, or told below a word such as "Done:".
    pub is_ticked: bool,
}

impl Token {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Id(text) => Some(text),
            Self::Stop => None,
        }
    }
}

impl Sentence {
    /// Its words, those before a colon left out.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(Token::text)
    }

    /// The words of its clauses.
    pub(super) fn clauses(&self) -> impl Iterator<Item = Vec<&str>> {
        let clauses = self.tokens.split(|token| *token == Token::Stop);
        clauses.map(|clause| clause.iter().filter_map(Token::text).collect())
    }

    /// Says whether it speaks of a feature.
    pub(super) fn names(&self, id: &str) -> bool {
        self.tokens
            .iter()
            .any(|token| matches!(token, Token::Id(named) if named == id))
    }

    /// Says whether it holds a word of doubt, or speaks of what is to be.
    pub(super) fn is_doubtful(&self) -> bool {
        self.mood == Mood::Planned || doubts(&self.words().collect::<Vec<_>>())
    }
}

/// Reads the sentences of a note. `known` are the features of the list: their ids in small letters, with the words of what they do.
pub(super) fn read(note: &str, known: &Known) -> Vec<Sentence> {
    let mut read = Vec::new();
    let (mut is_printed, mut below) = (false, Heading::Plain);
    for line in note.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            is_printed = !is_printed;
        }
        if is_printed || line.starts_with("```") || line.starts_with('>') {
            continue;
        }
        let (mark, rest) = item(line);
        if line.starts_with("# ") || line.starts_with("##") || mark == Mark::Plain && line.ends_with(':') {
            below = Heading::of(line);
            continue;
        }
        if line.is_empty() && below == Heading::Ticked {
            below = Heading::Plain;
        }
        for mut sentence in Cutter::cut(rest, known) {
            if below == Heading::Planned || mark == Mark::Open {
                sentence.mood = Mood::Planned;
            }
            sentence.is_ticked |= mark == Mark::Ticked || below == Heading::Ticked && mark != Mark::Plain;
            read.push(sentence);
        }
    }
    read
}

/// What stands before the text of a list's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Plain,
    Bullet,
    Ticked,
    Open,
}

fn item(line: &str) -> (Mark, &str) {
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let after_number = numbered.strip_prefix(". ").or_else(|| numbered.strip_prefix(") "));
    let bullet = line.strip_prefix(['-', '*', '+', '•']).filter(|rest| rest.starts_with(' '));
    let rest = bullet.or(after_number.filter(|_| numbered.len() < line.len()));
    let (plain, rest) = rest.map_or((Mark::Plain, line), |rest| (Mark::Bullet, rest.trim_start()));
    let marked = |marks: &[&str], mark| {
        marks
            .iter()
            .find_map(|known| Some((mark, rest.strip_prefix(known)?.trim_start())))
    };
    marked(&["[x]", "[X]", "✅", "✓", "✔", "☑"], Mark::Ticked)
        .or_else(|| marked(&["[ ]", "☐", "⬜", "❌", "✗"], Mark::Open))
        .unwrap_or((plain, rest))
}

/// What the lines below a heading are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    Plain,
    Ticked,
    /// Of what is to be, or unknown to be of what is.
    Planned,
}

impl Heading {
    fn of(line: &str) -> Self {
        let heading = line.to_lowercase();
        let words: Vec<&str> = heading
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if doubts(&words) || words.iter().any(|word| is_planned(word)) {
            Self::Planned
        } else if words.iter().any(|word| is_done(word)) && words.iter().all(|word| is_label(word)) {
            Self::Ticked
        } else {
            Self::Plain
        }
    }
}

/// Cuts a line.
struct Cutter<'a> {
    known: &'a Known,
    sentences: Vec<Sentence>,
    open: Sentence,
    word: String,
}

impl<'a> Cutter<'a> {
    fn cut(line: &str, known: &'a Known) -> Vec<Sentence> {
        let mut cutter = Self {
            known,
            sentences: Vec::new(),
            open: Sentence::default(),
            word: String::new(),
        };
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let quoted = quoted(c, rest).filter(|quoted| quoted.contains(char::is_whitespace));
            if let Some(quoted) = quoted {
                // A quoted word is a name; a quoted sentence is somebody else's.
                cutter.end_word();
                cutter.open.tokens.push(Token::Word(FOREIGN.to_owned()));
                rest = rest.get(quoted.len()..).unwrap_or_default();
                rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
                continue;
            }
            match c {
                '’' => cutter.word.push('\''),
                '.' | '-' | '_' | '\'' | '/' | '%' | '#' | '+' => cutter.word.push(c),
                _ if c.is_alphanumeric() => cutter.word.extend(c.to_lowercase()),
                _ => cutter.part(c),
            }
        }
        cutter.end_sentence();
        cutter.sentences
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
            '✅' | '✓' | '✔' | '☑' => self.open.tokens.push(Token::Word("done".to_owned())),
            '❌' | '✗' | '☐' | '⬜' => self.open.tokens.push(Token::Word("not".to_owned())),
            _ if ends => self.end_sentence(),
            _ => {}
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let word = word.trim_matches(['.', '-', '/', '\'']);
        let plain = word.trim_start_matches('#');
        // A number alone counts something, unless it is said to be a feature's.
        let counts = plain.bytes().all(|byte| byte.is_ascii_digit()) && plain.len() == word.len();
        let by_name = matches!(self.open.tokens.last(), Some(Token::Word(last)) if last == "feature");
        self.open.tokens.push(if word.is_empty() {
            Token::Stop
        } else if self.known.contains_key(plain) && (!counts || by_name) {
            Token::Id(plain.to_owned())
        } else {
            Token::Word(word.to_owned())
        });
    }

    /// What stands before a colon names what is told behind it, or is told of it.
    fn colon(&mut self) {
        if self.open.tokens.iter().any(|token| matches!(token, Token::Id(_))) {
            self.open.tokens.push(Token::Stop);
            return;
        }
        let words: Vec<String> = self.open.words().map(str::to_owned).collect();
        let said: Vec<&str> = words.iter().map(String::as_str).collect();
        if said.iter().all(|word| is_label(word)) {
            self.open.is_ticked |= said.iter().any(|word| is_done(word));
            self.open.tokens.clear();
            self.open.label = words;
        } else if said.iter().any(|word| is_planned(word)) || doubts(&said) {
            self.open.mood = Mood::Planned;
        } else {
            self.open.mood = Mood::Unclear;
        }
    }

    fn end_sentence(&mut self) {
        self.end_word();
        let mut ended = std::mem::take(&mut self.open);
        if !ended.tokens.is_empty() {
            self.leave_out_names(&mut ended.tokens);
            self.sentences.push(ended);
        }
    }

    /// Leaves out what repeats the list's own words of a feature behind its id.
    fn leave_out_names(&self, tokens: &mut Vec<Token>) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            let Token::Id(id) = token else { continue };
            let Some(name) = self.known.get(id) else { continue };
            let from = at + usize::from(tokens.get(at) == Some(&Token::Stop));
            let said = tokens.get(from..).unwrap_or_default().iter().zip(name);
            let same = said.take_while(|(token, word)| token.text() == Some(word)).count();
            let ends = match tokens.get(from + same) {
                None | Some(Token::Stop) => true,
                Some(Token::Word(next)) => same == name.len() || is_done(next),
                Some(Token::Id(_)) => false,
            };
            if ends && (same == name.len() || same > 1) {
                // What set them off goes with them, where something sets off what follows as well.
                let parted = !matches!(tokens.get(from + same), Some(Token::Word(_)));
                tokens.drain(if parted { at } else { from }..from + same);
            }
        }
    }
}

/// The words of what a feature does, as a note would repeat them.
pub(super) fn name(description: &str) -> Vec<String> {
    let known = Known::new();
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
        _ => return None,
    };
    rest.split_once(closes).map(|(inside, _)| inside)
}
