//! Commands that wait for a person before they run.
//!
//! Owns which commands are asked about, and the words for a no. Invariant: at the level `manual` no command but a plain read runs
//! without a decision in the log, a person's or that of a rule which a person made.

use super::gates::{self, Policy};
use super::rules;
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::context::effect::ProposedCall;
use crate::engine::error::EngineError;
use crate::guard::command;
use crate::harness::comments;
use crate::protocol::GateDecision;
use crate::protocol::event::{GateKind, GateOpened};
use tokio_util::sync::CancellationToken;

/// What became of the question whether a call may run.
pub enum Permit {
    /// It may; a person's words on it, if any, go along with the result.
    Granted(String),
    /// It may not.
    Refused(Ran),
}

impl Dispatch {
    /// Asks the person about a command, where the level says so.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) async fn permit(
        &self,
        proposed: &ProposedCall,
        title: &str,
        cancel: &CancellationToken,
    ) -> Result<Permit, EngineError> {
        let granted = Permit::Granted(String::new());
        let project = &self.project;
        if proposed.tool != "bash" || !gates::level(project).asks(GateKind::Command) {
            return Ok(granted);
        }
        let input = proposed.input.value();
        let Some(script) = input.get("command").and_then(|command| command.as_str()) else {
            return Ok(granted);
        };
        if command::only_reads(script, &project.workspace) {
            return Ok(granted);
        }
        rules::take_withdrawn(project)?;
        let opened = GateOpened {
            gate: gates::next(project),
            what: GateKind::Command,
            call: proposed.call.clone(),
            title: title.to_owned(),
            body: script.to_owned(),
            tree: None,
            commit: None,
            particulars: None,
        };
        let settle = || {
            if let Some(directory) = self.toolbox.directory() {
                rules::settle(project, &directory);
            }
        };
        let decided = gates::ask_and(project, &opened, Policy::Approve, settle, cancel).await?;
        gates::decide(project, &decided)?;
        rules::used(project, &decided.by, &proposed.call)?;
        let written = comments::written(&decided.answer);
        Ok(match decided.answer.decision {
            GateDecision::Approve => Permit::Granted(written),
            GateDecision::Void => Permit::Refused(Ran::cancelled()),
            GateDecision::Reject => Permit::Refused(denied("", &written)),
            GateDecision::RejectAndStop => Permit::Refused(denied(" The run stops after this step.", &written)),
        })
    }
}

fn denied(stops: &str, written: &str) -> Ran {
    Ran::refused(format!(
        "Not run: the human denied this command. Do not try it in another form; find another way, or ask.{stops}{written}"
    ))
}
