//! Changing files: create, replace, insert. Bytes that an edit does not name stay as they are.

use super::place::Place;
use super::text_file::{Found, is_crlf, lines, look, read};
use super::view::numbered;
use super::{ToolError, ToolOutcome, atomic};
use memchr::memmem;
use similar::{ChangeTag, TextDiff};
use std::borrow::Cow;
use std::time::Duration;

/// Lines shown around an edit.
const AROUND: usize = 4;

/// Lines of an edit that are shown.
const SNIPPET: usize = 60;

/// Time a count of changed lines may take; after it the count is an upper bound.
const COUNTING: Duration = Duration::from_millis(200);

/// Writes a whole file.
pub(super) fn create(place: &Place, text: &str) -> Result<ToolOutcome, ToolError> {
    // A file that is there but is no text (a picture, say) may be replaced; a pipe or directory may not.
    let old = match look(place) {
        Ok(Found::Text(old)) => Some(old),
        Ok(Found::Nothing) => None,
        Ok(Found::Directory) => {
            return Err(ToolError::IsDirectory {
                path: place.given.clone(),
            });
        }
        Err(ToolError::Binary { .. } | ToolError::TooLarge { .. }) => Some(Vec::new()),
        Err(error) => return Err(error),
    };
    atomic::write(place, text.as_bytes())?;
    let verb = if old.is_some() { "Replaced" } else { "Created" };
    let count = lines(text.as_bytes()).len();
    let changed = changed_lines(&old.unwrap_or_default(), text.as_bytes());
    Ok(ToolOutcome::completed(format!("{verb} {} ({count} lines).", place.given)).with_lines(changed))
}

/// Replaces the one place where `old` stands.
pub(super) fn replace(place: &Place, old: &str, new: &str) -> Result<ToolOutcome, ToolError> {
    let before = read(place)?;
    let (after, at) = replaced(&before, old, new).map_err(|error| error.at(place, &before, old))?;
    atomic::write(place, &after)?;
    let first = memchr::memchr_iter(b'\n', &after[..at]).count();
    let touched = lines(new.as_bytes()).len().max(1);
    Ok(told(place, "Edited", &before, &after, first, touched))
}

/// Inserts a text after a line; 0 is the start of the file.
pub(super) fn insert(place: &Place, line: i64, text: &str) -> Result<ToolOutcome, ToolError> {
    let before = read(place)?;
    let count = lines(&before).len();
    let Some(line) = usize::try_from(line).ok().filter(|&line| line <= count) else {
        return Err(ToolError::BadLine {
            path: place.given.clone(),
            line,
            lines: count,
        });
    };
    let after = inserted(&before, line, text);
    atomic::write(place, &after)?;
    Ok(told(
        place,
        "Inserted into",
        &before,
        &after,
        line,
        lines(text.as_bytes()).len().max(1),
    ))
}

/// Why a text was not replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotReplaced {
    Empty,
    Same,
    Missing,
    /// Offsets of all places, overlapping ones too.
    Many(Vec<usize>),
}

impl NotReplaced {
    fn at(self, place: &Place, before: &[u8], old: &str) -> ToolError {
        let path = place.given.clone();
        match self {
            Self::Empty => ToolError::EmptyOld { path },
            Self::Same => ToolError::SameText { path },
            Self::Missing => ToolError::NoMatch {
                path,
                hint: near(before, old),
            },
            Self::Many(places) => {
                let line = |at: &usize| (memchr::memchr_iter(b'\n', &before[..*at]).count() + 1).to_string();
                let lines: Vec<_> = places.iter().take(10).map(line).collect();
                ToolError::ManyMatches {
                    path,
                    count: places.len(),
                    lines: lines.join(", "),
                }
            }
        }
    }
}

/// Points to the line that the text to replace seems to start with.
fn near(before: &[u8], old: &str) -> String {
    let Some(wanted) = old.lines().map(str::trim).find(|line| !line.is_empty()) else {
        return String::new();
    };
    let found = lines(before).iter().position(|line| line.trim_ascii() == wanted.as_bytes());
    found.map_or_else(String::new, |at| {
        format!(
            " (line {} is like its first line; the white space or what follows differs)",
            at + 1
        )
    })
}

/// Replaces `old`, which must occur once, and says where. In a file of CR LF lines, a text with bare LF means CR LF.
pub(super) fn replaced(before: &[u8], old: &str, new: &str) -> Result<(Vec<u8>, usize), NotReplaced> {
    if old.is_empty() {
        return Err(NotReplaced::Empty);
    }
    if old == new {
        return Err(NotReplaced::Same);
    }
    let (old, new) = if is_crlf(before) && !old.contains('\r') && !new.contains('\r') {
        (to_crlf(old), to_crlf(new))
    } else {
        (Cow::Borrowed(old), Cow::Borrowed(new))
    };
    let places = occurrences(before, old.as_bytes());
    match places[..] {
        [] => Err(NotReplaced::Missing),
        [at] => Ok(([&before[..at], new.as_bytes(), &before[at + old.len()..]].concat(), at)),
        _ => Err(NotReplaced::Many(places)),
    }
}

/// Finds all occurrences, overlapping ones too: a text that overlaps itself is not unique.
fn occurrences(haystack: &[u8], needle: &[u8]) -> Vec<usize> {
    let finder = memmem::Finder::new(needle);
    let mut from = 0;
    std::iter::from_fn(|| {
        let at = from + finder.find(haystack.get(from..)?)?;
        from = at + 1;
        Some(at)
    })
    .collect()
}

/// Puts `text` after line `line`, with a line end of the file's own kind where one is missing.
fn inserted(before: &[u8], line: usize, text: &str) -> Vec<u8> {
    let crlf = is_crlf(before);
    let end: &[u8] = if crlf { b"\r\n" } else { b"\n" };
    let text = if crlf && !text.contains('\r') {
        to_crlf(text)
    } else {
        Cow::Borrowed(text)
    };
    let at = match line.checked_sub(1) {
        None => 0,
        Some(nth) => memchr::memchr_iter(b'\n', before).nth(nth).map_or(before.len(), |at| at + 1),
    };
    let (head, tail) = before.split_at(at);
    let mut after = head.to_vec();
    if !head.is_empty() && !head.ends_with(b"\n") {
        after.extend_from_slice(end);
    }
    after.extend_from_slice(text.as_bytes());
    if !tail.is_empty() && !text.ends_with('\n') {
        after.extend_from_slice(end);
    }
    after.extend_from_slice(tail);
    after
}

fn to_crlf(text: &str) -> Cow<'_, str> {
    if text.contains('\n') {
        Cow::Owned(text.replace('\n', "\r\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Says what was done, with the lines around it.
fn told(place: &Place, verb: &str, before: &[u8], after: &[u8], first: usize, touched: usize) -> ToolOutcome {
    let all = lines(after);
    let from = first.saturating_sub(AROUND);
    let to = (first + touched + AROUND).min(all.len());
    let mut shown = format!("{verb} {}. It now reads:\n", place.given);
    for (number, line) in (from + 1..=to).zip(&all[from.min(to)..to]).take(SNIPPET) {
        shown.push_str(&numbered(number, line));
    }
    if to - from.min(to) > SNIPPET {
        shown.push_str("…\n");
    }
    ToolOutcome::completed(shown).with_lines(changed_lines(before, after))
}

/// Counts added and removed lines.
pub(super) fn changed_lines(before: &[u8], after: &[u8]) -> (u32, u32) {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = TextDiff::configure().timeout(COUNTING).diff_lines(&*before, &*after);
    diff.iter_all_changes()
        .fold((0, 0), |(added, removed), change| match change.tag() {
            ChangeTag::Insert => (added + 1, removed),
            ChangeTag::Delete => (added, removed + 1),
            ChangeTag::Equal => (added, removed),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_and_unique() {
        assert_eq!(replaced(b"one two one", "two", "2").unwrap(), (b"one 2 one".to_vec(), 4));
        assert_eq!(replaced(b"one two one", "one", "1"), Err(NotReplaced::Many(vec![0, 8])));
        assert_eq!(replaced(b"aaa", "aa", "b"), Err(NotReplaced::Many(vec![0, 1])));
        assert_eq!(replaced(b"abc", "x", "y"), Err(NotReplaced::Missing));
        assert_eq!(replaced(b"abc", "", "y"), Err(NotReplaced::Empty));
        assert_eq!(replaced(b"abc", "b", "b"), Err(NotReplaced::Same));
    }

    #[test]
    fn line_ends_and_foreign_bytes_stay() {
        assert_eq!(
            replaced(b"a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz").unwrap().0,
            b"x\r\ny\r\nz\r\nc\r\n"
        );
        assert_eq!(
            replaced(b"a\r\nb\n", "b", "x\ny").unwrap().0,
            b"a\r\nx\ny\n",
            "mixed ends are left alone"
        );
        assert_eq!(replaced(b"\xff\xfe a \xff", "a", "b").unwrap().0, b"\xff\xfe b \xff");
    }

    #[test]
    fn insertions_keep_lines_whole() {
        assert_eq!(inserted(b"a\nb\n", 0, "x"), b"x\na\nb\n");
        assert_eq!(inserted(b"a\nb\n", 1, "x\n"), b"a\nx\nb\n");
        assert_eq!(inserted(b"a\nb", 2, "x"), b"a\nb\nx");
        assert_eq!(inserted(b"a\r\nb\r\n", 1, "x\ny"), b"a\r\nx\r\ny\r\nb\r\n");
        assert_eq!(inserted(b"", 0, "x"), b"x");
    }

    proptest! {
        #[test]
        fn a_replacement_changes_its_place_and_nothing_else(
            before in "[ab\n]{0,40}", old in "[ab\n]{1,4}", new in "[abc\n]{0,6}",
        ) {
            let count = (0..before.len()).filter(|&at| before[at..].starts_with(&old)).count();
            match replaced(before.as_bytes(), &old, &new) {
                Ok((after, at)) => {
                    prop_assert_eq!(count, 1);
                    prop_assert_eq!(&after[..at], &before.as_bytes()[..at]);
                    prop_assert_eq!(&after[at..at + new.len()], new.as_bytes());
                    prop_assert_eq!(&after[at + new.len()..], &before.as_bytes()[at + old.len()..]);
                }
                Err(NotReplaced::Missing) => prop_assert_eq!(count, 0),
                Err(NotReplaced::Many(places)) => prop_assert_eq!(count, places.len()),
                Err(NotReplaced::Same) => prop_assert_eq!(old, new),
                Err(NotReplaced::Empty) => prop_assert!(false),
            }
        }

        #[test]
        fn crlf_files_stay_crlf(lines in proptest::collection::vec("[a-z]{0,5}", 1..8), old in "[a-z]{1,2}(\n[a-z]{1,2})?", new in "[a-z]{0,3}(\n[a-z]{0,3}){0,2}") {
            let before = format!("{}\r\n", lines.join("\r\n"));
            if let Ok((after, _)) = replaced(before.as_bytes(), &old, &new) {
                prop_assert!(is_crlf(&after));
            }
        }
    }
}
