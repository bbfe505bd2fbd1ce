//! Walking the workspace as git sees it: no `.git`, nothing ignored, no links followed, always in the same order.

use super::ToolError;
use super::place::Place;
use globset::{GlobBuilder, GlobMatcher};
use ignore::{DirEntry, WalkBuilder};
use std::path::Path;

/// Walks the files and links below a place.
pub(super) fn files(place: &Place) -> impl Iterator<Item = DirEntry> {
    WalkBuilder::new(&place.real)
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
}

/// Which files a pattern means.
#[derive(Debug)]
pub(super) struct Pattern {
    matcher: GlobMatcher,
    /// Without a `/` in it, a pattern is about names at any depth.
    by_name: bool,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, ToolError> {
        let plain = text.strip_prefix("./").unwrap_or(text);
        let glob = GlobBuilder::new(plain)
            .literal_separator(true)
            .build()
            .map_err(|error| ToolError::BadPattern {
                pattern: text.to_owned(),
                reason: error.kind().to_string(),
                advice: "Write it like `src/**/*.rs`, and put `\\` before a character that is meant as it is",
            })?;
        Ok(Self {
            by_name: !plain.contains('/'),
            matcher: glob.compile_matcher(),
        })
    }

    /// Says whether a path, relative to where the pattern starts, is meant.
    pub(super) fn matches(&self, relative: &Path) -> bool {
        match relative.file_name() {
            Some(name) if self.by_name => self.matcher.is_match(name),
            _ => self.matcher.is_match(relative),
        }
    }
}

/// Returns a path below the workspace as it is shown to the model.
pub(super) fn shown(workspace: &Path, path: &Path) -> String {
    path.strip_prefix(workspace).unwrap_or(path).to_string_lossy().into_owned()
}
