//! Test runs by the harness: started, recorded, compared.

use super::error::EngineError;
use super::project::Project;
use crate::protocol::event::{TestRunFinished, TestRunStarted, VerifyDeclared};
use crate::protocol::{CaseStatus, Oid, TestCase, TestPurpose, TestRun};
use crate::session::state::CaseHistory;
use crate::verify;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What came of asking for a test run.
pub enum Tested {
    /// It was made and recorded.
    Ran(TestRun),
    /// The project declares no verify command.
    NoCommand,
    /// It was stopped; it says nothing about the tree and is not recorded.
    Cancelled,
    /// These guarded files were written to while it ran: it says nothing either.
    Disturbed(Vec<String>),
}

/// Runs the project's tests and records the run.
///
/// # Errors
/// Fails if the log cannot be written or the command cannot be started.
pub async fn run(
    project: &Project,
    purpose: TestPurpose,
    tree: Option<Oid>,
    cancel: &CancellationToken,
) -> Result<Tested, EngineError> {
    let Some(command) = project.verify_command() else {
        return Ok(Tested::NoCommand);
    };
    project.record(TestRunStarted {
        purpose,
        command: command.clone(),
    })?;
    let timeout = Duration::from_secs(project.settings.verify.timeout_seconds);
    let plan = verify::Plan {
        reports: reports(project, &command).await?,
        command,
        cwd: project.workspace.clone(),
        purpose,
        tree,
        timeout,
        retries: project.settings.verify.retries,
        worth: Some(passed_last(project)),
    };
    project.put_back_if_suspect().await?;
    let seal = project.guard.seal();
    let _ours = project.watcher.expect();
    let mark = project.mark_index().await;
    let verify::Ran {
        mut run,
        whole,
        cancelled,
    } = verify::run(plan, cancel.clone()).await?;
    project.note_staging(mark).await;
    let disturbed = project.disturbed(&seal).await?;
    if cancelled {
        return Ok(Tested::Cancelled);
    }
    if !disturbed.is_empty() {
        return Ok(Tested::Disturbed(disturbed));
    }
    run.output = project.blobs.payload(&whole, std::mem::take(&mut run.output.text))?;
    project.record(TestRunFinished { run: run.clone() })?;
    Ok(Tested::Ran(run))
}

/// Where the command leaves its reports: as configured, or as its runner is known to.
async fn reports(project: &Project, command: &str) -> Result<Vec<String>, EngineError> {
    if !project.settings.verify.reports.is_empty() {
        return Ok(project.settings.verify.reports.clone());
    }
    let (workspace, command) = (project.workspace.clone(), command.to_owned());
    let look = move || verify::runner::reports_of(&workspace, &command);
    tokio::task::spawn_blocking(look).await.map_err(EngineError::task)
}

/// Tests that passed when they were last run: whether one of these fails by chance is worth another attempt.
fn passed_last(project: &Project) -> BTreeSet<String> {
    project.journal.with_state(|state| {
        let passed = |case: &&CaseHistory| case.results.last() == Some(&CaseStatus::Passed);
        state
            .tests
            .cases
            .iter()
            .filter(passed)
            .map(|case| case.name.clone())
            .collect()
    })
}

/// Finds the project's runner where nobody has said how its tests are run, and records it: from then on it stays.
///
/// # Errors
/// Fails if the log cannot be written.
pub async fn detect(project: &Project) -> Result<(), EngineError> {
    if project.verify_command().is_some() {
        return Ok(());
    }
    let workspace = project.workspace.clone();
    let found = tokio::task::spawn_blocking(move || verify::runner::detect(&workspace)).await;
    if let Some(detected) = found.map_err(EngineError::task)?.into_iter().next() {
        project.record(VerifyDeclared {
            command: detected.found.command,
            reason: format!("{}: {}", detected.runner, detected.found.reason),
        })?;
    }
    Ok(())
}

/// Names the tests that passed in `before` and do not in `after`. Where either names no tests, the exit codes are compared.
#[must_use]
pub fn broken(before: &TestRun, after: &TestRun) -> Vec<String> {
    if before.cases.is_empty() || after.cases.is_empty() {
        let newly_red = before.is_green() && !after.is_green();
        return if newly_red { vec![after.command.clone()] } else { Vec::new() };
    }
    let passed = |run: &TestRun, name: &str| {
        run.cases
            .iter()
            .any(|case| case.name == name && case.status == CaseStatus::Passed)
    };
    before
        .cases
        .iter()
        .filter(|case| case.status == CaseStatus::Passed && !passed(after, &case.name))
        .map(|case| case.name.clone())
        .collect()
}

/// Names tests that both failed and passed on one tree; `None` if there are none.
#[must_use]
pub fn flaky<'a>(cases: impl Iterator<Item = &'a TestCase>) -> Option<String> {
    let names: Vec<&str> = cases.map(|case| case.name.as_str()).take(8).collect();
    (!names.is_empty()).then(|| format!("flaky, failed and passed on this tree: {}", names.join(", ")))
}

/// Says how a run went, one line: `12/14 tests pass; failing: a, b`.
#[must_use]
pub fn summary(run: &TestRun) -> String {
    if run.timed_out {
        return format!("`{}` was stopped after its timeout", run.command);
    }
    if run.cases.is_empty() {
        let code = run
            .exit_code
            .map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        return format!("`{}` ended with {code}", run.command);
    }
    if let [only] = run.cases.as_slice()
        && only.name == verify::COMMAND_CASE
    {
        let word = if run.is_green() { "succeeds" } else { "fails" };
        return format!("`{}` {word}", run.command);
    }
    let totals = run.totals();
    let mut line = format!("{}/{} tests pass", totals.passed, totals.total());
    let failing: Vec<&str> = run
        .cases
        .iter()
        .filter(|case| case.status == CaseStatus::Failed)
        .map(|case| case.name.as_str())
        .take(8)
        .collect();
    if !failing.is_empty() {
        line.push_str("; failing: ");
        line.push_str(&failing.join(", "));
    }
    if let Some(flaky) = flaky(run.flaky()) {
        line.push_str("; ");
        line.push_str(&flaky);
    }
    line
}
