//! Questions that the agent put to the human and that still wait.

use crate::harness::prompt::Attendance;
use crate::protocol::QuestionId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Waiting questions by number.
#[derive(Debug)]
pub struct Questions {
    attendance: Attendance,
    timeout: Duration,
    waiting: Mutex<HashMap<QuestionId, oneshot::Sender<String>>>,
}

impl Questions {
    /// Makes an empty book. Questions wait for `timeout` where somebody may answer, else not at all.
    #[must_use]
    pub fn new(attendance: Attendance, timeout: Duration) -> Self {
        Self {
            attendance,
            timeout,
            waiting: Mutex::default(),
        }
    }

    /// Who answers.
    #[must_use]
    pub const fn attendance(&self) -> Attendance {
        self.attendance
    }

    /// How long a question waits before policy answers it.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        match self.attendance {
            Attendance::Attended => self.timeout,
            Attendance::Unattended => Duration::ZERO,
        }
    }

    /// Registers a question; the answer comes through the receiver. It closes if the question is withdrawn.
    pub fn ask(&self, question: QuestionId) -> oneshot::Receiver<String> {
        let (sender, receiver) = oneshot::channel();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(question, sender);
        receiver
    }

    /// Hands an answer to whoever asked. Returns whether somebody still waited for it.
    pub fn answer(&self, question: QuestionId, text: String) -> bool {
        let sender = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&question);
        sender.is_some_and(|sender| sender.send(text).is_ok())
    }

    /// Forgets a question that nobody waits for any more.
    pub fn withdraw(&self, question: QuestionId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&question);
    }
}
