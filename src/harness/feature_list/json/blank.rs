//! What may stand between tokens: white space, and comments, which JSON does not know and people write all the same.

use super::Fault;
use super::scanner::Scanner;

impl Scanner<'_> {
    /// Passes white space and comments.
    pub(super) fn blank(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'/') => match length(self.text.get(self.at..).unwrap_or("")) {
                    Some(Ok(length)) => {
                        self.comments.at(self.at);
                        self.at += length;
                    }
                    Some(Err(Unclosed)) => return Err(self.fault("this comment is never closed")),
                    None => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
    }
}

struct Unclosed;

/// Length of the comment that a text begins with, if it does.
fn length(text: &str) -> Option<Result<usize, Unclosed>> {
    if text.starts_with("//") {
        return Some(Ok(text.find(['\n', '\r']).unwrap_or(text.len())));
    }
    let inside = text.strip_prefix("/*")?;
    Some(inside.find("*/").map(|end| end + 4).ok_or(Unclosed))
}

/// What stands between two tokens, without its comments: a comment tells of its own place, so it is never repeated elsewhere.
#[must_use]
pub fn without_comments(blank: &str) -> String {
    let mut out = String::new();
    let mut rest = blank;
    while let Some(at) = rest.find('/') {
        let (before, from) = rest.split_at(at);
        let Some(Ok(length)) = length(from) else { break };
        // The blanks that set a comment off on its line go with it.
        out.push_str(before.trim_end_matches([' ', '\t']));
        rest = from.get(length..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_left_out() {
        assert_eq!(without_comments(",\n  "), ",\n  ");
        assert_eq!(without_comments(", // the login\n  "), ",\n  ");
        assert_eq!(without_comments(",\n  /* a */\n  // b\n  "), ",\n\n\n  ");
        assert_eq!(without_comments(" /* never closed"), " /* never closed");
    }
}
