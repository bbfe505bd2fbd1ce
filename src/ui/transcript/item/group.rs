//! Calls that say little by themselves: consecutive reads share a line, and harness calls are told by their effect.

use super::row::{NAME, Row, fold_mark};
use super::{Scene, call};
use crate::protocol::{CallStatus, ToolKind};
use crate::session::{Call, Item, ItemKind};
use crate::ui::text::format;
use crate::ui::theme::Slot;
use ratatui::text::Line;

/// Says whether an item is a call that only looked at something, and went well.
pub(crate) fn is_quiet_read(item: &Item) -> bool {
    let ItemKind::Call(call) = &item.kind else { return false };
    call.status == CallStatus::Completed
        && matches!(call.kind, Some(ToolKind::Read | ToolKind::Search))
        && call.exit_code.is_none_or(|code| code == 0)
}

/// Shows several reads as one line.
pub(crate) fn lines(items: &[Item], scene: &Scene<'_>) -> Vec<Line<'static>> {
    let calls = || {
        items.iter().filter_map(|item| match &item.kind {
            ItemKind::Call(call) => Some(call),
            _ => None,
        })
    };
    let mut titles: Vec<String> = calls().map(call::title).collect();
    titles.dedup();
    let ms = calls().filter_map(|call| call.duration_ms).sum();
    let searched = calls().any(|call| call.kind == Some(ToolKind::Search));
    let word = if searched { "look" } else { "read" };
    let row = Row::new(scene.look, fold_mark(false), Slot::Dim)
        .word(word, Slot::ToolName, NAME)
        .title(&titles.join(", "), Slot::ToolDetail)
        .right(&format!("{} calls", items.len()), Slot::Dim, 7)
        .right(&format::duration_ms(ms), Slot::Dim, 5)
        .state("ok", Slot::Dim, 7);
    vec![row.line(scene.width)]
}

/// Says whether an item tells all there is to say of a call: what came of a harness call, what it waits for, or why a
/// call was refused.
pub(crate) fn tells(kind: &ItemKind, call: &Call) -> bool {
    if let ItemKind::Ruling(ruling) = kind {
        return call.status == CallStatus::Refused && ruling.call == call.id && !ruling.title.is_empty();
    }
    matches!(call.status, CallStatus::Completed | CallStatus::InProgress)
        && match call.tool.as_str() {
            "commit" => matches!(kind, ItemKind::Commit(_) | ItemKind::Gate { decision: None, .. }),
            "feature_passed" | "feature_failed" => matches!(kind, ItemKind::Flipped(_)),
            "record_check" => matches!(kind, ItemKind::Check(_)),
            "progress_note" => matches!(kind, ItemKind::Note { .. }),
            "ask_human" => matches!(kind, ItemKind::Question { .. }),
            "end_session" => matches!(kind, ItemKind::Closed(_)),
            _ => false,
        }
}
