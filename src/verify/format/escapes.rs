//! What a test said, with the escape sequences that it was said with.
//!
//! Formats are read from text without them; a person who looks at a failure is shown what was printed. Invariant: nothing but escape
//! sequences is added, and no result is touched.

use super::plain;
use crate::protocol::TestCase;
use std::collections::HashMap;

/// Puts the escape sequences of the output back into what its tests said.
pub fn put_back(cases: &mut [TestCase], printed: &[u8]) {
    if !printed.contains(&0x1b) || cases.iter().all(|case| case.detail.is_empty()) {
        return;
    }
    let text = String::from_utf8_lossy(printed);
    let mut said: HashMap<String, &str> = HashMap::new();
    for line in text.lines().filter(|line| line.contains('\u{1b}')) {
        // A diagnostic of TAP is told without its mark.
        for raw in [line, line.trim_start().trim_start_matches('#')] {
            said.entry(plain(raw.as_bytes()).trim().to_owned())
                .or_insert_with(|| raw.trim());
        }
    }
    for case in cases.iter_mut().filter(|case| !case.detail.is_empty()) {
        let lines = case.detail.lines().map(|line| {
            let words = line.trim();
            let indent = &line[..line.len() - line.trim_start().len()];
            said.get(words)
                .filter(|_| !words.is_empty())
                .map_or_else(|| line.to_owned(), |raw| format!("{indent}{raw}"))
        });
        case.detail = lines.collect::<Vec<_>>().join("\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::CaseStatus;

    #[test]
    fn a_failure_is_told_as_it_was_printed() {
        let printed = b"not ok 1 - a\n# got: \x1b[31mred\x1b[0m\n# plain\n  \x1b[1mbold\x1b[0m\n1..1\n";
        let case = |detail: &str| TestCase {
            name: "a".into(),
            status: CaseStatus::Failed,
            duration_ms: None,
            detail: detail.into(),
            attempts: Vec::new(),
        };
        let mut cases = [case("got: red\nplain\n  bold"), case("")];
        put_back(&mut cases, printed);
        assert_eq!(
            cases[0].detail,
            "got: \u{1b}[31mred\u{1b}[0m\nplain\n  \u{1b}[1mbold\u{1b}[0m"
        );
        assert_eq!(cases[1].detail, "");
    }
}
