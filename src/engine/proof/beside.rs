//! Test runs beside the conversation: those that a person asks for, and those that the agent asks for and does not wait for.
//!
//! Owns whose turn it is: one test run at a time, whoever asked, and no command of the agent while a person's run is on, which is so
//! of one state of the files. The agent's own run in the background holds nothing up; if the files change under it, it counts for
//! nothing. Does not own the run itself (`testing`). Invariant: no run outlives what it belongs to: the agent's its session, a
//! person's the project's run.

use super::testing::{self, Order, Tested};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::event::{SteerRefused, TestRunDropped, TestRunQueued, TestsBehind};
use crate::protocol::{SessionNo, TestPurpose};
use crate::verify::runner;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Mutex as Turn, RwLock, RwLockReadGuard, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Who runs tests, and who waits for that.
pub struct Beside {
    /// Held by whoever runs tests.
    pub(in crate::engine) turn: Turn<()>,
    /// Read by a command of the agent, written by a person's test run.
    ground: RwLock<()>,
    asked: Mutex<Option<Job>>,
    background: Mutex<Background>,
    remarks: mpsc::Sender<String>,
    cancel: CancellationToken,
}

#[derive(Default)]
struct Background {
    job: Option<Job>,
    /// Number of the latest one of this run.
    last: u32,
}

struct Job {
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

impl Background {
    fn is_under_way(&self) -> bool {
        self.job.as_ref().is_some_and(|job| !job.task.is_finished())
    }
}

impl Job {
    async fn end(self) {
        self.cancel.cancel();
        // It must be over before what it belongs to is; how it went is in the log.
        let _ = self.task.await;
    }
}

impl Beside {
    /// Makes the book of a run; `remarks` reach the agent with its next message, `cancel` ends everything.
    pub fn new(remarks: mpsc::Sender<String>, cancel: CancellationToken) -> Self {
        Self {
            turn: Turn::new(()),
            ground: RwLock::new(()),
            asked: Mutex::default(),
            background: Mutex::default(),
            remarks,
            cancel,
        }
    }

    /// Waits until no person's test run is on, and keeps the next one from beginning; `None` if `cancel` came first.
    pub async fn hold_still(&self, cancel: &CancellationToken) -> Option<RwLockReadGuard<'_, ()>> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            held = self.ground.read() => Some(held),
        }
    }

    /// Says what a run that a person asks for now would wait for.
    fn behind(&self) -> Option<TestsBehind> {
        if self.ground.try_write().is_err() {
            return Some(TestsBehind::Command);
        }
        self.turn.try_lock().is_err().then_some(TestsBehind::Tests)
    }

    /// Stops the run that a person asked for, if there is one.
    pub fn stop(&self) {
        if let Some(job) = &*lock(&self.asked) {
            job.cancel.cancel();
        }
    }

    /// Says whether a run is under way that the agent asked for and does not wait for.
    pub fn is_under_way(&self) -> bool {
        lock(&self.background).is_under_way()
    }

    /// The session is over: so is what its agent asked for.
    pub async fn end_session(&self) {
        let job = lock(&self.background).job.take();
        if let Some(job) = job {
            job.end().await;
        }
    }

    /// The run is over.
    pub async fn end(&self) {
        self.end_session().await;
        let job = lock(&self.asked).take();
        if let Some(job) = job {
            job.end().await;
        }
    }
}

/// Takes a person's order: runs tests as soon as no command of the agent is at work, or says why not.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn ask(project: &Arc<Project>, only: Vec<String>) -> Result<(), EngineError> {
    let mut asked = lock(&project.beside.asked);
    if asked.as_ref().is_some_and(|job| !job.task.is_finished()) {
        let waits = project.journal.with_state(|state| state.tests.queued.is_some());
        let reason = if waits {
            "the tests that you asked for wait already; take them back first"
        } else {
            "the tests are being run as you asked already; stop them first"
        };
        return project.record(SteerRefused {
            reason: reason.to_owned(),
        });
    }
    let order = match order(project, TestPurpose::Asked, only) {
        Ok(order) => order,
        Err(reason) => return project.record(SteerRefused { reason }),
    };
    let behind = project.beside.behind();
    if let Some(behind) = behind {
        let only = order.only().to_vec();
        project.record(TestRunQueued { only, behind })?;
    }
    let cancel = project.beside.cancel.child_token();
    let (own, token) = (Arc::clone(project), cancel.clone());
    let task = tokio::spawn(async move {
        let ran = persons(&own, order, behind, &token).await;
        told(&own, TestPurpose::Asked, ran.map(drop));
    });
    *asked = Some(Job { cancel, task });
    Ok(())
}

async fn persons(
    project: &Project,
    order: Order,
    behind: Option<TestsBehind>,
    cancel: &CancellationToken,
) -> Result<(), EngineError> {
    let Some(turn) = testing::turn(project, cancel).await else {
        return taken_back(project);
    };
    let ground = match project.beside.ground.try_write() {
        Ok(ground) => ground,
        Err(_) => {
            if behind != Some(TestsBehind::Command) {
                let (only, behind) = (order.only().to_vec(), TestsBehind::Command);
                project.record(TestRunQueued { only, behind })?;
            }
            tokio::select! {
                biased;
                () = cancel.cancelled() => return taken_back(project),
                ground = project.beside.ground.write() => ground,
            }
        }
    };
    let tree = project.tree().await?;
    testing::make(project, order.on(tree), cancel).await?;
    drop((ground, turn));
    Ok(())
}

/// A run that waited is not made.
fn taken_back(project: &Project) -> Result<(), EngineError> {
    project.record(TestRunDropped {
        purpose: TestPurpose::Asked,
        reason: "it was taken back before it began".to_owned(),
    })
}

/// Begins a run for the agent, which is told of it with a later message. Returns its number. The error is for the agent.
pub fn begin(project: &Arc<Project>, session: SessionNo, only: Vec<String>) -> Result<String, String> {
    let order = order(project, TestPurpose::Agent, only)?;
    let mut background = lock(&project.beside.background);
    let name = |number: u32| format!("t{number}");
    if background.is_under_way() {
        return Err(format!(
            "{} is still running. Its result comes by itself.",
            name(background.last)
        ));
    }
    background.last += 1;
    let number = name(background.last);
    let cancel = project.beside.cancel.child_token();
    let (own, token, named) = (Arc::clone(project), cancel.clone(), number.clone());
    let task = tokio::spawn(async move {
        let ran = agents(&own, order, &token).await;
        if let Ok(Some(text)) = &ran {
            let text = format!("[harness] Test run {named} of session {}: {text}", session.0);
            // With nobody left to read it there is nothing to say.
            let _ = own.beside.remarks.send(text).await;
        }
        told(&own, TestPurpose::Agent, ran.map(drop));
    });
    background.job = Some(Job { cancel, task });
    Ok(number)
}

/// Runs the tests while the agent works on. Returns what it is told.
async fn agents(project: &Project, order: Order, cancel: &CancellationToken) -> Result<Option<String>, EngineError> {
    let Some(_turn) = testing::turn(project, cancel).await else {
        return Ok(None);
    };
    // Tests may write to guarded files while a person edits others: from now on both are looked at as the agent's.
    project.background.suspect();
    let before = project.tree().await?;
    let tested = testing::make(project, order.on(before).beside(), cancel).await?;
    Ok(match tested {
        Tested::Ran(run) => Some(testing::told(&run)),
        Tested::NoCommand | Tested::Cancelled => None,
        Tested::Disturbed(paths) => Some(testing::disturbed(&paths)),
    })
}

/// Says which command it is. The error says why there is none.
pub(in crate::engine) fn order(project: &Project, purpose: TestPurpose, only: Vec<String>) -> Result<Order, String> {
    let Some(command) = project.verify_command() else {
        return Err("no command is known that runs the tests; set `command` under [verify] in longhaul.toml".to_owned());
    };
    let narrowed = if only.is_empty() {
        command.clone()
    } else {
        let template = project.settings.verify.rerun.as_deref();
        runner::narrow(&project.workspace, &command, template, &only).map_err(|error| error.to_string())?
    };
    Ok(Order::new(purpose, command, narrowed, only))
}

/// A run that failed before it had a result must not look as if it went on.
fn told(project: &Project, purpose: TestPurpose, ran: Result<(), EngineError>) {
    let Err(error) = ran else { return };
    let reason = error.to_string();
    if let Err(error) = project.record(TestRunDropped { purpose, reason }) {
        tracing::warn!(%error, "what became of a test run could not be recorded");
    }
}

/// A panic of another thread leaves these whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
