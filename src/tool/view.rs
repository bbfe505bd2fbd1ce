//! Showing a file with line numbers, or a directory two levels deep.

use super::catalog::VIEW_CHARACTERS;
use super::place::Place;
use super::text_file::{Found, lines, look};
use super::{ToolError, ToolOutcome};
use std::fmt::Write;
use std::path::Path;

/// Characters of a line that are shown.
const LINE: usize = 2_000;

/// Entries of a directory that are shown.
const ENTRIES: usize = 300;

/// Shows a place; `range` is first and last line from 1, with -1 for the end of the file.
pub(super) fn view(place: &Place, range: Option<(i64, i64)>) -> Result<ToolOutcome, ToolError> {
    match look(place)? {
        Found::Text(bytes) => text(place, &bytes, range).map(ToolOutcome::completed),
        Found::Directory => Ok(ToolOutcome::completed(directory(place))),
        Found::Nothing => Err(ToolError::NotFound {
            path: place.given.clone(),
        }),
    }
}

fn text(place: &Place, bytes: &[u8], range: Option<(i64, i64)>) -> Result<String, ToolError> {
    let lines = lines(bytes);
    if lines.is_empty() && range.is_none() {
        return Ok("(the file is empty)".to_owned());
    }
    let (from, to) = match range {
        None => (1, lines.len()),
        Some((from, to)) => span(from, to, lines.len()).ok_or_else(|| ToolError::BadRange {
            path: place.given.clone(),
            from,
            to,
            lines: lines.len(),
        })?,
    };
    let mut shown = String::new();
    let mut characters = 0;
    for (number, line) in (from..=to).zip(&lines[from - 1..to]) {
        let line = numbered(number, line);
        characters += line.chars().count();
        if characters > VIEW_CHARACTERS && number > from {
            let _ = writeln!(shown, "… lines {number} to {to} are left out; view them with a range …");
            break;
        }
        shown.push_str(&line);
    }
    if std::str::from_utf8(bytes).is_err() {
        shown.push_str("(some bytes are not UTF-8 and are shown as \u{fffd}; edits keep them)\n");
    }
    Ok(shown)
}

/// Turns a range as given into one of existing lines.
fn span(from: i64, to: i64, count: usize) -> Option<(usize, usize)> {
    let start = usize::try_from(from).ok().filter(|&from| from >= 1 && from <= count)?;
    let end = if to == -1 {
        count
    } else {
        usize::try_from(to).ok()?.min(count)
    };
    (start <= end).then_some((start, end))
}

/// Prints a line as `cat -n` does.
pub(super) fn numbered(number: usize, line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
    match line.char_indices().nth(LINE) {
        None => format!("{number:6}\t{line}\n"),
        Some((end, _)) => format!(
            "{number:6}\t{} … {} more characters\n",
            &line[..end],
            line[end..].chars().count()
        ),
    }
}

/// Lists a directory and its directories, without hidden entries.
fn directory(place: &Place) -> String {
    let mut rows = Vec::new();
    list(&place.real, "", 2, &mut rows);
    let name = if place.relative.as_os_str().is_empty() {
        "the workspace".to_owned()
    } else {
        place.given.clone()
    };
    let mut shown = format!("Files and directories in {name}, two levels deep, without hidden ones:\n");
    for row in rows.iter().take(ENTRIES) {
        shown.push_str(row);
        shown.push('\n');
    }
    if rows.is_empty() {
        shown.push_str("(none)\n");
    } else if rows.len() > ENTRIES {
        let _ = writeln!(
            shown,
            "… {} more; view a directory below, or use `glob` …",
            rows.len() - ENTRIES
        );
    }
    shown
}

fn list(dir: &Path, prefix: &str, depth: u32, rows: &mut Vec<String>) {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut entries: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry))
        .filter(|(name, _)| !name.starts_with('.'))
        .collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, entry) in entries {
        // A link to a directory is listed, not entered.
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        rows.push(format!("{prefix}{name}{}", if is_dir { "/" } else { "" }));
        if is_dir && depth > 1 {
            list(&entry.path(), &format!("{prefix}{name}/"), depth - 1, rows);
        }
    }
}
