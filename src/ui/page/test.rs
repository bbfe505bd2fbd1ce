//! A test's page: its history and what it said last, then the whole output of the run.

use super::Document;
use super::sheet::Sheet;
use crate::protocol::{CaseStatus, TestPurpose};
use crate::session::Tested;
use crate::ui::model::Model;
use crate::ui::pane::tests::{mark, strip};
use crate::ui::text::{Look, format};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Lays the page out.
#[must_use]
pub fn document(model: &Model, name: &str, width: u16, look: &Look<'_>) -> Document {
    let mut sheet = Sheet::new(width, look);
    let Some(case) = model.state.tests.cases.iter().find(|case| case.name == name) else {
        sheet.text("No run names this test.", Slot::Dim);
        return sheet.finish();
    };
    let now = model.state.result_now(case);
    let (glyph, slot) = mark(now.unwrap_or(CaseStatus::Skipped));
    let word = match now {
        Some(CaseStatus::Passed) => "passed",
        Some(CaseStatus::Failed) => "failed",
        Some(CaseStatus::Skipped) => "skipped",
        Some(CaseStatus::Todo) => "known to fail",
        None => "no result of these files",
    };
    sheet.spans(&[look.mark(glyph, slot), Span::styled(format!(" {word}"), look.style(slot))]);
    sheet.gap();
    sheet.text(name, Slot::Bold);
    sheet.gap();
    let cells = case.results.len().min(usize::from(width).saturating_sub(13)).max(1);
    sheet.fact_spans("history", &strip(case, cells, look));
    let failed = case.results.iter().filter(|status| **status == CaseStatus::Failed).count();
    sheet.fact("runs", &format!("{} shown, {failed} failed", case.results.len()));
    if let Some(ms) = case.duration_ms {
        sheet.fact("took", &format::duration_ms(ms));
    }
    let tested = model.state.tested_now();
    match tested {
        Tested::Never => sheet.fact("note", "no test run of these files"),
        Tested::OfThese(..) | Tested::Before(..) if now.is_none() => {
            sheet.fact("note", "the last run of these files did not name it");
        }
        Tested::Before(..) => sheet.fact("note", "the files were changed since"),
        Tested::OfThese(..) => {}
    }
    if !case.detail.is_empty() {
        sheet.heading("What it said last");
        sheet.output(&case.detail, Slot::Text);
    }
    if let Some((run, session)) = tested.run() {
        sheet.heading("The run");
        sheet.fact("command", &run.command);
        sheet.fact("why", purpose(run.purpose));
        sheet.fact("in", &session.to_string());
        if let Some(tree) = &run.tree {
            sheet.fact("tree", tree.short());
        }
        let end = match run.exit_code {
            _ if run.timed_out => "stopped by its timeout".to_owned(),
            Some(code) => format!("exit {code}"),
            None => "killed".to_owned(),
        };
        sheet.fact("ended", &format!("{end} after {}", format::duration_ms(run.duration_ms)));
        sheet.gap();
        sheet.output(&run.output.text, Slot::Dim);
    }
    sheet.finish()
}

const fn purpose(purpose: TestPurpose) -> &'static str {
    match purpose {
        TestPurpose::Smoke => "smoke test at the session's start",
        TestPurpose::Declared => "the first run of the declared command",
        TestPurpose::Evidence => "evidence for a pass flag",
        TestPurpose::Commit => "before a commit",
        TestPurpose::SessionEnd => "at the session's end",
    }
}
