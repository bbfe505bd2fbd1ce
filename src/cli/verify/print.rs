//! How a run of the tests is told in a shell.

use crate::cli::console::Console;
use crate::cli::words;
use crate::protocol::event::GoneTests;
use crate::protocol::{CaseStatus, TestCase, TestRun};
use crate::ui::text::{Clean, format};
use crate::verify::{self, broken, broken::Kept};
use std::io;
use std::path::Path;

/// Lines printed of what a failed test says.
const DETAIL: usize = 12;

/// Prints failures first, each with what it says, then the rest in a line each, then the counts.
pub(super) fn print(
    run: &TestRun,
    own: Option<&verify::Own<'_>>,
    (gone, not_there): (&[GoneTests], &[GoneTests]),
    root: &Path,
    console: &mut Console,
) -> io::Result<()> {
    let mut cases: Vec<&TestCase> = own.map_or_else(|| run.cases.iter().collect(), |own| own.cases.clone());
    cases.sort_by_key(|case| (order(case), case.name == verify::COMMAND_CASE));
    for case in cases {
        let time = case
            .duration_ms
            .map(|ms| format!("  {}", format::duration_ms(ms)))
            .unwrap_or_default();
        console.line(format!("{}  {}{time}", word(case), Clean::line(&case.name)))?;
        let lines = if case.status == CaseStatus::Passed { 0 } else { DETAIL };
        for line in broken::telling_lines(&case.detail, lines) {
            console.line(format!("         {}", Clean::line(line)))?;
        }
    }
    for missing in own.map(|own| own.missing.as_slice()).unwrap_or_default() {
        let kept = Kept::of(run, &[missing]).filter(|_| broken::may_be_there(missing, root));
        let why = kept.as_ref().map_or_else(String::new, |kept| format!(" ({})", kept.why(run)));
        let word = word_of_missing(kept.is_some() || broken::is_file_there(missing, root));
        console.line(format!("{word}  {}", Clean::line(&format!("{missing}{why}"))))?;
    }
    for line in own.and_then(|own| own.amiss).unwrap_or_default().lines() {
        console.line(format!("amiss    {}", Clean::line(line)))?;
    }
    for gone in gone {
        for (word, tests) in [("gone   ", &gone.tests), ("not run", &gone.unrun)] {
            if !tests.is_empty() {
                let why = if word == "gone   " || gone.why.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", gone.why)
                };
                let told = format!("{}, which they have shown to pass: {}{why}", gone.feature, tests.join(", "));
                console.line(format!("{word}  {}", Clean::line(&told)))?;
            }
        }
    }
    for never in not_there {
        let told = format!(
            "{}, which passes {}: {}",
            never.feature,
            words::BY_LIST,
            never.tests.join(", ")
        );
        let is_there = never.tests.iter().all(|entry| broken::is_file_there(entry, root));
        console.line(format!("{}  {}", word_of_missing(is_there), Clean::line(&told)))?;
    }
    let tree = run
        .tree
        .as_ref()
        .map(|tree| format!(" on tree {}", tree.short()))
        .unwrap_or_default();
    let end = match (run.cut(), run.exit_code) {
        (Some(cut), _) => cut,
        (None, Some(code)) => format!("exit {code}"),
        (None, None) => "killed".to_owned(),
    };
    console.line(format!(
        "{}; {end} after {}{tree}",
        words::tests(&run.totals()),
        format::duration_ms(run.duration_ms)
    ))
}

/// What is called of tests that a run does not name.
const fn word_of_missing(is_there: bool) -> &'static str {
    if is_there { "not run" } else { "missing" }
}

pub(super) fn order(case: &TestCase) -> u8 {
    match case.status {
        CaseStatus::Failed => 0,
        CaseStatus::Passed if case.is_flaky() => 1,
        CaseStatus::Todo | CaseStatus::Skipped => 2,
        CaseStatus::Passed => 3,
    }
}

pub(super) fn word(case: &TestCase) -> &'static str {
    match case.status {
        CaseStatus::Failed => "FAIL   ",
        CaseStatus::Passed if case.is_flaky() => "flaky  ",
        CaseStatus::Passed => "ok     ",
        CaseStatus::Skipped => "skipped",
        CaseStatus::Todo => "todo   ",
    }
}
