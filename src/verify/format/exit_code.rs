//! The fallback: a command that names no tests is one test, and its exit code the result.

use super::{COMMAND_CASE, Format, Report};
use crate::protocol::{CaseStatus, TestCase};

/// Last lines of the output kept as detail of a failure.
const DETAIL_LINES: usize = 6;

/// How runners whose results are not read here say that they ran nothing: what their line begins with.
const NOTHING_RAN: [&str; 9] = [
    "no tests ran",
    "No tests found",
    "No test files found",
    "No test cases matched",
    "0 passing",
    "ℹ tests 0",
    "# tests 0",
    "Ran 0 tests",
    "OK (0 tests)",
];

/// Takes any output.
#[derive(Debug, Clone, Copy)]
pub(super) struct ExitCode;

impl Format for ExitCode {
    fn name(&self) -> &'static str {
        "exit code"
    }

    fn detects(&self, _text: &str) -> bool {
        true
    }

    fn read(&self, text: &str, report: &mut Report) {
        let (status, how) = match report.exit() {
            Some(0) => (CaseStatus::Passed, String::new()),
            Some(code) => (CaseStatus::Failed, format!("exit code {code}")),
            None => (CaseStatus::Failed, "killed before its end".to_owned()),
        };
        let nothing = |line: &&str| NOTHING_RAN.iter().any(|words| line.trim_start().starts_with(words));
        if status == CaseStatus::Passed && (text.lines().any(|line| nothing(&line)) || is_idle_make(text)) {
            // What is not there says it all: the run is told to have run nothing.
            return;
        }
        let detail = if status == CaseStatus::Passed {
            String::new()
        } else {
            format!("{how}\n{}", last_lines(text)).trim_end().to_owned()
        };
        report.push(TestCase {
            name: COMMAND_CASE.into(),
            status,
            duration_ms: None,
            detail,
            attempts: Vec::new(),
        });
    }
}

/// Whether make said that it had nothing to do, and nothing else said anything.
fn is_idle_make(text: &str) -> bool {
    let of_make = |line: &'_ str| {
        let (program, words) = line.trim().split_once(": ")?;
        let name = program.rsplit('/').next()?.split('[').next()?;
        let is_idle = words.ends_with(" is up to date.") || words.starts_with("Nothing to be done for ");
        matches!(name, "make" | "gmake").then_some(is_idle)
    };
    let mut said = text.lines().filter(|line| !line.trim().is_empty()).map(of_make);
    text.lines().any(|line| of_make(line) == Some(true)) && said.all(|idle| idle.is_some())
}

/// The last lines that say anything.
pub(super) fn last_lines(output: &str) -> String {
    let mut lines: Vec<String> = output
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(DETAIL_LINES)
        .map(|line| line.chars().take(200).collect())
        .collect();
    lines.reverse();
    lines.join("\n")
}
