//! Text as tokens of JSON, and ids for new entries.
//!
//! Pure. Invariant: a token reads back as exactly the text it was made of, and a new id is one that no feature has.

use crate::harness::feature_list::json::{Node, Value};

/// How a file writes characters beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// As they are.
    Plain,
    /// As `\uXXXX`, like Python does unless told otherwise.
    Escaped,
}

impl Beyond {
    /// Finds out from a file: escaped, if it has such escapes and no other character beyond ASCII.
    pub fn of(text: &str) -> Self {
        let high = |rest: &str| {
            let code = rest.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            code.is_some_and(|code| code >= 0x80)
        };
        if text.trim_start_matches('\u{feff}').is_ascii() && text.split("\\u").skip(1).any(high) {
            Self::Escaped
        } else {
            Self::Plain
        }
    }
}

/// Writes a string.
pub fn token(text: &str, beyond: Beyond) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 || (beyond == Beyond::Escaped && !c.is_ascii()) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes a string as most files do.
pub fn written(text: &str) -> String {
    token(text, Beyond::Plain)
}

/// Makes an id after the manner of a neighbour's: the next number, as wide as it; else the neighbour's with a number behind it.
pub fn next_id(text: &str, model: &Node, taken: &[&str], beyond: Beyond) -> String {
    match &model.value {
        Value::Text(id) => token(&following(id, taken), beyond),
        Value::Number => following(text.get(model.span.clone()).unwrap_or("0"), taken),
        // Not an id that anybody could name: any text will do.
        _ => token(&following("F000", taken), beyond),
    }
}

fn following(id: &str, taken: &[&str]) -> String {
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = id.get(stem.len()..).unwrap_or("");
    // Longer ones are no numbers that somebody counts with.
    if (1..=9).contains(&digits.len()) {
        let number = |other: &&str| other.strip_prefix(stem)?.parse::<u64>().ok();
        let highest = taken.iter().filter_map(number).max().unwrap_or(0);
        let width = digits.len();
        return format!("{stem}{:0width$}", highest + 1);
    }
    (2_u64..)
        .map(|n| format!("{id}-{n}"))
        .find(|id| !taken.contains(&id.as_str()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_on_as_they_were_counted() {
        assert_eq!(following("F012", &["F001", "F012", "F040", "X99"]), "F041");
        assert_eq!(following("F9", &["F9"]), "F10");
        assert_eq!(following("7", &["7", "12"]), "13");
        assert_eq!(following("login", &["login", "login-2"]), "login-3");
        assert_eq!(following("auth.01", &["auth.01", "ui.07"]), "auth.02");
    }

    #[test]
    fn a_token_reads_back_as_its_text() {
        for text in ["", "a \"b\" \\ / \n\r\t\u{1}\u{7f}", "é 😀 \u{2028}"] {
            for beyond in [Beyond::Plain, Beyond::Escaped] {
                let token = token(text, beyond);
                assert_eq!(serde_json::from_str::<String>(&token).unwrap(), text);
                assert!(beyond == Beyond::Plain || token.is_ascii());
            }
        }
        assert_eq!(Beyond::of("[\"\\u00e9\"]"), Beyond::Escaped);
        assert_eq!(Beyond::of("[\"\\u000a\"]"), Beyond::Plain);
        assert_eq!(Beyond::of("[\"\\u00e9 é\"]"), Beyond::Plain);
    }
}
