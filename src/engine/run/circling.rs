//! What is done about work that goes round: the agent is told, then the session is handed off, then a person is asked.
//!
//! Owns where the settings' thresholds meet the measure, and what the agent and the person are told. Does not own the measure
//! ([`crate::session::headway`]). Invariant: each step stands in the log before it is taken, and each is taken once in a streak.

use super::session::Outcome;
use super::supervisor::{Supervisor, stopped};
use crate::engine::context::dispatch::Dispatch;
use crate::engine::context::effect::Input;
use crate::engine::error::EngineError;
use crate::engine::person::asking::{self, Answered, Question};
use crate::engine::person::gates;
use crate::engine::person::steer;
use crate::harness::prompt::Attendance;
use crate::protocol::event::{CirclingSeen, CirclingStep, EndCause, GateKind, RunEnded, RunOrderChanged};
use crate::protocol::{Delivery, FeatureId, FeatureStatus, OrderChange, Steer};
use crate::session::State;
use std::sync::Arc;

/// How the run goes on after a session.
pub enum Onward {
    /// As it would anyway.
    AsEver,
    /// On another course, which deserves all its patience.
    Anew,
    /// Not at all.
    Ends(RunEnded),
}

impl Dispatch {
    /// Looks at the measure between two steps. Returns what the conversation must know, if a threshold is reached.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) fn mind_circling(&self) -> Result<Option<Input>, EngineError> {
        let settings = self.project.settings.circling;
        let found = self.project.journal.with_state(|state| {
            let session = state.current()?;
            let headway = &session.headway;
            let rounds = headway.rounds();
            let reached = |threshold: u32| threshold > 0 && rounds >= threshold;
            let step = match (reached(settings.hand_off), reached(settings.told)) {
                _ if headway.is_handed_off() => return None,
                (true, _) => CirclingStep::HandedOff,
                (false, true) if headway.circling_since().is_none() => CirclingStep::Told,
                (false, _) => return None,
            };
            Some(CirclingSeen {
                feature: session.feature.clone(),
                step,
                rounds,
                repeats: headway.repeats(),
            })
        });
        let Some(seen) = found else { return Ok(None) };
        self.project.record(seen.clone())?;
        let text = self.project.prompts.circling(&seen);
        Ok(Some(if seen.step == CirclingStep::HandedOff {
            let summary = format!("the work went round: {}", seen.repeated());
            Input::HandOff { text, summary }
        } else {
            Input::Remark { text }
        }))
    }
}

/// A feature on which session after session went round.
struct Stuck {
    feature: FeatureId,
    sessions: u32,
    last: Option<CirclingSeen>,
}

impl Stuck {
    /// Finds whether it is time to ask about the feature of the session that has just ended.
    fn find(state: &State, most: u32) -> Option<Self> {
        let session = state.current()?;
        let row = state.features.get(session.feature.as_ref()?)?;
        let feature = row.feature.id.clone();
        let open = row.feature.status != FeatureStatus::Passing && !state.features.skipped.contains(&feature);
        (open && most > 0 && row.track.handed_off >= most).then_some(Self {
            feature,
            sessions: row.track.handed_off,
            last: session.circled().cloned(),
        })
    }

    fn seen(&self, step: CirclingStep) -> CirclingSeen {
        CirclingSeen {
            feature: Some(self.feature.clone()),
            step,
            rounds: self.sessions,
            repeats: self.last.as_ref().map(|last| last.repeats.clone()).unwrap_or_default(),
        }
    }

    fn question(&self) -> Question {
        let Self { feature, sessions, .. } = self;
        let repeated = self.last.as_ref().map(CirclingSeen::repeated).unwrap_or_default();
        let ended = match sessions {
            1 => "a session was".to_owned(),
            n => format!("{n} sessions were"),
        };
        Question {
            text: format!(
                "{feature} goes round: {ended} ended for it. The last one repeated: {repeated}.\n\nWhat shall become \
                 of {feature}? An answer in your own words goes to the agent as a message, and it tries again."
            ),
            choices: vec![
                format!("go on: a fresh session tries {feature} again"),
                format!("skip {feature} for the rest of this run"),
                "stop the run".to_owned(),
            ],
            default: None,
            about: Some(feature.clone()),
            fallback: format!("Nobody answered in time: {feature} is left out for the rest of this run."),
        }
    }
}

impl Supervisor {
    /// After a session that went round: asks a person what becomes of its feature, once that happened often enough. Where nobody is
    /// asked or answers, the feature is left out of the run.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) async fn past_circling(&mut self, outcome: &Outcome) -> Result<Onward, EngineError> {
        let project = Arc::clone(&self.project);
        let most = project.settings.circling.ask;
        let stuck = project.journal.with_state(|state| Stuck::find(state, most));
        let Some(stuck) = stuck.filter(|_| outcome.cause == EndCause::Circling) else {
            return Ok(Onward::AsEver);
        };
        // Another try is work past what was meant for the feature: who is asked about limits is asked about it.
        let attended = project.questions.attendance() == Attendance::Attended;
        if !attended || !gates::level(&project).asks(GateKind::Limit) {
            return self.leave_out(&stuck);
        }
        project.record(stuck.seen(CirclingStep::Asked))?;
        let question = stuck.question();
        let cancel = self.cancel.child_token();
        let asking = asking::put(&project, &question, &cancel);
        let typed = match self.attend(&cancel, asking).await? {
            Some(Answered::Person(typed)) => typed,
            Some(Answered::Policy) => return self.leave_out(&stuck),
            Some(Answered::Withdrawn(_)) | None => return Ok(Onward::Ends(stopped())),
        };
        match question.meant(&typed) {
            Some(0) => {}
            Some(1) => skip(&project, &stuck.feature)?,
            Some(_) => return Ok(Onward::Ends(stopped())),
            None => {
                let when = Delivery::NextStep;
                steer::record(&project, Steer::Say { text: typed, when })?;
            }
        }
        Ok(Onward::Anew)
    }

    fn leave_out(&self, stuck: &Stuck) -> Result<Onward, EngineError> {
        self.project.record(stuck.seen(CirclingStep::Skipped))?;
        skip(&self.project, &stuck.feature)?;
        Ok(Onward::Anew)
    }
}

fn skip(project: &crate::engine::project::Project, feature: &FeatureId) -> Result<(), EngineError> {
    project.record(RunOrderChanged {
        feature: feature.clone(),
        change: OrderChange::Skip,
    })
}
