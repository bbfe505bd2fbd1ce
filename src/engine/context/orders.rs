//! Commands of clients, as a session in the middle of its conversation takes them.
//!
//! Owns which part of the engine a command goes to; what it does there is that part's. Invariant: a command answers by events,
//! and reaches the model, if at all, as an input of the turn machine.

use super::dispatch::Dispatch;
use super::effect::Input;
use crate::engine::error::EngineError;
use crate::engine::person::edits::Wish;
use crate::engine::person::{asking, gates, review, rules, steer, window};
use crate::engine::proof::beside;
use crate::harness::comments;
use crate::harness::prompt::Attendance;
use crate::protocol::event::FeatureEditQueued;
use crate::protocol::{Command, GateDecision, StopMode};

impl Dispatch {
    /// Does what a command asks for while a session talks with the model. Returns what the conversation must know of it.
    ///
    /// # Errors
    /// Fails if the log or the notes cannot be written.
    pub(in crate::engine) async fn obey(&self, command: Command) -> Result<Option<Input>, EngineError> {
        match command {
            Command::Stop { mode } => {
                // A step that waits for a person who is not there would never end.
                let soon = mode != StopMode::AfterSession;
                if soon && self.project.questions.attendance() == Attendance::Unattended {
                    self.project.gates.let_go();
                }
                Ok(Some(Input::Stop { mode }))
            }
            Command::Move { target, seen, files } => {
                // Before the comparison: what writes on would make it another state each time.
                let ended = self.end_left_running("for the move back").await?;
                Ok(if self.project.agree_to_move(target, (&seen, files)).await? {
                    // At once: every further step would make it another state than the one that was agreed to.
                    Some(Input::Stop { mode: StopMode::Now })
                } else {
                    ended.map(|text| Input::Remark { text })
                })
            }
            Command::SetAutonomy { level } => {
                gates::set_level(&self.project, level)?;
                Ok(None)
            }
            Command::DecideGate(answer) => {
                let stops = answer.decision == GateDecision::RejectAndStop;
                let last_word = self.project.journal.with_state(|state| comments::last_word(state, &answer));
                let counts = gates::take(&self.project, answer)?;
                // Not as an input of the turn machine: it is for whoever comes after the stop.
                if let Some(message) = last_word.filter(|_| counts) {
                    self.project.record(message)?;
                }
                Ok((counts && stops).then_some(Input::Stop {
                    mode: StopMode::AfterStep,
                }))
            }
            Command::AddRule { pattern, scope, expiry } => {
                rules::add(&self.project, pattern, (scope, expiry), self.toolbox.directory())?;
                Ok(None)
            }
            Command::RevokeRule { rule } => {
                rules::revoke(&self.project, rule)?;
                Ok(None)
            }
            Command::ReviewCommit(reviewed) => {
                review::take(&self.project, reviewed)?;
                Ok(Some(Input::Steered(steer::standing(&self.project))))
            }
            Command::CommentGate(commented) => {
                review::comment(&self.project, commented)?;
                Ok(Some(Input::Steered(steer::standing(&self.project))))
            }
            Command::AnswerQuestion { question, text } => {
                asking::take(&self.project, question, text)?;
                Ok(None)
            }
            Command::SaveNotes { base, text } => {
                let told = window::save_notes(&self.project, &base, &text)?;
                Ok(told.map(|text| Input::Remark { text }))
            }
            Command::SetSection { section, rule, span } => {
                window::rule(&self.project, section, rule, span)?;
                Ok(None)
            }
            Command::RunTests { only } => {
                beside::ask(&self.project, only)?;
                Ok(None)
            }
            Command::EndProcesses => Ok(self.end_at_a_word().await?.map(|text| Input::Remark { text })),
            Command::StopTests => {
                self.project.beside.stop();
                Ok(None)
            }
            Command::EditFeatures { base, edit, reason } => {
                let (queued, why) = (edit.clone(), reason.clone());
                self.project.record(FeatureEditQueued {
                    edit: queued,
                    reason: why,
                })?;
                self.project.edits.keep(Wish { base, edit, reason });
                Ok(None)
            }
            Command::Steer(steer) => Ok(Some(Input::Steered(steer::take(self, steer)?))),
            Command::CancelStop => {
                self.project.stay();
                Ok(Some(Input::CancelStop))
            }
            Command::HoldQuestion { question } => {
                self.project.questions.hold(question);
                Ok(None)
            }
            Command::ReleaseQuestion { question } => {
                self.project.questions.release(question);
                Ok(None)
            }
        }
    }
}
