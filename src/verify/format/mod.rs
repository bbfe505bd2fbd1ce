//! What runners print and write: one file a format, one line a format in [`FORMATS`].
//!
//! Owns the table, what is read of a whole run, and what stands for a run that is not what it seems. Invariant: a run of which
//! something is amiss never reads as all passed: whatever a reader finds amiss, a bad exit code without a failed test, and a run
//! in which no test was run are a failed case of the name [`COMMAND_CASE`].
//!
//! Everything read here is foreign: sizes are bounded, time is linear in the size, nothing is trusted to be whole.

mod against;
mod escapes;
mod exit_code;
mod go;
mod go_lines;
mod go_source;
mod jest;
mod junit;
mod libtest;
mod mocha;
mod nextest;
mod plain;
mod pytest;
mod report;
pub(in crate::verify) mod tap;

pub use escapes::put_back;
pub use plain::plain;
pub use report::Report;

use super::runner::Unbuilt;
use crate::protocol::{CaseStatus, TestCase};
use std::fmt::Debug;
use std::path::Path;

pub use crate::protocol::test_run::COMMAND_CASE;

/// Name of the case that stands for passed tests that the runner counts but does not name.
pub(super) const UNNAMED: &str = "tests that are counted, not named";

/// How the detail of a test begins that was still running when the output ended.
pub(super) const UNENDED: &str = "it began and did not end";

/// What stands in the detail of a target that cargo could not build.
pub(super) const UNBUILT: &str = "this target does not build";

/// How the detail of a program of tests begins that ended before its tests did.
pub(super) const ENDED_EARLY: &str = "ended early,";

/// Reads one format.
pub trait Format: Debug + Sync {
    /// Name of the format, for people.
    fn name(&self) -> &'static str;

    /// Says whether the text has results in this format. Prose around them is no hindrance.
    fn detects(&self, text: &str) -> bool;

    /// Reads the results in the order in which they came, and what is amiss.
    fn read(&self, text: &str, report: &mut Report);
}

/// Every format. All that know a text read it: one command may run several runners.
const FORMATS: [&dyn Format; 8] = [
    &junit::Junit,
    &jest::Jest,
    &mocha::Mocha,
    &go::GoJson,
    &go::GoText,
    &libtest::Libtest,
    &nextest::Nextest,
    &pytest::Pytest,
];

/// Formats that are looked for only where none of the others is found, in this order: TAP is easily printed by a test of something
/// else, and the last one takes anything.
const FALLBACKS: [&dyn Format; 2] = [&tap::Tap, &exit_code::ExitCode];

/// What a run left to read.
#[derive(Debug, Clone, Copy)]
pub struct Left<'a> {
    /// What it printed, without colours.
    pub printed: &'a str,
    /// What it wrote into report files; these are believed instead of what it printed, unless that contradicts them.
    pub reports: &'a [String],
    /// What is amiss with these files.
    pub amiss: &'a [String],
    /// Where the command calls more than what wrote these files: the names of formats that tell no more than they do. What is printed in
    /// any other is read as well.
    pub beside: Option<&'a [&'static str]>,
    /// Its exit code, `None` if it was killed.
    pub exit: Option<i32>,
    /// Where it ran: paths below are told from here.
    pub root: &'a Path,
    /// What did not build, where the rest was run without it.
    pub unbuilt: &'a [Unbuilt],
    /// Whether every `go test` that it calls prints the names of the tests that it runs.
    pub go_names: bool,
}

/// Reads all results of a run.
#[must_use]
pub fn read(left: &Left<'_>) -> Vec<TestCase> {
    let mut report = Report::new(left.root, left.exit).without(left.unbuilt).naming(left.go_names);
    for what in left.amiss {
        report.amiss(what);
    }
    for text in left.reports {
        if !read_one(text, &FORMATS, &mut report) && !read_one(text, &FALLBACKS[..1], &mut report) {
            report.amiss("a report file is in no format that is known here, or is cut off");
        }
    }
    if !left.reports.is_empty() {
        against::hold(left.printed, &mut report);
        if let Some(told) = left.beside {
            let others: Vec<&dyn Format> = FORMATS.into_iter().filter(|format| !told.contains(&format.name())).collect();
            let tap = &FALLBACKS[..usize::from(!told.contains(&FALLBACKS[0].name()))];
            let _ = read_one(left.printed, &others, &mut report) || read_one(left.printed, tap, &mut report);
        }
    } else if !read_one(left.printed, &FORMATS, &mut report) {
        let _ = FALLBACKS.iter().any(|format| read_one(left.printed, &[*format], &mut report));
    }
    conclude(report, left)
}

fn read_one(text: &str, formats: &[&dyn Format], report: &mut Report) -> bool {
    let mut known = false;
    for format in formats.iter().filter(|format| format.detects(text)) {
        format.read(text, report);
        known = true;
    }
    known
}

/// Sets right what was read of a run that its time limit stopped: what a stream still owed and a test that was under way have not
/// failed, and the run as a whole says why it proves nothing. Returns what was under way, where it is known.
pub fn cut_off(cases: &mut Vec<TestCase>, printed: &str, seconds: u64) -> Vec<String> {
    let whole = cases.iter().find(|case| case.name == COMMAND_CASE);
    let mut told = format!(
        "it was stopped by its time limit of {seconds} s (timeout_seconds); of tests that it does not name nothing is known"
    );
    let begun = cases.iter().filter(|case| is_begun(case)).map(|case| case.name.clone());
    let mut under_way: Vec<String> = begun.collect();
    if under_way.is_empty() && !FORMATS.iter().any(|format| format.detects(printed)) {
        under_way.extend(tap::under_way(printed));
    }
    if let Some(first) = under_way.first() {
        told.push_str(&format!("; under way was {first}"));
    }
    let said = whole.map_or("", |case| case.detail.as_str()).lines();
    for line in said.filter(|line| !line.contains("killed before its end") && !line.starts_with("no test was run")) {
        told.push('\n');
        told.push_str(line);
    }
    let is_owed = |case: &TestCase| case.status == CaseStatus::Failed && (is_begun(case) || tap::is_owed(&case.name));
    cases.retain(|case| case.name != COMMAND_CASE && !is_owed(case));
    cases.push(TestCase {
        name: COMMAND_CASE.into(),
        status: CaseStatus::Failed,
        duration_ms: None,
        detail: told,
        attempts: Vec::new(),
    });
    under_way
}

/// Whether a test had begun when the output ended.
fn is_begun(case: &TestCase) -> bool {
    case.status == CaseStatus::Failed && case.detail.starts_with(UNENDED)
}

/// What to do where all tests pass and the command ends badly: the end of what it printed tells mostly why.
fn beside_the_tests(printed: &str) -> String {
    let last = exit_code::last_lines(printed);
    let last: String = last.lines().map(|line| format!("  {line}\n")).collect();
    let told = if last.is_empty() {
        String::new()
    } else {
        format!("the last lines of what it printed:\n{last}")
    };
    format!(
        "{told}something beside the tests fails, such as a coverage threshold, a linter or a limit on warnings: mend what it says, or \
         let a person set `command` under [verify] in longhaul.toml to one that runs the tests alone"
    )
}

/// Adds what speaks against the run as a whole.
fn conclude(report: Report, left: &Left<'_>) -> Vec<TestCase> {
    let exit = left.exit;
    let (mut cases, mut amiss) = report.finish();
    let any = |status| cases.iter().any(|case| case.status == status);
    if !any(CaseStatus::Passed) && !any(CaseStatus::Failed) {
        let skipped = if cases.is_empty() { "" } else { ", all were skipped" };
        amiss.push(format!("no test was run{skipped}"));
    }
    if exit != Some(0) && !any(CaseStatus::Failed) {
        let how = exit.map_or_else(
            || "was killed before its end".to_owned(),
            |code| format!("ended with exit code {code}"),
        );
        amiss.push(format!("it {how}, although no test it reported failed"));
        // Anything else that is amiss tells more.
        if exit.is_some() && any(CaseStatus::Passed) && amiss.len() == 1 {
            amiss.push(beside_the_tests(left.printed));
        }
    }
    if !amiss.is_empty() {
        cases.retain(|case| case.name != COMMAND_CASE);
        cases.push(TestCase {
            name: COMMAND_CASE.into(),
            status: CaseStatus::Failed,
            duration_ms: None,
            detail: amiss.join("\n"),
            attempts: Vec::new(),
        });
    }
    cases
}
