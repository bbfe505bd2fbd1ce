//! The Tests pane: failures first, each test with a strip of its last results.

use super::{List, filter, heading};
use crate::protocol::CaseStatus;
use crate::protocol::event::TestsBehind;
use crate::session::state::{CaseHistory, QueuedTests, RunningTests};
use crate::ui::keymap::Action;
use crate::ui::layout::{Pane, Place};
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::widget;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Columns from which on there is room for more than a name.
const ROOMY: u16 = 36;

/// Columns from which on there is room for whole words.
const WIDE: u16 = 52;

/// Columns from which on a failed test says why.
const TELLING: u16 = 76;

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
    let live = live_rows(model, usize::from(body.height));
    let tests = &model.state.tests;
    let first = Rect { height: 1, ..body };
    if let Some(running) = tests.running.as_ref().filter(|_| live > 0) {
        live_row(running, first, buf, look);
    }
    if let Some(queued) = tests.queued.as_ref().filter(|_| live > u16::from(tests.running.is_some())) {
        let y = first.y + live - 1;
        waiting_row(model, queued, Rect { y, ..first }, buf, look);
    }
    let body = Rect {
        y: body.y + live,
        height: body.height - live,
        ..body
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

/// Returns how many rows at the top tell of the run under way and of one that waits; a list of a few rows keeps them for itself.
#[must_use]
pub fn live_rows(model: &Model, height: usize) -> u16 {
    let tests = &model.state.tests;
    let wanted = u16::from(tests.running.is_some()) + u16::from(tests.queued.is_some());
    wanted.min(u16::try_from(height.saturating_sub(2)).unwrap_or(u16::MAX))
}

/// Draws what the run that was asked for waits for.
fn waiting_row(model: &Model, queued: &QueuedTests, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let what = match queued.only.len() {
        0 => "all tests",
        1 => "the test",
        _ => "the tests",
    };
    let key = model.keymap.key_text(Action::StopTests);
    let waits = match (queued.behind, area.width >= ROOMY) {
        (behind, true) => behind.words(),
        (TestsBehind::Command, false) => "waits for a command",
        (TestsBehind::Tests, false) => "waits for other tests",
    };
    let back = match area.width >= ROOMY {
        true => format!("  {what}; {key} takes that back"),
        false => String::new(),
    };
    let left = vec![
        Span::raw(" "),
        look.mark(Glyph::Todo, Slot::Pending),
        Span::styled(format!(" {waits}"), look.style(Slot::Text)),
        Span::styled(back, look.style(Slot::Dim)),
    ];
    // What it waits for is worth more than since when.
    let right = if area.width >= WIDE {
        age(queued.since, look)
    } else {
        Vec::new()
    };
    widget::row(buf, area, look, left, right);
}

/// Draws what the run under way said last, or what it is while it says nothing.
fn live_row(running: &RunningTests, area: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let left = vec![
        Span::raw(" "),
        look.mark(Glyph::Active, Slot::Active),
        Span::raw(" "),
        match running.last.as_str() {
            "" => Clean::line(&running.command).span(look.style(Slot::Dim)),
            last => Clean::line(last).span(look.style(Slot::Text)),
        },
    ];
    widget::row(buf, area, look, left, age(running.since, look));
}

fn age(since: Timestamp, look: &Look<'_>) -> Vec<Span<'static>> {
    let age = look
        .now
        .map(|now| format::duration_ms(format::seconds_between(since, now) * 1000));
    let told = age.map(|age| Span::styled(format!("{age} "), look.style(Slot::Dim)));
    told.into_iter().collect()
}

fn totals(model: &Model, look: &Look<'_>, width: u16) -> Vec<Span<'static>> {
    if let Some(running) = &model.state.tests.running {
        return progress(running, look, width);
    }
    let roomy = width >= ROOMY;
    let tested = model.state.tested_now();
    let (Some((run, _)), Some(totals)) = (tested.run(), model.state.totals_now()) else {
        let gone = model.state.tests.latest.is_some();
        let told = if roomy { UNTESTED } else { "not run" };
        return gone.then(|| Span::styled(told, look.style(Slot::Dim))).into_iter().collect();
    };
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
    if run.timed_out {
        let limit = run.limit_seconds.map_or_else(String::new, |seconds| format!(" {seconds} s"));
        let told = if width >= WIDE {
            format!(" stopped by time limit{limit}")
        } else {
            format!(" limit{limit}")
        };
        spans.push(Span::styled(told, look.style(Slot::Fail)));
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

/// The counts of the run under way, as far as it tells them.
fn progress(running: &RunningTests, look: &Look<'_>, width: u16) -> Vec<Span<'static>> {
    let mut spans = vec![look.mark(Glyph::Active, Slot::Active)];
    let totals = running.totals;
    if totals.total() == 0 || width < ROOMY {
        spans.push(Span::styled(" running", look.style(Slot::Active)));
    }
    if totals.failed > 0 {
        spans.push(Span::styled(format!(" {} failed", totals.failed), look.style(Slot::Fail)));
    }
    if totals.passed > 0 && width >= ROOMY {
        spans.push(Span::styled(format!(" {} ok", totals.passed), look.style(Slot::Pass)));
    }
    if !running.only.is_empty() && width >= WIDE {
        let of = format!(" of {} asked for", running.only.len());
        spans.push(Span::styled(of, look.style(Slot::Dim)));
    }
    spans
}

fn row(model: &Model, case: &CaseHistory, look: &Look<'_>, width: u16) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let now = model.state.result_now(case);
    let (glyph, slot) = mark(now.unwrap_or(CaseStatus::Skipped));
    let roomy = width >= ROOMY;
    let fails_again = model.fails_now().any(|name| name == case.name);
    let awaited = model
        .state
        .tests
        .running
        .as_ref()
        .is_some_and(|running| running.only.contains(&case.name));
    let gone = now.is_none() && !fails_again && !awaited;
    let (file, name) = parts(&case.name);
    let mut left = vec![
        Span::raw(" "),
        match () {
            () if gone => look.mark(Glyph::Dot, Slot::Dim),
            () if fails_again => look.mark(Glyph::Fail, Slot::Fail),
            () if awaited => look.mark(Glyph::Active, Slot::Active),
            () => look.mark(glyph, slot),
        },
        Span::raw(" "),
    ];
    if !file.is_empty() && roomy {
        left.push(Clean::line(file).span(look.style(Slot::Dim)));
        left.push(Span::raw(" "));
    }
    left.push(Clean::line(name).span(look.style(if gone { Slot::Dim } else { Slot::Text })));
    if now == Some(CaseStatus::Failed) && width >= TELLING {
        let said = case.detail.lines().map(str::trim).find(|line| !line.is_empty());
        left.extend(said.map(|said| Clean::line(&format!("  {said}")).span(look.style(Slot::Dim))));
    }
    let wide = width >= WIDE;
    let mut right = Vec::new();
    if roomy && model.is_flaky_now(case) {
        right.push(Span::styled("flaky ", look.style(Slot::Warning)));
    }
    right.extend(strip(case, if wide { 8 } else { 5 }, look));
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
