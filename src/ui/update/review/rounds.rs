//! Rounds of a review: what of this round's change a person has seen in the last one, or since.
//!
//! The log counts the hunks of the whole change. A person who looks at "since the last round" sees other hunks of the same lines; owns
//! how those count. Invariant: a hunk of the whole change is seen here only if each of its changed lines was in a hunk that was seen.

use crate::protocol::FileDiff;
use crate::ui::model::review::{Extent, Part, Progress, Review};
use crate::ui::model::{Loaded, Model};
use crate::ui::page::review::{Change, change_of, file_hunks};
use crate::ui::text::diff::{Row, RowKind};
use std::collections::{BTreeSet, HashMap};

/// Marks what was seen in the last round and is the same in this one, and what was seen of it since; as far as the changes are here.
pub fn carry_over(model: &mut Model) {
    let Some(review) = model.open_review() else { return };
    let mut seen = same_hunks(model, review).unwrap_or_default();
    seen.extend(same_lines(model, review).unwrap_or_default());
    if let Some(review) = model.open_review_mut() {
        for part in seen {
            review.progress.mark(part);
        }
    }
}

/// The last round: its change, and what was seen of it.
fn last_round<'a>(model: &'a Model, review: &'a Review) -> Option<(Files<'a>, &'a Progress)> {
    let (gate, progress) = review.earlier.as_ref()?;
    match model.changes.get(&gate.opened.change()?) {
        Some(Loaded::Ready(files)) => Some((Files::of(files), progress)),
        Some(Loaded::Pending | Loaded::Failed(_)) | None => None,
    }
}

fn files_in<'a>(model: &'a Model, review: &'a Review, extent: Extent) -> Option<Files<'a>> {
    match change_of(model, review, extent) {
        Change::Files(files) => Some(Files::of(files)),
        Change::Text(_) | Change::Pending | Change::Failed(_) => None,
    }
}

/// The files of a change, hunk by hunk.
struct Files<'a>(Vec<(&'a str, Vec<Vec<Row>>)>);

impl<'a> Files<'a> {
    fn of(files: &'a [FileDiff]) -> Self {
        Self(files.iter().map(|file| (file.path.as_str(), file_hunks(file))).collect())
    }

    /// The hunks of one file; none if it does not differ.
    fn of_path(&self, path: &str) -> &[Vec<Row>] {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map_or(&[], |(_, hunks)| hunks)
    }

    fn each(&self) -> impl Iterator<Item = ((usize, usize), &'a str, &[Row])> {
        self.0.iter().enumerate().flat_map(|(file, (path, hunks))| {
            let hunks = hunks.iter().enumerate();
            hunks.map(move |(hunk, rows)| ((file, hunk), *path, rows.as_slice()))
        })
    }

    /// The rows of those hunks that were seen, each with its path.
    fn seen(&self, progress: &Progress, extent: Extent) -> impl Iterator<Item = (&'a str, &Row)> {
        let seen = self
            .each()
            .filter(move |((file, hunk), ..)| progress.has_seen((extent, *file, *hunk)));
        seen.flat_map(|(_, path, rows)| rows.iter().map(move |row| (path, row)))
    }
}

/// Hunks that say the same as hunks that were seen in the last round, wherever they stand now.
fn same_hunks(model: &Model, review: &Review) -> Option<Vec<Part>> {
    let ((old, progress), new) = (last_round(model, review)?, files_in(model, review, Extent::Whole)?);
    // Without its first row, which holds the numbers.
    let text = |rows: &[Row]| format!("{:?}", rows.iter().skip(1).map(content).collect::<Vec<_>>());
    let mut seen: HashMap<(&str, String), usize> = HashMap::new();
    for ((file, hunk), path, rows) in old.each() {
        if progress.has_seen((Extent::Whole, file, hunk)) {
            *seen.entry((path, text(rows))).or_default() += 1;
        }
    }
    let same = new.each().filter_map(|((file, hunk), path, rows)| {
        let left = seen.get_mut(&(path, text(rows))).filter(|left| **left > 0)?;
        *left -= 1;
        Some((Extent::Whole, file, hunk))
    });
    Some(same.collect())
}

const fn content(row: &Row) -> (RowKind, &str) {
    (row.kind, row.text.as_str())
}

/// Hunks of which every changed line was seen: in the last round, and there still, or since.
fn same_lines(model: &Model, review: &Review) -> Option<Vec<Part>> {
    let (new, since) = (
        files_in(model, review, Extent::Whole)?,
        files_in(model, review, Extent::SinceLast)?,
    );
    review.previous()?;
    let mut added: BTreeSet<(&str, u32)> = BTreeSet::new();
    let mut removed: BTreeSet<(&str, u32)> = BTreeSet::new();
    let last = last_round(model, review);
    for (path, row) in since.seen(&review.progress, Extent::SinceLast) {
        match (row.kind, row.new, row.old) {
            (RowKind::Added, Some(line), _) => _ = added.insert((path, line)),
            // A line of the last round; it counts by its place in the commit below, if that is known.
            (RowKind::Removed, _, Some(line)) => {
                let before = last.as_ref().map(|(old, _)| follow(old.of_path(path), line, Side::New));
                removed.extend(before.flatten().map(|line| (path, line)));
            }
            _ => {}
        }
    }
    if let Some((old, progress)) = &last {
        let same_base = base(review) == review.earlier.as_ref().and_then(|(gate, _)| Some(gate.opened.change()?.0));
        for (path, row) in old.seen(progress, Extent::Whole) {
            match (row.kind, row.new, row.old) {
                (RowKind::Added, Some(line), _) => {
                    added.extend(follow(since.of_path(path), line, Side::Old).map(|line| (path, line)));
                }
                (RowKind::Removed, _, Some(line)) if same_base => _ = removed.insert((path, line)),
                _ => {}
            }
        }
    }
    let is_seen = |path: &str, row: &Row| match (row.kind, row.new, row.old) {
        (RowKind::Added, Some(line), _) => added.contains(&(path, line)),
        (RowKind::Removed, _, Some(line)) => removed.contains(&(path, line)),
        (kind, ..) => !matches!(kind, RowKind::Added | RowKind::Removed),
    };
    let is_change = |row: &Row| matches!(row.kind, RowKind::Added | RowKind::Removed);
    let whole = new
        .each()
        .filter(|(_, path, rows)| rows.iter().any(is_change) && rows.iter().all(|row| is_seen(path, row)));
    let mut parts: Vec<Part> = whole.map(|((file, hunk), ..)| (Extent::Whole, file, hunk)).collect();
    parts.extend(without_lines(review, &new, &since));
    Some(parts)
}

/// Files of which no line can be shown, in either extent.
fn without_lines(review: &Review, new: &Files<'_>, since: &Files<'_>) -> Vec<Part> {
    let shown = since.0.iter().enumerate();
    let shown = shown.filter(|(file, (_, hunks))| hunks.is_empty() && review.progress.has_seen((Extent::SinceLast, *file, 0)));
    let paths: Vec<&str> = shown.map(|(_, (path, _))| *path).collect();
    let files = new.0.iter().enumerate();
    let files = files.filter(|(_, (path, hunks))| hunks.is_empty() && paths.contains(path));
    files.map(|(file, _)| (Extent::Whole, file, 0)).collect()
}

fn base(review: &Review) -> Option<Option<crate::protocol::Oid>> {
    Some(review.gate.as_ref()?.opened.change()?.0)
}

/// The side of a diff that a line's number is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

/// A row's number on a side.
type Number = fn(&Row) -> Option<u32>;

/// Finds the number of a line on the other side of a file's diff; `None` if it is not there.
fn follow(hunks: &[Vec<Row>], line: u32, side: Side) -> Option<u32> {
    let (from, to): (Number, Number) = match side {
        Side::Old => (|row| row.old, |row| row.new),
        Side::New => (|row| row.new, |row| row.old),
    };
    let mut shift = 0_i64;
    for rows in hunks {
        let (first, last) = (rows.iter().find_map(from), rows.iter().rev().find_map(from));
        if first.is_some_and(|first| line < first) {
            break;
        }
        if last.is_some_and(|last| line <= last) {
            return rows.iter().find(|row| from(row) == Some(line)).and_then(to);
        }
        let count = |number: Number| i64::try_from(rows.iter().filter(|row| number(row).is_some()).count());
        shift += count(to).ok()? - count(from).ok()?;
    }
    u32::try_from(i64::from(line) + shift).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::diff::{hunks, of_patch};

    #[test]
    fn a_line_is_followed_through_a_diff_in_both_directions() {
        let patch = "@@ -3,4 +3,5 @@\n c\n-d\n+D\n+e\n f\n g\n@@ -20,2 +21,1 @@\n t\n-u\n";
        let rows = of_patch(patch);
        let parts: Vec<Vec<Row>> = hunks(&rows).into_iter().map(<[Row]>::to_vec).collect();
        let there = |line| follow(&parts, line, Side::Old);
        assert_eq!([1, 2, 3].map(there), [Some(1), Some(2), Some(3)]);
        assert_eq!(there(4), None, "it was taken out");
        assert_eq!([5, 6, 7, 19, 20].map(there), [Some(6), Some(7), Some(8), Some(20), Some(21)]);
        assert_eq!([21, 22, 30].map(there), [None, Some(22), Some(30)]);
        let back = |line| follow(&parts, line, Side::New);
        assert_eq!(
            [3, 4, 5, 6, 8, 30].map(back),
            [Some(3), None, None, Some(5), Some(7), Some(30)]
        );
        assert_eq!(follow(&[], 7, Side::Old), Some(7), "a file that did not change");
    }
}
