//! Questions to the person: put, waited for, and what became of them recorded.
//!
//! Owns the words of policy's answer to the agent's questions; how long a question waits is `questions`' business. Invariant: every
//! question asked is answered in the log, by a person or by policy, or withdrawn there.

use super::gates::is_ending;
use super::questions::Happened;
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::prompt::Attendance;
use crate::protocol::event::{QuestionAnswered, QuestionAsked, QuestionHeld, QuestionReleased, QuestionWithdrawn};
use crate::protocol::{FeatureId, QuestionId};
use tokio_util::sync::CancellationToken;

/// What a person is asked.
pub struct Question {
    /// The question.
    pub text: String,
    /// Answers it suggests, may be empty.
    pub choices: Vec<String>,
    /// Which of them counts if nobody answers; `None`: the first.
    pub default: Option<usize>,
    /// The feature that the harness asks about; `None` for a question of the agent.
    pub about: Option<FeatureId>,
    /// What is recorded as policy's answer.
    pub fallback: String,
}

/// What became of a question.
pub enum Answered {
    /// A person typed this.
    Person(String),
    /// Nobody answered in time.
    Policy,
    /// It was taken back, for this reason.
    Withdrawn(&'static str),
}

impl Question {
    /// Which choice a person means who typed this.
    pub fn meant(&self, typed: &str) -> Option<usize> {
        self.asked(QuestionId::default(), None).meant(typed)
    }

    fn asked(&self, question: QuestionId, until: Option<jiff::Timestamp>) -> QuestionAsked {
        QuestionAsked {
            question,
            text: self.text.clone(),
            choices: self.choices.clone(),
            default: self.default,
            about: self.about.clone(),
            until,
        }
    }
}

/// Asks, and waits for whichever comes first: an answer, the end of patience, or the cancelling.
///
/// # Errors
/// Fails if the log cannot be written.
pub async fn put(project: &Project, asked: &Question, cancel: &CancellationToken) -> Result<Answered, EngineError> {
    let question = project.journal.with_state(|state| state.last_question).next();
    let questions = &project.questions;
    let mut waiting = questions.ask(question);
    project.record(asked.asked(question, questions.until()))?;
    let answered = loop {
        let happened = tokio::select! {
            biased;
            happened = waiting.next() => happened,
            () = cancel.cancelled() => {
                questions.withdraw(question);
                match waiting.late() {
                    Some(text) => break Some(text),
                    None => return withdraw(project, question).map(Answered::Withdrawn),
                }
            }
        };
        match happened {
            Happened::Answered(text) => break Some(text),
            Happened::Over => break None,
            Happened::Held => project.record(QuestionHeld { question })?,
            Happened::Released => {
                let until = questions.until();
                project.record(QuestionReleased { question, until })?;
            }
        }
    };
    questions.withdraw(question);
    // A human's answer was recorded where the command came in, before it was handed over.
    if let Some(text) = answered.or_else(|| waiting.late()) {
        return Ok(Answered::Person(text));
    }
    project.record(QuestionAnswered {
        question,
        text: asked.fallback.clone(),
        by: "policy".into(),
    })?;
    Ok(Answered::Policy)
}

/// Takes a person's answer.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn take(project: &Project, question: QuestionId, text: String) -> Result<(), EngineError> {
    if project.questions.answer(question, text.clone()) {
        project.record(QuestionAnswered {
            question,
            text,
            by: "human".into(),
        })?;
    }
    Ok(())
}

/// The person cut the step, or the run stops: nobody answers in their place.
fn withdraw(project: &Project, question: QuestionId) -> Result<&'static str, EngineError> {
    let reason = if is_ending(project) {
        "the run stops before anybody answered"
    } else {
        "the human interrupted before answering"
    };
    project.record(QuestionWithdrawn {
        question,
        reason: reason.to_owned(),
    })?;
    Ok(reason)
}

impl Dispatch {
    pub(in crate::engine) async fn ask_human(
        &self,
        text: String,
        choices: Vec<String>,
        default: Option<usize>,
        cancel: &CancellationToken,
    ) -> Result<Ran, EngineError> {
        let why = match self.project.questions.attendance() {
            Attendance::Attended => "No answer came in time.",
            Attendance::Unattended => "Nobody is there to answer.",
        };
        let fallback = match (choices.get(default.unwrap_or_default()), default) {
            (Some(own), Some(_)) => format!("{why} Take your default: {own}"),
            (Some(first), None) => format!("{why} Take the first choice: {first}"),
            (None, _) => format!("{why} Use your best judgement and note the decision in the progress notes."),
        };
        let asked = Question {
            text,
            choices,
            default,
            about: None,
            fallback,
        };
        Ok(match put(&self.project, &asked, cancel).await? {
            Answered::Person(text) => Ran::done(format!("The human answers: {text}")),
            Answered::Policy => Ran::done(asked.fallback),
            Answered::Withdrawn(reason) => Ran::cancelled_because(format!(
                "Not answered: {reason}. The question is withdrawn; ask again if you still need to know."
            )),
        })
    }
}
