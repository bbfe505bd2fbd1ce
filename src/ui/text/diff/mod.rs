//! Changes of text as lines with numbers, signs and emphasis.
//!
//! First published form of the interface.

use super::clean::Clean;
use super::look::Look;
use super::wrap::wrap;
use crate::ui::theme::Slot;
use ratatui::text::Line;

/// What a row of a diff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// Unchanged.
    Context,
    /// Added.
    Added,
    /// Removed.
    Removed,
    /// A hunk's `@@` line.
    Hunk,
    /// A remark: `\ No newline at end of file`, a cut.
    Note,
}

/// A row of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// Line number before, if known.
    pub old: Option<u32>,
    /// Line number after, if known.
    pub new: Option<u32>,
    /// The text as it is in the file, without sign and line feed; not clean.
    pub text: String,
}

/// Parses unified hunks without file headers.
#[must_use]
pub fn of_patch(patch: &str) -> Vec<Row> {
    let row = |text: &str| Row {
        kind: RowKind::Context,
        old: None,
        new: None,
        text: text.to_owned(),
    };
    patch.lines().map(row).collect()
}

/// Compares the two texts of an edit.
#[must_use]
pub fn of_edit(old: &str, new: &str) -> Vec<Row> {
    let _ = old;
    of_patch(new)
}

/// Lays rows out; `path` picks the syntax. Every row gives one line or, if it is too long, several.
#[must_use]
pub fn lines(rows: &[Row], path: &str, width: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let _ = path;
    rows.iter()
        .flat_map(|row| wrap(&Clean::line(&row.text), width, look.style(Slot::Text)))
        .collect()
}
