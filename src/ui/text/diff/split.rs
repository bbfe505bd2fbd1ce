//! Before and after side by side: a removed line stands beside the added one that took its place.
//!
//! Invariant: every row stands somewhere, once; what is unchanged stands on both sides.

use super::layout::{Block, Gutter, Plan};
use super::{Row, RowKind};
use crate::ui::text::glyph::Glyph;
use crate::ui::text::look::Look;
use crate::ui::text::width::spans_width;
use crate::ui::text::wrap::Wrap;
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};

/// Lays out rows whose text is coloured already.
pub(super) fn blocks(rows: &[Row], contents: &[Vec<Span<'static>>], plan: Plan, look: &Look<'_>) -> Vec<Block> {
    // Between the halves: a blank, a rule, a blank.
    let half = plan.width.saturating_sub(3) / 2;
    let plan = Plan { width: half, ..plan };
    let gutter = Gutter::of(rows, plan);
    let old = gutter.before();
    let side =
        |gutter: &Gutter, row: Option<usize>| row.map_or_else(Vec::new, |row| gutter.wrap(&rows[row], &contents[row], half, look));
    let mut out = Vec::with_capacity(rows.len());
    for (left, right) in pairs(rows) {
        let Some(row) = right.or(left) else { continue };
        if matches!(rows[row].kind, RowKind::Hunk | RowKind::Note) {
            let lines = Wrap::to(2 * half + 3).columns(&contents[row]);
            out.push(Block {
                row,
                beside: None,
                lines,
            });
            continue;
        }
        let (before, after) = (side(&old, left), side(&gutter, right));
        let lines = (0..before.len().max(after.len()))
            .map(|line| beside(before.get(line), after.get(line), half, look))
            .collect();
        let beside = left.filter(|left| *left != row);
        out.push(Block { row, beside, lines });
    }
    out
}

fn beside(before: Option<&Line<'static>>, after: Option<&Line<'static>>, half: usize, look: &Look<'_>) -> Line<'static> {
    let mut spans = before.map(|line| line.spans.clone()).unwrap_or_default();
    let pad = half.saturating_sub(spans_width(&spans)) + 1;
    spans.push(Span::raw(" ".repeat(pad)));
    spans.push(look.mark(Glyph::Bar, Slot::Border));
    spans.push(Span::raw(" "));
    spans.extend(after.map(|line| line.spans.clone()).unwrap_or_default());
    Line::from(spans)
}

/// Which row stands at the left and which at the right.
fn pairs(rows: &[Row]) -> Vec<(Option<usize>, Option<usize>)> {
    let run = |from: usize, kind: RowKind| rows[from..].iter().take_while(|row| row.kind == kind).count();
    let mut pairs = Vec::with_capacity(rows.len());
    let mut at = 0;
    while at < rows.len() {
        let removed = run(at, RowKind::Removed);
        let added = run(at + removed, RowKind::Added);
        if removed + added == 0 {
            pairs.push((Some(at), Some(at)));
            at += 1;
            continue;
        }
        for step in 0..removed.max(added) {
            let left = (step < removed).then_some(at + step);
            let right = (step < added).then_some(at + removed + step);
            pairs.push((left, right));
        }
        at += removed + added;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::diff::of_patch;

    #[test]
    fn every_row_stands_once_and_changes_stand_beside_each_other() {
        let rows = of_patch("@@ -1,4 +1,3 @@\n a\n-b\n-c\n+d\n e\n");
        let found = pairs(&rows);
        assert_eq!(
            found,
            [
                (Some(0), Some(0)),
                (Some(1), Some(1)),
                (Some(2), Some(4)),
                (Some(3), None),
                (Some(5), Some(5))
            ]
        );
    }
}
