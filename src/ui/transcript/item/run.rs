//! What the harness ran: orientation and tests.

use super::Scene;
use super::output;
use super::row::{NAME, Row, fold_mark, head, words};
use crate::protocol::event::OrientationFinished;
use crate::protocol::{CaseStatus, Seq, TestCase, TestPurpose, TestRun};
use crate::ui::text::{Clean, Glyph, format, runs, truncate_spans};
use crate::ui::theme::Slot;
use crate::ui::transcript::fold::Fold;
use jiff::Timestamp;
use ratatui::text::{Line, Span};

/// Failing cases listed unless opened, and lines of each one's own words.
const FAILING: usize = 8;
const DETAIL: usize = 2;
/// Lines of an orientation part when opened.
const PART: usize = 20;

/// Orientation: its share of the window; opened, what the model was given.
pub(super) fn orientation(found: &OrientationFinished, time: Timestamp, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let is_open = matches!(scene.fold, Fold::Open | Fold::Whole);
    let about = if found.estimated { "about " } else { "" };
    let dot = look.glyph(Glyph::Dot);
    let share = format!("{about}{} of window", format::percent(found.share));
    let more = format!(
        "{dot} {} tokens {dot} {}",
        format::tokens(found.tokens),
        format::plural(found.parts.len(), "part")
    );
    let row = Row::new(look, fold_mark(is_open), Slot::Dim)
        .word("orientation", Slot::Harness, NAME)
        .title(&format!("{share} {more}"), Slot::ToolDetail)
        .right(&format::duration_ms(found.duration_ms), Slot::Dim, 5)
        .right(&look.clock(time), Slot::Dim, 0);
    let mut lines = vec![row.line(scene.width)];
    if !is_open {
        return lines;
    }
    for part in &found.parts {
        let mut heading = vec![Span::raw("  "), Clean::line(&part.name).span(look.style(Slot::Heading))];
        if !part.command.is_empty() {
            heading.push(Span::raw("  "));
            heading.push(Clean::line(&part.command).span(look.style(Slot::Dim)));
        }
        lines.push(Line::from(truncate_spans(heading, scene.width, look.glyph(Glyph::Ellipsis))));
        let text = words(part.text.trim_end(), Slot::ToolDetail, 4, scene);
        let keep = if scene.fold == Fold::Whole { text.len() } else { PART };
        lines.extend(head(text, keep, 4, scene));
    }
    lines
}

/// A test run: counts, and every failing case by name.
pub(super) fn tests(run: &TestRun, seq: Seq, scene: &Scene<'_>) -> Vec<Line<'static>> {
    let look = scene.look;
    let totals = run.totals();
    let is_open = matches!(scene.fold, Fold::Open | Fold::Whole);
    let (mark, slot) = if run.is_green() {
        (Glyph::Pass, Slot::Pass)
    } else {
        (Glyph::Fail, Slot::Fail)
    };
    let count = if run.cases.is_empty() {
        if run.is_green() {
            "green".to_owned()
        } else {
            "red".to_owned()
        }
    } else if run.tells_of_command_only() {
        // The command stands for itself: no test of it is counted.
        "no test told".to_owned()
    } else {
        format!("{}/{}", totals.passed, totals.passed + totals.failed)
    };
    let state = match (run.timed_out, run.exit_code) {
        (true, _) => ("timeout".to_owned(), Slot::Fail),
        (false, Some(0)) if run.is_green() => ("ok".to_owned(), Slot::Dim),
        (false, Some(0)) => ("exit 0".to_owned(), Slot::Dim),
        (false, Some(code)) => (format!("exit {code}"), Slot::Fail),
        (false, None) => ("killed".to_owned(), Slot::Fail),
    };
    let mut row = Row::new(look, mark, slot)
        .word("tests", Slot::Harness, NAME)
        .title(&count, slot)
        .title(&what(run, seq, scene), Slot::Text)
        .title(&run.command, Slot::ToolDetail);
    if let Some(seconds) = run.limit_seconds {
        row = row.right(&format!("time limit {seconds} s"), Slot::Fail, 0);
    }
    let flaky = run.flaky().count();
    if flaky > 0 {
        row = row.right(&format!("{flaky} flaky"), Slot::Warning, 0);
    }
    if totals.skipped > 0 {
        row = row.right(&format!("{} skipped", totals.skipped), Slot::Dim, 0);
    }
    let row = row
        .right(&format::duration_ms(run.duration_ms), Slot::Dim, 5)
        .state(&state.0, state.1, 7);
    let mut lines = vec![row.line(scene.width)];
    let shown: Vec<&TestCase> = run
        .cases
        .iter()
        .filter(|case| is_open || case.status == CaseStatus::Failed || case.is_flaky())
        .collect();
    let keep = match scene.fold {
        Fold::Auto | Fold::Shut => FAILING,
        Fold::Open | Fold::Whole => shown.len(),
    };
    for case in shown.iter().take(keep) {
        self::case(case, scene, &mut lines);
    }
    if shown.len() > keep {
        let more = format!("  {} {} more", look.glyph(Glyph::Ellipsis), shown.len() - keep);
        lines.push(Line::from(truncate_spans(
            vec![Span::styled(more, look.style(Slot::Dim))],
            scene.width,
            "",
        )));
    }
    let names_no_failure = totals.failed == 0 && !run.is_green();
    let text = scene.output.unwrap_or(&run.output.text);
    if scene.fold == Fold::Whole || (is_open && run.cases.is_empty()) {
        lines.extend(output::opened(text, Slot::ToolDetail, scene.fold == Fold::Whole, scene));
    } else if names_no_failure {
        lines.extend(output::last_words(text, 6, scene));
    }
    lines
}

fn case(case: &TestCase, scene: &Scene<'_>, lines: &mut Vec<Line<'static>>) {
    let look = scene.look;
    let (mark, slot) = match case.status {
        CaseStatus::Passed => (Glyph::Pass, Slot::Pass),
        CaseStatus::Failed => (Glyph::Fail, Slot::Fail),
        CaseStatus::Skipped => (Glyph::Todo, Slot::Dim),
        CaseStatus::Todo => (Glyph::Todo, Slot::Pending),
    };
    let mut spans = vec![
        Span::raw("  "),
        look.mark(mark, slot),
        Span::raw(" "),
        Clean::line(&case.name).span(look.style(Slot::Text)),
    ];
    if matches!(case.status, CaseStatus::Skipped | CaseStatus::Todo) {
        let word = if case.status == CaseStatus::Todo {
            "  known to fail"
        } else {
            "  skipped"
        };
        spans.push(Span::styled(word, look.style(Slot::Dim)));
    }
    if case.is_flaky() {
        let told = "  flaky: failed and passed on this tree";
        spans.push(Span::styled(told, look.style(Slot::Warning)));
    }
    if let Some(ms) = case.duration_ms {
        spans.push(Span::styled(format!("  {}", format::duration_ms(ms)), look.style(Slot::Dim)));
    }
    lines.push(Line::from(truncate_spans(spans, scene.width, look.glyph(Glyph::Ellipsis))));
    if case.status == CaseStatus::Failed && scene.fold != Fold::Shut {
        let detail = words(case.detail.trim(), Slot::ToolDetail, 4, scene);
        let keep = if scene.fold == Fold::Auto { DETAIL } else { detail.len() };
        lines.extend(head(detail, keep, 4, scene));
    }
}

/// What a run was for; one of some tests at a session's start is no smoke test, which is of all.
fn what(run: &TestRun, seq: Seq, scene: &Scene<'_>) -> String {
    let of = scene.session.and_then(|session| session.alone.get(&seq));
    match (run.purpose, run.only.is_empty()) {
        (TestPurpose::Smoke, false) => runs::alone(of.map_or(&[], Vec::as_slice)),
        (other, _) => purpose(other).to_owned(),
    }
}

pub(super) const fn purpose(purpose: TestPurpose) -> &'static str {
    match purpose {
        TestPurpose::Smoke => "smoke test",
        TestPurpose::Declared => "as just declared",
        TestPurpose::Evidence => "for a pass flag",
        TestPurpose::Commit => "for a commit",
        TestPurpose::Final => "of the final files",
        TestPurpose::Asked => "as you asked",
        TestPurpose::Agent => "for the agent",
    }
}
