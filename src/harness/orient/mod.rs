//! Orientation: what every session must know before its first step, gathered by the harness and not by the model.
//!
//! Owns which parts there are, their order, and their caps. Does not own git or running tests: their facts are handed in.
//! Invariant: the same files and facts give the same text, and no part is longer than its cap plus one line.

mod left_behind;
mod parts;
#[cfg(test)]
mod tests;
mod uncommitted;

pub use uncommitted::uncommitted;

use crate::protocol::event::{OrientationPart, RepositoryObserved};
use crate::protocol::{Feature, SessionNo, TestRun};
use std::path::Path;

/// What orientation is made from.
#[derive(Debug, Clone, Copy)]
pub struct OrientInput<'a> {
    /// The workspace.
    pub workspace: &'a Path,
    /// What git says; `None` where the harness did not look.
    pub repository: Option<&'a RepositoryObserved>,
    /// The session before, and what was not committed when it ended.
    pub left: Option<(SessionNo, &'a [String])>,
    /// Whether the feature list is not committed for flags alone that the harness set.
    pub own_flips: bool,
    /// Path of the feature list, for its heading.
    pub feature_list: &'a str,
    /// The features, empty before the initializer has run.
    pub features: &'a [Feature],
    /// The session's feature.
    pub next: Option<&'a Feature>,
    /// Progress notes, whole or their end; `None` if there are none.
    pub notes: Option<&'a str>,
    /// The smoke run just made.
    pub tests: Option<&'a TestRun>,
    /// How to start the project, if it has an `init.sh`.
    pub init: Option<&'a str>,
    /// Most bytes of one part.
    pub cap: usize,
}

/// A cap that keeps a whole orientation near 4,000 tokens: 2 % of a window of 200,000.
pub const DEFAULT_CAP: usize = 2_500;

/// Gathers all parts, in order; parts with nothing to say are left out.
#[must_use]
pub fn gather(input: &OrientInput<'_>) -> Vec<OrientationPart> {
    [
        parts::directory(input),
        parts::feature_list(input),
        parts::notes(input),
        parts::git_log(input),
        parts::git_status(input),
        parts::tests(input),
        parts::feature_files(input),
        parts::left_behind(input),
        parts::init(input),
    ]
    .into_iter()
    .flatten()
    .map(|mut part| {
        part.text = cap(&part.text, input.cap);
        part
    })
    .collect()
}

/// The parts as one text, as the first message holds it.
#[must_use]
pub fn text(parts: &[OrientationPart]) -> String {
    let section = |part: &OrientationPart| {
        let command = if part.command.is_empty() {
            String::new()
        } else {
            format!(" (`{}`)", part.command)
        };
        format!("## {}{command}\n{}", part.name, part.text.trim_end())
    };
    parts.iter().map(section).collect::<Vec<_>>().join("\n\n")
}

/// Estimates tokens from bytes, as everywhere here where nothing has been counted: four bytes a token.
#[must_use]
pub const fn estimate_tokens(text: &str) -> u64 {
    (text.len() as u64).div_ceil(4)
}

/// Keeps whole lines up to `cap` bytes and says how many were left out.
fn cap(text: &str, cap: usize) -> String {
    let text = text.trim_end();
    if text.len() <= cap {
        return text.to_owned();
    }
    let mut kept = 0;
    let mut lines = 0;
    for line in text.split_inclusive('\n') {
        if kept + line.len() > cap {
            break;
        }
        kept += line.len();
        lines += 1;
    }
    if kept == 0 {
        let end = (0..=cap).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        return format!("{}…", text.get(..end).unwrap_or(""));
    }
    format!(
        "{}\n… lines left out: {}",
        text.get(..kept).unwrap_or("").trim_end(),
        text.lines().count() - lines
    )
}
