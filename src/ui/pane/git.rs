//! The Git pane: the branch, what waits to be committed, the newest commits.

use super::{List, fact, filter, heading};
use crate::protocol::event::CommitInfo;
use crate::ui::layout::{Pane, Place};
use crate::ui::model::Model;
use crate::ui::text::{Clean, Glyph, Look, format};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Draws the pane.
pub fn draw(model: &Model, place: &Place, buf: &mut Buffer, look: &Look<'_>) {
    let mut left = heading(look, Pane::Git);
    let mut right = Vec::new();
    if let Some(repository) = &model.state.repository {
        if !repository.branch.is_empty() {
            left.extend(fact(look, &Clean::line(&repository.branch)));
        }
        // A session changes files all the time: what was counted at its start is true of nothing then.
        let is_current = model.state.current().is_none_or(|session| session.ended.is_some());
        if is_current && !repository.dirty.is_empty() {
            right.push(Span::styled(
                format!("{} changed  ", repository.dirty.len()),
                look.style(Slot::Warning),
            ));
        }
        let total = repository
            .total
            .max(u32::try_from(repository.commits.len()).unwrap_or(u32::MAX));
        let text = if place.area.width < 36 {
            total.to_string()
        } else {
            format::plural(total as usize, "commit")
        };
        right.push(Span::styled(text, look.style(Slot::Text)));
    }
    left.extend(filter(look, &model.commits.filter));
    widget::title(buf, Rect { height: 1, ..place.area }, look, left, right);

    let mut body = place.body();
    if body.is_empty() {
        return;
    }
    if let Some(gate) = model.pending_commit() {
        let left = vec![
            Span::raw(" "),
            look.mark(Glyph::FactPending, Slot::Warning),
            Span::styled(" waiting  ", look.style(Slot::Warning)),
            Clean::line(&gate.opened.title).span(look.style(Slot::Text)),
        ];
        widget::row(buf, Rect { height: 1, ..body }, look, left, Vec::new());
        body.y += 1;
        body.height -= 1;
    }
    let rows = model.commit_rows();
    let why_empty = match (&model.state.repository, model.caught_up) {
        (_, false) => "",
        (None, true) => "no git repository seen yet",
        (Some(seen), true) if seen.commits.is_empty() => "no commit yet",
        (Some(_), true) => "no commit matches the filter",
    };
    let list = List {
        model,
        pane: Pane::Git,
        cursor: &model.commits,
        body,
        why_empty,
    };
    list.draw(rows.len(), buf, look, |index| row(model, rows[index], look, body.width));
}

fn row(model: &Model, commit: &CommitInfo, look: &Look<'_>, width: u16) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let made = model.made(&commit.id);
    let left = vec![
        Span::raw(" "),
        Clean::line(commit.id.short()).span(look.style(if made.is_some() { Slot::Harness } else { Slot::Dim })),
        Span::raw(" "),
        Clean::line(&commit.subject).span(look.style(Slot::Text)),
    ];
    let mut right = Vec::new();
    if model.debt(&commit.id).is_some_and(|debt| model.unseen_of(debt) > 0) {
        right.push(look.mark(Glyph::FactPending, Slot::Warning));
        let told = match made {
            None if width >= 36 => " unseen, not by the harness ",
            _ => " unseen ",
        };
        right.push(Span::styled(told, look.style(Slot::Warning)));
    }
    if width < 36 {
        return (left, right);
    }
    let roomy = width >= 60;
    match made.map(|made| &made.made) {
        Some(made) => {
            if let Some(feature) = &made.feature {
                right.push(Clean::line(feature.as_str()).span(look.style(Slot::Text)));
            }
            if roomy {
                let added = format!(" {:>5}", format!("+{}", made.added));
                let removed = format!(" {:>4}", format!("-{}", made.removed));
                right.push(Span::styled(added, look.style(Slot::Added)));
                right.push(Span::styled(removed, look.style(Slot::Removed)));
            }
        }
        None if roomy => right.push(Clean::line(&commit.author).span(look.style(Slot::Dim))),
        None => {}
    }
    if let Some(now) = look.now {
        let age = format::minutes(commit.time, now);
        right.push(Span::styled(format!(" {age:>5} "), look.style(Slot::Dim)));
    }
    (left, right)
}
