//! Test runs that a person asks for while no run of the agent is on.
//!
//! Owns the run and its end. The project's lock is held only to record the result: the screen goes on, and a run that another process
//! begins meanwhile keeps its log. What leads to the result is told and not recorded, so that a window that is killed leaves no run
//! behind that seems to go on. Invariant: when the desk's owner is gone, so is the test run.

use super::desk::{Call, Desk, lock};
use crate::config::Settings;
use crate::git::Repo;
use crate::harness::{own_files, vanished};
use crate::protocol::event::{SteerRefused, TestRunDropped, TestRunFinished, TestRunStarted};
use crate::protocol::{Event, Seq, TestPurpose};
use crate::session::State;
use crate::store::{self, Blobs, ProjectDir};
use crate::verify::{self, Plan, Ran, runner};
use std::path::Path;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The test run of this desk, if one is under way.
#[derive(Default)]
pub struct Trials(Mutex<Option<Trial>>);

struct Trial {
    cancel: CancellationToken,
    thread: JoinHandle<()>,
}

impl Trials {
    /// Asks the run to stop.
    pub fn stop(&self) {
        if let Some(trial) = &*lock(&self.0) {
            trial.cancel.cancel();
        }
    }
}

impl Drop for Trials {
    fn drop(&mut self) {
        let trial = self
            .0
            .get_mut()
            .map_or_else(|broken| broken.into_inner().take(), Option::take);
        if let Some(trial) = trial {
            trial.cancel.cancel();
            // Its processes are stopped before we are gone.
            let _ = trial.thread.join();
        }
    }
}

/// What a thread needs of the desk; the desk's own end is not held up by it.
struct Bench {
    desk: Desk,
    cancel: CancellationToken,
}

/// Begins a run of all tests, or of those that are named. Says no more than whether it could be begun.
pub fn begin(desk: &Desk, trials: &Trials, only: Vec<String>) -> std::io::Result<()> {
    let mut running = lock(&trials.0);
    if running.as_ref().is_some_and(|trial| !trial.thread.is_finished()) {
        let reason = "the tests are being run as you asked already; stop them first".to_owned();
        desk.call(vec![told(SteerRefused { reason })]);
        return Ok(());
    }
    let cancel = CancellationToken::new();
    let bench = Bench {
        desk: desk.without_trials(),
        cancel: cancel.clone(),
    };
    let thread = std::thread::Builder::new()
        .name("tests".into())
        .spawn(move || bench.run(only))?;
    *running = Some(Trial { cancel, thread });
    Ok(())
}

fn told(event: impl Into<Event>) -> Call {
    Call::Told(Box::new(event.into()))
}

/// How the tests of a project are run, and which of them.
fn plan(workspace: &Path, dir: &ProjectDir, settings: &Settings, only: Vec<String>) -> Result<Plan, String> {
    let own = || -> Result<Option<String>, String> {
        let log = store::read(dir, Seq(1)).map_err(|error| error.to_string())?;
        Ok(State::fold(&log.envelopes).verify_command)
    };
    let found = || {
        runner::detect(workspace)
            .into_iter()
            .next()
            .map(|detected| detected.found.command)
    };
    let whole = match settings.verify.command.clone() {
        Some(command) => Some(command),
        None => own()?.or_else(found),
    };
    let whole = whole.ok_or("no file here tells how the tests are run; set `command` under [verify] in longhaul.toml")?;
    let reports = if settings.verify.reports.is_empty() {
        runner::reports_of(workspace, &whole)
    } else {
        settings.verify.reports.clone()
    };
    let command = if only.is_empty() {
        whole
    } else {
        runner::narrow(workspace, &whole, settings.verify.rerun.as_deref(), &only).map_err(|error| error.to_string())?
    };
    // Without it the results are shown all the same.
    let tree = Repo::discover(workspace).and_then(|repo| repo.snapshot());
    Ok(Plan {
        command,
        cwd: workspace.to_owned(),
        purpose: TestPurpose::Asked,
        tree: tree.ok().map(|tree| tree.id),
        timeout: Duration::from_secs(settings.verify.timeout_seconds),
        reports,
        retries: 0,
        worth: None,
        only,
    })
}

impl Bench {
    fn run(self, only: Vec<String>) {
        let (dir, workspace, settings) = self.desk.project();
        let plan = match plan(workspace, dir, settings, only) {
            Ok(plan) => plan,
            Err(reason) => return self.desk.call(vec![told(SteerRefused { reason })]),
        };
        self.desk.call(vec![told(TestRunStarted {
            purpose: plan.purpose,
            command: plan.command.clone(),
            only: plan.only.clone(),
        })]);
        let recorded = self.made(plan).and_then(|finished| self.desk.keep(finished.into()));
        if let Err(reason) = recorded {
            let purpose = TestPurpose::Asked;
            self.desk.call(vec![told(TestRunDropped { purpose, reason })]);
        }
    }

    fn made(&self, plan: Plan) -> Result<TestRunFinished, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let ran = runtime.map_err(|error| error.to_string())?.block_on(async {
            let (sender, mut words) = mpsc::channel(1);
            let running = verify::run_and_tell(plan, self.cancel.clone(), sender);
            tokio::pin!(running);
            loop {
                tokio::select! {
                    biased;
                    Some(word) = words.recv() => self.desk.call(vec![told(word)]),
                    ran = &mut running => return ran,
                }
            }
        });
        let Ran {
            mut run,
            whole,
            cancelled,
        } = ran.map_err(|error| error.to_string())?;
        if cancelled {
            return Err("it was stopped".to_owned());
        }
        let (dir, workspace, settings) = self.desk.project();
        let mut gone = Vec::new();
        // Without repository and log the result is shown all the same.
        if let (Ok(repo), Ok(log)) = (Repo::discover(workspace), store::read(dir, Seq(1))) {
            let state = State::fold(&log.envelopes);
            let own = own_files(&settings.feature_list);
            run.code = run.tree.as_ref().and_then(|tree| repo.without(tree, &own).ok());
            state.tests.name_flaky(&mut run);
            gone = vanished::gone(&vanished::missing(&state, &run), &repo).unwrap_or_default();
        }
        let shown = std::mem::take(&mut run.output.text);
        run.output = Blobs::of(dir).payload(&whole, shown).map_err(|error| error.to_string())?;
        Ok(TestRunFinished { run, gone })
    }
}
