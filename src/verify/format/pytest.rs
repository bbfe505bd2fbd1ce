//! What pytest prints (<https://docs.pytest.org/en/stable/how-to/output.html>), for commands that ask for no report file.
//!
//! `-v` and `-rA` name every test, plain pytest only what failed. Invariant: the counts of its last line and the results seen agree,
//! and an output without a last line is amiss.

use super::report::Found;
use super::{Format, Report, UNNAMED};
use crate::protocol::CaseStatus;
use std::collections::BTreeMap;

/// Bytes kept of what one failed test says.
const CAPTURED: usize = 64 * 1024;

/// pytest's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pytest;

impl Format for Pytest {
    fn name(&self) -> &'static str {
        "pytest"
    }

    fn detects(&self, text: &str) -> bool {
        text.lines().any(is_start)
    }

    fn read(&self, text: &str, report: &mut Report) {
        let mut session: Option<Session<'_>> = None;
        for line in text.lines().map(str::trim_end) {
            if is_start(line) {
                if let Some(session) = session.replace(Session::default()) {
                    session.close(report);
                }
            } else if let Some(open) = &mut session {
                open.line(line);
                if open.summary.is_some() {
                    session.take().unwrap_or_default().close(report);
                }
            }
        }
        if let Some(session) = session {
            session.close(report);
        }
    }
}

fn is_start(line: &str) -> bool {
    line.starts_with("====") && line.contains(" test session starts ")
}

/// What stands between `====` and `====`.
fn banner(line: &str, mark: char) -> Option<&str> {
    let inner = line.trim_matches(mark);
    (line.starts_with([mark]) && line.len() > inner.len() + 2 && line.ends_with(mark)).then(|| inner.trim())
}

#[derive(Debug, Default)]
struct Session<'a> {
    results: Vec<(&'a str, CaseStatus, String)>,
    /// Tests that have a place in `results`.
    seen: BTreeMap<&'a str, usize>,
    /// Skipped tests that are told by file and line only, with their number.
    skips: u64,
    /// What failed tests say, by the title of their section.
    said: BTreeMap<&'a str, String>,
    section: Option<&'a str>,
    listing: bool,
    summary: Option<&'a str>,
}

impl<'a> Session<'a> {
    fn line(&mut self, line: &'a str) {
        if let Some(title) = banner(line, '=') {
            self.section = None;
            self.listing = title == "short test summary info";
            if title.contains(" in ") && (is_count(title) || title.starts_with("no tests ran")) {
                self.summary = Some(title);
            }
        } else if let Some(title) = banner(line, '_').filter(|_| !self.listing) {
            self.section = Some(title);
        } else if let Some((word, rest)) = self.listing.then(|| line.split_once(' ')).flatten() {
            self.listed(word, rest);
        } else if let Some(title) = self.section {
            let text = self.said.entry(title).or_default();
            if text.len() + line.len() < CAPTURED {
                text.push_str(line);
                text.push('\n');
            }
        } else if let Some((id, word)) = verbose(line) {
            self.add(id, word, String::new());
        }
    }

    /// A line of the short summary: `FAILED tests/test_a.py::test_b - assert 1 == 2`.
    fn listed(&mut self, word: &str, rest: &'a str) {
        let Some(status) = status(word) else { return };
        if word == "SKIPPED" {
            // `[2] tests/test_a.py:22: needs a till` names no test.
            let count = rest.strip_prefix('[').and_then(|rest| rest.split_once("] "));
            if let Some((count, _)) = count {
                self.skips += count.parse::<u64>().unwrap_or(1);
                return;
            }
        }
        let (id, why) = split_reason(rest);
        self.add(id, status, why.to_owned());
    }

    fn add(&mut self, id: &'a str, status: CaseStatus, why: String) {
        if let Some(known) = self.seen.get(id).and_then(|at| self.results.get_mut(*at)) {
            // An error at teardown comes after the test has passed.
            if status == CaseStatus::Failed || known.2.is_empty() {
                *known = (id, if known.1 == CaseStatus::Failed { known.1 } else { status }, why);
            }
            return;
        }
        self.seen.insert(id, self.results.len());
        self.results.push((id, status, why));
    }

    fn close(self, report: &mut Report) {
        for (id, status, why) in &self.results {
            let (file, name) = id.split_once("::").unwrap_or((id, ""));
            let said = self
                .said
                .get(section_title(name).as_str())
                .map_or(why.as_str(), String::as_str);
            let said = if *status == CaseStatus::Failed { said } else { why };
            let found = Found {
                file,
                name,
                duration_ms: None,
                detail: said,
            };
            report.add(*status, &found);
        }
        let Some(summary) = self.summary else {
            report.amiss("the output ends before pytest's last line");
            return;
        };
        let count = |words: &[&str]| -> u64 { words.iter().map(|word| counted(summary, word)).sum() };
        let seen = |wanted| self.results.iter().filter(|(_, status, _)| *status == wanted).count() as u64;
        let (passed, failed) = (count(&["passed", "xpassed"]), count(&["failed", "error", "errors"]));
        if seen(CaseStatus::Failed) == 0 && failed > 0 || seen(CaseStatus::Passed) > passed {
            report.amiss(format!(
                "{} results seen that do not agree with the summary: {summary}",
                self.results.len()
            ));
        }
        let unnamed = |status, name: &str, report: &mut Report| {
            report.add(
                status,
                &Found {
                    name,
                    ..Found::default()
                },
            );
        };
        if passed > seen(CaseStatus::Passed) {
            unnamed(CaseStatus::Passed, UNNAMED, report);
        }
        if count(&["skipped", "xfailed"]) > seen(CaseStatus::Skipped) + seen(CaseStatus::Todo) || self.skips > 0 {
            unnamed(CaseStatus::Skipped, "skipped tests that are not named", report);
        }
    }
}

/// `1 failed, 5 passed in 0.12s`.
fn is_count(title: &str) -> bool {
    title
        .split(' ')
        .next()
        .is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()))
}

fn counted(summary: &str, word: &str) -> u64 {
    summary
        .split(" in ")
        .next()
        .unwrap_or_default()
        .split(", ")
        .find_map(|part| part.trim().strip_suffix(word)?.strip_suffix(' ')?.parse().ok())
        .unwrap_or(0)
}

/// A line of `-v`: `tests/test_a.py::test_b[x y] PASSED   [ 11%]`.
fn verbose(line: &str) -> Option<(&str, CaseStatus)> {
    let line = match line.strip_suffix("%]").and_then(|rest| rest.rsplit_once('[')) {
        Some((rest, _)) => rest.trim_end(),
        None => line,
    };
    // `SKIPPED (why)`.
    let line = match line.strip_suffix(')') {
        Some(rest) => rest.split_once(" (").map_or(line, |(rest, _)| rest),
        None => line,
    };
    let (id, word) = line.rsplit_once(' ')?;
    id.contains("::")
        .then(|| status(word))
        .flatten()
        .map(|status| (id.trim(), status))
}

fn status(word: &str) -> Option<CaseStatus> {
    Some(match word {
        "PASSED" | "XPASS" => CaseStatus::Passed,
        "FAILED" | "ERROR" => CaseStatus::Failed,
        "SKIPPED" => CaseStatus::Skipped,
        "XFAIL" => CaseStatus::Todo,
        _ => return None,
    })
}

/// Splits `path::name - reason`; a parameter may hold ` - ` too, but then inside brackets.
fn split_reason(rest: &str) -> (&str, &str) {
    let from = rest.split_once("::").map_or(0, |(path, _)| path.len());
    let name_end = rest
        .get(from..)
        .and_then(|name| name.find("] - "))
        .map_or(from, |at| from + at);
    let reason = rest.get(name_end..).and_then(|tail| tail.find(" - ")).map(|at| name_end + at);
    reason.map_or((rest, ""), |at| {
        (rest.get(..at).unwrap_or(rest), rest.get(at + 3..).unwrap_or_default())
    })
}

/// How pytest titles the section of a test: `TestCart.test_holds`.
fn section_title(name: &str) -> String {
    name.replace("::", ".")
}
