//! Starts an engine, connects a front end, waits for the end, says what came of it.
//!
//! Shared by `run` and `demo`. Owns the tokio runtime. Invariant: whatever happens to the front end, the engine
//! has ended (or was told to at once) before the program does.

use super::args::OutputArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::headless::Watch;
use super::notice::Notices;
use super::{signals, summary};
use crate::config::Settings;
use crate::config::pricing::Prices;
use crate::engine::errand::{self, Errand};
use crate::engine::{self, Attendance, Engine, EngineError, Plan};
use crate::link::Client;
use crate::protocol::event::{self, RunEnded, RunOutcome, WorktreeTaken};
use crate::protocol::{Command, Event, FinishWay, Seq, StopMode};
use crate::provider::{self, Anthropic, Key, ProviderConfig};
use crate::session::State;
use crate::store::{self, ProjectDir};
use crate::ui::text::Clean;
use crate::{telemetry, ui};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long an engine is given to stop by itself once its front end is gone.
const POLITE: Duration = Duration::from_secs(10);
/// How long it is given after that.
const CURT: Duration = Duration::from_secs(5);

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// The full-screen view.
    Screen,
    /// A line per event.
    Lines,
    /// The log's own JSON.
    Json,
}

/// Everything a run needs, checked.
pub struct Launch {
    /// Where the agent works, canonical.
    pub workspace: PathBuf,
    /// The user's own directory: the workspace, or what the worktree stands beside.
    pub checkout: PathBuf,
    /// The worktree that the workspace is, if it is one.
    pub worktree: Option<WorktreeTaken>,
    /// Its state directory.
    pub dir: ProjectDir,
    /// Settings in force.
    pub settings: Settings,
    /// What to build, unless the list says so.
    pub spec: Option<String>,
    /// Whether the list's word counts as the person's.
    pub trust_list: bool,
    /// Uncommitted paths that are the user's.
    pub persons: Vec<String>,
    /// The provider's key.
    pub key: Key,
    /// How long a question waits for a person where there is one.
    pub question_timeout: Duration,
    /// Whether a newcomer is told what to try next.
    pub guided: bool,
    /// How it is shown.
    pub show: Show,
    /// Whether orders come from standard input.
    pub orders: bool,
}

/// How a run ended, as the command line needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How the program ends.
    pub exit: Exit,
    /// What shall become of the worktree, if that was chosen on the screen. Done by who holds the worktree.
    pub finish: Option<FinishWay>,
}

impl Show {
    /// Reads the flags.
    ///
    /// # Errors
    /// Fails if there is no terminal where one is needed, or if orders are to be read where the screen reads keys.
    pub fn of(output: &OutputArgs) -> Result<Self, Failure> {
        match (output.json, output.headless) {
            (true, _) => Ok(Self::Json),
            (false, true) => Ok(Self::Lines),
            (false, false) if output.orders => Err(Failure::user(
                Exit::Usage,
                "--orders reads lines from standard input, which the full-screen view reads keys from; add --headless",
            )),
            (false, false) => {
                ui::terminal::check()?;
                Ok(Self::Screen)
            }
        }
    }
}

/// Makes the runtime that engine, provider and servers share.
///
/// # Errors
/// Fails if the system gives no threads.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("longhaul")
        .build()
        .map_err(|error| Failure::Internal(error.into()))
}

/// Ends what killed commands left running, says so, and writes down that this one runs programs too; that goes with the value.
///
/// # Errors
/// Fails if there is no place for state, or the output fails.
pub fn begin_errand(runtime: &Runtime, console: &mut Console) -> Result<Option<Errand>, Failure> {
    let root = ProjectDir::state_root()?;
    if let Some(stopped) = runtime.block_on(errand::reap(&root)) {
        console.note(format!("note: {}", Clean::line(&stopped)))?;
    }
    // A state directory that cannot be written is no reason not to go on.
    let begun = Errand::begin(&root);
    Ok(begun
        .inspect_err(|error| tracing::warn!(%error, "what this command starts will not be found if it is killed"))
        .ok())
}

/// Runs to the end and returns how it ended.
///
/// # Errors
/// Fails if the run cannot start. Once it has started, its outcome is the exit code.
pub fn launch(runtime: &Runtime, launch: Launch, console: &mut Console) -> Result<Ended, Failure> {
    let Launch {
        workspace,
        checkout,
        worktree,
        dir,
        settings,
        spec,
        trust_list,
        persons,
        key,
        question_timeout,
        guided,
        show,
        orders,
    } = launch;
    provider::install_tls();
    let provider = Anthropic::new(ProviderConfig {
        base_url: settings.base_url.clone(),
        key,
        idle_timeout: Duration::from_secs(settings.idle_timeout_seconds),
        first_byte_timeout: Duration::from_secs(settings.first_byte_timeout_seconds),
        max_retries: settings.max_retries,
        user_agent: format!("longhaul/{}", env!("CARGO_PKG_VERSION")),
    })?;
    let title = checkout
        .file_name()
        .map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned());
    let notices = Notices::start(&settings, &workspace);
    let options = ui::Options {
        guided,
        ..options(&settings, title.clone(), notices.setup())?
    };
    dir.create()?;
    let _traces = telemetry::start(dir.root());
    let before = store::last_seq(&dir)?;
    let plan = Plan {
        workspace,
        project_dir: dir.clone(),
        settings,
        spec,
        provider: Arc::new(provider),
        prices: Prices::builtin(),
        project_name: title,
        attendance: if show == Show::Screen || orders {
            Attendance::Attended
        } else {
            Attendance::Unattended
        },
        question_timeout,
        worktree,
        trust_list,
        persons,
    };
    let engine = runtime.block_on(engine::start(plan))?;
    let loss = engine.log_loss();
    let running = Running {
        client: engine.client(),
        cancel: engine.cancel_token(),
        task: runtime.spawn(Engine::wait(engine)),
    };
    let mut finish = None;
    let ended = match show {
        Show::Screen => {
            let (ended, way) = running.on_screen(runtime, options)?;
            finish = way;
            ended
        }
        Show::Lines | Show::Json => {
            let watch = Watch::new(console, show == Show::Json, before).telling(options.notice);
            running.in_lines(runtime, if orders { watch.listening() } else { watch })
        }
    };
    if let Some(cause) = loss.get() {
        say(console, show, &summary::lost(&dir, &ended, cause));
        let exit = Exit::Precondition;
        return Ok(Ended { exit, finish: None });
    }
    let (state, cause) = fold(&dir, before)?;
    say(console, show, &summary::lines(&state, &dir, &ended));
    let exit = match (ended.outcome, cause) {
        (RunOutcome::Failed, Some(event::Failure::Key)) => Exit::Key,
        (RunOutcome::Failed, None | Some(event::Failure::ContextFull)) => Exit::Internal,
        (outcome, _) => Exit::of_run(outcome),
    };
    Ok(Ended { exit, finish })
}

/// Prints the last words of a run; that nobody reads them changes nothing.
fn say(console: &mut Console, show: Show, lines: &[String]) {
    for line in lines.iter().map(|line| Clean::line(line)) {
        // Behind JSON lines, a summary on standard output would break their reader.
        let _ = if show == Show::Json {
            console.note(line.as_str())
        } else {
            console.line(line.as_str())
        };
    }
}

/// A started run, seen from outside.
struct Running {
    client: Client,
    cancel: CancellationToken,
    task: JoinHandle<RunEnded>,
}

impl Running {
    fn in_lines(self, runtime: &Runtime, watch: Watch<'_>) -> RunEnded {
        let signals = runtime.spawn(signals::listen(self.client.clone(), self.cancel.clone()));
        watch.until_end(&self.client);
        let ended = runtime.block_on(self.ended());
        signals.abort();
        ended
    }

    /// The second value is what shall become of the worktree, if that was chosen on the screen.
    fn on_screen(self, runtime: &Runtime, options: ui::Options) -> Result<(RunEnded, Option<FinishWay>), Failure> {
        let left = ui::run(self.client.clone(), options);
        let by_choice = matches!(left, Ok(ui::Exit::Left | ui::Exit::Start(_)));
        let ended = runtime.block_on(self.stop(by_choice));
        Ok(match left? {
            ui::Exit::Start(ui::Wanted::Finish(way)) => (ended, Some(way)),
            ui::Exit::Left | ui::Exit::Start(_) | ui::Exit::Terminated(_) => (ended, None),
        })
    }

    /// Waits for the engine; one whose front end did not end by choice is told to stop first.
    async fn stop(mut self, by_choice: bool) -> RunEnded {
        if !by_choice && self.client.send(Command::Stop { mode: StopMode::Now }).is_err() {
            self.cancel.cancel();
        }
        if let Ok(ended) = tokio::time::timeout(POLITE, &mut self.task).await {
            return ended.unwrap_or_else(lost);
        }
        self.cancel.cancel();
        match tokio::time::timeout(CURT, self.task).await {
            Ok(ended) => ended.unwrap_or_else(lost),
            Err(_) => RunEnded {
                outcome: RunOutcome::Stopped,
                reason: "it did not stop in time and was cut off".into(),
            },
        }
    }

    async fn ended(self) -> RunEnded {
        self.task.await.unwrap_or_else(lost)
    }
}

fn lost(error: tokio::task::JoinError) -> RunEnded {
    RunEnded {
        outcome: RunOutcome::Failed,
        reason: format!("internal error, please report it: {error}"),
    }
}

/// Folds the log. The second value tells of the last request of this run that failed for good.
fn fold(dir: &ProjectDir, before: Seq) -> Result<(State, Option<event::Failure>), Failure> {
    let (mut state, mut cause) = (State::default(), None);
    store::scan(dir, Seq(0), |envelope| {
        state.apply(&envelope);
        if let Event::RequestFailed(failed) = &envelope.event
            && envelope.seq > before
        {
            cause = Some(failed.failure);
        }
    })?;
    Ok((state, cause))
}

/// Returns the screen's options for these settings and the user's keys.
///
/// # Errors
/// Fails if the key file cannot be read.
pub fn options(settings: &Settings, title: String, notice: ui::notice::Setup) -> Result<ui::Options, Failure> {
    let environment = ui::Environment::of_process();
    Ok(ui::Options {
        guided: false,
        title,
        color: settings.ui.color,
        ascii: settings.ui.ascii,
        mouse: settings.ui.mouse,
        // The Linux console and dumb terminals would print it.
        title_bar: settings.ui.title && !matches!(environment.term.as_str(), "linux" | "dumb"),
        notice,
        keys: super::settings::user_keys()?,
        editor: Some(super::editor::outside(settings)),
        environment,
    })
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Git(error) => error.into(),
            EngineError::List(error) => error.into(),
            EngineError::Task(_) => Self::Internal(error.into()),
            error => Self::unready(error.to_string()),
        }
    }
}

impl From<ui::UiError> for Failure {
    fn from(error: ui::UiError) -> Self {
        Self::unready(error.to_string())
    }
}
