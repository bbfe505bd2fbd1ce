//! Splitting notes into entries, whoever wrote them.

use std::ops::Range;

/// One entry: a heading that names a session, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The heading without its marks; empty for text before the first heading.
    pub heading: String,
    /// The session number it names, if it does.
    pub session: Option<u32>,
    /// Bytes of the whole entry.
    pub span: Range<usize>,
}

impl Entry {
    /// The entry's text, heading included.
    #[must_use]
    pub fn text<'a>(&self, whole: &'a str) -> &'a str {
        whole.get(self.span.clone()).unwrap_or("")
    }
}

/// Which end of the file is the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The file grows at the bottom; also where nothing tells.
    OldestFirst,
    /// The file grows at the top.
    NewestFirst,
}

/// Words for a session that stand at the beginning of a heading, in lower case.
const WORDS: [&str; 12] = [
    "session",
    "sitzung",
    "sesión",
    "sesion",
    "sessão",
    "séance",
    "sessione",
    "sessie",
    "сессия",
    "セッション",
    "会话",
    "세션",
];

/// Splits notes at lines that name a session: `# Session 3: …`, `=== Session: … (Session 194) ===`, `SESSION 68: …`,
/// `[Session 1 — …]`, `## Sitzung 3`; or that are headings which begin with a day: `## 2026-02-01 …`. Text without such a line is one
/// entry.
#[must_use]
pub fn entries(text: &str) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((heading, session)) = heading(line) {
            all.push(Entry {
                heading,
                session,
                span: at..at,
            });
        } else if all.is_empty() && !line.trim().is_empty() {
            all.push(Entry {
                heading: String::new(),
                session: None,
                span: at..at,
            });
        }
        at += line.len();
        if let Some(last) = all.last_mut() {
            last.span.end = at;
        }
    }
    all
}

/// Tells from the session numbers which end is the newest; where there are none, from the days that the headings name.
#[must_use]
pub fn order(entries: &[Entry]) -> Order {
    let numbers: Vec<u32> = entries.iter().filter_map(|entry| entry.session).collect();
    if numbers.len() < 2 {
        return by_value(&entries.iter().filter_map(|entry| day(&entry.heading)).collect::<Vec<_>>());
    }
    by_value(&numbers)
}

fn by_value<T: PartialOrd>(numbers: &[T]) -> Order {
    let falls = numbers.windows(2).filter(|pair| pair[0] > pair[1]).count();
    let rises = numbers.windows(2).filter(|pair| pair[0] < pair[1]).count();
    if falls > rises {
        Order::NewestFirst
    } else {
        Order::OldestFirst
    }
}

/// The heading's words and session number, if the line is one.
fn heading(line: &str) -> Option<(String, Option<u32>)> {
    const MARKS: [char; 7] = ['#', '=', '-', '*', '[', ']', ' '];
    let line = line.trim();
    let words = line.trim_matches(MARKS);
    let marked = line.starts_with("# ")
        || line.starts_with("##")
        || line.starts_with("===")
        || line.starts_with('[')
        || line.starts_with("**");
    let lower = words.to_lowercase();
    let Some(rest) = WORDS.iter().find_map(|word| lower.strip_prefix(word)) else {
        let top = ["# ", "## ", "=== ", "["].iter().any(|mark| line.starts_with(mark));
        return (top && day(words).is_some_and(|day| words.starts_with(day))).then(|| (words.to_owned(), None));
    };
    // Unmarked, only shouting counts: `SESSION 68: TITLE`; "Session 3 went well" is prose.
    if !(marked || (words.starts_with("SESSION") && rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))) {
        return None;
    }
    if !rest.starts_with([' ', ':', '#', '-', '_']) && !rest.is_empty() {
        return None;
    }
    let lead = number(rest.trim_start_matches([' ', ':', '#', '-', '_']), true);
    // `Session: 2026-02-01 (Session 194)`: what leads is a date.
    let session = rest
        .find("(session")
        .and_then(|at| number(rest.get(at + 8..)?.trim_start(), false))
        .or(lead);
    Some((words.to_owned(), session))
}

/// The first day in a text, as `2026-02-01`.
fn day(text: &str) -> Option<&str> {
    let pattern = |bytes: &[u8]| {
        let digit = |at: usize| bytes[at].is_ascii_digit();
        bytes[4] == b'-' && bytes[7] == b'-' && [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(digit)
    };
    let at = text.as_bytes().windows(10).position(pattern)?;
    text.get(at..at + 10)
}

fn number(text: &str, alone: bool) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if alone && rest.starts_with('-') && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
