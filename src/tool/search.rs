//! `search`: where a text stands, with ripgrep's own searcher.

use super::input::SearchInput;
use super::place::Place;
use super::text_file::LARGEST;
use super::walk::{Pattern, files, shown};
use super::{ToolError, ToolOutcome};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkMatch};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Lines that are shown.
const RESULTS: usize = 50;

/// Characters of a line that are shown, around the match.
const LINE: usize = 300;

/// Searches the files below `place`, in path order, until there are more results than are shown.
pub(super) fn search(
    workspace: &Path,
    place: &Place,
    input: &SearchInput,
    cancel: &CancellationToken,
) -> Result<ToolOutcome, ToolError> {
    let matcher = matcher(input)?;
    let wanted = input.glob.as_deref().map(Pattern::parse).transpose()?;
    if !place.real.exists() {
        return Err(ToolError::NotFound {
            path: place.given.clone(),
        });
    }
    let mut searcher = SearcherBuilder::new()
        .line_number(true)
        .binary_detection(BinaryDetection::quit(0))
        .build();
    let plain = if input.literal {
        regex::escape(&input.pattern)
    } else {
        input.pattern.clone()
    };
    let finder = regex::bytes::RegexBuilder::new(&plain)
        .case_insensitive(input.ignore_case)
        .build()
        .ok();
    let mut results = Vec::new();
    for entry in files(place) {
        if cancel.is_cancelled() {
            return Err(ToolError::Cancelled);
        }
        let relative = entry.path().strip_prefix(&place.real).unwrap_or(entry.path());
        let is_small = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
        if !is_small || wanted.as_ref().is_some_and(|wanted| !wanted.matches(relative)) {
            continue;
        }
        let sink = Rows {
            path: shown(workspace, entry.path()),
            place: finder.as_ref(),
            rows: &mut results,
        };
        // A file that cannot be read is no reason to hide what is found in others.
        if let Err(error) = searcher.search_path(&matcher, entry.path(), sink) {
            tracing::debug!(path = %entry.path().display(), %error, "not searched");
        }
        if results.len() > RESULTS {
            break;
        }
    }
    if results.is_empty() {
        return Ok(ToolOutcome::completed(format!(
            "Nothing matches `{}`. Binary files, files over 10 MB and files that git ignores were not searched.",
            input.pattern
        )));
    }
    let more = results.len() > RESULTS;
    results.truncate(RESULTS);
    let mut text = results.join("\n");
    if more {
        text.push_str("\n… there are more than 50 results: use a narrower pattern, a path or a glob …");
    }
    Ok(ToolOutcome::completed(text))
}

fn matcher(input: &SearchInput) -> Result<RegexMatcher, ToolError> {
    RegexMatcherBuilder::new()
        .case_insensitive(input.ignore_case)
        .fixed_strings(input.literal)
        .line_terminator(Some(b'\n'))
        .build(&input.pattern)
        .map_err(|error| ToolError::BadPattern {
            pattern: input.pattern.clone(),
            reason: error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
            advice: "Put `\\` before characters that are meant as they are, or call it with `literal`: true; patterns match within one line",
        })
}

/// Collects matching lines of one file as `path:line: text`.
struct Rows<'a> {
    path: String,
    /// Finds the match again within a line, to cut around it.
    place: Option<&'a regex::bytes::Regex>,
    rows: &'a mut Vec<String>,
}

impl Sink for Rows<'_> {
    type Error = std::io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> Result<bool, Self::Error> {
        let line = found.bytes().trim_ascii_end();
        let at = self.place.and_then(|place| place.find(line)).map_or(0, |found| found.start());
        let number = found.line_number().unwrap_or_default();
        self.rows.push(format!("{}:{number}: {}", self.path, around(line, at)));
        Ok(self.rows.len() <= RESULTS)
    }
}

/// Cuts a long line so that the match at `at` is seen.
fn around(line: &[u8], at: usize) -> String {
    let text = String::from_utf8_lossy(line);
    if line.len() <= LINE {
        return text.into_owned();
    }
    let before = String::from_utf8_lossy(&line[..at]).chars().count();
    let skipped = before.saturating_sub(LINE / 3);
    let shown: String = text.chars().skip(skipped).take(LINE).collect();
    let (start, end) = (
        if skipped > 0 { "…" } else { "" },
        if skipped + LINE < text.chars().count() { "…" } else { "" },
    );
    format!("{start}{shown}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_the_match() {
        assert_eq!(around(b"short", 2), "short");
        let line = format!("{}needle{}", "é".repeat(5_000), "x".repeat(5_000));
        let cut = around(line.as_bytes(), 10_000);
        assert!(cut.contains("needle") && cut.starts_with('…') && cut.ends_with('…'));
        assert_eq!(cut.chars().count(), LINE + 2);
        assert!(around(line.as_bytes(), 0).starts_with('é'));
    }
}
