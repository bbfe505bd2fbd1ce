//! Runs whose command failed before it told of the tests: a build that breaks, a script that is gone, a file that every test reads.
//!
//! Owns what is said of such a run. Does not own which tests it kept from running: that takes what earlier runs named. Invariant: a run
//! that was stopped or killed is none.

use super::COMMAND_CASE;
use super::format::{plain, tap};
use super::run::ATTEMPT;
use crate::protocol::{CaseStatus, TestCase, TestRun};
use std::path::Path;

/// How much is told of a line.
const WIDTH: usize = 160;
/// Lines that a sentence takes.
const IN_A_SENTENCE: usize = 2;

/// Says with what exit code the command of a run failed; `None` if it ended well, was stopped by its time limit or killed.
#[must_use]
pub fn failure(run: &TestRun) -> Option<String> {
    let code = run.exit_code.filter(|code| *code != 0 && !run.timed_out)?;
    Some(format!("the verify command failed with exit code {code}"))
}

/// Says the same with the first lines that the run printed.
#[must_use]
pub fn failure_with_output(run: &TestRun) -> Option<String> {
    let failure = failure(run)?;
    let lines = printed(run, IN_A_SENTENCE).join(" / ");
    Some(if lines.is_empty() {
        failure
    } else {
        format!("{failure}: {lines}")
    })
}

/// Says whether the command of a run failed, and no test that it tells of did: what it names as failed is a build, or its own plan.
#[must_use]
pub fn broke_off(run: &TestRun) -> bool {
    let is_test = |case: &TestCase| {
        let unbuilt = ["[build failed]", "[setup failed]"]
            .iter()
            .any(|words| case.detail.contains(words));
        case.status == CaseStatus::Failed && case.name != COMMAND_CASE && !tap::is_short(&case.name) && !unbuilt
    };
    failure(run).is_some() && !run.cases.iter().any(is_test)
}

/// Says whether a run tells of no test at all that it was run.
#[must_use]
pub fn tells_of_none(run: &TestRun) -> bool {
    let is_told = |case: &TestCase| case.name != COMMAND_CASE && case.status != CaseStatus::Failed;
    !run.cases.iter().any(is_told)
}

/// Says whether an entry of a feature's `tests` may be run at all: it names no file, or one that is there.
#[must_use]
pub fn may_be_there(entry: &str, root: &Path) -> bool {
    let file = entry.trim().split("::").next().unwrap_or_default();
    let file = file.split(": ").next().unwrap_or_default();
    !file.contains(['/', '.']) || file.contains(['*', '?', '[']) || root.join(file).exists()
}

/// Returns the first lines that a run printed and that say anything, cut where they are long, without control characters.
#[must_use]
pub fn printed(run: &TestRun, most: usize) -> Vec<String> {
    let text = plain(run.output.text.as_bytes());
    let first = text.lines().take_while(|line| !line.starts_with(ATTEMPT));
    let lines = first.filter_map(said).map(|line| {
        let shown = line.chars().map(|c| if c.is_control() { ' ' } else { c });
        shown.take(WIDTH).collect::<String>().trim_end().to_owned()
    });
    lines.filter(|line| !line.trim().is_empty()).take(most).collect()
}

/// What a line says: of an event of `go test -json` the output, of npm's own heading (`> name@1.0.0 test`) nothing.
fn said(line: &str) -> Option<String> {
    if line.starts_with("> ") {
        return None;
    }
    if !line.starts_with("{\"") {
        return Some(line.to_owned());
    }
    let Ok(event) = serde_json::from_str::<serde_json::Value>(line) else {
        return Some(line.to_owned());
    };
    match (event.get("Action"), event.get("Output")) {
        (Some(_), Some(output)) => output.as_str().map(|text| text.trim_end().to_owned()),
        (Some(_), None) => None,
        (None, _) => Some(line.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Payload, TestPurpose};

    fn run(exit_code: Option<i32>, text: &str) -> TestRun {
        TestRun {
            purpose: TestPurpose::Smoke,
            command: "t".into(),
            tree: None,
            code: None,
            cases: Vec::new(),
            exit_code,
            timed_out: false,
            limit_seconds: None,
            under_way: Vec::new(),
            duration_ms: 1,
            output: Payload {
                text: text.to_owned(),
                ..Payload::default()
            },
            only: Vec::new(),
            moved: false,
        }
    }

    #[test]
    fn the_first_lines_that_say_anything_are_told_without_colours_and_cut() {
        let told = failure_with_output(&run(
            Some(1),
            "\n> p@1.0.0 test\n> node t.js\n\n\u{1b}[31mno\u{7} module\u{1b}[0m\n  at x\n at y\n",
        ));
        assert_eq!(
            told.as_deref(),
            Some("the verify command failed with exit code 1: no  module /   at x")
        );
        let events =
            "{\"Action\":\"start\",\"Package\":\"p\"}\n{\"Action\":\"build-output\",\"Output\":\"./one.go:2:25: no string\\n\"}\n";
        assert_eq!(printed(&run(Some(1), events), 3), ["./one.go:2:25: no string"]);
        assert_eq!(printed(&run(Some(1), &"x".repeat(1_000)), 3)[0].len(), WIDTH);
        assert_eq!(failure(&run(Some(0), "")), None);
        assert_eq!(failure(&run(None, "")), None, "killed");
    }
}
