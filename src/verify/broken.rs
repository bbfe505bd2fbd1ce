//! Runs whose command failed before it told of the tests: a build that breaks, a script that is gone, a file that every test reads.
//!
//! Owns what is said of such a run. Does not own which tests it kept from running: that takes what earlier runs named. Invariant: a run
//! that was stopped or killed is none.

use super::COMMAND_CASE;
use super::format::{ENDED_EARLY, UNBUILT, plain, tap};
use super::run::ATTEMPT;
use crate::protocol::naming::lies_within;
use crate::protocol::{CaseStatus, TestCase, TestRun};
use std::path::Path;

/// How much is told of a line.
const WIDTH: usize = 160;
/// Lines in which is looked for a word on the runner.
const SEARCHED: usize = 40;
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

/// What kept tests from running that a run does not name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The program that runs them is not on this machine; with the line that says so.
    Absent(String),
    /// It had its end, and tells of no test at all.
    Untold,
    /// The file or the package that they are in failed before them; with its name and what was said of it.
    Part(String),
    /// Nothing was run, because of this file or package, in which they are not.
    Elsewhere(String),
    /// The command failed before it came to them.
    Whole,
}

impl Kept {
    /// Finds what kept tests of these names from running; `None` if the run does not show it.
    #[must_use]
    pub fn of(run: &TestRun, names: &[&str]) -> Option<Self> {
        if let Some(line) = absent(run) {
            return Some(Self::Absent(line));
        }
        if is_untold(run) {
            return Some(Self::Untold);
        }
        let parts = || run.cases.iter().filter(|case| is_part(case));
        let mut own = parts().filter(|_| !run.timed_out);
        if let Some(part) = own.find(|case| names.iter().any(|name| lies_within(name, &case.name))) {
            return Some(Self::Part(of_part(part)));
        }
        failure(run)?;
        if broke_off(run) {
            return Some(Self::Whole);
        }
        let fails = |case: &&TestCase| case.status == CaseStatus::Failed && case.name != COMMAND_CASE;
        let ended = tells_of_none(run) && run.cases.iter().filter(fails).all(is_part);
        parts().next().filter(|_| ended).map(|part| Self::Elsewhere(of_part(part)))
    }

    /// Says why they did not run, as it stands behind them.
    #[must_use]
    pub fn why(&self, run: &TestRun) -> String {
        match self {
            Self::Absent(line) => format!("not known: the runner is not there, {line}"),
            Self::Untold => "the run ended well and names no test".to_owned(),
            Self::Part(part) if part.contains(&format!(" {ENDED_EARLY}")) => part.clone(),
            Self::Part(part) => format!("{part} failed before its tests"),
            Self::Elsewhere(part) => format!("the run ended at {part}"),
            Self::Whole => failure(run).unwrap_or_default(),
        }
    }
}

/// Whether a failed case stands for a file or a package, and not for a test in it.
fn is_part(case: &TestCase) -> bool {
    let is_path = case.name.contains(['/', '.']) && !case.name.contains(char::is_whitespace) && !case.name.contains("::");
    case.status == CaseStatus::Failed && case.name != COMMAND_CASE && (is_path || is_unbuilt(case))
}

/// Whether Go could not build the package that a case stands for, or cargo the target.
fn is_unbuilt(case: &TestCase) -> bool {
    ["[build failed]", "[setup failed]", UNBUILT]
        .iter()
        .any(|words| case.detail.contains(words))
}

/// Names a part with the first line that says why it failed.
fn of_part(case: &TestCase) -> String {
    let first = || {
        case.detail
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .map(str::to_owned)
    };
    let said = raised(&case.detail).or_else(first);
    let said: Option<String> = said.map(|line| line.chars().take(WIDTH).collect());
    match said {
        Some(said) if said.starts_with(ENDED_EARLY) => format!("{} {said}", case.name),
        Some(said) => format!("{} ({said})", case.name),
        None => case.name.clone(),
    }
}

/// Mark of pytest before the lines of an error.
const OF_ERROR: &str = "E ";

/// What was raised at the end of a traceback by pytest, with the place where a file cannot be read; the way there says nothing of it.
fn raised(detail: &str) -> Option<String> {
    let lines: Vec<&str> = detail.lines().filter_map(|line| line.strip_prefix(OF_ERROR)).collect();
    let depth = |line: &&&str| line.len() - line.trim_start().len();
    let least = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .min_by_key(depth)
        .map(|line| depth(&line))?;
    // Deeper lines show a place or go on with what was said.
    let said = lines
        .iter()
        .rfind(|line| !line.trim().is_empty() && depth(line) == least)?
        .trim();
    let place = lines.iter().rev().find_map(|line| {
        let (path, at) = line.trim().strip_prefix("File \"")?.split_once("\", line ")?;
        let name = path.rsplit('/').next()?;
        let number: String = at.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("{name}:{number}"))
    });
    Some(match place {
        Some(place) => format!("{place}: {said}"),
        None => said.to_owned(),
    })
}

/// The lines of what a failed test says that are shown where there is room for so many: the first ones, or these around what was raised.
#[must_use]
pub fn telling_lines(detail: &str, most: usize) -> Vec<&str> {
    let lines: Vec<&str> = detail.lines().collect();
    let last = lines
        .iter()
        .rposition(|line| line.starts_with(OF_ERROR))
        .filter(|last| *last >= most);
    let (Some(last), Some(room)) = (last, most.checked_sub(2)) else {
        return lines.into_iter().take(most).collect();
    };
    let shown = lines.iter().take(last + 1).skip(last - room.min(last));
    lines.iter().take(1).chain([&"..."]).chain(shown.skip(1)).copied().collect()
}

/// Names a failed case; one that stands for a file or a package with the reason for which nothing of it was run.
#[must_use]
pub fn named(case: &TestCase) -> String {
    if is_part(case) { of_part(case) } else { case.name.clone() }
}

/// Says whether a run tells that a file or a package failed as a whole.
#[must_use]
pub fn tells_of_parts(run: &TestRun) -> bool {
    run.cases.iter().any(is_part)
}

/// Says whether a run ended well and tells of no test at all.
fn is_untold(run: &TestRun) -> bool {
    run.exit_code == Some(0) && !run.timed_out && run.cases.iter().all(|case| case.name == COMMAND_CASE)
}

/// Returns the line in which a run says that the program which runs the tests is not on this machine.
#[must_use]
pub fn absent(run: &TestRun) -> Option<String> {
    failure(run).filter(|_| broke_off(run) && tells_of_none(run))?;
    let lines = printed(run, SEARCHED);
    let says = |line: &&String| {
        let line = line.to_lowercase();
        let is_unknown = run.exit_code == Some(127) && (line.ends_with("not found") || line.ends_with("no such file or directory"));
        is_unknown || is_no_runner(&line)
    };
    lines.iter().find(says).cloned()
}

/// Whether a line, in small letters, says that a runner is not installed.
fn is_no_runner(line: &str) -> bool {
    let is_no_module = |module: &str| {
        line.ends_with(&format!("no module named {module}")) || line.ends_with(&format!("no module named '{module}'"))
    };
    // `python3 -m pytest`, and no program that imports it: that would be told with its place.
    line.contains("python") && ["pytest", "nose2", "tox", "nox"].into_iter().any(is_no_module) && line.contains(": no module")
        || line.contains("npx canceled due to missing packages")
        || line.contains("could not determine executable to run")
        || line.contains("error: no such command: `nextest`")
}

/// Says whether the command of a run failed, and no test that it tells of did: what it names as failed is a build, or its own plan.
#[must_use]
pub fn broke_off(run: &TestRun) -> bool {
    let is_test = |case: &TestCase| {
        case.status == CaseStatus::Failed && case.name != COMMAND_CASE && !tap::is_short(&case.name) && !is_unbuilt(case)
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

/// Says whether an entry of a feature's `tests` names a file that lies there.
#[must_use]
pub fn is_file_there(entry: &str, root: &Path) -> bool {
    let file = entry.trim().split("::").next().unwrap_or_default();
    let file = file.split(": ").next().unwrap_or_default();
    file.contains(['/', '.']) && root.join(file).is_file()
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

/// What a line says: of an event of `go test -json` the output, of npm's own heading (`> name@1.0.0 test`) and its warnings nothing.
fn said(line: &str) -> Option<String> {
    let is_of_npm = ["> ", "npm warn ", "npm WARN ", "npm notice"];
    // Cargo's own words come before what the compiler says.
    let is_of_cargo = [
        "   Compiling ",
        "    Updating ",
        " Downloading ",
        "  Downloaded ",
        "    Blocking ",
        "     Locking ",
    ];
    if is_of_npm.iter().chain(&is_of_cargo).any(|mark| line.starts_with(mark)) {
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
    use crate::protocol::{Payload, TestPurpose, samples};

    fn run(exit_code: Option<i32>, text: &str) -> TestRun {
        TestRun {
            purpose: TestPurpose::Smoke,
            exit_code,
            output: Payload {
                text: text.to_owned(),
                ..Payload::default()
            },
            ..samples::test_run(&[])
        }
    }

    #[test]
    fn the_first_lines_that_say_anything_are_told_without_colours_and_cut() {
        let told = failure_with_output(&run(
            Some(1),
            "npm warn Unknown user config \"x\".\nnpm notice\n\n> p@1.0.0 test\n> node t.js\n\n\u{1b}[31mno\u{7} module\u{1b}[0m\n  at x\n at y\n",
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

    #[test]
    fn a_file_that_pytest_cannot_collect_is_told_with_its_own_error_and_not_with_the_way_there() {
        let part = |name: &str, detail: &str| {
            let mut run = samples::test_run(&[(name, CaseStatus::Failed)]);
            run.cases[0].detail = detail.to_owned();
            named(&run.cases[0])
        };
        let way = "ImportError while importing test module '/p/tests/test_2.py'.\nHint: make sure your test modules have valid names.\n\
                   Traceback:\n/usr/lib/python3/importlib/__init__.py:126: in import_module\n    return _bootstrap._gcd_import(name)\n\
                   tests/test_2.py:1: in <module>\n    import m2\n";
        let missing = format!("{way}E   ModuleNotFoundError: No module named 'm2'\n");
        assert_eq!(
            part("tests/test_2.py", &missing),
            "tests/test_2.py (ModuleNotFoundError: No module named 'm2')"
        );
        let broken =
            format!("{way}E     File \"/p/m2.py\", line 7\nE       def f2(:\nE              ^\nE   SyntaxError: invalid syntax\n");
        assert_eq!(
            part("tests/test_2.py", &broken),
            "tests/test_2.py (m2.py:7: SyntaxError: invalid syntax)"
        );
        assert_eq!(part("tests/a.test.js", "boom\n  at x"), "tests/a.test.js (boom)");
        let long = format!("{}{missing}", "    frame\n".repeat(30));
        let shown = telling_lines(&long, 12);
        assert_eq!(
            (shown.len(), shown[1], shown[11]),
            (12, "...", "E   ModuleNotFoundError: No module named 'm2'")
        );
        assert_eq!(telling_lines("a\nb\nc", 2), ["a", "b"]);
    }
}
