//! Gates: where a person will decide. For now policy answers, but the gate is opened and decided in the log like any other.

use super::error::EngineError;
use super::project::Project;
use crate::protocol::event::{GateAnswerRefused, GateDecided, GateKind, GateOpened};
use crate::protocol::{CallId, GateAnswer, GateDecision, GateId, Oid};

/// Opens and decides the gate of a commit. Returns the decision and its reason.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn commit(project: &Project, call: &CallId, message: &str, tree: &Oid) -> Result<(GateDecision, String), EngineError> {
    let gate = next(project);
    let title = message.lines().next().unwrap_or_default().to_owned();
    project.record(GateOpened {
        gate,
        what: GateKind::Commit,
        call: call.clone(),
        title,
        body: message.to_owned(),
        tree: Some(tree.clone()),
        commit: None,
    })?;
    let (decision, reason) = (GateDecision::Approve, String::new());
    project.record(GateDecided {
        gate,
        decision,
        by: "policy".into(),
        reason: reason.clone(),
        tree: Some(tree.clone()),
        message: None,
        comments: Vec::new(),
        seen: None,
    })?;
    Ok((decision, reason))
}

/// Says that an answer came for a gate that does not wait.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn refuse_stray(project: &Project, answer: &GateAnswer) -> Result<(), EngineError> {
    project.record(GateAnswerRefused {
        gate: answer.gate,
        reason: format!("{} does not wait for an answer any more", answer.gate),
    })
}

fn next(project: &Project) -> GateId {
    project.journal.with_state(|state| state.last_gate).next()
}
