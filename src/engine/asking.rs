//! `ask_human`: puts the agent's question to the person and records what becomes of it.
//!
//! Owns the words of policy's answer; how long a question waits is `questions`' business. Invariant: every question asked
//! is answered in the log, by a person or by policy, or withdrawn there.

use super::dispatch::{Dispatch, Ran};
use super::error::EngineError;
use super::gates::is_ending;
use super::questions::Happened;
use crate::harness::prompt::Attendance;
use crate::protocol::QuestionId;
use crate::protocol::event::{QuestionAnswered, QuestionAsked, QuestionHeld, QuestionReleased, QuestionWithdrawn};
use tokio_util::sync::CancellationToken;

impl Dispatch {
    pub(super) async fn ask_human(
        &self,
        text: String,
        choices: Vec<String>,
        cancel: &CancellationToken,
    ) -> Result<Ran, EngineError> {
        let question = self.project.journal.with_state(|state| state.last_question).next();
        let questions = &self.project.questions;
        let why = match questions.attendance() {
            Attendance::Attended => "No answer came in time.",
            Attendance::Unattended => "Nobody is there to answer.",
        };
        let fallback = match choices.first() {
            Some(first) => format!("{why} Take the first choice: {first}"),
            None => format!("{why} Use your best judgement and note the decision in the progress notes."),
        };
        let mut waiting = questions.ask(question);
        let until = questions.until();
        self.project.record(QuestionAsked {
            question,
            text,
            choices,
            until,
        })?;
        let answered = loop {
            let happened = tokio::select! {
                biased;
                happened = waiting.next() => happened,
                () = cancel.cancelled() => {
                    questions.withdraw(question);
                    match waiting.late() {
                        Some(text) => break Some(text),
                        None => return self.withdraw(question),
                    }
                }
            };
            match happened {
                Happened::Answered(text) => break Some(text),
                Happened::Over => break None,
                Happened::Held => self.project.record(QuestionHeld { question })?,
                Happened::Released => {
                    let until = questions.until();
                    self.project.record(QuestionReleased { question, until })?;
                }
            }
        };
        questions.withdraw(question);
        let answered = answered.or_else(|| waiting.late());
        // A human's answer was recorded where the command came in, before it was handed over.
        Ok(match answered {
            Some(text) => Ran::done(format!("The human answers: {text}")),
            None => {
                self.project.record(QuestionAnswered {
                    question,
                    text: fallback.clone(),
                    by: "policy".into(),
                })?;
                Ran::done(fallback)
            }
        })
    }

    /// The person cut the step, or the run stops: nobody answers in their place.
    fn withdraw(&self, question: QuestionId) -> Result<Ran, EngineError> {
        let reason = if is_ending(&self.project) {
            "the run stops before anybody answered"
        } else {
            "the human interrupted before answering"
        };
        self.project.record(QuestionWithdrawn {
            question,
            reason: reason.to_owned(),
        })?;
        Ok(Ran::cancelled_because(format!(
            "Not answered: {reason}. The question is withdrawn; ask again if you still need to know."
        )))
    }
}
