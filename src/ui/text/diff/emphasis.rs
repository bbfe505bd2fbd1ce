//! Which words of a changed line changed.

use super::{Form, PATIENCE, Row, RowKind};
use similar::{ChangeTag, TextDiff};
use std::collections::HashMap;
use std::ops::Range;

/// Longer lines are not compared by words.
const LINE_CAP: usize = 1_000;
/// No more pairs than this in one diff.
const PAIRS: usize = 500;
/// Lines less alike than this are shown as wholly changed.
const ALIKE: f32 = 0.4;

/// A row's cleaned text in pieces: text, and whether it changed.
pub(super) type Pieces = Vec<(String, bool)>;

/// Compares each removed line with the added line that took its place; by row.
pub(super) fn of(rows: &[Row], form: Form) -> HashMap<usize, Pieces> {
    let mut pieces = HashMap::new();
    let mut at = 0;
    while at < rows.len() && pieces.len() < 2 * PAIRS {
        let removed = run(rows, at, RowKind::Removed);
        let added = run(rows, removed.end, RowKind::Added);
        at = added.end.max(at + 1);
        // Runs of different lengths have no obvious pairs.
        if removed.len() != added.len() {
            continue;
        }
        for (old, new) in removed.zip(added) {
            if let Some((old_pieces, new_pieces)) = compare(&rows[old].text, &rows[new].text, form) {
                pieces.insert(old, old_pieces);
                pieces.insert(new, new_pieces);
            }
        }
    }
    pieces
}

fn run(rows: &[Row], from: usize, kind: RowKind) -> Range<usize> {
    let length = rows
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|row| row.kind == kind)
        .count();
    from..from + length
}

fn compare(old: &str, new: &str, form: Form) -> Option<(Pieces, Pieces)> {
    if old.len() > LINE_CAP || new.len() > LINE_CAP {
        return None;
    }
    let (old, new) = (form.clean(old), form.clean(new));
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_unicode_words(old.as_str(), new.as_str());
    if diff.ratio() < ALIKE {
        return None;
    }
    let (mut before, mut after) = (Pieces::new(), Pieces::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                add(&mut before, change.value(), false);
                add(&mut after, change.value(), false);
            }
            ChangeTag::Delete => add(&mut before, change.value(), true),
            ChangeTag::Insert => add(&mut after, change.value(), true),
        }
    }
    Some((before, after))
}

fn add(pieces: &mut Pieces, text: &str, changed: bool) {
    match pieces.last_mut() {
        Some((last, same)) if *same == changed => last.push_str(text),
        _ => pieces.push((text.to_owned(), changed)),
    }
}
