//! Orientation: what a fresh context window is told, gathered by the harness and never by the model.
//!
//! Runs `init.sh` and the smoke test, sets back what regressed, chooses the feature, and makes the first message.
//! How a window is put together is `harness::window`'s, which a preview asks too.

use super::session::Opening;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::proof::features;
use crate::engine::proof::regress;
use crate::engine::proof::testing::{self, Tested};
use crate::harness;
use crate::harness::init::InitScript;
use crate::harness::prompt::Facts;
use crate::harness::window::{START, Scene, Window};
use crate::process::{self, Invocation};
use crate::protocol::event::{OrientationFinished, OrientationPart, WindowComposed};
use crate::protocol::{RawJson, Role, TestPurpose, TestRun, WindowRules};
use crate::provider::{Message, Request, Speaker};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How long `init.sh` may take before the session goes on without it.
const INIT_TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes kept of the head and of the tail of its output.
const INIT_OUTPUT: usize = 600;

/// The first message and the system prompt of a session.
pub struct Oriented {
    /// First message.
    pub first: String,
    /// System prompt as one text block.
    pub system: RawJson,
}

/// Gathers orientation, records it with its share of the window, and composes the first message.
///
/// # Errors
/// Fails if the log, git, a prompt or the feature list fails.
pub async fn orient(
    dispatch: &Dispatch,
    opening: &Opening,
    rules: &WindowRules,
    cancel: &CancellationToken,
) -> Result<Oriented, EngineError> {
    let (project, facts) = (&dispatch.project, &dispatch.facts);
    let begun = Instant::now();
    let mut parts = Vec::new();
    let mut run = None;
    parts.extend(put_back(dispatch));
    if opening.role == Role::Coding {
        let listed = features::load(project)?.unwrap_or_default();
        parts.extend(start_project(dispatch, cancel).await?);
        run = smoke(dispatch, cancel).await?;
        parts.extend(regress::look(dispatch, &listed, run.as_ref(), cancel).await?);
        parts.extend(project.journal.with_state(harness::orient::uncommitted));
        facts.set_baseline(project.measure_at_start(run.clone()).await?);
        if let Some((feature, reason)) = features::next(project) {
            features::take_up(project, facts, feature.id, reason)?;
        }
    }
    let (prompt_facts, gathered) = gather(dispatch, opening, run).await?;
    parts.extend(gathered);

    let window = Window::compose(&project.prompts, opening.role, &prompt_facts, &parts, rules);
    let system = text_block(&window.system())?;
    let (tokens, estimated) = count(dispatch, &harness::orient::text(&window.parts)).await;
    let room = project.settings.context_window;
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    let share = tokens as f64 / room.max(1) as f64;
    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let first = window.first();
    project.record(WindowComposed { sections: window.sent() })?;
    project.record(OrientationFinished {
        parts: window.parts,
        tokens,
        estimated,
        share,
        duration_ms,
    })?;
    facts.set_oriented();
    Ok(Oriented { first, system })
}

/// Names what was put back when the run began, for its first session: an agent that set it, or counts on it, finds it gone.
fn put_back(dispatch: &Dispatch) -> Option<OrientationPart> {
    let number = dispatch.facts.number;
    let told = dispatch.project.journal.with_state(|state| {
        let run = state.run.as_ref().filter(|run| run.first_session == number)?;
        (!run.put_back.is_empty()).then(|| run.put_back.join("\n"))
    })?;
    Some(OrientationPart {
        name: "put back".to_owned(),
        command: String::new(),
        text: format!(
            "When this run began, this was put back as it was before the last one. How git works here is not yours to set.\n{told}"
        ),
    })
}

/// Runs `init.sh` if there is one. Servers it leaves in the background live until the session's end.
async fn start_project(dispatch: &Dispatch, cancel: &CancellationToken) -> Result<Option<OrientationPart>, EngineError> {
    let workspace = &dispatch.project.workspace;
    let Some(script) = InitScript::find(workspace, std::env::var_os("PATH").as_deref()) else {
        return Ok(None);
    };
    let command = script.command();
    let _ours = dispatch.project.watcher.expect();
    let mut invocation = Invocation::shell(command, workspace)
        .timeout(INIT_TIMEOUT)
        .group(dispatch.toolbox.group());
    (invocation.head, invocation.tail) = (INIT_OUTPUT, INIT_OUTPUT);
    let (mark, settings) = (dispatch.project.mark_index().await, dispatch.project.mark_settings().await);
    let done = process::run(invocation, cancel.clone(), None).await?;
    if done.background {
        dispatch.project.background.suspect();
    }
    // The script is the agent's; what it writes is looked at like any call's, its settings before anything else asks git.
    let mut breaches = dispatch.project.settings_put_back(settings, None).await?;
    breaches.extend(dispatch.project.hooks_put_back(None).await?);
    dispatch.project.note_staging(mark).await;
    breaches.extend(dispatch.project.put_back().await?);
    let mut put_back = String::new();
    for breach in breaches {
        dispatch.facts.breach();
        let end = if breach.restored {
            "that was put back"
        } else {
            "it is left so"
        };
        put_back.push_str(&format!(
            "\n[harness] this script changed {}: {}; {end}.",
            breach.path, breach.detail
        ));
    }
    let end = match (done.exit_code, done.timed_out) {
        (_, true) => format!("still running after {} s; stopped", INIT_TIMEOUT.as_secs()),
        (Some(code), false) => format!("exit code {code}"),
        (None, false) => "killed".to_owned(),
    };
    let text = format!("{end}\n{}{put_back}", done.output.shown.trim_end());
    Ok(Some(OrientationPart {
        name: START.into(),
        command: command.to_owned(),
        text,
    }))
}

/// Runs the tests before any new work.
async fn smoke(dispatch: &Dispatch, cancel: &CancellationToken) -> Result<Option<TestRun>, EngineError> {
    let tree = dispatch.project.tree().await?;
    let tested = testing::run(&dispatch.project, TestPurpose::Smoke, Some(tree), cancel).await?;
    Ok(match tested {
        Tested::Ran(run) => Some(*run),
        Tested::NoCommand | Tested::Cancelled | Tested::Disturbed(_) => None,
    })
}

/// Takes the facts, then looks around off the runtime.
async fn gather(
    dispatch: &Dispatch,
    opening: &Opening,
    tests: Option<TestRun>,
) -> Result<(Facts, Vec<OrientationPart>), EngineError> {
    let (project, facts) = (&dispatch.project, &dispatch.facts);
    let own = facts.feature();
    let own_flips = features::differs_by_own_flips(project).await?;
    let scene = project.journal.with_state(|state| {
        let row = own.and_then(|id| state.features.get(&id));
        let scene = Scene::of(
            state,
            &project.settings,
            &project.workspace,
            project.questions.attendance(),
            facts.number,
            opening.spec.clone(),
            row.map(|row| (row.feature.clone(), facts.reason())),
        );
        if own_flips { scene.with_own_flips() } else { scene }
    });
    let gathered = tokio::task::spawn_blocking(move || {
        let parts = scene.gather(tests.as_ref())?;
        Ok((scene.facts, parts))
    });
    gathered.await.map_err(EngineError::task)?
}

/// Counts tokens by the provider, else by size: four bytes to a token.
async fn count(dispatch: &Dispatch, text: &str) -> (u64, bool) {
    let estimate = (text.len() as u64 / 4, true);
    let Ok(content) = text_block(text) else { return estimate };
    let settings = &dispatch.project.settings;
    let request = Request {
        model: settings.model.clone(),
        system: Vec::new(),
        messages: vec![Message {
            role: Speaker::User,
            content: vec![content],
        }],
        tools: Vec::new(),
        max_tokens: settings.max_tokens,
        thinking: false,
        extra: serde_json::Map::new(),
    };
    match dispatch.project.provider.count_tokens(&request).await {
        Ok(tokens) => (tokens, false),
        Err(error) => {
            tracing::info!(%error, "tokens are estimated");
            estimate
        }
    }
}

fn text_block(text: &str) -> Result<RawJson, EngineError> {
    RawJson::of(&json!({"type": "text", "text": text})).map_err(|error| EngineError::Task(error.to_string()))
}
