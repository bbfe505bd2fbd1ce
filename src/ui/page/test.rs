//! A test's page: its history and what it said last, then the whole output of the run.

use super::Document;
use super::sheet::Sheet;
use crate::protocol::CaseStatus;
use crate::protocol::event::Culprit;
use crate::session::state::CaseHistory;
use crate::session::{Stretch, Tested};
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
    let cause = model.cause_of(case);
    if let Some(trace) = cause {
        let there = match &trace.found.culprit {
            Culprit::Commit { .. } => format!("  ({} goes there)", key(Action::GoCommit)),
            Culprit::Uncommitted { .. } | Culprit::Unknown { .. } => String::new(),
        };
        sheet.fact("cause", &format!("{}{there}", trace.found.words()));
    }
    let Some(turned) = model.turned(case) else { return };
    let when = match model.state.stretch(turned.session, turned.run) {
        Stretch::WithinSession => turned.session.to_string(),
        after @ (Stretch::AfterSession | Stretch::RunStart) => after.of(turned.session).to_string(),
    };
    sheet.fact("so since", &format!("{when}  ({} goes there)", key(Action::GoMoment)));
    if cause.is_some() {
        return;
    }
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

#[cfg(test)]
mod tests {
    use crate::protocol::event::{
        CommitInfo, Culprit, EndCause, Event, FeatureFlipped, FlipBy, RegressionTraced, SessionEnded, TestRunFinished,
    };
    use crate::protocol::test_run::COMMAND_CASE;
    use crate::protocol::{CaseStatus, FeatureId, FeatureStatus, Oid, SessionNo, TestPurpose, TestRun, samples};
    use crate::session::board::FeatureRow;
    use crate::session::state::CaseHistory;
    use crate::ui::model::{Model, Subject};
    use crate::ui::screenshots::recorded;
    use crate::ui::testing::{keys, screen, tell, undisturbed};
    use crate::verify;

    /// The recorded run is over, and the next one found at its start that a passing feature's test fails since a person's commit.
    fn broken(culprit: Culprit) -> (Model, String) {
        let fails = |name: &str| vec![samples::test_run(&[(name, CaseStatus::Failed)])];
        broken_by(culprit, fails)
    }

    /// The same, with the runs at its start.
    fn broken_by(culprit: Culprit, runs: impl Fn(&str) -> Vec<TestRun>) -> (Model, String) {
        let mut model = undisturbed((120, 40));
        let rows = model.state.features.rows.iter().map(|row| &row.feature);
        let passing = rows.filter(|feature| feature.status == FeatureStatus::Passing);
        let found = passing.flat_map(|feature| {
            let cases = model
                .state
                .tests
                .cases
                .iter()
                .filter(|case| verify::names(feature, &case.name));
            cases.map(|case| (feature.id.clone(), case.name.clone()))
        });
        let (feature, name): (FeatureId, String) = found.last().unwrap();
        let ended = SessionEnded {
            cause: EndCause::Finished,
            summary: String::new(),
            dirty: Vec::new(),
            next: None,
            checks: Vec::new(),
            places: Vec::new(),
            left: None,
        };
        tell(&mut model, ended);
        let started = recorded().unwrap();
        let started = started
            .iter()
            .find(|told| matches!(told.event, Event::RunStarted(_)))
            .unwrap();
        tell(&mut model, started.event.clone());
        for mut run in runs(&name) {
            run.purpose = TestPurpose::Smoke;
            tell(&mut model, TestRunFinished { run, gone: Vec::new() });
        }
        let back = FeatureFlipped {
            feature: feature.clone(),
            from: FeatureStatus::Passing,
            to: FeatureStatus::Failing,
            evidence: None,
            by: FlipBy::Harness,
            reason: "its test fails".into(),
        };
        tell(&mut model, back);
        let traced = RegressionTraced {
            feature,
            good: None,
            culprit,
            runs: 2,
            duration_ms: 10,
        };
        tell(&mut model, traced);
        // What came after did not cause it.
        tell(&mut model, samples::commit_made(samples::oid('d'), None));
        model.pages.push(crate::ui::model::Page::new(Subject::Test(name.clone())));
        (model, name)
    }

    #[test]
    fn a_test_that_a_commit_broke_names_that_commit_and_leads_to_it_whether_or_not_the_log_made_it() {
        for known in [true, false] {
            let commit = samples::oid('a');
            let subject = "Change f2".to_owned();
            let (mut model, _) = broken(Culprit::Commit {
                commit: commit.clone(),
                subject: subject.clone(),
            });
            if known {
                let info = CommitInfo {
                    id: commit.clone(),
                    subject,
                    author: "Ada".into(),
                    time: jiff::Timestamp::UNIX_EPOCH,
                };
                model.state.repository.as_mut().unwrap().commits.push(info);
            }
            let drawn = screen(&mut model);
            let wanted = format!("cause       broken by {} Change f2  (gc goes there)", commit.short());
            assert!(drawn.contains(&wanted), "{drawn}");
            assert!(!drawn.contains(samples::oid('d').short()), "an innocent commit: {drawn}");
            let last = model.state.current().unwrap().number;
            let since = format!("so since    at the start of a run, after {last}  (gm goes there)");
            assert!(last > SessionNo(0) && drawn.contains(&since), "{drawn}");
            keys(&mut model, "g c");
            assert_eq!(model.pages.last().unwrap().subject, Subject::Commit(commit));
        }
    }

    #[test]
    fn a_test_that_ends_the_run_names_the_commit_that_was_traced_and_shows_that_it_did_not_come_to_its_end() {
        let untold = || samples::test_run(&[(COMMAND_CASE, CaseStatus::Failed)]);
        let only = |name: &str| TestRun {
            only: vec![name.to_owned()],
            ..untold()
        };
        let commit = samples::oid('a');
        let culprit = || Culprit::Commit {
            commit: commit.clone(),
            subject: "Exit in f2".to_owned(),
        };
        let wanted = format!("cause       broken by {} Exit in f2  (gc goes there)", commit.short());
        // Where it was not run by itself, the run of all that names it no more is what is known.
        let (mut whole, name) = broken_by(culprit(), |_| vec![untold()]);
        let drawn = screen(&mut whole);
        assert!(
            drawn.contains(&wanted) && drawn.contains("no result of these files"),
            "{drawn}"
        );
        let before = whole.state.tests.case(&name).unwrap().results.len();
        let (mut model, name) = broken_by(culprit(), |name| vec![untold(), only(name)]);
        let drawn = screen(&mut model);
        assert!(drawn.contains(&wanted), "{drawn}");
        assert!(!drawn.contains(samples::oid('d').short()), "an innocent commit: {drawn}");
        let ended = "ended the program that runs the tests early, with exit code 0, before it told its result";
        assert!(drawn.contains(ended) && drawn.contains("1 failed"), "{drawn}");
        let case = model.state.tests.case(&name).unwrap();
        assert_eq!(
            (case.results.len(), case.results.last()),
            (before + 1, Some(&CaseStatus::Failed))
        );
        let last = model.state.current().unwrap().number;
        let since = format!("so since    at the start of a run, after {last}  (gm goes there)");
        assert!(drawn.contains(&since), "{drawn}");
        keys(&mut model, "g c");
        assert_eq!(model.pages.last().unwrap().subject, Subject::Commit(commit.clone()));
        // Mended, it passes again.
        let run = samples::test_run(&[(&name, CaseStatus::Passed)]);
        let (mut model, _) = broken_by(culprit(), |name| vec![untold(), only(name)]);
        tell(&mut model, TestRunFinished { run, gone: Vec::new() });
        assert!(!screen(&mut model).contains("cause  "), "{}", screen(&mut model));
    }

    #[test]
    fn of_several_features_tests_that_end_a_run_together_none_is_called_the_one() {
        let mut model = undisturbed((120, 40));
        let rows = model.state.features.rows.iter();
        let with = rows.filter(|row| {
            model
                .state
                .tests
                .cases
                .iter()
                .any(|case| verify::names(&row.feature, &case.name))
        });
        let own = |row: &FeatureRow| {
            let mut cases = model.state.tests.cases.iter();
            cases
                .find(|case| verify::names(&row.feature, &case.name))
                .unwrap()
                .name
                .clone()
        };
        let only: Vec<String> = with.take(2).map(own).collect();
        assert_eq!(only.len(), 2);
        let before = model.state.tests.cases.clone();
        let run = TestRun {
            only,
            ..samples::test_run(&[(COMMAND_CASE, CaseStatus::Failed)])
        };
        tell(&mut model, TestRunFinished { run, gone: Vec::new() });
        let known = |case: &&CaseHistory| case.name != COMMAND_CASE;
        let now: Vec<_> = model.state.tests.cases.iter().filter(known).collect();
        assert_eq!(now, before.iter().filter(known).collect::<Vec<_>>());
    }

    #[test]
    fn a_breaker_that_is_no_commit_is_told_and_leads_nowhere() {
        let reason = "3 states did not come to its tests".to_owned();
        for (culprit, refused) in [
            (Culprit::Uncommitted { checkpoint: None }, "what broke it is in no commit"),
            (Culprit::Unknown { reason }, "what broke it was looked for and not found"),
        ] {
            let (mut model, name) = broken(culprit);
            let drawn = screen(&mut model);
            assert!(drawn.contains("cause       ") && !drawn.contains("gc goes"), "{drawn}");
            keys(&mut model, "g c");
            assert_eq!(model.pages.last().unwrap().subject, Subject::Test(name));
            assert!(screen(&mut model).contains(refused), "{}", screen(&mut model));
        }
    }

    #[test]
    fn a_test_that_failed_after_its_features_breaker_was_looked_for_is_not_laid_on_it() {
        let commit: Oid = samples::oid('a');
        let subject = "Change f2".to_owned();
        let (mut model, name) = broken(Culprit::Commit { commit, subject });
        for status in [CaseStatus::Passed, CaseStatus::Failed] {
            let run = samples::test_run(&[(&name, status)]);
            tell(&mut model, TestRunFinished { run, gone: Vec::new() });
        }
        assert!(!screen(&mut model).contains("cause  "), "{}", screen(&mut model));
    }
}
