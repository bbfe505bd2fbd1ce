//! What `cargo test` prints: libtest's lines, in cargo's order (<https://doc.rust-lang.org/rustc/tests/index.html>).
//!
//! Stable Rust has no machine-readable form. Owns which file a test is of, and the comparison of `running N tests` and of each
//! `test result:` with what was seen. Invariant: lines count as results only between those two, never inside captured output, and a
//! test binary that ends without its result line is amiss.

use super::report::{Found, seconds};
use super::{ENDED_EARLY, Format, Report, UNNAMED};
use crate::protocol::CaseStatus;
use crate::verify::runner::Unbuilt;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Bytes of captured output kept per failed test while reading.
const CAPTURED: usize = 64 * 1024;

/// libtest's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Libtest;

impl Format for Libtest {
    fn name(&self) -> &'static str {
        "cargo test"
    }

    fn detects(&self, text: &str) -> bool {
        text.lines().any(|line| announced(line).is_some())
    }

    fn read(&self, text: &str, report: &mut Report) {
        let mut reader = Reader {
            ambiguous: ambiguous(text, report.unbuilt()),
            ..Reader::default()
        };
        for line in text.lines() {
            reader.line(line.trim_end(), report);
        }
        reader.cut_off(report);
        report.add_unbuilt(|unbuilt| reader.file_of(&unbuilt.file, &unbuilt.name));
    }
}

/// `running 3 tests`.
fn announced(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("running ")?;
    let (count, word) = rest.trim_end().split_once(' ')?;
    matches!(word, "test" | "tests").then(|| count.parse().ok())?
}

/// `Running unittests src/lib.rs (target/debug/deps/shop-507999230d6984fa)`: the file and the binary's name.
fn binary(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("Running ")?;
    let (file, path) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let name = path.rsplit(['/', '\\']).next()?;
    let name = name.rsplit_once('-').map_or(name, |(name, _hash)| name);
    Some((file.strip_prefix("unittests ").unwrap_or(file), name))
}

/// Files that several crates of a workspace have: their names need the crate before them.
fn ambiguous(text: &str, unbuilt: &[Unbuilt]) -> BTreeSet<String> {
    let mut crates: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let unbuilt = unbuilt.iter().map(|unbuilt| (unbuilt.file.as_str(), unbuilt.name.as_str()));
    for (file, name) in text.lines().filter_map(binary).chain(unbuilt) {
        crates.entry(file).or_default().insert(name);
    }
    crates
        .into_iter()
        .filter(|(_, names)| names.len() > 1)
        .map(|(file, _)| file.to_owned())
        .collect()
}

#[derive(Debug, Default)]
struct Reader {
    ambiguous: BTreeSet<String>,
    /// File of the binary that runs.
    file: String,
    /// The binary's results, while it runs.
    open: Option<Open>,
}

/// The results of one binary so far.
#[derive(Debug, Default)]
struct Open {
    expected: u64,
    results: Vec<(String, CaseStatus, Option<u64>, String)>,
    /// What failed tests printed.
    captured: HashMap<String, String>,
    /// Inside `failures:`, and whose output it is.
    failures: bool,
    of: Option<String>,
    /// A test whose result stands on a line of its own, because it printed something.
    waits: Option<String>,
    /// Dots of a quiet run.
    dots: u64,
}

impl Reader {
    fn line(&mut self, line: &str, report: &mut Report) {
        if let Some(expected) = announced(line).filter(|_| !self.open.as_ref().is_some_and(|open| open.failures)) {
            self.cut_off(report);
            self.open = Some(Open {
                expected,
                ..Open::default()
            });
            return;
        }
        let Some(open) = &mut self.open else {
            self.header(line);
            return;
        };
        if let Some(summary) = line.strip_prefix("test result: ") {
            let open = std::mem::take(open);
            self.open = None;
            open.close(&self.file, summary, report);
        } else if line == "failures:" {
            open.failures = true;
            open.of = None;
        } else if open.failures {
            open.captured_line(line);
        } else {
            open.result_line(line);
        }
        if self.open.as_ref().is_some_and(|open| !open.failures) && binary(line).is_some() {
            // The next binary begins, so the last one died.
            self.cut_off(report);
            self.header(line);
        }
    }

    fn header(&mut self, line: &str) {
        if let Some((file, name)) = binary(line) {
            self.file = self.file_of(file, name);
        } else if line.trim_start().starts_with("Doc-tests ") {
            self.file.clear();
        }
    }

    /// How the file of a binary of this name is told.
    fn file_of(&self, file: &str, name: &str) -> String {
        if self.ambiguous.contains(file) {
            format!("{name}/{file}")
        } else {
            file.to_owned()
        }
    }

    fn cut_off(&mut self, report: &mut Report) {
        let Some(open) = self.open.take() else { return };
        let (seen, of) = (open.results.len(), open.expected);
        open.add(&self.file, report);
        if self.file.is_empty() {
            report.amiss(format!("a test binary ended without its result, after {seen} of {of} tests"));
            return;
        }
        // A binary is a process of its own: what ends it says nothing of the others.
        let detail =
            format!("{ENDED_EARLY} without its result, after {seen} of {of} tests: something in it ends the whole program");
        let found = Found {
            file: &self.file,
            detail: &detail,
            ..Found::default()
        };
        report.add(CaseStatus::Failed, &found);
    }
}

impl Open {
    fn result_line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test ")
            && let Some((name, word)) = rest.rsplit_once(" ... ")
        {
            match status(word) {
                Some((status, duration, reason)) => self.results.push((name.to_owned(), status, duration, reason)),
                None => self.waits = rest.split_once(" ... ").map(|(name, _)| name.to_owned()),
            }
        } else if self.waits.is_some()
            && let Some((status, duration, reason)) = status(line)
            && let Some(name) = self.waits.take()
        {
            self.results.push((name, status, duration, reason));
        } else if let Some(name) = line.strip_suffix(" --- FAILED") {
            self.results.push((name.to_owned(), CaseStatus::Failed, None, String::new()));
        } else {
            self.dots += quiet(line);
        }
    }

    fn captured_line(&mut self, line: &str) {
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.of = Some(name.to_owned());
        } else if let Some(name) = &self.of {
            let text = self.captured.entry(name.clone()).or_default();
            if text.len() + line.len() < CAPTURED {
                text.push_str(line);
                text.push('\n');
            }
        }
    }

    fn close(mut self, file: &str, summary: &str, report: &mut Report) {
        let count = |word: &str| {
            summary
                .split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
                .unwrap_or(0)
        };
        let (passed, failed, ignored) = (count("passed") + count("measured"), count("failed"), count("ignored"));
        let seen = |wanted| self.results.iter().filter(|(_, status, ..)| *status == wanted).count() as u64;
        // A quiet run names only what failed.
        let quiet = self.dots > 0;
        let agrees = (seen(CaseStatus::Passed), seen(CaseStatus::Failed), seen(CaseStatus::Skipped)) == (passed, failed, ignored);
        if passed + failed + ignored != self.expected
            || !(agrees || quiet && self.dots + failed == self.expected && seen(CaseStatus::Failed) == failed)
        {
            report.amiss(format!(
                "{}: {} tests announced, {} results seen, and the summary says: {summary}",
                if file.is_empty() { "doc tests" } else { file },
                self.expected,
                self.results.len()
            ));
        }
        if quiet && passed > 0 {
            self.results
                .push((UNNAMED.to_owned(), CaseStatus::Passed, None, String::new()));
        }
        self.add(file, report);
    }

    fn add(self, file: &str, report: &mut Report) {
        for (name, status, duration_ms, reason) in &self.results {
            let (file, title) = place(file, name);
            let said = self.captured.get(without_mode(name)).or_else(|| self.captured.get(name));
            report.add(
                *status,
                &Found {
                    file,
                    name: &title,
                    duration_ms: *duration_ms,
                    detail: said.unwrap_or(reason),
                },
            );
        }
    }
}

/// `ok`, `FAILED`, `ignored, reason`, `bench: …`, each perhaps with a time.
fn status(word: &str) -> Option<(CaseStatus, Option<u64>, String)> {
    let (word, time) = match word.strip_suffix("s>").and_then(|rest| rest.rsplit_once(" <")) {
        Some((word, time)) => (word, seconds(time)),
        None => (word, None),
    };
    if let Some(reason) = word.strip_prefix("ignored") {
        return Some((CaseStatus::Skipped, time, reason.trim_start_matches([',', ' ']).to_owned()));
    }
    match word {
        "ok" => Some((CaseStatus::Passed, time, String::new())),
        "FAILED" | "failed" => Some((CaseStatus::Failed, time, String::new())),
        _ if word.starts_with("bench:") => Some((CaseStatus::Passed, time, String::new())),
        _ => None,
    }
}

/// Counts the marks on a line of a quiet run: `..F.i 4/4`.
fn quiet(line: &str) -> u64 {
    let marks = line.split(' ').next().unwrap_or_default();
    if marks.chars().all(|c| matches!(c, '.' | 'F' | 'i')) {
        marks.len() as u64
    } else {
        0
    }
}

fn without_mode(name: &str) -> &str {
    ["- should panic", "- compile fail", "- compile"]
        .iter()
        .find_map(|mode| name.strip_suffix(mode))
        .map_or(name, str::trim_end)
}

/// The file and the name of a test. Doc tests say both in one, with a line number that would change with every edit above it.
fn place<'a>(file: &'a str, name: &'a str) -> (&'a str, String) {
    let name = without_mode(name);
    if let Some((path, item)) = name
        .split_once(" - ")
        .filter(|(path, _)| path.ends_with(".rs") || path.ends_with(".md"))
    {
        let item = item.split_once(" (line ").map_or(item, |(item, _)| item);
        let item = item.strip_prefix("(line ").map_or(item, |_| "");
        return (path, format!("doc test {item}").trim_end().to_owned());
    }
    (file, name.to_owned())
}
