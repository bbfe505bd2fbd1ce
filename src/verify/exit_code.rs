//! The fallback: a command that names no tests is one test, and its exit code the result.

use super::{COMMAND_CASE, Parser};
use crate::protocol::{CaseStatus, TestCase};

/// Last lines of the output kept as detail of a failure.
const DETAIL_LINES: usize = 6;

/// Takes any output.
#[derive(Debug, Clone, Copy)]
pub struct ExitCode;

impl Parser for ExitCode {
    fn name(&self) -> &'static str {
        "exit code"
    }

    fn detects(&self, _output: &str) -> bool {
        true
    }

    fn parse(&self, output: &str, exit: Option<i32>) -> Vec<TestCase> {
        let (status, how) = match exit {
            Some(0) => (CaseStatus::Passed, String::new()),
            Some(code) => (CaseStatus::Failed, format!("exit code {code}")),
            None => (CaseStatus::Failed, "killed before its end".to_owned()),
        };
        let detail = if status == CaseStatus::Passed {
            String::new()
        } else {
            format!("{how}\n{}", last_lines(output)).trim_end().to_owned()
        };
        vec![TestCase {
            name: COMMAND_CASE.into(),
            status,
            duration_ms: None,
            detail,
        }]
    }
}

fn last_lines(output: &str) -> String {
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
