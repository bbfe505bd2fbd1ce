//! `glob`: which files there are.

use super::place::Place;
use super::walk::{Pattern, files, shown};
use super::{ToolError, ToolOutcome};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Paths that are listed.
const LISTED: usize = 200;

/// Lists the files below `place` that match.
pub(super) fn glob(workspace: &Path, place: &Place, pattern: &str, cancel: &CancellationToken) -> Result<ToolOutcome, ToolError> {
    let wanted = Pattern::parse(pattern)?;
    if !place.real.exists() {
        return Err(ToolError::NotFound {
            path: place.given.clone(),
        });
    }
    let mut found = Vec::new();
    for entry in files(place) {
        if cancel.is_cancelled() {
            return Err(ToolError::Cancelled);
        }
        let relative = entry.path().strip_prefix(&place.real).unwrap_or(entry.path());
        if wanted.matches(relative) {
            found.push(shown(workspace, entry.path()));
        }
    }
    if found.is_empty() {
        return Ok(ToolOutcome::completed(format!(
            "No file matches `{pattern}`. Files that git ignores are not listed; `ls` in bash shows them."
        )));
    }
    found.sort_unstable();
    let more = found.len().saturating_sub(LISTED);
    found.truncate(LISTED);
    let mut text = found.join("\n");
    if more > 0 {
        text.push_str(&format!("\n… and {more} more: use a narrower pattern or a path …"));
    }
    Ok(ToolOutcome::completed(text))
}
