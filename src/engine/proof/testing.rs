//! Test runs by the harness: started, recorded, compared.

pub use super::told::{BOTH, ENDLESS, could_not_run, disturbed, flaky, no_more, proof, skipped_anew, summary, told};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::vanished;
use crate::protocol::event::{TestRunDropped, TestRunFinished, TestRunStarted, VerifyDeclared};
use crate::protocol::{CaseStatus, Oid, TestPurpose, TestRun};
use crate::session::state::CaseHistory;
use crate::verify;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::{MutexGuard, mpsc};
use tokio_util::sync::CancellationToken;

/// What came of asking for a test run.
pub enum Tested {
    /// It was made and recorded.
    Ran(Box<TestRun>),
    /// The project declares no verify command.
    NoCommand,
    /// It was stopped; it says nothing about the tree and is not recorded.
    Cancelled,
    /// These guarded files were written to while it ran: it says nothing either.
    Disturbed(Vec<String>),
}

/// A test run to make.
#[derive(Debug, Clone)]
pub struct Order {
    purpose: TestPurpose,
    /// The command that runs all tests: its runner's reports are looked for.
    whole: String,
    /// The command to run.
    command: String,
    only: Vec<String>,
    tree: Option<Oid>,
    /// Whether the agent works on meanwhile.
    beside: bool,
    /// Whether a failure gets no second attempt.
    once: bool,
}

impl Order {
    /// Orders `command`, which is `whole` or what is left of it for the tests `only`.
    #[must_use]
    pub const fn new(purpose: TestPurpose, whole: String, command: String, only: Vec<String>) -> Self {
        Self {
            purpose,
            whole,
            command,
            only,
            tree: None,
            beside: false,
            once: false,
        }
    }

    /// Says of which tree it is.
    #[must_use]
    pub fn on(self, tree: Oid) -> Self {
        Self {
            tree: Some(tree),
            ..self
        }
    }

    /// Returns the tests that are wanted; empty for all.
    #[must_use]
    pub fn only(&self) -> &[String] {
        &self.only
    }

    /// Lets the agent work on meanwhile.
    #[must_use]
    pub fn beside(self) -> Self {
        Self { beside: true, ..self }
    }
}

/// Waits for the turn to run tests; `None` if `cancel` came first.
pub async fn turn<'a>(project: &'a Project, cancel: &CancellationToken) -> Option<MutexGuard<'a, ()>> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => None,
        turn = project.beside.turn.lock() => Some(turn),
    }
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
    whole(project, (purpose, tree), false, cancel).await
}

/// Runs the tests once more on a tree, where what failed and passed there is to show itself: no failure gets a second attempt.
///
/// # Errors
/// As [`run`].
pub async fn again(project: &Project, purpose: TestPurpose, tree: Oid, cancel: &CancellationToken) -> Result<Tested, EngineError> {
    whole(project, (purpose, Some(tree)), true, cancel).await
}

async fn whole(
    project: &Project,
    (purpose, tree): (TestPurpose, Option<Oid>),
    once: bool,
    cancel: &CancellationToken,
) -> Result<Tested, EngineError> {
    let Some(command) = project.verify_command() else {
        return Ok(Tested::NoCommand);
    };
    let Some(_turn) = turn(project, cancel).await else {
        return Ok(Tested::Cancelled);
    };
    let order = Order::new(purpose, command.clone(), command, Vec::new());
    make(project, Order { tree, once, ..order }, cancel).await
}

/// Makes a run whose turn it is.
///
/// # Errors
/// As [`run`].
pub async fn make(project: &Project, order: Order, cancel: &CancellationToken) -> Result<Tested, EngineError> {
    let Order {
        purpose, command, only, ..
    } = order.clone();
    project.record(TestRunStarted {
        purpose,
        command: command.clone(),
        only: only.clone(),
    })?;
    let plan = verify::Plan {
        reports: reports(project, &order.whole).await?,
        command,
        cwd: project.workspace.clone(),
        purpose,
        tree: order.tree.clone(),
        timeout: Duration::from_secs(project.settings.verify.timeout_seconds),
        retries: if only.is_empty() && !order.once {
            project.settings.verify.retries
        } else {
            0
        },
        worth: Some(passed_last(project)),
        only,
    };
    let dropped = |reason: &str| {
        let reason = reason.to_owned();
        project.record(TestRunDropped { purpose, reason })
    };
    let code = match &order.tree {
        Some(tree) => Some(project.code(tree).await?),
        None => None,
    };
    project.put_back_if_suspect().await?;
    let seal = project.guard.seal();
    // Beside the agent's own work nobody can tell whose a change is; the guard takes it for the agent's.
    let ours = (!order.beside).then(|| project.watcher.expect());
    let (mark, settings) = match order.beside {
        true => (None, None),
        false => (project.mark_index().await, project.mark_settings().await),
    };
    let verify::Ran {
        mut run,
        whole,
        cancelled,
    } = attended(project, plan, cancel).await?;
    let set = project.settings_put_back(settings, None).await?;
    // A hook has no part in what was seen here.
    project.hooks_put_back(None).await?;
    project.note_staging(mark).await;
    let mut disturbed = if order.beside {
        project.put_back_if_suspect().await?;
        Vec::new()
    } else {
        project.disturbed(&seal).await?
    };
    disturbed.extend(set.into_iter().map(|breach| breach.path));
    drop(ours);
    if cancelled {
        dropped("it was stopped")?;
        return Ok(Tested::Cancelled);
    }
    if !disturbed.is_empty() {
        dropped("guarded files were written to while it ran")?;
        return Ok(Tested::Disturbed(disturbed));
    }
    run.code = code;
    if order.beside && run.tree != Some(project.tree().await?) {
        (run.moved, run.tree, run.code) = (true, None, None);
    }
    run.output = project.blobs.payload(&whole, std::mem::take(&mut run.output.text))?;
    // What is left of the command for some tests names them as it does, unless the settings have another for that.
    let named_by = match project.settings.verify.rerun {
        None => &order.whole,
        Some(_) => &run.command,
    };
    if project.journal.with_state(|state| vanished::names_tests(state, named_by)) {
        verify::disbelieve(&mut run);
    }
    project.journal.with_state(|state| state.tests.name_flaky(&mut run));
    let missing = project.journal.with_state(|state| vanished::missing(state, &run));
    let gone = match missing.is_empty() {
        true => Vec::new(),
        false => project.git(move |repo| vanished::gone(&missing, repo)).await?,
    };
    project.record(TestRunFinished { run: run.clone(), gone })?;
    Ok(Tested::Ran(Box::new(run)))
}

/// Makes the run, and records how it goes.
async fn attended(project: &Project, plan: verify::Plan, cancel: &CancellationToken) -> Result<verify::Ran, EngineError> {
    let (told, mut words) = mpsc::channel(1);
    let running = verify::run_and_tell(plan, cancel.clone(), told);
    tokio::pin!(running);
    loop {
        tokio::select! {
            biased;
            Some(word) = words.recv() => project.record(word)?,
            ran = &mut running => return Ok(ran?),
        }
    }
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
