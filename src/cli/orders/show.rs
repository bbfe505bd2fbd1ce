//! What a gate is about, as lines, and what was shown of it.
//!
//! Invariant: a change counts as shown only once its last line was handed over to be printed.

use crate::protocol::{FileDiff, GateId, Seen};
use crate::ui::text::format;
use std::collections::HashMap;
use std::time::Instant;

/// The changes that were printed.
#[derive(Debug, Default)]
pub struct Shown(HashMap<GateId, (u32, Instant)>);

impl Shown {
    /// A change was printed whole.
    pub fn printed(&mut self, gate: GateId, files: &[FileDiff]) {
        let hunks = files.iter().map(FileDiff::hunks).sum();
        self.0.insert(gate, (hunks, Instant::now()));
    }

    /// What was printed of a gate's change, for the log. No screen was involved, so it has no size.
    #[must_use]
    pub fn seen(&self, gate: GateId) -> Option<Seen> {
        self.0.get(&gate).map(|(hunks, since)| Seen {
            hunks: *hunks,
            hunks_seen: *hunks,
            end: true,
            seconds: since.elapsed().as_secs(),
            ..Seen::default()
        })
    }
}

/// The change as lines: each file with its hunks.
#[must_use]
pub fn changes(files: &[FileDiff]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files {
        let from = file.old_path.as_ref().map_or_else(String::new, |old| format!(" (was {old})"));
        let note = if file.note.is_empty() {
            String::new()
        } else {
            format!(", {}", file.note)
        };
        lines.push(format!(
            "{} {}{from}  +{} -{}{note}",
            file.status, file.path, file.added, file.removed
        ));
        lines.extend(file.patch.lines().map(str::to_owned));
    }
    lines.push(format!("end of the change: {}", format::plural(files.len(), "file")));
    lines
}
