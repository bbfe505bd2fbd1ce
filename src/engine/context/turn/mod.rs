//! The turn machine: pure, `(state, input) -> effects`. It decides; `driver` acts.
//!
//! Owns the conversation and the order of things: request, answer, calls one after the other, results, next request, end.
//! Knows no clock, no files, no provider. Invariant: after `End` it asks for nothing more, and no call is asked for whose block did not finish.

mod ending;
mod steering;

use crate::engine::context::conversation::{Conversation, ToolResult};
use crate::engine::context::effect::{Effect, Input, ProposedCall};
use crate::protocol::event::{
    BlockDelta, BlockFinished, BlockStarted, EndCause, Failure, LimitReached, PromptSent, RequestFailed, RequestRetried,
    ResponseFinished, TurnStarted,
};
use crate::protocol::{PauseMode, RawJson, StopMode, StopReason, TurnNo};
use crate::session::QueuedMessage;
use std::collections::{BTreeMap, VecDeque};
use steering::{ENDING, INTERRUPTED, void};

/// Answers cut off in a row before the session is given up.
const MAX_BROKEN: u32 = 5;
/// Times a model that stops without ending its session is reminded.
const MAX_REMINDERS: u32 = 2;
/// Turns a model may take after it was asked to hand off.
const HAND_OFF_TURNS: u32 = 3;

/// What the machine must know of its surroundings, all of it fixed for the session.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Context window in tokens.
    pub context_window: u64,
    /// Share of the window at which the model is asked to hand off, 0..1.
    pub reset_at: f64,
    /// Turns allowed.
    pub max_turns: Option<u32>,
    /// Said when the model stops without `end_session`.
    pub reminder: String,
    /// Said when the window fills up.
    pub hand_off: String,
}

/// State of one session's conversation.
#[derive(Debug)]
pub struct TurnMachine {
    rules: Rules,
    conversation: Conversation,
    phase: Phase,
    turn: TurnNo,
    blocks: Vec<RawJson>,
    open: BTreeMap<u32, String>,
    remarks: Vec<String>,
    stop: Option<StopMode>,
    limit: Option<LimitReached>,
    cancelling: bool,
    pause: Option<PauseMode>,
    messages: Vec<QueuedMessage>,
    /// The running step is being cut for a pause or a message that does not wait.
    interrupting: bool,
    /// The request has failed and waits to be sent again; nothing of its answer exists.
    retrying: bool,
    broken: u32,
    reminders: u32,
    hand_off: Option<u32>,
    /// Closing words of a session that is handed off because its work goes round.
    circling: Option<String>,
    used: u64,
}

#[derive(Debug)]
enum Phase {
    Idle,
    Requesting,
    Calling {
        waiting: VecDeque<ProposedCall>,
        results: Vec<ToolResult>,
        ends: Option<String>,
    },
    /// Between two steps, until a person lets it go on.
    Paused,
    /// Between two steps, a limit met, until it is decided what becomes of it.
    AtLimit,
    Ended,
}

impl TurnMachine {
    /// Makes a machine that waits for [`Input::Begin`].
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            conversation: Conversation::default(),
            phase: Phase::Idle,
            turn: TurnNo(0),
            blocks: Vec::new(),
            open: BTreeMap::new(),
            remarks: Vec::new(),
            stop: None,
            limit: None,
            cancelling: false,
            pause: None,
            messages: Vec::new(),
            interrupting: false,
            retrying: false,
            broken: 0,
            reminders: 0,
            hand_off: None,
            circling: None,
            used: 0,
        }
    }

    /// Returns the messages for the next request.
    #[must_use]
    pub const fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Takes one input.
    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        if matches!(self.phase, Phase::Ended) {
            return out;
        }
        match input {
            Input::Begin { first } => {
                self.conversation.say(&first);
                out.push(Effect::Record(
                    PromptSent {
                        from: "harness".into(),
                        text: first,
                    }
                    .into(),
                ));
                self.finish_step(&mut out);
            }
            Input::Retrying {
                attempt,
                delay_ms,
                error,
                cause,
                usage,
                cost,
            } => {
                self.retrying = true;
                out.push(Effect::Record(
                    RequestRetried {
                        attempt,
                        delay_ms,
                        error,
                        cause,
                        usage,
                        cost,
                    }
                    .into(),
                ));
                // Nothing of this step exists yet: a stop "after this step" need not wait for the provider to recover.
                if self.is_stopping() || self.limit.is_some() || self.pause.is_some() {
                    self.cancel_request(&mut out);
                }
            }
            Input::BlockStarted { index, kind, tool, call } => {
                self.retrying = false;
                self.open.insert(index, String::new());
                out.push(Effect::Record(BlockStarted { index, kind, tool, call }.into()));
            }
            Input::Delta { index, text } => {
                self.open.entry(index).or_default().push_str(&text);
                out.push(Effect::Record(BlockDelta { index, text }.into()));
            }
            Input::BlockFinished { index, kind, block } => {
                self.open.remove(&index);
                self.blocks.push(block.clone());
                out.push(Effect::Record(BlockFinished { index, kind, block }.into()));
            }
            Input::Answered {
                stop_reason,
                usage,
                cost,
                model,
                request_id,
            } => {
                self.broken = 0;
                self.cancelling = false;
                self.used = usage.total();
                let event = ResponseFinished {
                    stop_reason: stop_reason.clone(),
                    usage,
                    cost,
                    model,
                    request_id,
                };
                out.push(Effect::Record(event.into()));
                self.answered(&stop_reason, &mut out);
            }
            Input::Broken(broken) => self.broken_off(broken, &mut out),
            Input::ToolDone { result, ends } => self.tool_done(result, ends, &mut out),
            Input::Remark { text } => self.remarks.push(text),
            Input::HandOff { text, summary } => self.circles(text, summary),
            Input::Steered(steering) => self.steered(steering, &mut out),
            Input::CancelStop => self.stop_taken_back(&mut out),
            Input::Stop { mode } => self.stop_asked(mode, &mut out),
            Input::Limit { limit } => self.meet(limit, &mut out),
            Input::TimeUp { limit } => self.time_is_up(limit, &mut out),
            Input::LimitKept => self.limit_kept(&mut out),
            Input::LimitRaised { turns, next } => self.limit_raised(turns, next, &mut out),
        }
        out
    }

    /// Says whether a step is over with this input: no call of the model is left to run, and nothing was asked of it anew.
    #[must_use]
    pub fn settles(&self, input: &Input) -> bool {
        match (&self.phase, input) {
            (Phase::Idle, Input::Begin { .. }) | (Phase::Requesting, Input::Broken(_)) => true,
            (Phase::Requesting, Input::Answered { .. }) => self.blocks.iter().all(|block| ProposedCall::of(block).is_none()),
            (Phase::Calling { waiting, ends, .. }, Input::ToolDone { ends: ended, .. }) => {
                let cut = self.interrupting || self.stop == Some(StopMode::Now);
                waiting.is_empty() || cut || ends.is_some() || ended.is_some()
            }
            _ => self.rests(),
        }
    }

    /// Says whether the model stopped without ending its session, so that this input leads to the reminder.
    #[must_use]
    pub fn reminds(&self, input: &Input) -> bool {
        let stops = matches!(
            input,
            Input::Answered {
                stop_reason: StopReason::EndTurn | StopReason::StopSequence,
                ..
            }
        );
        stops && self.settles(input) && self.messages.is_empty() && self.stop.is_none() && self.reminders < MAX_REMINDERS
    }

    /// Changes what is said then: how things stand at that moment.
    pub fn remind_with(&mut self, text: String) {
        self.rules.reminder = text;
    }

    /// Says whether it is between two steps and stays there until a person lets it go on.
    #[must_use]
    pub const fn rests(&self) -> bool {
        matches!(self.phase, Phase::Paused)
    }

    fn next_turn(&mut self, out: &mut Vec<Effect>) {
        self.turn = self.turn.next();
        self.retrying = false;
        self.blocks.clear();
        self.open.clear();
        self.phase = Phase::Requesting;
        out.push(Effect::Record(TurnStarted { turn: self.turn }.into()));
        out.push(Effect::Request);
    }

    fn answered(&mut self, stop_reason: &StopReason, out: &mut Vec<Effect>) {
        // A block that never finished (max_tokens in the middle of a tool call) is void.
        self.open.clear();
        let blocks = std::mem::take(&mut self.blocks);
        let mut waiting: VecDeque<ProposedCall> = blocks.iter().filter_map(ProposedCall::of).collect();
        if self.stop == Some(StopMode::Now) && !waiting.is_empty() {
            // The answer was whole before the stop reached it; its calls are not run, and nothing is sent any more.
            return self.finish_step(out);
        }
        self.conversation.answer(blocks);
        if self.interrupting && !waiting.is_empty() {
            // So was this one, but the session goes on: every call gets an answer that says why it was not run.
            let results = void(waiting, INTERRUPTED, out);
            self.conversation.results(&results, &std::mem::take(&mut self.remarks));
            return self.finish_step(out);
        }
        if let Some(first) = waiting.pop_front() {
            self.reminders = 0;
            self.phase = Phase::Calling {
                waiting,
                results: Vec::new(),
                ends: None,
            };
            out.push(Effect::Call(first));
            return;
        }
        match stop_reason {
            StopReason::Refusal => {
                let error = "the model declined to go on; read its last words, then change the spec or the notes and run again";
                let failure = Failure::Provider;
                out.push(Effect::Record(
                    RequestFailed {
                        error: error.into(),
                        failure,
                    }
                    .into(),
                ));
                self.end(EndCause::Failed, error.into(), out);
            }
            StopReason::ModelContextWindowExceeded => self.end(EndCause::ContextFull, String::new(), out),
            StopReason::MaxTokens if self.reminders < MAX_REMINDERS => {
                self.reminders += 1;
                self.remarks
                    .push("Your answer was cut off at its maximum length. Go on, in smaller steps.".into());
                self.finish_step(out);
            }
            StopReason::PauseTurn => self.finish_step(out),
            // The model gets an answer to its words before it is reminded of anything.
            StopReason::EndTurn if !self.messages.is_empty() => {
                self.reminders = 0;
                self.finish_step(out);
            }
            StopReason::EndTurn | StopReason::MaxTokens | StopReason::StopSequence | StopReason::ToolUse | StopReason::Other(_) => {
                if self.reminders >= MAX_REMINDERS {
                    let summary = "the model stopped without calling end_session, although reminded".into();
                    return self.end(EndCause::GaveUp, summary, out);
                }
                self.reminders += 1;
                self.remarks.push(self.rules.reminder.clone());
                self.finish_step(out);
            }
        }
    }

    fn tool_done(&mut self, result: ToolResult, ended: Option<String>, out: &mut Vec<Effect>) {
        let Phase::Calling { waiting, results, ends } = &mut self.phase else {
            return;
        };
        results.push(result);
        if ended.is_some() {
            *ends = ended;
        }
        let ending = self.stop == Some(StopMode::Now) || ends.is_some();
        if ending || self.interrupting {
            // Every call needs an answer, also those that will never run.
            let why = if ending { ENDING } else { INTERRUPTED };
            results.extend(void(std::mem::take(waiting), why, out));
        } else if let Some(next) = waiting.pop_front() {
            out.push(Effect::Call(next));
            return;
        }
        let (results, ends) = (std::mem::take(results), ends.take());
        let remarks = std::mem::take(&mut self.remarks);
        // The last answer's usage knows nothing of these yet; four bytes to a token is near enough to see a full window coming.
        self.used += results.iter().map(|result| result.content.len() as u64 / 4).sum::<u64>();
        self.conversation.results(&results, &remarks);
        if let Some(summary) = ends {
            let cause = self.handed_off().map_or(EndCause::Finished, |(cause, _)| cause);
            return self.end(cause, summary, out);
        }
        self.finish_step(out);
    }

    /// A step is done: the place where stops, limits and the context window are looked at.
    fn finish_step(&mut self, out: &mut Vec<Effect>) {
        self.interrupting = false;
        if self.is_stopping() {
            return self.end(EndCause::Stopped, "stopped by the user".into(), out);
        }
        self.count_turns(out);
        if let Some(limit) = &self.limit {
            out.push(Effect::AskLimit(limit.clone()));
            self.phase = Phase::AtLimit;
            return;
        }
        if self.pause.is_some() {
            return self.hold(out);
        }
        #[expect(clippy::cast_precision_loss, reason = "tokens of one window")]
        let full = self.used as f64 >= self.rules.context_window as f64 * self.rules.reset_at;
        match self.hand_off {
            Some(0) => {
                let (cause, summary) = self.handed_off().unwrap_or((EndCause::ContextFull, String::new()));
                return self.end(cause, summary, out);
            }
            Some(left) => self.hand_off = Some(left - 1),
            None if full => {
                self.hand_off = Some(HAND_OFF_TURNS);
                self.remarks.push(self.rules.hand_off.clone());
            }
            None => {}
        }
        for remark in std::mem::take(&mut self.remarks) {
            self.conversation.say(&remark);
            out.push(Effect::Record(
                PromptSent {
                    from: "harness".into(),
                    text: remark,
                }
                .into(),
            ));
        }
        self.deliver(out);
        self.next_turn(out);
    }
}

#[cfg(test)]
mod tests;
