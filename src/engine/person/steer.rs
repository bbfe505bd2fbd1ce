//! Commands of a person who steers: checked against the log, recorded, and told to the turn machine.
//!
//! Owns what may be asked when. Invariant: the machine's wishes are always a copy of the folded log's, so a run that is
//! read back or crashes waits for exactly what the screen said it waited for.

use crate::engine::context::dispatch::Dispatch;
use crate::engine::context::effect::Steering;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::proof::{beside, features};
use crate::harness::comments;
use crate::protocol::event::{PauseCancelled, PauseRequested, RunOrderChanged, RunPaused, RunResumed, SteerRefused};
use crate::protocol::{Command, Event, FeatureId, FeatureStatus, OrderChange, PauseMode, Steer};
use crate::session::{Hold, State};
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Returns what a person wants, as the log has it.
#[must_use]
pub fn standing(project: &Project) -> Steering {
    project.journal.with_state(|state| Steering {
        pause: state.run.as_ref().and_then(|run| run.hold.mode()),
        messages: state.messages.clone(),
        remark: None,
    })
}

/// Takes a command while a conversation runs. Returns what the machine must know.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn take(dispatch: &Dispatch, steer: Steer) -> Result<Steering, EngineError> {
    let project = &dispatch.project;
    let skipped = match &steer {
        Steer::Order {
            feature,
            change: OrderChange::Skip,
        } => Some(feature.clone()),
        _ => None,
    };
    record(project, steer)?;
    let remark = match skipped {
        Some(feature) => leave(dispatch, &feature)?,
        None => None,
    };
    Ok(Steering {
        remark,
        ..standing(project)
    })
}

/// Records a command, or why it cannot be done.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn record(project: &Project, steer: Steer) -> Result<(), EngineError> {
    let told = project.journal.with_state(|state| judge(state, steer));
    project.record(told.unwrap_or_else(|reason| SteerRefused { reason }.into()))
}

/// Holds between two sessions if a pause was asked for. Returns whether the run holds.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn hold(project: &Project) -> Result<bool, EngineError> {
    match project.journal.with_state(|state| state.run.as_ref().map(|run| run.hold)) {
        Some(Hold::Pausing { .. }) => project.record(RunPaused::default()).map(|()| true),
        Some(Hold::Paused { .. }) => Ok(true),
        Some(Hold::Free) | None => Ok(false),
    }
}

/// Does work that comes before a conversation, and takes what needs no conversation meanwhile; other commands are kept for it.
///
/// # Errors
/// As the work does, or if the log cannot be written.
pub async fn attend<T>(
    project: &Arc<Project>,
    commands: &mut mpsc::Receiver<Command>,
    early: &mut VecDeque<Command>,
    work: impl Future<Output = Result<T, EngineError>>,
) -> Result<T, EngineError> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            Some(command) = commands.recv() => match command {
                // Which feature is worked on is being decided: a change of the order must find that done.
                Command::Steer(steer) if !matches!(steer, Steer::Order { .. }) => record(project, steer)?,
                Command::RunTests { only } => beside::ask(project, only)?,
                Command::StopTests => project.beside.stop(),
                other => early.push_back(other),
            },
            done = &mut work => return done,
        }
    }
}

/// The feature that is worked on is skipped: takes up another. Returns what the agent must be told.
fn leave(dispatch: &Dispatch, feature: &FeatureId) -> Result<Option<String>, EngineError> {
    let skipped = dispatch
        .project
        .journal
        .with_state(|state| state.features.skipped.contains(feature));
    if !skipped || dispatch.facts.feature().as_ref() != Some(feature) || dispatch.facts.is_feature_done() {
        return Ok(None);
    }
    let left = format!(
        "[harness] The human skips {feature} for now: leave it. Undo what is half done of it, or commit it if it is sound."
    );
    go_on(dispatch, &left).map(Some)
}

/// Takes up another feature in place of one that is `left`, and returns both as told to the agent.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn go_on(dispatch: &Dispatch, left: &str) -> Result<String, EngineError> {
    let Some((next, reason)) = features::next(&dispatch.project) else {
        return Ok(format!(
            "{left} No other feature is left: write the progress note, commit, and call end_session."
        ));
    };
    features::take_up(&dispatch.project, &dispatch.facts, next.id.clone(), reason)?;
    Ok(format!(
        "{left} Next feature of this session: {} {}",
        next.id, next.description
    ))
}

/// Says what a command leads to. The error is for the person.
fn judge(state: &State, steer: Steer) -> Result<Event, String> {
    let hold = state.run.as_ref().map(|run| run.hold).unwrap_or_default();
    match (steer, hold) {
        (Steer::Pause { mode }, Hold::Free)
        | (
            Steer::Pause {
                mode: mode @ PauseMode::Now,
            },
            Hold::Pausing {
                mode: PauseMode::AfterStep,
                ..
            },
        ) => Ok(PauseRequested { mode }.into()),
        (Steer::Pause { .. }, Hold::Pausing { .. }) => Err("the run is pausing already".into()),
        (Steer::Pause { .. }, Hold::Paused { .. }) => Err("the run is paused already".into()),
        (Steer::CancelPause | Steer::Resume, Hold::Pausing { .. }) => Ok(PauseCancelled {}.into()),
        (Steer::CancelPause | Steer::Resume, Hold::Paused { .. }) => Ok(RunResumed {}.into()),
        (Steer::CancelPause | Steer::Resume, Hold::Free) => Err("the run is not paused".into()),
        (steer @ (Steer::Say { .. } | Steer::EditMessage { .. } | Steer::WithdrawMessage { .. }), _) => {
            comments::message(state, steer)
        }
        (Steer::Order { feature, change }, _) => reorder(state, feature, change),
    }
}

fn reorder(state: &State, feature: FeatureId, change: OrderChange) -> Result<Event, String> {
    let Some(row) = state.features.get(&feature) else {
        return Err(format!("there is no feature {feature}"));
    };
    if matches!(change, OrderChange::Skip | OrderChange::Pick) && row.feature.status == FeatureStatus::Passing {
        return Err(format!("{feature} passes already"));
    }
    Ok(RunOrderChanged { feature, change }.into())
}
