//! One item, whole: for the detail view, for copying, for `$EDITOR`.

use super::cache::Body;
use super::fold::Fold;
use super::item;
use crate::session::{Call, Item, ItemKind, Session};
use crate::ui::text::Look;
use ratatui::text::Line;

/// Lays out one item in full for the detail view; `whole` replaces an output that the item holds only in part. The session knows
/// the call that a ruling is about.
#[must_use]
pub fn detail_lines(
    item: &Item,
    session: Option<&Session>,
    whole: Option<&str>,
    width: usize,
    look: &Look<'_>,
) -> Vec<Line<'static>> {
    let scene = item::Scene {
        width: width.max(1),
        fold: Fold::Whole,
        look,
        session: None,
        output: whole,
    };
    if let (ItemKind::Ruling(made), Some(call)) = (&item.kind, ruled_on(item, session)) {
        return item::ruling_with_call(made, call, &scene);
    }
    match item::body(item, &scene, None) {
        Body::Lines(lines) => lines,
        Body::Prose(prose) => prose.lines().cloned().collect(),
    }
}

/// Returns an item's whole text, for copying and for `$EDITOR`: as it is, not cleaned.
#[must_use]
pub fn plain_text(item: &Item, session: Option<&Session>) -> String {
    let mut out = String::new();
    let mut take = |text: &str| {
        if !text.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(text);
        }
    };
    if let Some(call) = ruled_on(item, session) {
        take(&item::call_verb(call));
        item::input_texts(call, &mut take);
    }
    item::texts(item, &mut take);
    out
}

/// Returns the call that a ruling is about: its row in the transcript is the ruling's.
fn ruled_on<'a>(item: &Item, session: Option<&'a Session>) -> Option<&'a Call> {
    match &item.kind {
        ItemKind::Ruling(made) => session?.call(&made.call),
        _ => None,
    }
}
