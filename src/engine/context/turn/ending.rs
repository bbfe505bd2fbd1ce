//! How turns and sessions end before their time: stops, cut answers, failures.

use super::{HAND_OFF_TURNS, MAX_BROKEN, Phase, TurnMachine};
use crate::engine::context::effect::{Broken, Effect, Input};
use crate::protocol::event::{
    EndCause, Failure, LimitKind, LimitReached, PartialBlock, RequestFailed, StopCancelled, StopRequested, TurnInterrupted,
};
use crate::protocol::{Cost, StopMode, Usage};

impl TurnMachine {
    /// The request's end still comes, as [`Input::Broken`] with what was spent on it, or as a whole answer that was faster.
    pub(super) fn cancel_request(&mut self, out: &mut Vec<Effect>) {
        if !self.cancelling {
            self.cancelling = true;
            out.push(Effect::CancelRequest);
        }
    }

    pub(super) fn broken_off(&mut self, broken: Broken, out: &mut Vec<Effect>) {
        let Broken {
            error,
            failure,
            partial,
            usage,
            cost,
        } = broken;
        if std::mem::take(&mut self.cancelling) {
            let why = if self.interrupting {
                "by the human, before the answer was whole"
            } else if self.limit.as_ref().is_some_and(|met| met.limit == LimitKind::Time) && self.stop.is_none() {
                "the time of the run was up before the answer was whole"
            } else {
                "stopped before the answer was whole"
            };
            out.push(self.interrupted(why.into(), usage, cost));
            return self.finish_step(out);
        }
        if failure == Failure::ContextFull {
            return self.end(EndCause::ContextFull, error, out);
        }
        if !partial {
            out.push(Effect::Record(
                RequestFailed {
                    error: error.clone(),
                    failure,
                }
                .into(),
            ));
            return self.end(EndCause::Failed, error, out);
        }
        out.push(self.interrupted(error.clone(), usage, cost));
        self.broken += 1;
        if self.broken >= MAX_BROKEN {
            let error = format!("{MAX_BROKEN} answers in a row were cut off, the last by: {error}");
            out.push(Effect::Record(
                RequestFailed {
                    error: error.clone(),
                    failure,
                }
                .into(),
            ));
            return self.end(EndCause::Failed, error, out);
        }
        // Nothing of the answer was acted on, so the same request may go out again.
        self.finish_step(out);
    }

    /// Whether a stop was asked for that does not wait for the session's own end.
    pub(super) const fn is_stopping(&self) -> bool {
        matches!(self.stop, Some(StopMode::AfterStep | StopMode::Now))
    }

    pub(super) fn stop_asked(&mut self, mode: StopMode, out: &mut Vec<Effect>) {
        out.push(Effect::Record(StopRequested { mode }.into()));
        if self.stop != Some(StopMode::Now) {
            self.stop = Some(mode);
        }
        match (&self.phase, mode) {
            (Phase::Requesting, StopMode::Now) => self.cancel_request(out),
            (Phase::Calling { .. }, StopMode::Now) => out.push(Effect::CancelCall),
            (Phase::Requesting, StopMode::AfterStep) if self.retrying => self.cancel_request(out),
            (Phase::Idle | Phase::Paused | Phase::AtLimit, StopMode::AfterStep | StopMode::Now) => {
                self.end(EndCause::Stopped, "stopped by the user".into(), out);
            }
            (Phase::Requesting | Phase::Calling { .. }, StopMode::AfterStep) | (_, StopMode::AfterSession) | (Phase::Ended, _) => {}
        }
    }

    /// Notes that a limit is met: it is looked at once the step is over.
    pub(super) fn meet(&mut self, limit: LimitReached, out: &mut Vec<Effect>) {
        if self.limit.is_none() {
            out.push(Effect::Record(limit.clone().into()));
            self.limit = Some(limit);
        }
    }

    /// Cuts the open request, as an interruption does; anything else that runs has its end before the next request, where limits are
    /// looked at anyway.
    pub(super) fn time_is_up(&mut self, limit: LimitReached, out: &mut Vec<Effect>) {
        if matches!(self.phase, Phase::Requesting) && self.limit.is_none() {
            self.meet(limit, out);
            self.cancel_request(out);
        }
    }

    /// Says whether a limit was met that is not looked at yet.
    #[must_use]
    pub const fn has_met_limit(&self) -> bool {
        self.limit.is_some()
    }

    /// Notes that the session has had all its turns, if it has.
    pub(super) fn count_turns(&mut self, out: &mut Vec<Effect>) {
        if let Some(max) = self.rules.max_turns
            && self.turn.0 >= max
            && self.limit.is_none()
        {
            let limit = LimitReached {
                limit: LimitKind::Turns,
                detail: format!("{max} of {max} turns of this session"),
            };
            out.push(Effect::Record(limit.clone().into()));
            self.limit = Some(limit);
        }
    }

    /// Says whether the session goes on after this input as far as the model knows: it has not ended it, nor was it asked to.
    #[must_use]
    pub const fn goes_on(&self, input: &Input) -> bool {
        self.hand_off.is_none() && !matches!(input, Input::ToolDone { ends: Some(_), .. })
    }

    /// Asks the model to hand off. The step that is just over is none of the turns that it has left.
    pub(super) fn circles(&mut self, text: String, summary: String) {
        if self.hand_off.is_none() {
            self.hand_off = Some(HAND_OFF_TURNS + 1);
            self.circling = Some(summary);
            self.remarks.push(text);
        }
    }

    /// Why the session is being handed off, if it is, with words for a model that finds none.
    pub(super) fn handed_off(&self) -> Option<(EndCause, String)> {
        self.hand_off?;
        Some(match &self.circling {
            Some(summary) => (EndCause::Circling, summary.clone()),
            None => (EndCause::ContextFull, "the context window is full".to_owned()),
        })
    }

    pub(super) fn limit_kept(&mut self, out: &mut Vec<Effect>) {
        if let (Phase::AtLimit, Some(limit)) = (&self.phase, &self.limit) {
            let summary = limit.detail.clone();
            self.end(EndCause::Limit, summary, out);
        }
    }

    /// Goes on where it stood, or asks about the next limit.
    pub(super) fn limit_raised(&mut self, turns: Option<u32>, next: Option<LimitReached>, out: &mut Vec<Effect>) {
        if !matches!(self.phase, Phase::AtLimit) {
            return;
        }
        self.rules.max_turns = turns;
        out.extend(next.iter().map(|limit| Effect::Record(limit.clone().into())));
        self.limit = next;
        self.finish_step(out);
    }

    /// A request that was cut for the sake of the stop cannot be had back: then the stop stays.
    pub(super) fn stop_taken_back(&mut self, out: &mut Vec<Effect>) {
        let late = self.stop == Some(StopMode::AfterStep) && self.cancelling;
        if matches!(self.stop, Some(StopMode::AfterStep | StopMode::AfterSession)) && !late {
            self.stop = None;
            out.push(Effect::Record(StopCancelled {}.into()));
        }
    }

    pub(super) fn interrupted(&mut self, reason: String, usage: Usage, cost: Option<Cost>) -> Effect {
        let partial = std::mem::take(&mut self.open)
            .into_iter()
            .map(|(index, text)| PartialBlock { index, text })
            .collect();
        self.blocks.clear();
        Effect::Record(
            TurnInterrupted {
                reason,
                partial,
                usage,
                cost,
            }
            .into(),
        )
    }

    pub(super) fn end(&mut self, cause: EndCause, summary: String, out: &mut Vec<Effect>) {
        self.phase = Phase::Ended;
        out.push(Effect::End { cause, summary });
    }
}
