//! What came into the notes between two versions of them.
//!
//! Invariant: lines that were there before, wherever they stand now, did not come.

use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// Longest that two versions are compared.
const PATIENCE: Duration = Duration::from_millis(500);

/// Returns the text that is new, line ends as `\n`; what stands in two places of it has an empty line between.
#[must_use]
pub fn came(before: &str, now: &str) -> String {
    let (before, now) = (before.replace("\r\n", "\n"), now.replace("\r\n", "\n"));
    if let Some(behind) = now.strip_prefix(&before) {
        return behind.to_owned();
    }
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(&before, &now);
    let mut came = String::new();
    let mut is_apart = false;
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Insert => {
                if is_apart && !came.is_empty() {
                    came.push('\n');
                }
                came.push_str(change.value());
                is_apart = false;
            }
            ChangeTag::Equal => is_apart = true,
            ChangeTag::Delete => {}
        }
    }
    came
}

#[cfg(test)]
mod tests {
    use super::came;

    #[test]
    fn only_what_is_new_came() {
        assert_eq!(came("a\n", "a\n\nb\n"), "\nb\n");
        assert_eq!(came("", "b\n"), "b\n");
        assert_eq!(came("a\nb\nc\n", "x\na\nb\ny\n"), "x\n\ny\n");
        assert_eq!(came("a\r\nb\r\n", "a\nb\n"), "");
        assert_eq!(came("a\nb\n", "b\n"), "");
    }
}
