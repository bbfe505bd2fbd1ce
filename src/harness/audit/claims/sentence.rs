//! The sentences of a note, under the headings and in the lists that they stand in.
//!
//! Owns what is said at all: what is quoted, asked, planned, or printed by a program is not. Does not own what a sentence claims.
//! Invariant: a word that could not be read as one stands in its sentence all the same, so that nothing is claimed across it.

use super::cut::{Cutter, DONE_SIGNS, OPEN_SIGNS, is_sign};
use super::known::Known;
use super::words::{GOES_TO, doubts, is_among, is_done, is_label, is_planned, name_rest, number_of};
use std::borrow::Cow;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word in small letters.
    Word(String),
    /// The id of a feature of the list.
    Id(String),
    /// What parts clauses: a comma, a dash, a bracket.
    Stop,
    /// What parts a feature from what is told of it.
    Colon,
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
    /// Whether the id that it begins with is set off from what follows: "**F1** the parser".
    pub is_set_apart: bool,
    /// The paragraph or list that it stands in, counted.
    pub block: usize,
    /// Whether it stands below a heading that names a feature.
    pub is_of_feature: bool,
}

impl Token {
    /// Its word, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Word(text) | Self::Id(text) => Some(text),
            Self::Stop | Self::Colon => None,
        }
    }

    /// Whether it parts clauses.
    pub(super) fn parts(&self) -> bool {
        matches!(self, Self::Stop | Self::Colon)
    }

    /// Whether it may stand in a mere row of ids.
    fn is_enumerated(&self) -> bool {
        match self {
            Self::Id(_) | Self::Stop => true,
            Self::Colon => false,
            Self::Word(word) => word == "and",
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
        let clauses = self.tokens.split(Token::parts);
        clauses.map(|clause| clause.iter().filter_map(Token::text).collect())
    }

    /// Says whether it speaks of a feature.
    pub(super) fn names(&self, id: &str) -> bool {
        self.ids().any(|named| named == id)
    }

    /// The features that it speaks of.
    pub(super) fn ids(&self) -> impl Iterator<Item = &String> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Id(id) => Some(id),
            Token::Word(_) | Token::Stop | Token::Colon => None,
        })
    }

    /// Says whether it is no more than how much there is of what its label says is left.
    fn counts_left(&self) -> bool {
        let words: Vec<&str> = self.words().collect();
        let counts = |word: &str| is_among("none nothing no", word) || number_of(word).is_some();
        let of_features = self.label.iter().any(|label| label.starts_with("feature"));
        name_rest(&self.label)
            && match words.as_slice() {
                ["none" | "nothing" | "zero" | "0"] | ["nothing", "else" | "more"] => true,
                [number] => of_features && number_of(number).is_some(),
                [count, "feature" | "features"] => counts(count),
                _ => false,
            }
    }

    /// Says whether it tells what comes next.
    pub(super) fn goes_on(&self) -> bool {
        self.words().next().is_some_and(|word| is_among(GOES_TO, word))
    }

    /// Says whether it holds a word of doubt, or speaks of what is to be.
    pub(super) fn is_doubtful(&self) -> bool {
        self.mood == Mood::Planned || doubts(&self.words().collect::<Vec<_>>())
    }
}

/// Reads the sentences of a note.
pub(super) fn read(note: &str, known: &Known) -> Vec<Sentence> {
    let mut read = Vec::new();
    let (mut fence, mut below, mut has_entries) = (None, Heading::Plain, false);
    let (mut is_apart, mut in_list) = (true, false);
    let (mut block, mut is_of_feature, mut heads_rest) = (0, false, Vec::new());
    let mut lines = note.lines().peekable();
    while let Some(raw) = lines.next() {
        let printed = raw.starts_with("    ") && is_apart && !in_list;
        is_apart = raw.trim().is_empty() || printed;
        if printed {
            continue;
        }
        let unboxed = unboxed(raw.trim());
        let line = unboxed.as_ref();
        if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark)) {
            match fence {
                None => fence = Some(mark),
                Some(open) if open == mark => fence = None,
                Some(_) => {}
            }
            continue;
        }
        if fence.is_some() || line.starts_with('>') {
            continue;
        }
        if line.is_empty() {
            block += 1;
            // The list below a line that ends in a colon ends with it; a section ends with the next heading.
            if has_entries && below == Heading::Ticked {
                below = Heading::Plain;
            }
            continue;
        }
        let (mark, rest) = item(line);
        let underlined = mark == Mark::Plain && lines.peek().is_some_and(|next| is_underline(next.trim()));
        in_list = mark != Mark::Plain || in_list && raw.starts_with(' ');
        if underlined || is_heading(line, mark) {
            lines.next_if(|_| underlined);
            let is_section = underlined || line.starts_with('#');
            (below, has_entries) = (Heading::of(line, is_section), false);
            let text = line.trim_matches(|c: char| matches!(c, '#' | '*' | ':') || c.is_whitespace());
            let mut heading = Cutter::cut(text, known);
            // The heading of a session names what it was to work on.
            is_of_feature = heading.iter().any(|said| said.ids().next().is_some()) && !text.to_lowercase().starts_with("session");
            heads_rest = heading.iter().flat_map(Sentence::words).map(str::to_owned).collect();
            block += 1;
            heading
                .iter_mut()
                .for_each(|said| (said.block, said.is_of_feature) = (block, is_of_feature));
            if below == Heading::Plain {
                read.extend(heading);
            }
            continue;
        }
        has_entries = true;
        let is_set_apart = mark != Mark::Plain && heads_entry(rest, known);
        for (at, mut sentence) in Cutter::cut(rest, known).into_iter().enumerate() {
            sentence.is_set_apart = is_set_apart && at == 0;
            if below == Heading::Planned || mark == Mark::Open {
                sentence.mood = Mood::Planned;
            }
            if sentence.label.is_empty() && name_rest(&heads_rest) {
                sentence.label.clone_from(&heads_rest);
            }
            if sentence.counts_left() && mark != Mark::Open {
                sentence.mood = Mood::Told;
            }
            (sentence.block, sentence.is_of_feature) = (block, is_of_feature);
            let entry = mark != Mark::Plain || sentence.tokens.iter().all(Token::is_enumerated);
            sentence.is_ticked |= mark == Mark::Ticked || below.is_ticked() && entry;
            read.push(sentence);
        }
    }
    read
}

/// Whether an entry begins with the id of a feature in bold, or as code.
fn heads_entry(entry: &str, known: &Known) -> bool {
    let bold = ["**", "__", "`"]
        .iter()
        .find_map(|mark| entry.strip_prefix(mark)?.split_once(mark));
    bold.is_some_and(|(inside, _)| known.find(&inside.trim_end_matches(':').to_lowercase()).is_some())
}

/// A line of several boxes, with signs in their places.
fn unboxed(line: &str) -> Cow<'_, str> {
    if line.matches(['[']).count() < 2 || !line.starts_with('[') {
        return Cow::Borrowed(line);
    }
    Cow::Owned(line.replace("[x]", "✅").replace("[X]", "✅").replace("[ ]", "☐"))
}

fn is_underline(line: &str) -> bool {
    line.len() > 2 && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
}

/// Whether a line names what stands below it.
fn is_heading(line: &str, mark: Mark) -> bool {
    let bold = line.strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
    let is_bold = bold.is_some_and(|inside| !inside.contains("**"));
    let level = line.trim_start_matches('#');
    let is_section = level.len() < line.len() && (level.starts_with(' ') || line.starts_with("##"));
    is_section || mark == Mark::Plain && (is_bold || line.trim_end_matches('*').ends_with(':'))
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
    // A line of several signs ticks off as many things.
    if rest.chars().filter(|c| is_sign(*c)).count() > 1 {
        return (plain, rest);
    }
    let boxed = |boxes: &[&str]| boxes.iter().find_map(|known| rest.strip_prefix(known));
    let signed = |signs: &[char]| rest.strip_prefix(signs).map(|rest| rest.trim_start_matches('\u{fe0f}'));
    let ticked = boxed(&["[x]", "[X]"])
        .or_else(|| signed(&DONE_SIGNS))
        .map(|rest| (Mark::Ticked, rest.trim_start()));
    ticked
        .or_else(|| {
            Some((
                Mark::Open,
                boxed(&["[ ]", "[-]", "[~]"]).or_else(|| signed(&OPEN_SIGNS))?.trim_start(),
            ))
        })
        .unwrap_or((plain, rest))
}

/// What the lines below a heading are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    Plain,
    /// Done, up to the next empty line.
    Ticked,
    /// Done, up to the next heading.
    Section,
    /// Of what is to be, or unknown to be of what is.
    Planned,
}

impl Heading {
    fn of(line: &str, is_section: bool) -> Self {
        let heading = line.to_lowercase();
        let words: Vec<&str> = heading
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if doubts(&words) || words.iter().any(|word| is_planned(word)) {
            Self::Planned
        } else if words.iter().any(|word| is_done(word)) && words.iter().all(|word| is_label(word)) {
            if is_section { Self::Section } else { Self::Ticked }
        } else {
            Self::Plain
        }
    }

    fn is_ticked(self) -> bool {
        matches!(self, Self::Ticked | Self::Section)
    }
}
