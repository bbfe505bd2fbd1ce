//! Changes of text as lines with numbers, signs and emphasis.
//!
//! Owns the rows of a diff and their layout; computes no diff of a repository (`git` does). Invariant: rows hold
//! file text as it is, and become clean only in [`lines`].

mod emphasis;
mod layout;
mod split;
#[cfg(test)]
mod tests;

pub use layout::{Block, Columns, Form, Plan, blocks, lines};

use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// Unchanged lines shown around a change.
const AROUND: usize = 3;
/// A comparison that takes longer is finished coarsely.
const PATIENCE: Duration = Duration::from_millis(50);

/// What a row of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// Unchanged.
    Context,
    /// Added.
    Added,
    /// Removed.
    Removed,
    /// A hunk's `@@` line, or a gap between hunks.
    Hunk,
    /// A remark: `\ No newline at end of file`, a cut.
    Note,
}

/// A row of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// Line number before, if known.
    pub old: Option<u32>,
    /// Line number after, if known.
    pub new: Option<u32>,
    /// The text as it is in the file, without sign and line feed; not clean.
    pub text: String,
}

impl Row {
    fn unnumbered(kind: RowKind, text: &str) -> Self {
        Self {
            kind,
            old: None,
            new: None,
            text: text.to_owned(),
        }
    }
}

/// Parses unified hunks without file headers.
#[must_use]
pub fn of_patch(patch: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut old, mut new) = (None, None);
    for line in patch.split('\n') {
        let kind = match line.as_bytes().first() {
            Some(b'@') => RowKind::Hunk,
            Some(b'+') => RowKind::Added,
            Some(b'-') => RowKind::Removed,
            Some(b' ') => RowKind::Context,
            Some(_) => RowKind::Note,
            None => continue,
        };
        if kind == RowKind::Hunk {
            (old, new) = hunk_start(line);
        }
        let mut row = match kind {
            RowKind::Hunk => Row::unnumbered(kind, line),
            RowKind::Note => Row::unnumbered(kind, line.trim_start_matches('\\').trim_start()),
            RowKind::Context | RowKind::Added | RowKind::Removed => Row::unnumbered(kind, line.get(1..).unwrap_or_default()),
        };
        if matches!(kind, RowKind::Context | RowKind::Removed) {
            row.old = old;
            old = old.map(|number| number + 1);
        }
        if matches!(kind, RowKind::Context | RowKind::Added) {
            row.new = new;
            new = new.map(|number| number + 1);
        }
        rows.push(row);
    }
    rows
}

/// Compares the two texts of an edit. Where in the file they stand is not known, so rows have no numbers.
#[must_use]
pub fn of_edit(old: &str, new: &str) -> Vec<Row> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let mut rows = Vec::new();
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            rows.push(Row::unnumbered(RowKind::Hunk, ""));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => RowKind::Context,
                ChangeTag::Insert => RowKind::Added,
                ChangeTag::Delete => RowKind::Removed,
            };
            let text = change.value();
            rows.push(Row::unnumbered(kind, text.strip_suffix('\n').unwrap_or(text)));
        }
    }
    rows
}

/// Shows a new file's content as added lines.
#[must_use]
pub fn of_new(content: &str) -> Vec<Row> {
    let number = |index: usize| u32::try_from(index + 1).ok();
    let row = |(index, line): (usize, &str)| Row {
        new: number(index),
        ..Row::unnumbered(RowKind::Added, line)
    };
    content.lines().enumerate().map(row).collect()
}

/// Parts the rows of a patch into its hunks, each beginning with its `@@` row.
#[must_use]
pub fn hunks(rows: &[Row]) -> Vec<&[Row]> {
    let mut starts: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].kind == RowKind::Hunk).collect();
    // What stands before the first `@@` is shown too.
    if starts.first() != Some(&0) && !rows.is_empty() {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([rows.len()]);
    starts.iter().zip(ends).map(|(start, end)| &rows[*start..end]).collect()
}

/// Counts added and removed rows.
#[must_use]
pub fn counts(rows: &[Row]) -> (usize, usize) {
    let count = |kind| rows.iter().filter(|row| row.kind == kind).count();
    (count(RowKind::Added), count(RowKind::Removed))
}

/// Reads the first line numbers of `@@ -38,7 +38,9 @@`.
fn hunk_start(line: &str) -> (Option<u32>, Option<u32>) {
    let mut words = line.split(' ').skip(1);
    let mut number = |sign: char| words.next()?.strip_prefix(sign)?.split(',').next()?.parse().ok();
    (number('-'), number('+'))
}
