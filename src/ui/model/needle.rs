//! What a filter looks for.
//!
//! Invariant: nothing is allocated for a row whose texts are compared in ASCII, for a list may have ten thousand rows and is filtered
//! anew for every frame.

use memchr::memchr2_iter;

/// A text to be found in others, in any case.
#[derive(Debug)]
pub struct Needle {
    lower: String,
}

impl Needle {
    /// Makes one of what was typed.
    #[must_use]
    pub fn new(filter: &str) -> Self {
        Self {
            lower: filter.to_lowercase(),
        }
    }

    /// Says whether one of the texts contains it.
    #[must_use]
    pub fn is_in(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.is_in_one(text))
    }

    fn is_in_one(&self, text: &str) -> bool {
        let wanted = self.lower.as_bytes();
        let Some(first) = wanted.first() else { return true };
        if !self.lower.is_ascii() {
            return text.to_lowercase().contains(&self.lower);
        }
        let text = text.as_bytes();
        let mut starts = memchr2_iter(*first, first.to_ascii_uppercase(), text);
        starts.any(|at| {
            text.get(at..at + wanted.len())
                .is_some_and(|here| here.eq_ignore_ascii_case(wanted))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Needle;

    #[test]
    fn a_text_is_found_in_any_case() {
        let found = |filter: &str, text: &str| Needle::new(filter).is_in(&["", text]);
        assert!(found("LOG", "a log in") && found("log", "a LoG") && found("in", "login"));
        assert!(!found("logs", "a log") && !found("x", ""));
        assert!(found("ÜBER", "darüber") && found("é", "É") && found("漢", "漢字"));
        assert!(found("b", "é b"), "a text may go beyond ASCII where the filter does not");
        assert!(found("", "anything"));
    }
}
