//! The run's summary: what was reached, at what price, and where it lies.

use crate::protocol::MoveKind;
use crate::session::Phase;
use crate::session::state::Run;
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
    if let Some((_, _, reason)) = run.ended.as_ref().filter(|(_, _, reason)| !reason.is_empty()) {
        sheet.text(reason, Slot::Text);
    }
    sheet.gap();
    facts(model, run, &mut sheet, look);
    let moved = model
        .state
        .moves
        .last()
        .filter(|_| refusal(model, Action::UndoMove).is_none());
    if let Some((_, moved)) = moved.filter(|(_, moved)| moved.kind != MoveKind::Undo) {
        let undo = format!(
            "{} takes it back; the state before is undo {}",
            model.keymap.key_text(Action::UndoMove),
            moved.undo
        );
        sheet.fact("moved", &undo);
    }
    sheet.gap();
    let leave = if matches!(phase, Phase::Ended(_)) { "leave" } else { "close" };
    let mut keys = Vec::new();
    let finish = refusal(model, Action::FinishWorktree).is_none();
    let shown = [
        (finish, Action::FinishWorktree, "finish the worktree"),
        (true, Action::Back, "look around"),
        (true, Action::Leave, leave),
    ];
    for (_, action, word) in shown.into_iter().filter(|(shown, ..)| *shown) {
        keys.push(Span::styled(model.keymap.key_text(action), look.style(Slot::Key)));
        keys.push(Span::styled(format!(" {word}   "), look.style(Slot::Dim)));
    }
    sheet.spans(&keys);
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
    let of_run = |number| number >= run.first_session;
    let sessions = state.sessions.iter().filter(|session| of_run(session.number)).count();
    sheet.fact("sessions", &sessions.to_string());
    let commits = state.commits.iter().filter(|commit| of_run(commit.session)).count();
    sheet.fact("commits", &commits.to_string());
    if let Some((_, _, tests)) = &state.tests.latest {
        let totals = tests.totals();
        let text = if totals.total() > 0 {
            format!("{} of {} pass", totals.passed, totals.total())
        } else {
            "run by exit code".to_owned()
        };
        sheet.fact("tests", &text);
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
    let debt: usize = state.debts.iter().map(|debt| debt.unseen as usize).sum();
    if debt > 0 {
        let told = format!(
            "{} in {} not seen by anyone; {} looks back at them",
            format::plural(debt, "hunk"),
            format::plural(state.debts.len(), "commit"),
            model.keymap.key_text(Action::ReviewDebt)
        );
        let told = Clean::line(&told).span(look.style(Slot::Warning));
        sheet.fact_spans("debt", &[told]);
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
