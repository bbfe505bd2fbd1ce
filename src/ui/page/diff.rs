//! The files of a diff: a row each, folded or followed by its hunks.

use super::Mark;
use super::sheet::Sheet;
use crate::protocol::{CommitDiff, FileDiff};
use crate::ui::model::Page;
use crate::ui::text::diff::{Form, hunks as parts, lines, of_patch};
use crate::ui::text::{Glyph, Look};
use crate::ui::theme::Slot;
use ratatui::text::Span;

/// Files of more changed lines are folded until opened.
const LONG: u32 = 1_500;

/// Says whether a file is folded until the user opens it.
#[must_use]
pub const fn starts_folded(file: &FileDiff) -> bool {
    file.added + file.removed > LONG
}

/// Adds all files to a page.
pub fn files(sheet: &mut Sheet<'_>, diff: &CommitDiff, page: &Page, look: &Look<'_>) {
    for (index, file) in diff.files.iter().enumerate() {
        let folded = starts_folded(file) != page.toggled.contains(&index);
        sheet.gap();
        sheet.stop(Mark::File, index);
        sheet.spans(&heading(file, folded, Form::Reading, look));
        if !file.note.is_empty() {
            sheet.text(&format!("  {}", file.note), Slot::Dim);
        }
        if !folded {
            hunks(sheet, file, index, look);
        }
    }
}

/// Returns a file's row: its path, what became of it, how many lines.
#[must_use]
pub fn heading(file: &FileDiff, folded: bool, form: Form, look: &Look<'_>) -> Vec<Span<'static>> {
    let word = match file.status {
        'A' => "new",
        'D' => "deleted",
        'R' => "renamed",
        'T' => "type changed",
        _ => "",
    };
    let mut spans = vec![
        look.mark(if folded { Glyph::Folded } else { Glyph::Unfolded }, Slot::Dim),
        Span::raw(" "),
        form.name(&file.path).span(look.style(Slot::Heading)),
    ];
    if let Some(old) = &file.old_path {
        spans.push(Span::styled(" from ", look.style(Slot::Dim)));
        spans.push(form.name(old).span(look.style(Slot::Text)));
    }
    if !word.is_empty() {
        spans.push(Span::styled(format!("  {word}"), look.style(Slot::Active)));
    }
    if file.added + file.removed > 0 {
        spans.push(Span::styled(format!("  +{}", file.added), look.style(Slot::Added)));
        spans.push(Span::styled(format!(" -{}", file.removed), look.style(Slot::Removed)));
    }
    spans
}

/// Adds the hunks one by one: each is coloured by itself, because what lies between two of them is not known.
pub(super) fn hunks(sheet: &mut Sheet<'_>, file: &FileDiff, index: usize, look: &Look<'_>) {
    for rows in parts(&of_patch(&file.patch)) {
        sheet.stop(Mark::Hunk, index);
        let width = sheet.width();
        sheet.lines(lines(rows, &file.path, width, look));
    }
}
