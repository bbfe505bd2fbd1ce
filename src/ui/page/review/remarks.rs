//! What a person wrote on the change: under the line, the file or the message it is about, and what has lost its line.
//!
//! Does not own where a comment's line is now (`model::review::Comment`). Invariant: a comment is called gone only if its place is
//! nowhere in the whole change, whichever part of it is in view.

use super::{Change, change_of};
use crate::protocol::FileDiff;
use crate::ui::model::Model;
use crate::ui::model::review::{Comment, Extent, Review, Scope, Target};
use crate::ui::page::sheet::Sheet;
use crate::ui::text::diff::{Row, of_patch};
use crate::ui::text::{Clean, Glyph, Look, Wrap, reveal};
use crate::ui::theme::Slot;
use ratatui::text::{Line, Span};
use std::collections::HashMap;

/// Lays out the comments on the whole change.
pub(super) fn on_change(review: &Review, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    for comment in review.comments.iter().filter(|comment| comment.scope() == Scope::Change) {
        sheet.lines(written(review, comment, sheet.width(), look));
    }
}

/// Lays out the comments on a file as a whole.
pub(super) fn on_file(review: &Review, path: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let own = review
        .comments
        .iter()
        .filter(|comment| comment.scope() == Scope::File && comment.at.path == path);
    own.flat_map(|comment| written(review, comment, width, look)).collect()
}

/// Returns the comments on lines of a file, each with its row.
pub(super) fn on_lines<'a>(review: &'a Review, path: &str, rows: &[Row]) -> Vec<(usize, &'a Comment)> {
    let own = review
        .comments
        .iter()
        .filter(|comment| comment.scope() == Scope::Line && comment.at.path == path);
    own.filter_map(|comment| Some((comment.row(rows)?, comment))).collect()
}

/// Lists the comments whose place is gone: they are kept, and sent with the text they stood on.
pub(super) fn lost(model: &Model, review: &Review, sheet: &mut Sheet<'_>, look: &Look<'_>) {
    let Change::Files(files) = change_of(model, review, Extent::Whole) else {
        return;
    };
    let mut first = true;
    for comment in gone(review, files) {
        if std::mem::take(&mut first) {
            sheet.gap();
            sheet.text("Comments on lines that are no longer there:", Slot::Dim);
        }
        let dim = look.style(Slot::Dim);
        sheet.item(
            vec![Span::raw("  ")],
            &reveal(vec![Clean::name(&comment.at.path).span(dim)], look),
        );
        for line in comment.at.snippet.lines() {
            sheet.item(vec![Span::raw("    ")], &reveal(vec![Clean::name(line).span(dim)], look));
        }
        sheet.lines(written(review, comment, sheet.width(), look));
    }
}

fn gone<'a>(review: &'a Review, files: &[FileDiff]) -> Vec<&'a Comment> {
    let parsed: HashMap<&str, Vec<Row>> = files
        .iter()
        .filter(|file| review.comments.iter().any(|comment| comment.at.path == file.path))
        .map(|file| (file.path.as_str(), of_patch(&file.patch)))
        .collect();
    let is_there = |comment: &&Comment| match (comment.scope(), parsed.get(comment.at.path.as_str())) {
        (Scope::Change, _) | (Scope::File, Some(_)) => true,
        (Scope::Line, Some(rows)) => comment.row(rows).is_some(),
        (Scope::File | Scope::Line, None) => false,
    };
    review.comments.iter().filter(|comment| !is_there(comment)).collect()
}

/// Lays a comment out.
pub(super) fn written(review: &Review, comment: &Comment, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let who = match (comment.sent, &review.target) {
        (false, _) => "you: ",
        (true, Target::Gate(_)) => "you, last round: ",
        (true, Target::Commit(_)) => "you, and the agent has it: ",
    };
    let slot = if comment.sent { Slot::Dim } else { Slot::Human };
    let first = [
        Span::raw("  "),
        look.mark(Glyph::Active, slot),
        Span::styled(format!(" {who}"), look.style(slot)),
    ];
    let rest = [Span::raw("    ")];
    let mut lines = Vec::new();
    for (index, line) in comment.at.text.split('\n').enumerate() {
        let wrap = Wrap {
            width,
            first: if index == 0 { &first } else { &rest },
            rest: &rest,
        };
        lines.extend(wrap.words(&[Clean::line(line).span(look.style(slot))]));
    }
    lines
}
