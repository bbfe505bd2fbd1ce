//! The run: session after session until every feature passes, a limit is met, headway stops, or the user stops it.
//!
//! Owns the decision which session comes next and when there is none. Invariant: whatever happens, the log gets its `run_ended`,
//! unless the log itself is what failed.

use super::circling::Onward;
use super::left_running::NOTHING_RUNS;
use super::session::{self, Opening, Outcome};
use super::victory::{self, Verdict};
use super::{audit, limits};
use crate::engine::error::EngineError;
use crate::engine::person::edits::{self, Wish};
use crate::engine::person::{asking, gates, raise, review, rules, steer, window};
use crate::engine::project::Project;
use crate::engine::proof::{beside, features};
use crate::harness::select;
use crate::protocol::event::{EndCause, ExternalChangeSeen, LimitReached, RunEnded, RunOutcome, SteerRefused, StopRequested};
use crate::protocol::{Command, Feature, FeatureId, FeatureStatus, Role, StopMode};
use crate::store::StoreError;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Runs sessions until there is a reason to end.
pub struct Supervisor {
    /// The project.
    pub project: Arc<Project>,
    /// What the first session is made from.
    pub spec: Option<String>,
    /// Whether the list's word counts as the person's for features that nobody has shown to pass.
    pub trust_list: bool,
    /// What happened while no run was on.
    pub earlier: Vec<ExternalChangeSeen>,
    /// What clients ask for.
    pub commands: mpsc::Receiver<Command>,
    /// What the agent must be told of outside changes.
    pub remarks: mpsc::Receiver<String>,
    /// Gets the reason when the end of the run could not be recorded: the log is lost then.
    pub loss: Arc<OnceLock<String>>,
    /// Last resort: stops whatever runs.
    pub cancel: CancellationToken,
}

impl Supervisor {
    /// Runs to the end and records it.
    pub async fn run(mut self) -> RunEnded {
        let ended = match self.sessions().await {
            Ok(ended) => ended,
            Err(error) => RunEnded {
                outcome: RunOutcome::Failed,
                reason: error.to_string(),
            },
        };
        self.project.beside.end().await;
        if let Err(error) = self.project.record(ended.clone()) {
            tracing::error!(%error, "the end of the run could not be recorded");
            // Of a log that failed before, the first failure is what tells.
            let cause = match error {
                EngineError::Store(StoreError::Poisoned { cause, .. }) => cause,
                other => other.to_string(),
            };
            let _ = self.loss.set(cause);
        }
        ended
    }

    async fn sessions(&mut self) -> Result<RunEnded, EngineError> {
        let (mut idle, mut done) = (0, 0);
        loop {
            let role = match self.next_role().await? {
                Ok(role) => role,
                Err(ended) => match self.conclude(ended).await? {
                    Some(ended) => return Ok(ended),
                    None => continue,
                },
            };
            if let Some(limit) = limits::sessions(done, raise::in_force(&self.project).sessions) {
                match self.past_limit(limit).await? {
                    Some(ended) => return Ok(ended),
                    // A person who was asked may have changed the list too: what comes next is looked at anew.
                    None => continue,
                }
            }
            let opening = Opening {
                role,
                spec: self.spec.clone(),
                earlier: std::mem::take(&mut self.earlier),
            };
            let outcome = session::run(
                &self.project,
                opening,
                &mut self.commands,
                &mut self.remarks,
                self.cancel.child_token(),
            )
            .await?;
            done += 1;
            edits::between_sessions(&self.project).await?;
            if let Some(ended) = self.project.make_planned_move().await? {
                return Ok(ended);
            }
            match self.past_circling(&outcome).await? {
                Onward::Anew => idle = 0,
                Onward::AsEver => {
                    if let Some(ended) = verdict(&outcome, &mut idle, self.project.settings.stall_sessions) {
                        return Ok(ended);
                    }
                }
                Onward::Ends(ended) => return Ok(self.project.make_planned_move().await?.unwrap_or(ended)),
            }
            if self.next_role().await?.is_ok()
                && let Some(ended) = audit::hold(&self.project)?
            {
                return Ok(ended);
            }
            if self.next_role().await?.is_ok() && (self.stops_after_session() || self.pause().await?) {
                return Ok(self.project.make_planned_move().await?.unwrap_or_else(stopped));
            }
        }
    }

    /// Which role comes next, or why none does.
    async fn next_role(&self) -> Result<Result<Role, RunEnded>, EngineError> {
        // Read, not recorded: what is found belongs into the session that it decides on.
        let Some(list) = features::read(&self.project)? else {
            return Ok(Ok(Role::Initializer));
        };
        let features = list.features();
        let begun = self.project.git(|repo| repo.head()).await?.is_some();
        if select::role(features, begun) == Role::Initializer {
            return Ok(Ok(Role::Initializer));
        }
        if features.iter().all(|feature| feature.status == FeatureStatus::Passing) {
            let reason = format!("all {} features pass", features.len());
            return Ok(Err(RunEnded {
                outcome: RunOutcome::AllPassing,
                reason,
            }));
        }
        if let Some(ended) = self.only_skipped_left(features) {
            return Ok(Err(ended));
        }
        Ok(Ok(Role::Coding))
    }

    /// How the run ends if every feature that does not pass is left out, by a person or because it went round.
    fn only_skipped_left(&self, features: &[Feature]) -> Option<RunEnded> {
        let open: Vec<&Feature> = features
            .iter()
            .filter(|feature| feature.status != FeatureStatus::Passing)
            .collect();
        self.project.journal.with_state(|state| {
            let board = &state.features;
            // Before its first event the log still tells of the run before.
            let left_out = state.takes_orders() && open.iter().all(|feature| board.skipped.contains(&feature.id));
            let given_up = |id: &FeatureId| board.get(id).is_some_and(|row| row.track.is_given_up);
            let ids: Vec<&str> = open.iter().map(|feature| feature.id.as_str()).collect();
            let round: Vec<&str> = open
                .iter()
                .filter(|one| given_up(&one.id))
                .map(|one| one.id.as_str())
                .collect();
            let (outcome, reason) = if round.is_empty() {
                let told = "every feature passes but those that you skipped";
                let reason = format!("{told}: {}; a new run takes them up again", ids.join(", "));
                (RunOutcome::Stopped, reason)
            } else {
                let told = format!("every feature passes but those left out: {}", ids.join(", "));
                let next = "read their last sessions, tell the agent another way by a message or the notes, and run again";
                (
                    RunOutcome::Stalled,
                    format!("{told}; work went round on {}: {next}", round.join(", ")),
                )
            };
            left_out.then_some(RunEnded { outcome, reason })
        })
    }

    fn stops_after_session(&self) -> bool {
        self.project.journal.with_state(|state| {
            state
                .run
                .as_ref()
                .is_some_and(|run| run.stopping == Some(StopMode::AfterSession))
        })
    }

    /// All sessions of the run are had: asks whether it may go on, where somebody may be asked. Returns how it ends otherwise.
    async fn past_limit(&mut self, limit: LimitReached) -> Result<Option<RunEnded>, EngineError> {
        self.project.record(limit.clone())?;
        let (cancel, project) = (self.cancel.child_token(), Arc::clone(&self.project));
        let Some(answer) = self.attend(&cancel, raise::ask(&project, &limit, &cancel)).await? else {
            return Ok(Some(self.project.make_planned_move().await?.unwrap_or_else(stopped)));
        };
        let reason = format!("{}; raise the limit and run again to go on", limit.detail);
        Ok((answer == raise::Answer::Ends).then_some(RunEnded {
            outcome: RunOutcome::Limit,
            reason,
        }))
    }

    /// Every feature passes by the list: looks whether that holds. `None` if it does not, and the run goes on.
    async fn conclude(&mut self, ended: RunEnded) -> Result<Option<RunEnded>, EngineError> {
        if ended.outcome != RunOutcome::AllPassing {
            return Ok(Some(ended));
        }
        let (cancel, project) = (self.cancel.child_token(), Arc::clone(&self.project));
        let end = |outcome, reason| Ok(Some(RunEnded { outcome, reason }));
        let trust = self.trust_list;
        match self.attend(&cancel, victory::look(&project, trust, &cancel)).await? {
            Some(Verdict::Done(reason)) => end(RunOutcome::AllPassing, reason),
            Some(Verdict::SetBack(_)) => Ok(None),
            Some(Verdict::Unproven(ids)) => end(RunOutcome::Unproven, victory::unproven(&project, &ids)),
            Some(Verdict::Unknown(reason)) => end(RunOutcome::Failed, reason),
            Some(Verdict::Cut) | None => Ok(Some(self.project.make_planned_move().await?.unwrap_or_else(stopped))),
        }
    }

    /// Does work between two sessions and takes commands meanwhile; one that stops the run cancels the work, which is waited for.
    /// `None` if that happened.
    pub(in crate::engine) async fn attend<T>(
        &mut self,
        cancel: &CancellationToken,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<Option<T>, EngineError> {
        let mut work = pin!(work);
        let mut stopped = false;
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok((!stopped).then_some(done?)),
                Some(command) = self.commands.recv(), if !stopped => {
                    if self.take(command).await? {
                        stopped = true;
                        cancel.cancel();
                    }
                }
            }
        }
    }

    /// The breath between two sessions, and a pause that a person asked for. Returns whether the user asked to stop.
    async fn pause(&mut self) -> Result<bool, EngineError> {
        let pause = tokio::time::sleep(Duration::from_millis(self.project.settings.session_pause_ms));
        tokio::pin!(pause);
        loop {
            let held = steer::hold(&self.project)?;
            tokio::select! {
                biased;
                Some(command) = self.commands.recv() => {
                    if self.take(command).await? {
                        return Ok(true);
                    }
                }
                () = self.cancel.cancelled() => return Ok(true),
                () = &mut pause, if !held => return Ok(false),
            }
        }
    }

    /// Does what a command asks for while no session runs. Returns whether the run shall stop.
    async fn take(&mut self, command: Command) -> Result<bool, EngineError> {
        match command {
            Command::Stop { mode } => {
                self.project.record(StopRequested { mode })?;
                return Ok(true);
            }
            Command::Move { target, seen, files } => return self.project.agree_to_move(target, (&seen, files)).await,
            Command::DecideGate(answer) => drop(gates::take(&self.project, answer)?),
            Command::Steer(steer) => steer::record(&self.project, steer)?,
            Command::SetAutonomy { level } => gates::set_level(&self.project, level)?,
            Command::AddRule { pattern, scope, expiry } => rules::add(&self.project, pattern, (scope, expiry), None)?,
            Command::RevokeRule { rule } => rules::revoke(&self.project, rule)?,
            Command::ReviewCommit(reviewed) => review::take(&self.project, reviewed)?,
            Command::CommentGate(commented) => review::comment(&self.project, commented)?,
            Command::SaveNotes { base, text } => drop(window::save_notes(&self.project, &base, &text)?),
            Command::EditFeatures { base, edit, reason } => {
                self.project.edits.keep(Wish { base, edit, reason });
                edits::between_sessions(&self.project).await?;
            }
            Command::RunTests { only } => beside::ask(&self.project, only)?,
            Command::StopTests => self.project.beside.stop(),
            Command::EndProcesses => self.project.record(SteerRefused {
                reason: NOTHING_RUNS.to_owned(),
            })?,
            Command::SetSection { section, rule, span } => window::rule(&self.project, section, rule, span)?,
            Command::CancelStop => {}
            Command::AnswerQuestion { question, text } => asking::take(&self.project, question, text)?,
            Command::HoldQuestion { question } => self.project.questions.hold(question),
            Command::ReleaseQuestion { question } => self.project.questions.release(question),
        }
        Ok(false)
    }
}

/// What a session's outcome means for the run; `None` to go on.
fn verdict(outcome: &Outcome, idle: &mut u32, stall_sessions: u32) -> Option<RunEnded> {
    match outcome.cause {
        EndCause::Stopped => return Some(stopped()),
        EndCause::Limit => {
            let reason = format!("{}; raise the limit and run again to go on", outcome.summary);
            return Some(RunEnded {
                outcome: RunOutcome::Limit,
                reason,
            });
        }
        // The provider has been tried for as long as the settings allow; a new session would meet the same.
        EndCause::Failed => {
            return Some(RunEnded {
                outcome: RunOutcome::Failed,
                reason: outcome.summary.clone(),
            });
        }
        EndCause::Finished | EndCause::ContextFull | EndCause::GaveUp | EndCause::Circling => {}
    }
    *idle = if outcome.headway { 0 } else { *idle + 1 };
    (*idle >= stall_sessions).then(|| {
        let reason = format!("{idle} sessions in a row made no commit; read the last one, then steer it by the notes");
        RunEnded {
            outcome: RunOutcome::Stalled,
            reason,
        }
    })
}

pub(in crate::engine) fn stopped() -> RunEnded {
    RunEnded {
        outcome: RunOutcome::Stopped,
        reason: "stopped by the user; run again to go on".into(),
    }
}
