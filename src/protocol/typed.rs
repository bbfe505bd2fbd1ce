//! What a person types for others to read, and the one rule about characters in it that do not show.
//!
//! The rule holds for all free text: reasons, messages, answers, comments, notes, sections of a window, the words of a feature, commit
//! messages, on the screen as on a line of orders. A character that terminals obey, or that has no shape and can hide or turn round what
//! is read, is refused where it is written, with its place; the text stays, nothing is sent. It is not taken out silently: what goes out
//! is what was typed. A text that held such characters before it was edited may keep them, for they are somebody else's ([`added`]).
//!
//! Pure. Invariant: a text that passes shows on any terminal what it says.

use std::collections::HashMap;
use std::fmt;

/// A character that may not stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hidden {
    /// The character.
    pub code: u32,
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the line in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, line, column } = self;
        write!(
            f,
            "line {line} holds U+{code:04X} in column {column}, which does not show or which terminals obey; take it out"
        )
    }
}

/// Finds the first character of a text that may not stand there.
#[must_use]
pub fn hidden(text: &str) -> Option<Hidden> {
    each(text).next()
}

/// Finds the first character that may not stand there and that the text has more often than it had before it was edited.
#[must_use]
pub fn added(text: &str, before: &str) -> Option<Hidden> {
    let mut held: HashMap<u32, usize> = HashMap::new();
    for found in each(before) {
        *held.entry(found.code).or_default() += 1;
    }
    each(text).find(|found| match held.get_mut(&found.code) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    })
}

/// Returns a text of others as it may stand in a line.
#[must_use]
pub fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    spaced.filter(|c| !is_hidden(*c)).collect::<String>().trim().to_owned()
}

fn each(text: &str) -> impl Iterator<Item = Hidden> {
    text.lines().enumerate().flat_map(|(index, line)| {
        let befores = std::iter::once(None).chain(line.chars().map(Some));
        let afters = line.chars().skip(1).map(Some).chain(std::iter::once(None));
        let chars = befores.zip(line.chars()).zip(afters).enumerate();
        chars.filter_map(move |(at, ((before, c), after))| {
            let found = Hidden {
                code: c.into(),
                line: index + 1,
                column: at + 1,
            };
            (is_hidden(c) && !joins(before, c, after)).then_some(found)
        })
    })
}

/// Says whether a character joins or parts the two beside it, as Persian words and composed emoji need it.
fn joins(before: Option<char>, c: char, after: Option<char>) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !c.is_whitespace() && !is_hidden(c));
    matches!(c, '\u{200c}' | '\u{200d}') && is_letter(before) && is_letter(after)
}

/// Controls of C0 (but the tab) and C1, and what has no shape: marks of direction and of zero width, fillers, separators, tags.
fn is_hidden(c: char) -> bool {
    match u32::from(c) {
        0x09 => false,
        0x00ad | 0x034f | 0x061c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x3164 | 0xffa0 | 0xfeff => true,
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfff9..=0xfffb | 0xe0000..=0xe007f => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_language_passes_with_tabs_and_both_line_ends() {
        for text in [
            "",
            "Add é, 日本 and 🎉\r\n\r\n\tindented\n",
            "עברית",
            "می\u{200c}خواهم",
            "👩\u{200d}🚀 ❤\u{fe0f}",
        ] {
            assert_eq!(hidden(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_terminal_obeys_or_nobody_sees_is_named_with_its_place() {
        for (text, code, line, column) in [
            ("Fix\n\n\u{1b}[2J", 0x1b, 3, 1),
            ("a\u{9b}31m", 0x9b, 1, 2),
            ("a\rb", 0x0d, 1, 2),
            ("a\u{7f}", 0x7f, 1, 2),
            ("one\ntwo \u{202e}owt", 0x202e, 2, 5),
            ("é\u{200b}b", 0x200b, 1, 2),
            ("a\u{200d}b", 0x200d, 1, 2),
            ("é\u{200d}", 0x200d, 1, 2),
            ("é\u{200d}\u{200d}é", 0x200d, 1, 2),
            ("\u{feff}a", 0xfeff, 1, 1),
            ("a\u{e0041}", 0xe0041, 1, 2),
        ] {
            assert_eq!(hidden(text), Some(Hidden { code, line, column }), "{text:?}");
        }
        let told = hidden("one\ntwo \u{202e}").unwrap().to_string();
        assert!(told.starts_with("line 2 holds U+202E in column 5"), "{told}");
    }

    #[test]
    fn what_a_text_held_before_may_stay_in_it_and_no_more() {
        let before = "a\u{200b}b\nc";
        assert_eq!(added("x a\u{200b}b", before), None);
        assert_eq!(added("c", before), None, "less is no harm");
        let more = added("a\u{200b}b\n\u{200b}", before).unwrap();
        assert_eq!((more.code, more.line), (0x200b, 2));
        assert_eq!(added("\u{202e}", before).map(|found| found.code), Some(0x202e), "another one");
    }

    #[test]
    fn a_text_of_others_becomes_a_line_that_passes() {
        let line = one_line(" say\u{1b}[31m\nbye\u{202e}\t");
        assert_eq!(line, "say[31m bye");
        assert_eq!(hidden(&line), None);
    }
}
