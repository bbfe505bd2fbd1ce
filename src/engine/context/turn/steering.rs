//! How a person's wishes reach the conversation: pauses between steps, steps that are cut, messages that are delivered.
//!
//! Invariant: whatever is cut, every tool call that the model has on record has its result in the next message.

use super::{Phase, TurnMachine};
use crate::engine::context::conversation::ToolResult;
use crate::engine::context::effect::{Effect, ProposedCall, Steering};
use crate::harness::comments;
use crate::protocol::event::{MessageDelivered, PromptSent, RunPaused, ToolFinished};
use crate::protocol::{CallStatus, Delivery, PauseMode, Payload};
use std::collections::VecDeque;

/// What the model is told of a call that never ran because its session ends.
pub(super) const ENDING: &str = "Not run: the session was ending.";
/// What the model is told of a call that never ran because a person cut the step.
pub(super) const INTERRUPTED: &str = "Not run: the human interrupted.";

impl TurnMachine {
    /// Takes a person's wishes as they stand now.
    pub(super) fn steered(&mut self, steering: Steering, out: &mut Vec<Effect>) {
        let Steering { pause, messages, remark } = steering;
        let urgent = messages
            .iter()
            .any(|message| message.when == Delivery::Now && !self.messages.iter().any(|known| known.id == message.id));
        let cut = urgent || pause == Some(PauseMode::Now) && self.pause != Some(PauseMode::Now);
        self.pause = pause;
        self.messages = messages;
        self.remarks.extend(remark);
        match &self.phase {
            Phase::Paused if self.pause.is_none() => self.finish_step(out),
            Phase::Requesting if cut => {
                self.interrupting = true;
                self.cancel_request(out);
            }
            Phase::Calling { .. } if cut => {
                self.interrupting = true;
                out.push(Effect::CancelCall);
            }
            // Nothing of this step exists yet, so there is nothing to wait for.
            Phase::Requesting if self.pause.is_some() && self.retrying => self.cancel_request(out),
            Phase::Idle | Phase::Requesting | Phase::Calling { .. } | Phase::Paused | Phase::AtLimit | Phase::Ended => {}
        }
    }

    pub(super) fn hold(&mut self, out: &mut Vec<Effect>) {
        self.phase = Phase::Paused;
        out.push(Effect::Record(RunPaused::default().into()));
    }

    /// Puts what waits to be said into the conversation, what could not wait first.
    pub(super) fn deliver(&mut self, out: &mut Vec<Effect>) {
        let mut messages = std::mem::take(&mut self.messages);
        messages.sort_by_key(|message| message.when != Delivery::Now);
        for message in messages {
            self.conversation.say(&comments::said(&message.text));
            self.used += message.text.len() as u64 / 4;
            out.push(Effect::Record(MessageDelivered { message: message.id }.into()));
            out.push(Effect::Record(
                PromptSent {
                    from: "human".into(),
                    text: message.text,
                }
                .into(),
            ));
        }
    }
}

/// Answers calls that never run, for the model and for the log.
pub(super) fn void(calls: VecDeque<ProposedCall>, why: &str, out: &mut Vec<Effect>) -> Vec<ToolResult> {
    let answer = |proposed: ProposedCall| {
        let finished = ToolFinished {
            call: proposed.call.clone(),
            status: CallStatus::Cancelled,
            output: Payload::inline(why.to_owned()),
            exit_code: None,
            duration_ms: 0,
            lines: None,
            running: None,
        };
        out.push(Effect::Record(finished.into()));
        ToolResult {
            call: proposed.call,
            content: why.to_owned(),
            is_error: true,
        }
    };
    calls.into_iter().map(answer).collect()
}
