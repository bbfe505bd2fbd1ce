//! Two edits of one text brought together, line by line.
//!
//! Owns finding what both sides did. Pure. Invariant: every line that either side added is in the result, and where both changed the
//! same lines both versions stand between markers; nothing is chosen for anybody.

use similar::{DiffOp, DiffTag, TextDiff};
use std::ops::Range;
use std::time::Duration;

/// First line of a place where both sides differ.
pub const MINE: &str = "<<<<<<< yours";
/// What both came from follows.
pub const BASE: &str = "||||||| before";
/// The other side follows.
pub const THEIRS: &str = "=======";
/// The place ends.
pub const END: &str = ">>>>>>> on disk";

/// Two edits in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text, with markers where both sides changed the same lines.
    pub text: String,
    /// How many such places there are.
    pub conflicts: usize,
}

/// A change of one side: which lines of the base it replaces, by which of its own.
#[derive(Debug, Clone)]
struct Change {
    base: Range<usize>,
    own: Range<usize>,
}

/// Brings `mine` and `theirs`, both edits of `base`, together.
#[must_use]
pub fn merge(base: &str, mine: &str, theirs: &str) -> Merged {
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (base_lines, my_lines, their_lines) = (lines(base), lines(mine), lines(theirs));
    let (my_changes, their_changes) = (changes(&base_lines, &my_lines), changes(&base_lines, &their_lines));
    let (mut mine_left, mut theirs_left) = (my_changes.as_slice(), their_changes.as_slice());
    let mut out: Vec<&str> = Vec::new();
    let mut conflicts = 0;
    let mut at = 0;
    loop {
        let start = mine_left.iter().chain(theirs_left).map(|change| change.base.start).min();
        // Each side's changes that begin where the first one does or touch what is gathered already.
        let Some(start) = start else { break };
        out.extend(slice(&base_lines, &(at..start)));
        let mut end = start;
        let (mut my_count, mut their_count) = (0, 0);
        loop {
            let touches = |left: &[Change], count: usize| left.get(count).filter(|change| change.base.start <= end).cloned();
            if let Some(change) = touches(mine_left, my_count) {
                my_count += 1;
                end = end.max(change.base.end);
            } else if let Some(change) = touches(theirs_left, their_count) {
                their_count += 1;
                end = end.max(change.base.end);
            } else {
                break;
            }
        }
        let (my_part, mine_rest) = mine_left.split_at(my_count);
        let (their_part, theirs_rest) = theirs_left.split_at(their_count);
        (mine_left, theirs_left) = (mine_rest, theirs_rest);
        let my_text = side(&base_lines, &my_lines, my_part, &(start..end));
        let their_text = side(&base_lines, &their_lines, their_part, &(start..end));
        if their_part.is_empty() || my_text == their_text {
            out.extend(my_text);
        } else if my_part.is_empty() {
            out.extend(their_text);
        } else {
            conflicts += 1;
            out.push(MINE);
            out.extend(my_text);
            out.push(BASE);
            out.extend(slice(&base_lines, &(start..end)));
            out.push(THEIRS);
            out.extend(their_text);
            out.push(END);
        }
        at = end;
    }
    out.extend(slice(&base_lines, &(at..base_lines.len())));
    let mut text = out.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    Merged { text, conflicts }
}

fn changes(base: &[String], own: &[String]) -> Vec<Change> {
    let (base, own): (Vec<&str>, Vec<&str>) = (
        base.iter().map(String::as_str).collect(),
        own.iter().map(String::as_str).collect(),
    );
    let diff = TextDiff::configure()
        .timeout(Duration::from_millis(500))
        .diff_slices(&base, &own);
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let change = |op: &DiffOp| Change {
        base: op.old_range(),
        own: op.new_range(),
    };
    changed.map(change).collect()
}

/// What one side made of a range of the base.
fn side<'a>(base: &'a [String], own: &'a [String], changes: &[Change], range: &Range<usize>) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut at = range.start;
    for change in changes {
        out.extend(slice(base, &(at..change.base.start)));
        out.extend(slice(own, &change.own));
        at = change.base.end;
    }
    out.extend(slice(base, &(at..range.end)));
    out
}

fn slice<'a>(lines: &'a [String], range: &Range<usize>) -> impl Iterator<Item = &'a str> {
    lines.get(range.clone()).unwrap_or_default().iter().map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEFORE: &str = "a\nb\nc\nd\n";

    #[test]
    fn changes_in_different_places_come_together() {
        let merged = merge(BEFORE, "a\nB\nc\nd\n", "a\nb\nc\nd\ne\n");
        assert_eq!(
            merged,
            Merged {
                text: "a\nB\nc\nd\ne\n".into(),
                conflicts: 0
            }
        );
    }

    #[test]
    fn the_same_change_on_both_sides_is_one() {
        let merged = merge(BEFORE, "a\nB\nc\nd\n", "a\nB\nc\nd\n");
        assert_eq!((merged.text.as_str(), merged.conflicts), ("a\nB\nc\nd\n", 0));
    }

    #[test]
    fn changes_of_the_same_lines_stand_side_by_side() {
        let merged = merge(BEFORE, "a\nmine\nc\nd\n", "a\ntheirs\nc\nd\n");
        assert_eq!(
            merged.text,
            "a\n<<<<<<< yours\nmine\n||||||| before\nb\n=======\ntheirs\n>>>>>>> on disk\nc\nd\n"
        );
        assert_eq!(merged.conflicts, 1);
    }

    #[test]
    fn both_sides_appending_is_a_conflict_that_holds_both() {
        let merged = merge(BEFORE, "a\nb\nc\nd\nmine\n", "a\nb\nc\nd\ntheirs\n");
        assert_eq!(merged.conflicts, 1);
        assert!(merged.text.contains("mine\n") && merged.text.contains("theirs\n"));
    }

    proptest! {
        #[test]
        fn nothing_that_was_added_is_lost(
            base in proptest::collection::vec("[ab]", 0..8),
            mine in proptest::collection::vec("[abx]", 0..8),
            theirs in proptest::collection::vec("[aby]", 0..8),
        ) {
            let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let merged = merge(&text(&base), &text(&mine), &text(&theirs));
            let count = |text: &str, wanted: &str| text.lines().filter(|line| *line == wanted).count();
            prop_assert!(count(&merged.text, "x") >= count(&text(&mine), "x"));
            prop_assert!(count(&merged.text, "y") >= count(&text(&theirs), "y"));
            prop_assert_eq!(merge(&text(&base), &text(&mine), &text(&base)).text, text(&mine));
            prop_assert_eq!(merge(&text(&base), &text(&base), &text(&theirs)).text, text(&theirs));
        }
    }
}
