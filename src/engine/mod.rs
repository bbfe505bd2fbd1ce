//! L4: runs agents. Commands in, events out, everything in between in the log.
//!
//! | Room | |
//! |---|---|
//! | `run` | the run and its sessions: `supervisor` decides which comes next; `session` opens, orients and closes one; `circling` acts where work goes round; `victory` is the last look; `survivors` and `errand` end what a killed run, or command, left running; `place` knows where a project is worked on |
//! | `context` | one context window: `turn` is the pure machine of a conversation, `driver` carries out its effects, `dispatch` is the only way to a tool (guard -> gate -> tool -> verify -> event), `harness_calls` are the harness's own tools |
//! | `proof` | what features rest on: `testing` runs tests, `checks` records and replays, `evidence` rules on a flip, `regress` and `bisect` find what broke and by which commit |
//! | `commit` | `commits` is the only maker of commits, from what `draft` gathers; `rites` are the user's hook, signature and trailers |
//! | `person` | `gates` is the book of what waits for a person; `permit`, `raise` and `propose` ask about commands, limits and guarded files; `steer`, `edits` and `window` are what a person changes |
//! | `watch` | what changes beside the conversation: files, repository, hooks |
//! | `moves` | checkpoints, moves back and forth, `finish`, which brings a worktree's work to the user's branch |
//!
//! `journal` is the only way to say that something happened; `project` is what every part may reach.
//!
//! Owns no screen and no command line. Invariant: nothing is done that the log does not say.

mod commit;
mod context;
mod error;
mod journal;
mod moves;
mod person;
mod project;
mod proof;
mod run;
mod watch;

pub use error::EngineError;
pub use moves::{finish, rollback};
pub use proof::regress::{PART as REGRESSIONS, UNTRIED};
pub use run::{errand, place};

use crate::config::Settings;
use crate::config::pricing::Prices;
use crate::git::Repo;
use crate::guard::watch::{WatchOptions, Watcher};
use crate::guard::{Guard, GuardContext};
pub use crate::harness::prompt::Attendance;
use crate::harness::prompt::Prompts;
use crate::link::{Client, InProcess, Lookups, NextWindowSource, Wanted};
use crate::protocol::event::{Earlier, EarlierFile, RunEnded, RunOutcome, RunStarted, WorktreeTaken};
use crate::protocol::{Seq, WindowTerms};
use crate::provider::Anthropic;
use crate::session::State;
use crate::store::{self, Blobs, ProjectDir, Redactor, Writer};
use commit::{earlier, measure, rites};
use journal::Journal;
use person::{edits, gates, questions};
use project::Project;
use proof::beside;
use run::supervisor::Supervisor;
use run::{left_settings, survivors};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watch::{background, hooks, outside};

/// Commands that may wait for the engine.
const COMMANDS: usize = 64;
/// Remarks on outside changes that may wait for the agent.
const REMARKS: usize = 64;

/// What a run needs.
pub struct Plan {
    /// The workspace: an existing git repository.
    pub workspace: PathBuf,
    /// Its state directory.
    pub project_dir: ProjectDir,
    /// Settings in force.
    pub settings: Settings,
    /// What the first session is made from; needed only while there is no feature list.
    pub spec: Option<String>,
    /// The model's client.
    pub provider: Arc<Anthropic>,
    /// Prices of models.
    pub prices: Prices,
    /// Name shown to people.
    pub project_name: String,
    /// Who answers questions.
    pub attendance: Attendance,
    /// How long a question waits for a person before policy answers it.
    pub question_timeout: Duration,
    /// The worktree that the workspace is; `None` if it is the user's checkout.
    pub worktree: Option<WorktreeTaken>,
    /// Whether the list's word counts as the person's for features that pass in it and that nobody has shown to.
    pub trust_list: bool,
    /// Uncommitted paths, as `git status` prints them, that are a person's: as they are, no commit of the agent takes them along.
    pub persons: Vec<String>,
}

/// A run under way.
pub struct Engine {
    client: Client,
    task: JoinHandle<RunEnded>,
    loss: Arc<OnceLock<String>>,
    cancel: CancellationToken,
}

impl Engine {
    /// Returns a handle for a front end.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Waits for the run's end.
    pub async fn wait(self) -> RunEnded {
        self.task.await.unwrap_or_else(|error| RunEnded {
            outcome: RunOutcome::Failed,
            reason: EngineError::task(error).to_string(),
        })
    }

    /// Returns where the reason is put if the log was lost: it could not be written, and does not hold the end of the run.
    #[must_use]
    pub fn log_loss(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.loss)
    }

    /// Returns a token whose cancelling stops everything at once, for when a polite stop does not get through.
    #[must_use]
    pub fn cancel_token(&self) -> CancellationToken {
        self.cancel.clone()
    }
}

/// Starts a run on the current tokio runtime: takes the project's lock, stops what a killed run left running, heals and reads its log,
/// finishes a move that was cut off, and sets the supervisor going.
///
/// # Errors
/// Fails if another process runs here, the state directory cannot be used, or a prompt is broken. Nothing of the workspace is touched
/// but by such a move.
pub async fn start(plan: Plan) -> Result<Engine, EngineError> {
    let Plan {
        workspace,
        project_dir: dir,
        settings,
        spec,
        provider,
        prices,
        project_name,
        attendance,
        question_timeout,
        trust_list,
        worktree,
        persons,
    } = plan;
    let workspace = workspace.canonicalize().map_err(|source| EngineError::File {
        what: format!("{} cannot be opened", workspace.display()),
        source,
    })?;
    dir.create()?;
    // Whatever the agent prints, and however it came by it, the key is in no log and no blob.
    let redactor = Arc::new(Redactor::new(provider.key().expose()));
    let writer = Writer::open(dir.lock()?, settings.durability)?.with_redactor(Arc::clone(&redactor));
    // Whatever still runs could write into the files: it ends before anybody looks at them, a move to be finished first of all.
    let stopped = survivors::reap(&dir, survivors::remember(&dir)?).await;
    let state = State::fold(&store::read(&dir, Seq(1))?.envelopes);
    let prompts = Arc::new(Prompts::load(None)?);
    let guard = Guard::new(GuardContext::of(&workspace, dir.baseline(), &settings))?;
    // Where hooks are taken from is one of the settings.
    let mut left = left_settings::at_start(&workspace, &dir, state.run.as_ref())?;
    let (hooks, of_hooks) = hooks::Hooks::at_start(&workspace, &dir, state.run.as_ref())?;
    left.extend(of_hooks);
    let rites = rites::Rites::of(&workspace)?;
    let repository = Repo::discover(&workspace)?.identity()?;
    let journal = Journal::new(writer, state);
    let guard = Arc::new(guard);
    finish_moves(&workspace, &settings, &journal, &guard)?;
    let persons = earlier::at_start(&workspace, &journal, &persons)?;
    let (commands, command_queue) = mpsc::channel(COMMANDS);
    let (remarks, remark_queue) = mpsc::channel(REMARKS);
    let blobs = Blobs::of(&dir).with_redactor(redactor);
    let lookups = Lookups {
        history: Wanted::default(),
        workspace: workspace.clone(),
        list: settings.feature_list.clone(),
        blobs: blobs.clone(),
        limit: settings.checkpoint_max_file_mb << 20,
        next: Some(NextWindowSource {
            dir: dir.clone(),
            settings: settings.clone(),
            prompts: Arc::clone(&prompts),
            attendance,
            spec: spec.clone(),
        }),
    };
    let mover = rollback::mover(&workspace, &dir, &settings);
    let client = Client::new(Arc::new(InProcess::new(
        dir.clone(),
        &journal.live(),
        commands,
        lookups,
        mover,
        settings.clone(),
    )));
    let (watcher, changes) = Watcher::start(WatchOptions::new(&workspace, dir.root().join("marks")))?;
    let cancel = CancellationToken::new();
    let project = Arc::new(Project {
        workspace,
        dir,
        journal,
        blobs,
        settings,
        provider,
        prices,
        prompts,
        questions: questions::Questions::new(attendance, question_timeout),
        gates: gates::Gates::default(),
        edits: edits::Edits::default(),
        beside: beside::Beside::new(remarks.clone(), cancel.child_token()),
        rites,
        hooks,
        watcher,
        guard,
        measure: measure::Measure::default(),
        background: background::Background::default(),
        repository,
        settings_mark: std::sync::Mutex::default(),
        marked: std::sync::Mutex::default(),
        held: std::sync::Mutex::default(),
        checkpointed: std::sync::Mutex::default(),
        going: std::sync::Mutex::default(),
    });
    let loss = Arc::new(OnceLock::new());
    let following = tokio::spawn(outside::follow(Arc::clone(&project), changes, remarks));
    let supervisor = Supervisor {
        project: Arc::clone(&project),
        spec,
        trust_list,
        earlier: outside::earlier(project.list(), project.guard.changed_since_last_run())
            .into_iter()
            .chain(stopped)
            .chain(left)
            .collect(),
        commands: command_queue,
        remarks: remark_queue,
        loss: Arc::clone(&loss),
        cancel: cancel.clone(),
    };
    let beginning = Beginning {
        name: project_name,
        worktree,
        earlier: persons,
    };
    let task = tokio::spawn(run(project, beginning, supervisor, following));
    Ok(Engine {
        client,
        task,
        loss,
        cancel,
    })
}

/// A move that was cut off is finished before anything else looks at the files.
fn finish_moves(workspace: &Path, settings: &Settings, journal: &Journal, guard: &Arc<Guard>) -> Result<(), EngineError> {
    let mover = rollback::Mover {
        workspace: workspace.to_owned(),
        list: settings.feature_list.clone(),
        journal: journal.clone(),
        guard: Arc::clone(guard),
        limit: settings.checkpoint_max_file_mb << 20,
    };
    // Only a project that was moved before can have been cut off in a move; a new one's log has no place to say so yet.
    mover.catch_up().map(drop)
}

/// What the log is told of a run's beginning and only its maker knows.
struct Beginning {
    name: String,
    worktree: Option<WorktreeTaken>,
    earlier: Vec<EarlierFile>,
}

async fn run(project: Arc<Project>, beginning: Beginning, supervisor: Supervisor, following: JoinHandle<()>) -> RunEnded {
    let settings = &project.settings;
    let Beginning { name, worktree, earlier } = beginning;
    let started = RunStarted {
        run: journal::run_id(jiff::Timestamp::now()),
        project: name,
        workspace: project.workspace.display().to_string(),
        model: settings.model.clone(),
        endpoint: settings.base_url.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        limits: settings.limits,
        autonomy: settings.autonomy,
        sandbox: "none".to_owned(),
        window: Some(Box::new(WindowTerms {
            context_window: settings.context_window,
            features_per_session: settings.features_per_session,
            verify_command: settings.verify.command.clone(),
            test_globs: settings.verify.tests.clone(),
            attended: project.questions.attendance() == Attendance::Attended,
            spec: supervisor.spec.clone(),
        })),
        earlier: (!earlier.is_empty()).then(|| Box::new(Earlier { files: earlier })),
    };
    project.journal.announce(started, worktree);
    let ended = supervisor.run().await;
    following.abort();
    let _ = following.await;
    ended
}
