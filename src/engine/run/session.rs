//! One session: opened, oriented, driven, closed.
//!
//! Owns what happens around the conversation: the tools' life, `init.sh`, the smoke test, the choice of the feature, the first
//! message, the end card. Invariant: every `session_started` gets its `session_ended`, and no process of a session outlives it.

use super::audit;
use super::facts::SessionFacts;
use super::orientation::{self, Oriented};
use crate::engine::commit::earlier;
use crate::engine::commit::index;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::context::driver::{Driver, Frame};
use crate::engine::context::turn::{Rules, TurnMachine};
use crate::engine::error::EngineError;
use crate::engine::person::edits;
use crate::engine::person::raise;
use crate::engine::person::steer;
use crate::engine::project::Project;
use crate::engine::proof::features;
use crate::engine::proof::testing;
use crate::protocol::event::{CheckpointCause, EndCause, ExternalChangeSeen, SessionEnded, SessionStarted};
use crate::protocol::{Command, RawJson, Role, WindowRules};
use crate::tool::{BashLimits, ToolContext, Toolbox};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Commits read for the Git pane.
pub const COMMITS: usize = 200;

/// How a session begins.
pub struct Opening {
    /// Its role.
    pub role: Role,
    /// What an initializer builds from.
    pub spec: Option<String>,
    /// What happened while no run was on. Guarded files that changed are taken as they are now.
    pub earlier: Vec<ExternalChangeSeen>,
}

/// How a session ended, as far as the run must know.
pub struct Outcome {
    /// Why.
    pub cause: EndCause,
    /// Its closing words.
    pub summary: String,
    /// Whether it made a commit; a flip that is in none does not last.
    pub headway: bool,
}

/// Runs one session from start to end.
///
/// # Errors
/// Fails if the log, git or a guarded file fails; the session is then closed in the log as far as that is possible.
pub async fn run(
    project: &Arc<Project>,
    opening: Opening,
    commands: &mut mpsc::Receiver<Command>,
    remarks: &mut mpsc::Receiver<String>,
    cancel: CancellationToken,
) -> Result<Outcome, EngineError> {
    let number = project.journal.begin_session(opening.role)?;
    let facts = Arc::new(SessionFacts::new(number, opening.role));
    let head = project.git(|repo| repo.head()).await?;
    // Rules for one session are this session's: its start uses them up.
    let rules = project.journal.with_state(|state| state.window_rules.clone());
    project.record(SessionStarted {
        role: opening.role,
        model: project.settings.model.clone(),
        context_window: project.settings.context_window,
        head,
        prompt_hash: project.prompts.hash(opening.role).to_owned(),
        list: (opening.role != Role::Initializer).then(|| project.list_name()),
    })?;
    let bash = &project.settings.bash;
    let toolbox = Toolbox::new(ToolContext {
        workspace: project.workspace.clone(),
        // A shell of its own: directory, environment and the mark of its processes must not come from the session before.
        scratch: project.dir.root().join("scratch").join(number.to_string()),
        bash: BashLimits {
            timeout: Duration::from_secs(bash.timeout_seconds),
            head: bash.output_head,
            tail: bash.output_tail,
        },
    });
    let dispatch = Arc::new(Dispatch {
        project: Arc::clone(project),
        facts: Arc::clone(&facts),
        toolbox,
    });

    project.background.begin(dispatch.toolbox.group());
    let driven = converse(&dispatch, &opening, &rules, commands, remarks, cancel).await;
    if !dispatch.toolbox.background().await.is_empty() {
        project.background.suspect();
    }
    project.beside.end_session().await;
    let leftovers = dispatch.toolbox.close().await;
    // Its last writes: from here on the list decides what comes next.
    dispatch.hooks_put_back().await?;
    for _ in project.put_back_if_suspect().await? {
        facts.breach();
    }
    // Best effort: what stays is small, and no later session reads it.
    let _ = std::fs::remove_dir_all(project.dir.root().join("scratch").join(number.to_string()));
    if !leftovers.is_empty() {
        tracing::info!(?leftovers, "background processes were stopped at the session's end");
    }
    let (cause, summary) = match driven {
        Ok(end) => end,
        Err(error) => {
            let ended = SessionEnded {
                cause: EndCause::Failed,
                summary: error.to_string(),
                dirty: Vec::new(),
                next: None,
                checks: Vec::new(),
                places: Vec::new(),
                left: None,
            };
            // The log may be the very thing that failed; the error that counts is the first.
            let _ = project.record(ended);
            return Err(error);
        }
    };
    close(project, &facts, cause, summary).await
}

async fn converse(
    dispatch: &Arc<Dispatch>,
    opening: &Opening,
    rules: &WindowRules,
    commands: &mut mpsc::Receiver<Command>,
    remarks: &mut mpsc::Receiver<String>,
    cancel: CancellationToken,
) -> Result<(EndCause, String), EngineError> {
    let project = &dispatch.project;
    index::mend(project).await?;
    project.record(project.git(|repo| repo.observe(COMMITS)).await?)?;
    project.checkpoint(CheckpointCause::SessionStart, None).await?;
    project.drop_old_checkpoints().await?;
    project.guard.initializing(opening.role == Role::Initializer);
    for change in &opening.earlier {
        project.record(change.clone())?;
    }
    edits::tell_lost(project)?;
    {
        // What the last session left behind may have changed a guarded file after its end; orientation must not read that.
        let _ours = project.watcher.expect();
        for breach in project.verify_guarded(None).await? {
            project.record(breach)?;
        }
    }
    project.guard.adopt_all()?;
    if let Some(head) = project.git(|repo| repo.head()).await? {
        let paths = project.git(move |repo| repo.paths_at(&head)).await?;
        project.guard.agree_tests(paths)?;
    }
    if dispatch.facts.role == Role::Coding {
        testing::detect(project).await?;
    }
    project.agree_verify().await?;
    if let Some(head) = project.git(|repo| repo.head()).await? {
        project.hold(head).await?;
    }
    let mut early = VecDeque::new();
    let orienting = orientation::orient(dispatch, opening, rules, &cancel);
    let Oriented { first, system } = steer::attend(project, commands, &mut early, orienting).await?;
    let settings = &project.settings;
    let machine = TurnMachine::new(Rules {
        context_window: project.settings.context_window,
        reset_at: settings.context_reset_at,
        max_turns: raise::in_force(project).turns,
        reminder: project.prompts.reminder_end(),
        hand_off: project.prompts.hand_off(settings.context_reset_at),
    });
    let frame = Frame {
        model: settings.model.clone(),
        system: vec![system],
        tools: tools(dispatch),
        max_tokens: settings.max_tokens,
        thinking: settings.thinking,
    };
    Driver::new(machine, Arc::clone(dispatch), frame, commands, remarks, cancel)
        .drive(first, early)
        .await
}

/// Writes the end card: machine-checked facts, what is left uncommitted, what comes next.
async fn close(project: &Arc<Project>, facts: &SessionFacts, cause: EndCause, summary: String) -> Result<Outcome, EngineError> {
    if facts.role == Role::Initializer {
        // However the session ended, its list starts from nothing passing. One that cannot be read is told by the next session.
        match features::set_back_unproven(project) {
            Ok(()) | Err(EngineError::List(_)) => {}
            Err(other) => return Err(other),
        }
    }
    project.checkpoint(CheckpointCause::SessionEnd, None).await?;
    index::mend(project).await?;
    let files = earlier::part(project, project.snapshot().await?).await?;
    let all_is_in = index::settle_if_all_is_in(project, &files.tree).await?;
    let observed = project.git(|repo| repo.observe(COMMITS)).await?;
    let dirty = match all_is_in {
        true => Vec::new(),
        false => files.owed(project, observed.dirty.clone()).await?,
    };
    project.record(observed)?;
    let next = features::next(project).map(|(feature, _)| feature.id);
    let words = Some(summary.as_str()).filter(|_| cause == EndCause::Finished);
    let found = audit::checks(project, facts, &dirty, words).await?;
    let places = found.iter().map(|finding| finding.places.clone()).collect();
    let checks = found.into_iter().map(|finding| (finding.what, finding.holds)).collect();
    let headway = facts.commits() > 0;
    let idle = cause == EndCause::Finished && facts.role == Role::Coding && !facts.has_passed();
    let left = project.journal.with_state(|state| {
        let (passing, all) = state.features.progress();
        u32::try_from(all - passing).ok().filter(|left| idle && *left > 0)
    });
    project.record(SessionEnded {
        cause,
        summary: summary.clone(),
        dirty,
        next,
        checks,
        places,
        left,
    })?;
    Ok(Outcome { cause, summary, headway })
}

/// Tool definitions as the API takes them.
#[must_use]
pub fn tools(dispatch: &Dispatch) -> Vec<RawJson> {
    dispatch
        .toolbox
        .specs(&dispatch.project.settings.model)
        .into_iter()
        .filter(|spec| dispatch.facts.role == Role::Initializer || spec.name != "declare_verify")
        .map(|spec| spec.api)
        .collect()
}
