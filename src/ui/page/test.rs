//! A test's page: its history and what it said last, then the whole output of the run.

use super::Document;
use super::sheet::Sheet;
use crate::protocol::CaseStatus;
use crate::session::Tested;
use crate::session::state::CaseHistory;
use crate::ui::keymap::Action;
use crate::ui::model::{End, Model, Subject};
use crate::ui::pane::features::heading_of;
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
    let ran = model.state.run_now(case);
    // What it said and took in that very run; a later one may have been of other files.
    let told = ran.and_then(|(run, _)| run.cases.iter().find(|told| told.name == name));
    let (took, said) = told.map_or((case.duration_ms, &case.detail), |told| (told.duration_ms, &told.detail));
    if let Some(ms) = took {
        sheet.fact("took", &format::duration_ms(ms));
    }
    if let Some(flaky) = &case.flaky {
        let since = if model.is_flaky_now(case) {
            ""
        } else {
            ", not on the one that it ran on last"
        };
        sheet.fact("flaky", &format!("failed and passed on tree {}{since}", flaky.tree.short()));
    }
    links(&mut sheet, model, case);
    if let Some(running) = &model.state.tests.running
        && (running.only.is_empty() || running.only.iter().any(|wanted| wanted == name))
    {
        sheet.fact("now", &format!("being run, {}", running.purpose.words()));
    }
    if let Some(queued) = &model.state.tests.queued
        && (queued.only.is_empty() || queued.only.iter().any(|wanted| wanted == name))
    {
        sheet.fact("asked for", queued.behind.words());
    }
    match model.state.tested_now() {
        // It was run by itself since: that is of these files.
        _ if model.state.apart_now(case).is_some() => {}
        Tested::Never => sheet.fact("note", "no test run of these files"),
        Tested::OfThese(..) | Tested::Before(..) if now.is_none() => {
            sheet.fact("note", "the last run of these files did not name it");
        }
        Tested::Before(..) => sheet.fact("note", "the files were changed since"),
        Tested::OfThese(..) => {}
    }
    if !said.is_empty() {
        sheet.heading("What it said last");
        sheet.output(said, Slot::Text);
    }
    if let Some((run, session)) = ran {
        sheet.heading("The run");
        sheet.fact("command", &run.command);
        if !run.only.is_empty() {
            sheet.fact("of", &format::plural(run.only.len(), "test"));
        }
        sheet.fact("why", run.purpose.words());
        sheet.fact("in", &session.to_string());
        if let Some(tree) = &run.tree {
            sheet.fact("tree", tree.short());
        }
        let end = match (run.cut(), run.exit_code) {
            (Some(cut), _) => cut,
            (None, Some(code)) => format!("exit {code}"),
            (None, None) => "killed".to_owned(),
        };
        sheet.fact("ended", &format!("{end} after {}", format::duration_ms(run.duration_ms)));
        sheet.gap();
        sheet.output(&run.output.text, Slot::Dim);
    }
    sheet.finish()
}

/// What belongs to it, each with the key that leads there.
fn links(sheet: &mut Sheet<'_>, model: &Model, case: &CaseHistory) {
    let from = Subject::Test(case.name.clone());
    let key = |action| model.keymap.key_text(action);
    if let Ok(Subject::Feature(id)) = model.linked(&from, End::Feature) {
        let text = model
            .state
            .features
            .get(&id)
            .map_or_else(String::new, |row| heading_of(&row.feature).to_owned());
        sheet.fact("feature", &format!("{id} {text}  ({} goes there)", key(Action::GoFeature)));
    }
    let Some(turned) = model.turned(case) else { return };
    let since = format!("{}  ({} goes there)", turned.session, key(Action::GoMoment));
    sheet.fact("so since", &since);
    if let Ok(Subject::Commit(commit)) = model.linked(&from, End::Commit) {
        let made = model.made(&commit);
        let subject = made.map_or("", |made| made.made.message.lines().next().unwrap_or_default());
        let told = format!("{} {subject}  ({} goes there)", commit.short(), key(Action::GoCommit));
        // Where it has failed since its first run, the commit that came next need not have done it.
        let always = case
            .changes
            .iter()
            .all(|(_, status)| matches!(status, None | Some(CaseStatus::Failed)));
        if always {
            sheet.fact("failing", &format!("first seen at {told}"));
        } else {
            sheet.fact("commit", &told);
        }
    }
}
