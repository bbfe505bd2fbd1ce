//! One item, whole: for the detail view, for copying, for `$EDITOR`.

use super::cache::Body;
use super::fold::Fold;
use super::item;
use crate::session::Item;
use crate::ui::text::Look;
use ratatui::text::Line;

/// Lays out one item in full for the detail view; `whole` replaces an output that the item holds only in part.
#[must_use]
pub fn detail_lines(item: &Item, whole: Option<&str>, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let scene = item::Scene {
        width: width.max(1),
        fold: Fold::Whole,
        look,
        session: None,
        output: whole,
    };
    match item::body(item, &scene, None) {
        Body::Lines(lines) => lines,
        Body::Prose(prose) => prose.lines().cloned().collect(),
    }
}

/// Returns an item's whole text, for copying and for `$EDITOR`: as it is, not cleaned.
#[must_use]
pub fn plain_text(item: &Item) -> String {
    let mut out = String::new();
    item::texts(item, &mut |text| {
        if !text.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(text);
        }
    });
    out
}
