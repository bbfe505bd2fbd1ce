//! The run's summary: what was reached, at what price, and where it lies.

use super::choice;
use crate::protocol::event::RunOutcome;
use crate::protocol::{MoveKind, TestRun};
use crate::session::state::Run;
use crate::session::{Phase, Tested};
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::page::sheet::Sheet;
use crate::ui::pane::header::{money, phase_word};
use crate::ui::text::{Clean, Look, format};
use crate::ui::theme::Slot;
use crate::ui::update::refusal;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the window.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let Some(run) = &model.state.run else { return };
    let columns = screen.width.saturating_sub(4).min(78);
    let mut sheet = Sheet::new(columns.saturating_sub(4), look);
    let (phase, _) = model.state.phase();
    let (glyph, word, slot) = phase_word(phase);
    sheet.spans(&[look.mark(glyph, slot), Span::styled(format!(" {word}"), look.style(slot))]);
    let (passing, all) = model.state.features.progress();
    if let Some((_, outcome, reason)) = run.ended.as_ref().filter(|(_, _, reason)| !reason.is_empty()) {
        if *outcome == RunOutcome::AllPassing && (passing < all || model.state.doubted() > 0) {
            sheet.text(&format!("at its end: {reason}"), Slot::Text);
        } else {
            sheet.text(reason, Slot::Text);
        }
    }
    sheet.gap();
    facts(model, run, &mut sheet, look);
    if let Some(past) = model.state.standing_move() {
        let ago = look.now.map(|now| format!(", {} ago", format::minutes(past.time, now)));
        let (action, does) = match past.moved.kind {
            MoveKind::Rollback | MoveKind::Redo => (Action::UndoMove, "takes it back"),
            MoveKind::Undo => (Action::RedoMove, "goes forth again"),
        };
        let way = refusal(model, action).is_none().then(|| {
            let key = model.keymap.key_text(action);
            format!("; {key} {does}; the state before is undo {}", past.moved.undo)
        });
        let told = format!("{}{}{}", past.moved.words(), ago.unwrap_or_default(), way.unwrap_or_default());
        sheet.fact("moved", &told);
    }
    sheet.gap();
    let leave = if matches!(phase, Phase::Ended(_)) { "leave" } else { "close" };
    let finish = refusal(model, Action::FinishWorktree).is_none();
    let shown = [
        (finish, Action::FinishWorktree, "finish the worktree"),
        (true, Action::Back, "look around"),
        (true, Action::Leave, leave),
    ];
    let shown = shown.into_iter().filter(|(shown, ..)| *shown);
    choice::keys(&mut sheet, model, look, shown.map(|(_, action, word)| (action, word)));
    let document = sheet.finish();
    let wanted = u16::try_from(document.lines.len() + 2).unwrap_or(u16::MAX);
    let area = widget::centered(screen, columns, wanted);
    let inner = widget::window(buf, area, look, "Run");
    widget::lines(buf, inner, &document.lines);
}

fn facts(model: &Model, run: &Run, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let state = &model.state;
    let (passing, all) = state.features.progress();
    let mut features = vec![Span::styled(format!("{passing} of {all} pass   "), look.style(Slot::Bold))];
    features.extend(widget::bar(look, 20, passing, all));
    sheet.fact_spans("features", &features);
    let doubted = state.doubted();
    if doubted > 0 {
        let told = format!(
            "those of {} {} in a later run",
            format::plural(doubted, "passing feature"),
            state.doubted_then()
        );
        sheet.fact("own tests", &told);
    }
    let of_run = |number| number >= run.first_session;
    let sessions = state.sessions.iter().filter(|session| of_run(session.number)).count();
    sheet.fact("sessions", &sessions.to_string());
    let held = state
        .commits_held()
        .into_iter()
        .filter(|commit| of_run(commit.session))
        .count();
    let made = state.commits.iter().filter(|commit| of_run(commit.session)).count();
    sheet.fact("commits", &format::commits(held, made, state.branch()));
    let counted = |run: &TestRun, word: &str| {
        let totals = run.totals();
        match (run.cut(), totals.total(), run.is_green()) {
            (Some(cut), ..) => format!("{} {word}, {cut}", totals.passed),
            (None, 0, true) => "run by exit code: ok".to_owned(),
            (None, 0, false) => "run by exit code: failed".to_owned(),
            (None, total, _) => format!("{} of {total} {word}", totals.passed),
        }
    };
    match state.tested_now() {
        Tested::OfThese(run, _) => sheet.fact("tests", &counted(run, "pass")),
        Tested::Before(run, _) => sheet.fact("tests", &format!("{} before the latest changes", counted(run, "passed"))),
        Tested::Never if state.tests.latest.is_some() => sheet.fact("tests", "no test run of these files"),
        Tested::Never => {}
    }
    let usage = run.totals.usage;
    sheet.fact(
        "tokens",
        &format!(
            "{} read ({} from the cache), {} written",
            format::tokens(usage.prompt()),
            format::tokens(usage.cache_read),
            format::tokens(usage.output)
        ),
    );
    sheet.fact("cost", &money(&run.totals));
    let end = run
        .ended
        .as_ref()
        .map(|(time, _, _)| *time)
        .or(look.now)
        .unwrap_or(run.started);
    sheet.fact("time", &format::duration_ms(format::seconds_between(run.started, end) * 1000));
    let round = state.went_round();
    if !round.is_empty() {
        let told = Clean::line(&round.join(", ")).span(look.style(Slot::Warning));
        sheet.fact_spans("went round", &[told]);
    }
    let debt = model.unseen_hunks() as usize;
    if debt > 0 {
        let told = format!(
            "{} in {} seen by nobody; Esc, {} looks back",
            format::plural(debt, "hunk"),
            format::plural(model.unseen_commits(), "commit"),
            model.keymap.key_text(Action::ReviewDebt)
        );
        let told = Clean::line(&told).span(look.style(Slot::Warning));
        sheet.fact_spans("debt", &[told]);
    }
    for held in state.waits_for_a_look() {
        sheet.fact_spans("waits", &[Clean::line(&held.words()).span(look.style(Slot::Warning))]);
    }
    if let Some(unjudged) = &state.unjudged {
        sheet.fact_spans("refused", &[Clean::line(&unjudged.words()).span(look.style(Slot::Warning))]);
    }
    let messages = state.messages.len();
    if messages > 0 {
        let told = format!("{messages} not read by the agent; the next run's first session gets what waits");
        sheet.fact("messages", &told);
    }
    sheet.fact("model", &run.model);
    match state.open_worktree() {
        Some(place) => {
            let tree = &place.taken.tree;
            sheet.fact("project", &tree.checkout);
            sheet.fact("worktree", &format!("{}, on {}", tree.path, tree.branch));
        }
        None => sheet.fact("project", &state.workspace),
    }
}
