//! Runs that tell no test by name.
//!
//! Owns which results are a count or an exit code in place of tests. Invariant: what is said here is of a run that was made; no command is
//! judged by its text alone.

use super::format::UNNAMED;
use super::runner;
use super::{COMMAND_CASE, Own};
use crate::protocol::{CaseStatus, TestCase, TestRun};
use std::path::Path;

/// How the detail begins of a run that names no test, although its command did.
const UNTOLD: &str = "no test is named";

/// Takes the word of a run's exit code for nothing, where it names no test and its command named tests before: whether any was run nobody
/// can see.
pub fn disbelieve(run: &mut TestRun) {
    let says_nothing = run.exit_code == Some(0) && !run.timed_out && run.cases.iter().all(|case| case.name == COMMAND_CASE);
    if let Some(case) = run.cases.iter_mut().find(|_| says_nothing) {
        case.status = CaseStatus::Failed;
        case.attempts.clear();
        if case.detail.is_empty() {
            let although = match run.only.len() {
                0 => format!("`{}` has named tests before", run.command),
                1 => "one was asked for by its name".to_owned(),
                asked => format!("{asked} were asked for by their names"),
            };
            case.detail = format!(
                "{UNTOLD}, although {although}: it ended well, and whether it ran any nobody can see. Find what ends it early or keeps its \
                 results back"
            );
        }
    }
}

/// Says whether a run has passed tests that it does not name: only its exit code tells of them, or a count.
#[must_use]
pub fn is_nameless(run: &TestRun) -> bool {
    let stands_for_tests =
        |case: &TestCase| case.name == COMMAND_CASE && case.status == CaseStatus::Passed && case.attempts.is_empty();
    run.cases
        .iter()
        .any(|case| stands_for_tests(case) || case.name.ends_with(UNNAMED))
        || failed_whole(run)
}

/// Whether all that is told of a run is that its command failed, or that it told nothing.
fn failed_whole(run: &TestRun) -> bool {
    let [only] = run.cases.as_slice() else { return false };
    only.name == COMMAND_CASE && (only.detail.starts_with("exit code ") || only.detail.starts_with(UNTOLD))
}

/// Says how the command of such a run can be brought to name its tests; nothing of a run that does, or that was stopped.
#[must_use]
pub fn how_to_name(run: &TestRun, root: &Path) -> Option<String> {
    (is_nameless(run) && !run.timed_out).then(|| runner::advice(root, &run.command))
}

impl Own<'_> {
    /// Says whether tests may have run that the list names and the run does not.
    #[must_use]
    pub fn may_have_run(&self, run: &TestRun) -> bool {
        !self.missing.is_empty() && is_nameless(run)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Plan, run};
    use super::*;
    use crate::protocol::TestPurpose;
    use std::time::Duration;
    use tokio_util::sync::CancellationToken;

    async fn made(command: &str) -> TestRun {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            command: command.into(),
            cwd: dir.path().into(),
            purpose: TestPurpose::Declared,
            tree: None,
            timeout: Duration::from_secs(60),
            reports: Vec::new(),
            retries: 0,
            worth: None,
            only: Vec::new(),
        };
        run(plan, CancellationToken::new()).await.unwrap().run
    }

    #[tokio::test]
    async fn a_count_or_an_exit_code_names_no_tests_and_results_do() {
        let quiet = "echo 'running 1 test'; echo .; echo; echo 'test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out'";
        for (command, nameless) in [
            ("echo fine", true),
            ("echo broken; exit 1", true),
            (quiet, true),
            ("echo 1..1; echo ok 1 - a", false),
            ("echo 1..1; echo not ok 1 - a; exit 1", false),
            ("echo 1..0; exit 0", false),
            ("echo 1..1; echo ok 1 - a; exit 3", false),
        ] {
            let run = made(command).await;
            assert_eq!(is_nameless(&run), nameless, "{command}: {:?}", run.cases);
            assert_eq!(how_to_name(&run, Path::new("/no/such/place")).is_some(), nameless);
        }
    }
}
