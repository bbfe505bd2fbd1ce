//! The page shown where nothing of ours exists yet: what is seen here, and what can be done.

use super::sheet::Sheet;
use crate::ui::keymap::Action;
use crate::ui::model::Model;
use crate::ui::text::width;
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the page.
pub fn draw(model: &Model, screen: Rect, buf: &mut Buffer, look: &Look<'_>) {
    let mut sheet = Sheet::new(screen.width.saturating_sub(6).min(76), look);
    let text = |text: &'static str, slot: Slot| Span::styled(text, look.style(slot));
    sheet.spans(&[text("No session of longhaul in this directory yet.", Slot::Bold)]);
    sheet.heading("What is here");
    seen(model, &mut sheet, look);
    sheet.heading("What you can do");
    let rows: [(Action, &str, &'static str); 6] = [
        (
            Action::StartRun,
            "longhaul run . --spec app_spec.txt",
            "start a project from a goal or a specification",
        ),
        (
            Action::StartDemo,
            "longhaul demo",
            "watch a small project being built, without a key or a network",
        ),
        (Action::EnterProject, "", "look around here; no agent is started"),
        (
            Action::Survey,
            "",
            "read what lies here: lists, notes, init.sh, transcripts; nothing is run",
        ),
        (Action::ListHistory, "", "see how the feature list went through the commits"),
        (Action::Leave, "", "leave"),
    ];
    let keys = rows.map(|(action, ..)| model.keymap.key_text(action));
    let column = keys.iter().map(|key| width(key)).max().unwrap_or(0);
    for ((_, command, what), key) in rows.iter().zip(&keys) {
        let pad = " ".repeat(column.saturating_sub(width(key)) + 2);
        let key = Clean::line(key).span(look.style(Slot::Key));
        let what = [Span::styled(*what, look.style(Slot::Text))];
        sheet.item(vec![Span::raw("  "), key, Span::raw(pad)], &what);
        if !command.is_empty() {
            let command = [Span::styled(*command, look.style(Slot::Dim))];
            sheet.item(vec![Span::raw(" ".repeat(column + 4))], &command);
        }
    }
    let document = sheet.finish();
    let height = u16::try_from(document.lines.len()).unwrap_or(u16::MAX);
    let area = widget::centered(screen, screen.width.saturating_sub(6).min(76), height);
    widget::lines(buf, area, &document.lines);
}

fn seen(model: &Model, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let bullet = || {
        vec![Span::styled(
            format!("  {} ", look.glyph(Glyph::Bullet)),
            look.style(Slot::Dim),
        )]
    };
    let say = |text: String| [Clean::line(&text).span(look.style(Slot::Text))];
    match &model.state.repository {
        None => sheet.item(bullet(), &say("no git repository; `git init` makes one".into())),
        Some(repository) => {
            let commits = format::plural(
                repository.total.max(u32::try_from(repository.commits.len()).unwrap_or(0)) as usize,
                "commit",
            );
            let dirty = match repository.dirty.len() {
                0 => String::new(),
                n => format!(", {} not committed", format::plural(n, "change")),
            };
            sheet.item(
                bullet(),
                &say(format!("a git repository on {} with {commits}{dirty}", repository.branch)),
            );
        }
    }
    let (passing, all) = model.state.features.progress();
    if all > 0 {
        let path = &model.state.features.path;
        sheet.item(
            bullet(),
            &say(format!(
                "a feature list of another harness, {path}: {passing} of {all} features pass"
            )),
        );
    } else {
        sheet.item(bullet(), &say("no feature list".into()));
    }
    for notice in model.state.features.notices.iter().take(3) {
        sheet.item(bullet(), &say(notice.clone()));
    }
}
