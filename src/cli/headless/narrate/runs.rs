//! What a headless run says of a run of the tests.
//!
//! Pure. Invariant: a run of some tests only is never told as one of all.

use crate::cli::words;
use crate::protocol::{CaseStatus, TestPurpose, TestRun};
use crate::session::State;
use crate::ui::text::{format, runs};

/// Says what a run was and how it went.
pub(super) fn tested(run: &TestRun, state: &State) -> String {
    let alone = runs::of_some(run, state);
    let purpose = match run.purpose {
        _ if alone.is_some() => alone.as_deref().unwrap_or_default(),
        TestPurpose::Smoke => "smoke test",
        TestPurpose::Declared => "tests as just declared",
        TestPurpose::Evidence => "tests as evidence",
        TestPurpose::Commit => "tests before the commit",
        TestPurpose::Final => "tests of the final files",
        TestPurpose::Asked => "tests as asked",
        TestPurpose::Agent => "tests for the agent",
    };
    let result = match (run.cases.is_empty(), run.exit_code) {
        (false, code) if run.tells_of_command_only() => {
            let code = code.map_or_else(|| "killed".to_owned(), |code| format!("exit code {code}"));
            match runs::ended_early(run).filter(|_| alone.is_some()) {
                Some(early) => early,
                None => format!("no test told its result, {}", run.cut().unwrap_or(code)),
            }
        }
        (false, _) => words::test_run(run),
        (true, Some(code)) => format!("exit code {code}"),
        (true, None) => run.cut().unwrap_or_else(|| "killed".to_owned()),
    };
    let mut failed = run.cases.iter().filter(|case| case.status == CaseStatus::Failed);
    let first = failed.next().filter(|_| !run.tells_of_command_only());
    let failing = first.map_or_else(String::new, |case| format!(" (first: {})", case.name));
    let flaky = words::flaky(run);
    format!(
        "{purpose}: {result}{failing}{flaky}, {}",
        format::duration_ms(run.duration_ms)
    )
}
