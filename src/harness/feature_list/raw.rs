//! The text of a list that cannot be read, with the place at which reading stops.
//!
//! Owns which part of a file is told. Does not own what is wrong with it ([`FeatureList::parse`]). Invariant: nothing is written, and of a
//! file of any size no more than [`MOST`] bytes are told, those around the place.

use super::{FeatureList, ListError, line_and_column, read_bytes};
use crate::harness::notes::decode;
use crate::protocol::RawList;
use std::path::Path;

/// Bytes that are told of a file.
const MOST: usize = 2_000_000;

/// Reads the list at `path`, which a person knows as `shown`, as text.
#[must_use]
pub fn raw(path: &Path, shown: &str) -> RawList {
    let told = RawList {
        path: shown.to_owned(),
        first_line: 1,
        broken: true,
        ..RawList::default()
    };
    let bytes = match read_bytes(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return RawList {
                reason: "the file is not there".to_owned(),
                ..told
            };
        }
        Err(error) => {
            return RawList {
                reason: plain(&error, shown),
                ..told
            };
        }
    };
    let size = bytes.len() as u64;
    let read = FeatureList::parse(shown, bytes.clone());
    let broken_at = std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to());
    let (reason, at) = match &read {
        Ok(list) => (list.notices().join("; "), None),
        Err(error @ ListError::Syntax { line, column, .. }) => (plain(error, shown), Some((*line, *column))),
        Err(error @ ListError::Encoding { .. }) => {
            let valid = broken_at.map(|at| String::from_utf8_lossy(bytes.get(..at).unwrap_or_default()));
            let at = valid.map(|valid| line_and_column(&valid, valid.len()));
            (plain(error, shown), at)
        }
        Err(error) => (plain(error, shown), None),
    };
    let broken = read.is_err();
    let text = match read {
        Ok(list) => list.text().to_owned(),
        Err(_) => decode(&bytes),
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let at = at.map(|(line, column)| (count(line), count(column)));
    let (first_line, text, cut) = around(text, at.map_or(1, |(line, _)| line));
    RawList {
        reason,
        at,
        text,
        first_line,
        bytes: size,
        cut,
        broken,
        ..told
    }
}

/// An error without the path that stands beside it anyway.
fn plain(error: &ListError, shown: &str) -> String {
    let said = error.to_string();
    said.strip_prefix(shown)
        .map_or(said.as_str(), |rest| rest.trim_start_matches(':').trim_start())
        .to_owned()
}

/// The part of a text around a line, and the number of its first line.
fn around(text: String, line: u32) -> (u32, String, bool) {
    if text.len() <= MOST {
        return (1, text, false);
    }
    let place = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1) as usize)
        .map(str::len)
        .sum::<usize>();
    let from = text.floor_char_boundary(place.saturating_sub(MOST / 2));
    // Begins with a whole line, unless the line is longer than all that is told.
    let from = text
        .get(from..place)
        .and_then(|before| before.find('\n'))
        .map_or(from, |end| from + end + 1);
    let from = if place < MOST / 2 { 0 } else { from };
    let to = text.floor_char_boundary((from + MOST).min(text.len()));
    let first = text.get(..from).unwrap_or("").bytes().filter(|byte| *byte == b'\n').count() + 1;
    let part = text.get(from..to).unwrap_or("").to_owned();
    (u32::try_from(first).unwrap_or(u32::MAX), part, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> RawList {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("prd.json");
        std::fs::write(&path, bytes).unwrap();
        raw(&path, "prd.json")
    }

    #[test]
    fn a_broken_list_is_told_with_its_text_and_the_place() {
        let told = of(b"[\n  {\"passes\": tru}\n]\n");
        assert_eq!(
            (told.at.map(|(line, _)| line), told.first_line, told.cut),
            (Some(2), 1, false)
        );
        assert_eq!(told.text, "[\n  {\"passes\": tru}\n]\n");
        assert!(
            told.reason.starts_with("2:") && !told.reason.contains("prd.json"),
            "{}",
            told.reason
        );
    }

    #[test]
    fn an_unknown_shape_an_empty_file_and_bytes_that_are_no_text_are_told_too() {
        let told = of(b"{\"name\": 1}");
        assert_eq!((told.at, told.text.as_str()), (None, "{\"name\": 1}"));
        assert!(told.reason.contains("read-only"), "{}", told.reason);
        assert_eq!(of(b"").reason, "the file is empty: a list without features");
        let told = of(b"[\n\"\xe9\"]");
        assert_eq!(told.at, Some((2, 2)));
        assert_eq!(told.text, "[\n\"\u{fffd}\"]");
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(raw(&dir.path().join("no.json"), "no.json").reason, "the file is not there");
        assert!(raw(dir.path(), "dir").reason.contains("not a regular file"));
    }

    #[test]
    fn of_a_large_file_what_stands_around_the_place_is_told() {
        let line = "{\"passes\": true},\n";
        let many = 200_000;
        let mut text = format!("[\n{}", line.repeat(many));
        text.push_str("oops\n");
        text.push_str(&line.repeat(many));
        let told = of(text.as_bytes());
        let (at, _) = told.at.unwrap();
        assert_eq!(at as usize, many + 2);
        assert!(told.cut && told.text.len() <= MOST);
        let here = (at - told.first_line) as usize;
        assert_eq!(told.text.lines().nth(here), Some("oops"));
        assert_eq!(told.text.lines().next(), Some(line.trim_end()));
    }
}
