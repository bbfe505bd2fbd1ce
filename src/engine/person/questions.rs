//! Questions that the agent put to the human and that still wait.
//!
//! Owns how long one waits: patience, holds and their expiry. Records nothing. Invariant: policy never answers a question
//! that a person has open, and no hold outlives [`HOLD`] unless it is renewed.

use crate::harness::prompt::Attendance;
use crate::protocol::QuestionId;
use crate::protocol::command::HOLD;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

/// Longer than any run; stands for an instant that the clock cannot tell.
const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);

/// Waiting questions by number.
#[derive(Debug)]
pub struct Questions {
    attendance: Attendance,
    timeout: Duration,
    waiting: Mutex<HashMap<QuestionId, Open>>,
}

/// The book's side of a question.
#[derive(Debug)]
struct Open {
    answer: oneshot::Sender<String>,
    /// Until when a person holds it.
    hold: watch::Sender<Option<Instant>>,
}

/// The asker's side of a question.
#[derive(Debug)]
pub struct Waiting {
    answer: oneshot::Receiver<String>,
    hold: watch::Receiver<Option<Instant>>,
    patience: Patience,
}

/// How long a question still waits. Knows no clock: it is told what time it is.
#[derive(Debug)]
struct Patience {
    whole: Duration,
    held: bool,
    /// When the hold or, without one, the patience is over.
    over: Instant,
}

/// What became of a waiting question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A person answered.
    Answered(String),
    /// A person opened it.
    Held,
    /// Nobody has it open any more; patience has started anew.
    Released,
    /// Nobody answered in time, or it was withdrawn.
    Over,
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

    /// Says when a question that is asked or let go now is answered by policy.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        let patience = SignedDuration::try_from(self.patience()).ok()?;
        Timestamp::now().checked_add(patience).ok()
    }

    const fn patience(&self) -> Duration {
        match self.attendance {
            Attendance::Attended => self.timeout,
            Attendance::Unattended => Duration::ZERO,
        }
    }

    /// Registers a question; its patience starts now.
    pub fn ask(&self, question: QuestionId) -> Waiting {
        let (answer, answered) = oneshot::channel();
        let (hold, held) = watch::channel(None);
        self.book().insert(question, Open { answer, hold });
        Waiting {
            answer: answered,
            hold: held,
            patience: Patience::new(self.patience(), Instant::now()),
        }
    }

    /// Hands an answer to whoever asked. Returns whether somebody still waited for it.
    pub fn answer(&self, question: QuestionId, text: String) -> bool {
        let open = self.book().remove(&question);
        open.is_some_and(|open| open.answer.send(text).is_ok())
    }

    /// Keeps policy from answering for as long as [`HOLD`].
    pub fn hold(&self, question: QuestionId) {
        if let Some(open) = self.book().get(&question) {
            open.hold.send_replace(Some(after(Instant::now(), HOLD)));
        }
    }

    /// Ends a hold. Another client that still has the question open renews its own within a third of [`HOLD`].
    pub fn release(&self, question: QuestionId) {
        if let Some(open) = self.book().get(&question) {
            open.hold.send_replace(None);
        }
    }

    /// Forgets a question that nobody waits for any more.
    pub fn withdraw(&self, question: QuestionId) {
        self.book().remove(&question);
    }

    fn book(&self) -> MutexGuard<'_, HashMap<QuestionId, Open>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Returns an answer that came at the very moment at which the question was taken out of the book.
    pub fn late(&mut self) -> Option<String> {
        self.answer.try_recv().ok()
    }

    /// Waits for the next thing to happen. Nothing more happens after an answer or the end.
    pub async fn next(&mut self) -> Happened {
        loop {
            tokio::select! {
                biased;
                answered = &mut self.answer => return answered.map_or(Happened::Over, Happened::Answered),
                Ok(()) = self.hold.changed() => {
                    let hold = *self.hold.borrow_and_update();
                    if let Some(happened) = self.patience.hold(hold, Instant::now()) {
                        return happened;
                    }
                }
                () = tokio::time::sleep_until(self.patience.over) => return self.patience.over(Instant::now()),
            }
        }
    }
}

impl Patience {
    fn new(whole: Duration, now: Instant) -> Self {
        Self {
            whole,
            held: false,
            over: after(now, whole),
        }
    }

    /// A person holds the question until then, or let it go.
    fn hold(&mut self, until: Option<Instant>, now: Instant) -> Option<Happened> {
        match (until, self.held) {
            (Some(until), was) => {
                (self.held, self.over) = (true, until);
                (!was).then_some(Happened::Held)
            }
            (None, true) => Some(self.let_go(now)),
            (None, false) => None,
        }
    }

    /// The time is over: of a hold that nobody renewed, or of the patience.
    fn over(&mut self, now: Instant) -> Happened {
        if self.held { self.let_go(now) } else { Happened::Over }
    }

    fn let_go(&mut self, now: Instant) -> Happened {
        *self = Self::new(self.whole, now);
        Happened::Released
    }
}

fn after(now: Instant, time: Duration) -> Instant {
    now.checked_add(time).unwrap_or_else(|| now + FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Duration = Duration::from_secs(8);

    #[test]
    fn policy_answers_when_patience_is_over() {
        let now = Instant::now();
        let mut patience = Patience::new(WHOLE, now);
        assert_eq!(patience.over, now + WHOLE);
        assert_eq!(patience.over(now + WHOLE), Happened::Over);
    }

    #[test]
    fn a_renewed_hold_keeps_policy_away_and_patience_starts_anew_after_it() {
        let mut now = Instant::now();
        let mut patience = Patience::new(WHOLE, now);
        assert_eq!(patience.hold(Some(now + HOLD), now), Some(Happened::Held));
        for _ in 0..10 {
            now += HOLD / 3;
            assert_eq!(patience.hold(Some(now + HOLD), now), None, "a renewal is no news");
            assert_eq!(patience.over, now + HOLD);
        }
        assert_eq!(patience.hold(None, now), Some(Happened::Released));
        assert_eq!(patience.over, now + WHOLE, "the whole of it, not what was left");
        assert_eq!(patience.over(patience.over), Happened::Over);
    }

    #[test]
    fn a_hold_does_not_outlive_a_dead_client() {
        let now = Instant::now();
        let mut patience = Patience::new(WHOLE, now);
        patience.hold(Some(now + HOLD), now);
        assert_eq!(patience.over, now + HOLD);
        assert_eq!(patience.over(now + HOLD), Happened::Released);
        assert_eq!(patience.over(now + HOLD + WHOLE), Happened::Over);
    }

    #[tokio::test]
    async fn a_held_question_is_answered_by_the_person_and_waits_no_longer() {
        let book = Questions::new(Attendance::Attended, Duration::ZERO);
        let question = QuestionId(1);
        let mut waiting = book.ask(question);
        book.hold(question);
        assert_eq!(
            waiting.next().await,
            Happened::Held,
            "a hold comes before patience that is over"
        );
        assert!(book.answer(question, "yes".into()));
        assert_eq!(waiting.next().await, Happened::Answered("yes".into()));
        assert!(!book.answer(question, "no".into()));
    }
}
