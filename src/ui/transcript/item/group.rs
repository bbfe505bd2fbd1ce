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

/// Returns how to tell the item that shows the effect of a harness call that went well, for calls that have one.
pub(crate) fn effect_of(call: &Call) -> Option<fn(&ItemKind) -> bool> {
    if call.status != CallStatus::Completed {
        return None;
    }
    match call.tool.as_str() {
        "commit" => Some(|kind| matches!(kind, ItemKind::Commit(_))),
        "feature_passed" | "feature_failed" => Some(|kind| matches!(kind, ItemKind::Flipped(_))),
        "progress_note" => Some(|kind| matches!(kind, ItemKind::Note { .. })),
        "ask_human" => Some(|kind| matches!(kind, ItemKind::Question { .. })),
        "end_session" => Some(|kind| matches!(kind, ItemKind::Closed(_))),
        _ => None,
    }
}
