//! A burn-up chart in cells: what passes as a filled shape, all there is as a line above it.
//!
//! Owns the cells. Shape and line, not colours, tell the two apart. Invariant: the work is bounded by the columns and the commits that made
//! another list, and nothing is drawn outside of the area.

use super::columns;
use crate::protocol::ListHistory;
use crate::ui::text::{Glyph, Look, format, truncate};
use crate::ui::theme::Slot;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

/// Eighths of a cell, from the bottom.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// What stood in the list from a commit on: its place, all features, those that pass. Nothing while there was no list.
type Stand = (u32, Option<(u32, u32)>);

/// The counts at each column, of which there are `width`; the last one is what is so now, whether or not a commit holds it.
fn sample(told: &ListHistory, now: Option<(u32, u32)>, width: u16) -> Vec<Option<(u32, u32)>> {
    let main = told.main.max(1);
    // A version that cannot be read says nothing; what stood before it stands.
    let stands: Vec<Stand> = told
        .steps
        .iter()
        .filter_map(|step| Some((step.at?, step)))
        .filter(|(_, step)| step.total.is_some() || step.path.is_none())
        .map(|(at, step)| (at, step.total.zip(step.passing)))
        .collect();
    let mut next = stands.iter().peekable();
    let mut stand = None;
    let mut columns = Vec::with_capacity(usize::from(width));
    for column in 0..u32::from(width) {
        // The last commit of the column: its right end is HEAD.
        let last = u64::from(column + 1) * u64::from(main) / u64::from(width);
        while let Some((_, counts)) = next.next_if(|(at, _)| u64::from(*at) <= last.max(1)) {
            stand = *counts;
        }
        columns.push(stand);
    }
    if let (Some(last), Some(_)) = (columns.last_mut(), now) {
        *last = now;
    }
    columns
}

/// The column of a commit on the line that leads to HEAD.
fn column_of(at: u32, main: u32, width: u16) -> u16 {
    let width = u64::from(width.max(1));
    let column = (u64::from(at) * width).div_ceil(u64::from(main.max(1))).saturating_sub(1);
    u16::try_from(column.min(width - 1)).unwrap_or(0)
}

/// Draws a chart up to the counts of now: a legend, the plot with its scale, an axis, and what the axis counts.
pub fn draw(
    told: &ListHistory,
    now: Option<(u32, u32)>,
    begins: &[(u32, String)],
    selected: Option<u32>,
    area: Rect,
    buf: &mut Buffer,
    look: &Look<'_>,
) {
    let most = told
        .steps
        .iter()
        .filter_map(|step| step.total)
        .chain(now.map(|(total, _)| total))
        .max()
        .unwrap_or(0)
        .max(1);
    let scale = columns(&most.to_string()) + 1;
    if area.height < 4 || area.width < scale + 10 {
        return;
    }
    legend(told, now, area, buf, look);
    let plot = Rect {
        x: area.x + scale,
        y: area.y + 1,
        width: area.width - scale,
        height: area.height - 3,
    };
    axes(plot, most, scale, buf, look);
    let samples = sample(told, now, plot.width);
    let selected = selected.map(|at| column_of(at, told.main, plot.width));
    let mut above = None;
    for (column, counts) in (0..plot.width).zip(&samples) {
        let x = plot.x + column;
        if selected == Some(column) {
            for y in plot.top()..plot.bottom() {
                put(buf, x, y, look.glyph(Glyph::Bar), look.style(Slot::Active));
            }
        }
        let Some((total, passing)) = *counts else {
            above = None;
            continue;
        };
        let row = line_row(total, most, plot);
        // Where the line climbs or falls, its ends are joined.
        if let Some(before) = above {
            for y in row.min(before) + 1..row.max(before) {
                put(buf, x, y, look.glyph(Glyph::Bar), look.style(Slot::Dim));
            }
        }
        put(buf, x, row, look.glyph(Glyph::Rule), look.style(Slot::Bold));
        above = Some(row);
        fill(x, passing, most, plot, buf, look);
    }
    below(told, begins, plot, selected, buf, look);
}

fn legend(told: &ListHistory, now: Option<(u32, u32)>, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let last = told.steps.iter().rev().find(|step| step.at.is_some());
    let last = last.map(|step| (step.total.unwrap_or(0), step.passing.unwrap_or(0)));
    let (total, passing) = now.or(last).unwrap_or_default();
    let full = if look.ascii { "#" } else { EIGHTHS[8] };
    let share = f64::from(passing) / f64::from(total.max(1));
    let text = format!(
        "{full} passing {passing} ({})   {} total {total}",
        format::percent(share),
        look.glyph(Glyph::Rule)
    );
    let text = truncate(&text, usize::from(area.width), look.glyph(Glyph::Ellipsis));
    buf.set_line(area.x, area.y, &Line::styled(text, look.style(Slot::Bold)), area.width);
}

fn axes(plot: Rect, most: u32, scale: u16, buf: &mut Buffer, look: &Look<'_>) {
    let dim = look.style(Slot::Dim);
    for y in plot.top()..plot.bottom() {
        put(buf, plot.x - 1, y, look.glyph(Glyph::Bar), dim);
    }
    for x in plot.x - 1..plot.right() {
        let corner = if look.ascii { "+" } else { "└" };
        let symbol = if x < plot.x { corner } else { look.glyph(Glyph::Rule) };
        put(buf, x, plot.bottom(), symbol, dim);
    }
    let wide = usize::from(scale - 1);
    let mut label = |y: u16, count: u32| {
        let text = format!("{count:>wide$}");
        buf.set_line(plot.x - scale, y, &Line::styled(text, dim), scale - 1);
    };
    label(plot.y, most);
    if plot.height > 1 {
        label(plot.bottom() - 1, 0);
    }
}

/// The row of a line at a count; a list without features lies at the bottom.
fn line_row(count: u32, most: u32, plot: Rect) -> u16 {
    let height = u32::from(plot.height);
    let up = (count * height).div_ceil(most).clamp(1, height);
    plot.bottom() - u16::try_from(up).unwrap_or(1)
}

/// Fills a column up to a count. Whatever passes shows, and not all does until all does.
fn fill(x: u16, passing: u32, most: u32, plot: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let full = u32::from(plot.height) * 8;
    let mut eighths = (passing * full) / most;
    if passing > 0 {
        eighths = eighths.max(1);
    }
    let style = look.style(Slot::Pass);
    for y in (plot.top()..plot.bottom()).rev() {
        if eighths == 0 {
            return;
        }
        let here = eighths.min(8);
        let symbol = match (look.ascii, here) {
            (false, here) => EIGHTHS[here as usize],
            (true, 4..) => "#",
            (true, _) => ".",
        };
        // A sliver does not hide the line that it touches.
        if here == 8 || buf[(x, y)].symbol() != look.glyph(Glyph::Rule) {
            put(buf, x, y, symbol, style);
        }
        eighths -= here;
    }
}

/// Draws what the axis counts: sessions where they are known, else days; and the marked commit.
fn below(told: &ListHistory, begins: &[(u32, String)], plot: Rect, selected: Option<u16>, buf: &mut Buffer, look: &Look<'_>) {
    let y = plot.bottom() + 1;
    let dim = look.style(Slot::Dim);
    let mut labels: Vec<(u16, String)> = Vec::new();
    if begins.is_empty() {
        let day = |step: Option<&crate::protocol::ListStep>| {
            step.map(|step| step.commit.time.strftime("%Y-%m-%d").to_string())
                .unwrap_or_default()
        };
        let end = format!("{}, {}", format::plural(told.main as usize, "commit"), day(told.steps.last()));
        labels.push((0, day(told.steps.first())));
        labels.push((plot.width.saturating_sub(columns(&end)), end));
    } else {
        let at = |(at, name): &(u32, String)| (column_of(*at, told.main, plot.width), name.clone());
        labels.extend(begins.iter().map(at));
    }
    let mut free = 0;
    for (column, text) in labels {
        let wide = columns(&text);
        if column >= free && column + wide <= plot.width {
            buf.set_line(plot.x + column, y, &Line::styled(text, dim), wide);
            free = column + wide + 1;
            if !begins.is_empty() {
                let tick = if look.ascii { "+" } else { "┴" };
                put(buf, plot.x + column, plot.bottom(), tick, dim);
            }
        }
    }
    if let Some(column) = selected {
        put(
            buf,
            plot.x + column,
            plot.bottom(),
            look.glyph(Glyph::Up),
            look.style(Slot::Active),
        );
    }
}

fn put(buf: &mut Buffer, x: u16, y: u16, symbol: &str, style: Style) {
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(symbol).set_style(style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ListStep;
    use crate::protocol::event::CommitInfo;
    use jiff::Timestamp;

    fn told(main: u32, steps: &[(u32, Option<(u32, u32)>)]) -> ListHistory {
        let step = |(at, counts): &(u32, Option<(u32, u32)>)| ListStep {
            commit: CommitInfo {
                id: "0123456789".into(),
                subject: String::new(),
                author: String::new(),
                time: Timestamp::UNIX_EPOCH,
            },
            parent: None,
            merge: false,
            at: Some(*at),
            path: counts.map(|_| "list".to_owned()),
            total: counts.map(|(total, _)| total),
            passing: counts.map(|(_, passing)| passing),
            passed: Vec::new(),
            regressed: Vec::new(),
            facts: Vec::new(),
        };
        ListHistory {
            main,
            steps: steps.iter().map(step).collect(),
            ..ListHistory::default()
        }
    }

    #[test]
    fn a_column_shows_what_stands_after_its_last_commit() {
        let few = told(2, &[(1, Some((4, 0))), (2, Some((4, 3)))]);
        assert_eq!(
            sample(&few, None, 4),
            [Some((4, 0)), Some((4, 0)), Some((4, 0)), Some((4, 3))]
        );
        assert_eq!(sample(&few, Some((5, 1)), 4)[2..], [Some((4, 0)), Some((5, 1))]);
        let many = told(
            100,
            &[(10, Some((8, 1))), (50, None), (60, Some((8, 5))), (100, Some((9, 9)))],
        );
        assert_eq!(
            sample(&many, None, 10)[..5],
            [Some((8, 1)), Some((8, 1)), Some((8, 1)), Some((8, 1)), None]
        );
        assert_eq!(
            sample(&many, None, 10)[5..],
            [Some((8, 5)), Some((8, 5)), Some((8, 5)), Some((8, 5)), Some((9, 9))]
        );
    }

    #[test]
    fn a_commit_stands_in_the_column_that_shows_it_first() {
        for (main, width) in [(1, 7), (5, 7), (7, 7), (100, 7), (3, 80)] {
            for at in 1..=main {
                let told = told(main, &[(at, Some((1, 0)))]);
                let first = sample(&told, None, width).iter().position(Option::is_some).unwrap();
                let first = if at == 1 { first } else { first.min(usize::from(width) - 1) };
                let column = usize::from(column_of(at, main, width));
                assert!(
                    column == first || at == 1 && column >= first,
                    "{at} of {main} in {width}: {column} {first}"
                );
            }
        }
    }
}
