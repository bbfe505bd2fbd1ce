//! The one word for what a project does, and since when. Header, status, headless lines and window title all read it here.
//!
//! Invariant: every word but two follows from the log alone. "Stuck" also needs the time that it is now, which is handed in;
//! "interrupted" also needs to know that nobody holds the project's lock, which whoever reads the log tells as
//! [`crate::protocol::event::RunInterrupted`]. Each word's age is the word's own: a run is "running" since it last began to, be it with
//! a session or after a pause, a gate or a question.

use super::state::{Activity, Session, State};
use super::steering::{Hold, Retry};
use crate::protocol::event::{FlipBy, RetryCause, RunOutcome};
use crate::protocol::{Event, StopMode, TestPurpose};
use jiff::{SignedDuration, Timestamp};

/// A request or a tool that has told nothing for this long is called stuck. Longer than any pause that a healthy provider makes
/// in an answer; a command may well work longer without a word, and is then worth a look all the same.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// What the whole project is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// No run in the log.
    Empty,
    /// A session runs.
    Running,
    /// A session runs whose work goes round; the agent knows.
    Circling,
    /// A person is waited for.
    WaitingForYou,
    /// A pause was asked for.
    Pausing,
    /// The run holds until a person lets it go on.
    Paused,
    /// A stop was asked for that comes before the session's own end.
    Stopping,
    /// Nothing has been heard of the running request or tool for [`STUCK_AFTER`], whatever a person did meanwhile.
    Stuck,
    /// The provider lets no request through until the account may use more.
    UsageLimit,
    /// Between two sessions.
    BetweenSessions,
    /// The latest run was cut off: its process is gone.
    Interrupted,
    /// The latest run ended.
    Ended(RunOutcome),
}

impl Phase {
    /// Says whether a run is over, one way or another: nothing of it goes on.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Interrupted | Self::Ended(_))
    }

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "nothing run yet",
            Self::Running => "running",
            Self::Circling => "circling",
            Self::WaitingForYou => "waiting for you",
            Self::Pausing => "pausing",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Stuck => "stuck",
            Self::UsageLimit => "usage limit",
            Self::BetweenSessions => "between sessions",
            Self::Interrupted => "interrupted",
            Self::Ended(RunOutcome::AllPassing) => "done",
            Self::Ended(RunOutcome::Unproven) => "unproven",
            Self::Ended(RunOutcome::Stopped) => "stopped",
            Self::Ended(RunOutcome::Limit) => "limit met",
            Self::Ended(RunOutcome::Stalled) => "stalled",
            Self::Ended(RunOutcome::Failed) => "failed",
        }
    }
}

impl State {
    /// Returns what the project as a whole is doing, and since when, as far as the log alone tells.
    #[must_use]
    pub fn phase(&self) -> (Phase, Option<Timestamp>) {
        let Some(run) = &self.run else { return (Phase::Empty, None) };
        // How it ended stays so, whatever became of the features since: they are counted beside it, and a move back is named.
        if let Some((time, outcome, _)) = &run.ended {
            return (Phase::Ended(*outcome), Some(*time));
        }
        if let Some(last) = run.interrupted {
            return (Phase::Interrupted, Some(last));
        }
        let since = self.current().map_or(run.started, |session| session.activity_since);
        if let Some(gate) = self.open_gates.first() {
            return (Phase::WaitingForYou, Some(gate.since));
        }
        if !self.open_questions.is_empty() {
            return (Phase::WaitingForYou, Some(since));
        }
        if let Some(StopMode::AfterStep | StopMode::Now) = run.stopping {
            return (Phase::Stopping, run.stop_asked);
        }
        match run.hold {
            Hold::Paused { since } => return (Phase::Paused, Some(since)),
            Hold::Pausing { since, .. } => return (Phase::Pausing, Some(since)),
            Hold::Free => {}
        }
        let session = self.current().filter(|session| session.number >= run.first_session);
        match session.filter(|session| session.ended.is_none()) {
            Some(session) => match session.retrying() {
                Some(retry) if retry.cause == RetryCause::UsageLimit => (Phase::UsageLimit, Some(retry.since)),
                _ => match session.headway.circling_since() {
                    Some(since) => (Phase::Circling, Some(since)),
                    None => (Phase::Running, self.running_since.or(Some(session.started))),
                },
            },
            None => (Phase::BetweenSessions, Some(since)),
        }
    }

    /// As [`Self::phase`], and says whether the run is stuck at the time `now`.
    #[must_use]
    pub fn phase_at(&self, now: Timestamp) -> (Phase, Option<Timestamp>) {
        match self.stuck_at() {
            Some(at) if now >= at => (Phase::Stuck, self.last_sign),
            _ => self.phase(),
        }
    }

    /// Returns when the run is stuck, should nothing more be heard of what it does.
    #[must_use]
    pub fn stuck_at(&self) -> Option<Timestamp> {
        let is_at_work = matches!(self.phase().0, Phase::Running | Phase::Circling | Phase::Pausing);
        let session = self.current().filter(|session| is_at_work && session.ended.is_none())?;
        let last = self.last_sign?;
        // A request that waits to be sent again is expected to be silent until then.
        let silent_from = session.retrying().map_or(last, |retry| retry.until.max(last));
        silent_from.checked_add(STUCK_AFTER).ok()
    }

    /// Says whether an event tells nothing of whether the work goes on: a person did it, or it follows from what a person did.
    ///
    /// What lets the work go on after it waited for a person is not among them: the silence counts from there.
    pub(super) fn is_beside_the_work(&self, event: &Event) -> bool {
        match event {
            Event::StopRequested(_)
            | Event::StopCancelled(_)
            | Event::PauseRequested(_)
            | Event::PauseCancelled(_)
            | Event::MessageQueued(_)
            | Event::MessageEdited(_)
            | Event::MessageWithdrawn(_)
            | Event::RunOrderChanged(_)
            | Event::SteerRefused(_)
            | Event::LimitRaised(_)
            | Event::FeatureListLoaded(_)
            | Event::ExternalChangeSeen(_)
            | Event::TestRunQueued(_)
            | Event::QuestionHeld(_)
            | Event::QuestionReleased(_)
            | Event::RuleAdded(_)
            | Event::RuleRevoked(_)
            | Event::GateCommented(_)
            | Event::GateAnswerRefused(_)
            | Event::AutonomyChanged(_)
            | Event::CommitReviewed(_)
            | Event::ReviewRefused(_)
            | Event::CheckpointsDropped(_)
            | Event::MoveRefused(_)
            | Event::NotesEdited(_)
            | Event::NotesSaveRefused(_)
            | Event::FeatureListEdited(_)
            | Event::FeatureEditQueued(_)
            | Event::FeatureEditRefused(_)
            | Event::SectionRuled(_) => true,
            Event::FeatureFlipped(flip) => flip.by != FlipBy::Agent,
            Event::TestRunStarted(tests) => tests.purpose == TestPurpose::Asked,
            Event::TestRunFinished(tests) => tests.run.purpose == TestPurpose::Asked,
            Event::TestRunDropped(tests) => tests.purpose == TestPurpose::Asked,
            Event::TestRunProgressed(_) => {
                let running = self.tests.running.as_ref();
                running.is_some_and(|tests| tests.purpose == TestPurpose::Asked)
            }
            _ => false,
        }
    }
}

impl Session {
    fn retrying(&self) -> Option<Retry> {
        self.retry.filter(|_| self.activity == Activity::Retrying)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{FeatureListLoaded, Limits, RunEnded, RunStarted};
    use crate::protocol::{Autonomy, Envelope, FORMAT_VERSION, Feature, FeatureStatus, RunId, Seq, SessionNo};

    #[test]
    fn a_run_that_was_done_is_never_called_stopped() {
        let run = RunStarted {
            run: RunId::from("r"),
            project: "p".into(),
            workspace: "/w".into(),
            model: "m".into(),
            endpoint: "e".into(),
            version: "0".into(),
            limits: Limits::default(),
            autonomy: Autonomy::Auto,
            sandbox: "none".into(),
            window: None,
            earlier: None,
        };
        let list = |status| FeatureListLoaded {
            path: "feature_list.json".into(),
            features: vec![Feature {
                id: "F001".into(),
                status,
                ..Feature::default()
            }],
            notices: Vec::new(),
        };
        let ended = RunEnded {
            outcome: RunOutcome::AllPassing,
            reason: String::new(),
        };
        let events: [Event; 4] = [
            run.into(),
            list(FeatureStatus::Passing).into(),
            ended.into(),
            list(FeatureStatus::Failing).into(),
        ];
        let mut state = State::default();
        let mut words = Vec::new();
        for (at, event) in events.into_iter().enumerate() {
            state.apply(&Envelope {
                v: FORMAT_VERSION,
                seq: Seq(at as u64 + 1),
                time: Timestamp::UNIX_EPOCH,
                session: SessionNo(0),
                event,
            });
            words.push(state.phase().0.word());
        }
        assert_eq!(words, ["between sessions", "between sessions", "done", "done"]);
    }
}
