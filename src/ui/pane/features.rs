//! The Features pane: one row a feature, told by glyph and word.

use super::{List, filter, heading};
use crate::protocol::Feature;
use crate::protocol::feature::DISAGREE;
use crate::session::state::FeatureRow;
use crate::ui::layout::{Pane, Place};
use crate::ui::model::Model;
use crate::ui::model::rows::Standing;
use crate::ui::page;
use crate::ui::text::{Clean, Glyph, Look};
use crate::ui::theme::Slot;
use crate::ui::widget;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Returns glyph and slot of a standing.
#[must_use]
pub const fn mark(standing: Standing) -> (Glyph, Slot) {
    match standing {
        Standing::Passing => (Glyph::Pass, Slot::Pass),
        Standing::InProgress => (Glyph::Active, Slot::Active),
        Standing::Regressed | Standing::Doubted | Standing::Bereft | Standing::Unrun => (Glyph::Fail, Slot::Regressed),
        Standing::Skipped => (Glyph::Skip, Slot::Dim),
        Standing::Next => (Glyph::Folded, Slot::Active),
        Standing::Open | Standing::Reopened | Standing::Uncommitted => (Glyph::Todo, Slot::Pending),
    }
}

/// Turns of the spark line of the feature that is worked on.
const SPARK: usize = 8;
/// The same where there is little room.
const NARROW_SPARK: usize = 4;

/// Draws the pane.
pub fn draw(model: &Model, place: &Place, buf: &mut Buffer, look: &Look<'_>) {
    let (passing, all) = model.state.features.progress();
    let mut left = heading(look, Pane::Features);
    left.extend(filter(look, &model.features.filter));
    let regressed = model.state.features.rows.iter().filter(|row| row.regressed).count();
    let mut right = Vec::new();
    if regressed > 0 && place.area.width >= 36 {
        right.push(Span::styled(format!("{regressed} regressed  "), look.style(Slot::Regressed)));
    }
    let doubted = model.state.doubted();
    if doubted > 0 && place.area.width >= 36 {
        let told = format!("tests of {doubted} {}  ", model.state.doubted_for());
        right.push(Span::styled(told, look.style(Slot::Regressed)));
    }
    let unshown = model.state.unshown();
    if unshown > 0 && !model.state.marks_unshown() && place.area.width >= 36 {
        let whose = if unshown == passing {
            String::new()
        } else {
            format!("{unshown} ")
        };
        right.push(Span::styled(format!("{whose}by the list only  "), look.style(Slot::Dim)));
    }
    if all > 0 {
        right.push(Span::styled(format!("{passing}/{all}"), look.style(Slot::Text)));
    }
    let title = Rect { height: 1, ..place.area };
    widget::title(buf, title, look, left, right);

    let body = place.body();
    if model.has_bare_list() {
        // One column is kept free, as rows keep it.
        let room = Rect {
            x: body.x + body.width.min(1),
            width: body.width.saturating_sub(2),
            ..body
        };
        let lines = page::list::summary(model, body.width.saturating_sub(2), look);
        let lowest = lines.len().saturating_sub(usize::from(body.height));
        widget::lines(buf, room, &lines[model.list_scroll.min(lowest)..]);
        return;
    }
    let rows = model.feature_rows();
    let why_empty = match (all, model.caught_up) {
        (0, true) => "no feature list yet",
        (0, false) => "",
        _ => "no feature matches the filter",
    };
    let list = List {
        model,
        pane: Pane::Features,
        cursor: &model.features,
        body,
        why_empty,
    };
    list.draw(rows.len(), buf, look, |index| row(model, rows[index], look, body.width));
}

fn row(model: &Model, row: &FeatureRow, look: &Look<'_>, width: u16) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let standing = model.standing(row);
    let (glyph, slot) = mark(standing);
    let name = if standing == Standing::InProgress {
        Slot::Bold
    } else {
        Slot::Text
    };
    let text = heading_of(&row.feature);
    let left = vec![
        Span::raw(" "),
        look.mark(glyph, slot),
        Span::raw(" "),
        Clean::line(row.feature.id.as_str()).span(look.style(if matches!(standing, Standing::Open | Standing::Skipped) {
            Slot::Dim
        } else {
            name
        })),
        Span::raw(" "),
        Clean::line(text).span(look.style(name)),
    ];
    if model.state.has_queued_edit(&row.feature.id) {
        let whole = format!("edit waits for {} ", model.state.edits_wait_for());
        let told = if width < 60 { "edit waits ".to_owned() } else { whole };
        return (left, vec![Span::styled(told, look.style(Slot::Human))]);
    }
    if model.state.lost_edit(&row.feature.id).is_some() {
        let mut right = vec![Span::styled("edit not made ", look.style(Slot::Warning))];
        // What a person ordered of it is told beside that.
        if matches!(standing, Standing::Skipped | Standing::Next) && width >= 36 {
            right.insert(0, Span::styled(format!("{}  ", standing.word()), look.style(slot)));
        }
        return (left, right);
    }
    if width < 36 {
        // Glyphs alone tell the states apart; a word is worth its columns only where something needs attention.
        let right = match standing {
            Standing::Regressed | Standing::Doubted | Standing::Bereft | Standing::Unrun => {
                vec![Span::styled(format!("{} ", standing.word()), look.style(slot))]
            }
            Standing::Reopened => vec![Span::styled("again", look.style(slot))],
            Standing::Uncommitted => vec![Span::styled("no commit", look.style(slot))],
            Standing::Skipped | Standing::Next => vec![Span::styled(&standing.word()[..4], look.style(slot))],
            Standing::InProgress => widget::spark(look, row.track.beats.iter(), NARROW_SPARK),
            Standing::Open if row.feature.disagrees() => vec![Span::styled("disagree", look.style(Slot::Warning))],
            Standing::Passing if model.state.is_denied(row) => vec![Span::styled("denied ", look.style(Slot::Warning))],
            Standing::Passing | Standing::Open => Vec::new(),
        };
        return (left, right);
    }
    let right = match standing {
        Standing::InProgress if !row.track.beats.is_empty() => {
            let mut spans = widget::spark(look, row.track.beats.iter(), SPARK);
            spans.push(Span::styled(format!(" {} ", standing.word()), look.style(slot)));
            spans
        }
        Standing::InProgress
        | Standing::Regressed
        | Standing::Doubted
        | Standing::Bereft
        | Standing::Unrun
        | Standing::Reopened
        | Standing::Uncommitted
        | Standing::Skipped
        | Standing::Next => {
            vec![Span::styled(format!("{} ", standing.word()), look.style(slot))]
        }
        Standing::Passing if model.state.is_denied(row) => vec![Span::styled("commit denied ", look.style(Slot::Warning))],
        Standing::Passing if model.state.marks_unshown() && model.state.is_unshown(row) => {
            vec![Span::styled("list only ", look.style(Slot::Dim))]
        }
        Standing::Passing => {
            let evidence = model.state.evidence_of(row);
            evidence
                .map(|evidence| short(&evidence.summary))
                .map(|text| vec![Clean::line(&text).span(look.style(Slot::Dim)), Span::raw(" ")])
                .unwrap_or_default()
        }
        Standing::Open if row.feature.disagrees() => vec![Span::styled(format!("{DISAGREE} "), look.style(Slot::Warning))],
        // The list's own word for where it stands: blocked, skipped.
        Standing::Open if !row.feature.word.is_empty() => {
            let word: String = row.feature.word.chars().take(24).collect();
            vec![Clean::line(&word).span(look.style(Slot::Dim)), Span::raw(" ")]
        }
        Standing::Open => Vec::new(),
    };
    (left, right)
}

/// What a row says of a feature: its title, else its text, else the first thing that its list has for it.
#[must_use]
pub fn heading_of(feature: &Feature) -> &str {
    let detail = feature.details.first().map_or("", |detail| detail.value.as_str());
    let said = [feature.title.as_str(), &feature.description, &feature.category, detail];
    said.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// Cuts `tests 3/3 on tree 5ab91e2` to `tests 3/3`.
fn short(summary: &str) -> String {
    summary.split(" on ").next().unwrap_or(summary).chars().take(16).collect()
}
