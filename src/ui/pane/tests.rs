//! The Tests pane: failures first, each test with a strip of its last results.

use super::{List, filter, heading};
use crate::protocol::CaseStatus;
use crate::session::state::CaseHistory;
use crate::ui::layout::{Pane, Place};
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Columns from which on there is room for whole words.
const WIDE: u16 = 52;

/// Said where runs were made, and none on the way to the files of now.
const UNTESTED: &str = "no test run of these files";

/// Returns glyph and slot of a result.
#[must_use]
pub const fn mark(status: CaseStatus) -> (Glyph, Slot) {
    match status {
        CaseStatus::Passed => (Glyph::Pass, Slot::Pass),
        CaseStatus::Failed => (Glyph::Fail, Slot::Fail),
        CaseStatus::Skipped | CaseStatus::Todo => (Glyph::Todo, Slot::Dim),
    }
}

/// Returns the strip of the last `cells` results, oldest first, right-aligned.
#[must_use]
pub fn strip(case: &CaseHistory, cells: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let shown = &case.results[case.results.len().saturating_sub(cells)..];
    let mut spans = vec![Span::raw(" ".repeat(cells - shown.len()))];
    spans.extend(shown.iter().map(|status| match status {
        CaseStatus::Passed => look.mark(Glyph::CellPass, Slot::Pass),
        CaseStatus::Failed => look.mark(Glyph::CellFail, Slot::Fail),
        CaseStatus::Skipped | CaseStatus::Todo => look.mark(Glyph::Dot, Slot::Dim),
    }));
    spans
}

/// Draws the pane.
pub fn draw(model: &Model, place: &Place, buf: &mut Buffer, look: &Look<'_>) {
    let mut left = heading(look, Pane::Tests);
    left.extend(filter(look, &model.tests.filter));
    widget::title(
        buf,
        Rect { height: 1, ..place.area },
        look,
        left,
        totals(model, look, place.area.width),
    );

    let body = place.body();
    let rows = model.test_rows();
    let why_empty = match (model.state.tested_now().run(), model.caught_up) {
        (_, false) => String::new(),
        (None, true) if model.state.tests.latest.is_some() => UNTESTED.to_owned(),
        (None, true) => "no test run yet".to_owned(),
        (Some((run, _)), true) if run.cases.is_empty() => match run.exit_code {
            Some(code) => format!("the run names no tests; exit {code}"),
            None => "the run was cut off".to_owned(),
        },
        (Some(_), true) => "no test matches the filter".to_owned(),
    };
    let list = List {
        model,
        pane: Pane::Tests,
        cursor: &model.tests,
        body,
        why_empty: &why_empty,
    };
    list.draw(rows.len(), buf, look, |index| row(model, rows[index], look, body.width));
}

fn totals(model: &Model, look: &Look<'_>, width: u16) -> Vec<Span<'static>> {
    if model.state.tests.running.is_some() {
        return vec![
            look.mark(Glyph::Active, Slot::Active),
            Span::styled(" running", look.style(Slot::Active)),
        ];
    }
    let roomy = width >= 36;
    let tested = model.state.tested_now();
    let Some((run, _)) = tested.run() else {
        let gone = model.state.tests.latest.is_some();
        let told = if roomy { UNTESTED } else { "not run" };
        return gone.then(|| Span::styled(told, look.style(Slot::Dim))).into_iter().collect();
    };
    let totals = run.totals();
    let mut spans = Vec::new();
    if totals.failed > 0 {
        let gap = if roomy { "  " } else { "" };
        spans.push(Span::styled(format!("{} failed{gap}", totals.failed), look.style(Slot::Fail)));
    }
    if totals.failed > 0 && !roomy {
        // The failures are what the few columns are for.
    } else if totals.total() > 0 {
        spans.push(Span::styled(format!("{} ok", totals.passed), look.style(Slot::Pass)));
    } else if run.is_green() {
        spans.push(Span::styled("ok", look.style(Slot::Pass)));
    } else {
        spans.push(Span::styled("failed", look.style(Slot::Fail)));
    }
    let since = match (tested.exactly(), roomy) {
        (Some(run), true) => format!(" {} {}", look.glyph(Glyph::Dot), format::duration_ms(run.duration_ms)),
        (None, true) if width >= WIDE => format!(" {} files changed since", look.glyph(Glyph::Dot)),
        // There is no room for more, and as a plain count it would be read as one of these files.
        (None, _) => "?".to_owned(),
        (Some(_), false) => String::new(),
    };
    spans.push(Span::styled(since, look.style(Slot::Dim)));
    spans
}

fn row(model: &Model, case: &CaseHistory, look: &Look<'_>, width: u16) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let now = model.state.result_now(case);
    let (glyph, slot) = mark(now.unwrap_or(CaseStatus::Skipped));
    let roomy = width >= 36;
    let gone = now.is_none();
    let (file, name) = parts(&case.name);
    let mut left = vec![
        Span::raw(" "),
        if gone {
            look.mark(Glyph::Dot, Slot::Dim)
        } else {
            look.mark(glyph, slot)
        },
        Span::raw(" "),
    ];
    if !file.is_empty() && roomy {
        left.push(Clean::line(file).span(look.style(Slot::Dim)));
        left.push(Span::raw(" "));
    }
    left.push(Clean::line(name).span(look.style(if gone { Slot::Dim } else { Slot::Text })));
    let wide = width >= WIDE;
    let mut right = strip(case, if wide { 8 } else { 5 }, look);
    right.push(Span::raw(" "));
    if wide {
        let time = case.duration_ms.map(format::duration_ms).unwrap_or_default();
        right.push(Span::styled(format!("{time:>5} "), look.style(Slot::Dim)));
    }
    (left, right)
}

/// Parts `tests/08-tags.sh: filters by tag` into `08-tags` and `filters by tag`.
fn parts(name: &str) -> (&str, &str) {
    match name.split_once(": ") {
        Some((path, rest)) if !path.contains(' ') => {
            let file = path.rsplit('/').next().unwrap_or(path);
            (file.split_once('.').map_or(file, |(stem, _)| stem), rest)
        }
        _ => ("", name),
    }
}

#[cfg(test)]
mod cases {
    #[test]
    fn a_test_s_file_is_told_from_its_name() {
        assert_eq!(
            super::parts("tests/08-tags.sh: filters by tag"),
            ("08-tags", "filters by tag")
        );
        assert_eq!(super::parts("parses: a b"), ("parses", "a b"));
        assert_eq!(super::parts("it works: mostly"), ("", "it works: mostly"));
    }
}
