//! Gates: where a person will decide. For now policy answers, but the gate is opened and decided in the log like any other.

use super::error::EngineError;
use super::project::Project;
use crate::protocol::event::{GateDecided, GateDecision, GateKind, GateOpened};
use crate::protocol::{CallId, GateId, Oid};

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
        tree: Some(tree.clone()),
    })?;
    let (decision, reason) = (GateDecision::Approve, String::new());
    project.record(GateDecided {
        gate,
        decision,
        by: "policy".into(),
        reason: reason.clone(),
    })?;
    Ok((decision, reason))
}

fn next(project: &Project) -> GateId {
    project.journal.with_state(|state| state.last_gate).next()
}
