//! Carries out the turn machine's effects: the only place of a session where IO, time and commands meet.
//!
//! Owns the running request, the running call, the question about a limit, and the clock that joins text deltas. Invariant: when
//! `drive` returns, no request and no tool of the session is running any more, and no gate of it waits.

use super::dispatch::{CallDone, Dispatch};
use super::effect::{Broken, Effect, Input};
use super::turn::TurnMachine;
use crate::engine::error::EngineError;
use crate::engine::person::{edits, raise, steer};
use crate::engine::run::{claimed, limits};
use crate::protocol::event::{EndCause, Failure, LimitReached, RetryCause};
use crate::protocol::{Command, RawJson, Usage};
use crate::provider::{Request, StreamItem};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Text deltas are joined to about ten a second: enough to read along, little enough to keep for ever.
const JOIN_DELTAS: Duration = Duration::from_millis(100);

/// Bytes after which an answer is cut off, whatever the provider says that it may be: a thousand times a long one.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// What a request carries besides the messages; the same for all of a session, so that the prompt cache holds.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Model id.
    pub model: String,
    /// System blocks.
    pub system: Vec<RawJson>,
    /// Tool definitions.
    pub tools: Vec<RawJson>,
    /// Longest answer in tokens.
    pub max_tokens: u32,
    /// Whether the model may reason.
    pub thinking: bool,
}

/// Drives one session's conversation from its first message to its end.
pub struct Driver<'a> {
    machine: TurnMachine,
    dispatch: Arc<Dispatch>,
    frame: Frame,
    commands: &'a mut mpsc::Receiver<Command>,
    remarks: &'a mut mpsc::Receiver<String>,
    cancel: CancellationToken,
    request: Option<(mpsc::Receiver<StreamItem>, CancellationToken)>,
    call: Option<(JoinHandle<Result<CallDone, EngineError>>, CancellationToken)>,
    limit: Option<(JoinHandle<Result<raise::Answer, EngineError>>, CancellationToken)>,
    delta: Option<(u32, String)>,
    /// Bytes of the running answer.
    answer: usize,
    flushed: Instant,
}

impl<'a> Driver<'a> {
    /// Makes a driver. Cancelling `cancel` stops whatever runs, as a last resort; a user's stop comes as a command.
    pub fn new(
        machine: TurnMachine,
        dispatch: Arc<Dispatch>,
        frame: Frame,
        commands: &'a mut mpsc::Receiver<Command>,
        remarks: &'a mut mpsc::Receiver<String>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            machine,
            dispatch,
            frame,
            commands,
            remarks,
            cancel,
            request: None,
            call: None,
            limit: None,
            delta: None,
            answer: 0,
            flushed: Instant::now(),
        }
    }

    /// Runs the conversation; `early` are commands that came before it. Returns why it ended and its closing words.
    ///
    /// # Errors
    /// Fails if the log cannot be written; whatever was running is stopped first.
    pub async fn drive(mut self, first: String, early: VecDeque<Command>) -> Result<(EndCause, String), EngineError> {
        let ended = self.converse(first, early).await;
        if let Some((_, cancel)) = &self.request {
            cancel.cancel();
        }
        if let Some((call, cancel)) = self.call.take() {
            cancel.cancel();
            // Its result has nowhere to go, but it must be over before the session is.
            let _ = call.await;
        }
        if let Some((asked, cancel)) = self.limit.take() {
            cancel.cancel();
            // So must the gate be: whoever looks at it is told that it no longer waits.
            let _ = asked.await;
        }
        ended
    }

    async fn converse(&mut self, first: String, early: VecDeque<Command>) -> Result<(EndCause, String), EngineError> {
        let mut inputs = VecDeque::from([Input::Steered(steer::standing(&self.dispatch.project))]);
        for command in early {
            inputs.extend(self.dispatch.obey(command).await?);
        }
        inputs.push_back(Input::Begin { first });
        loop {
            while let Some(input) = inputs.pop_front() {
                if self.machine.settles(&input) {
                    self.edit_list().await?;
                    // As with a remark, the machine only keeps it for the next request.
                    if self.machine.goes_on(&input)
                        && let Some(told) = self.dispatch.mind_circling()?
                    {
                        self.machine.step(told);
                    }
                }
                if self.machine.reminds(&input) {
                    let cancel = self.cancel.child_token();
                    let (reminder, asked) = claimed::answer_stop(&self.dispatch, self.commands, &cancel).await?;
                    self.machine.remind_with(reminder);
                    inputs.extend(asked);
                }
                for input in self.with_limits(input) {
                    for effect in self.machine.step(input) {
                        if let Some(end) = self.perform(effect)? {
                            return Ok(end);
                        }
                    }
                }
            }
            if self.machine.rests() {
                self.edit_list().await?;
            }
            inputs.extend(self.next().await?);
        }
    }

    /// Carries out a person's edits of the feature list: between two steps, so that the next request tells of them.
    async fn edit_list(&mut self) -> Result<(), EngineError> {
        for text in edits::in_session(&self.dispatch).await? {
            // A remark only waits for the next request; it asks for nothing.
            self.machine.step(Input::Remark { text });
        }
        Ok(())
    }

    /// Puts a met limit before any input that may lead to another request.
    fn with_limits(&self, input: Input) -> Vec<Input> {
        if !input.asks_again() {
            return vec![input];
        }
        match self.met() {
            // An answer's own tokens count only once it is recorded; so does its price.
            Some(limit) if matches!(input, Input::Answered { .. }) => vec![input, Input::Limit { limit }],
            Some(limit) => vec![Input::Limit { limit }, input],
            None => vec![input],
        }
    }

    fn met(&self) -> Option<LimitReached> {
        self.dispatch
            .project
            .journal
            .with_state(|state| limits::met(state, jiff::Timestamp::now()))
    }

    /// What the machine is told of an answered question about a limit.
    fn past_limit(&self, answer: raise::Answer) -> Input {
        match answer {
            raise::Answer::Ends => Input::LimitKept,
            raise::Answer::GoesOn(limits) => Input::LimitRaised {
                turns: limits.turns,
                next: self.met(),
            },
        }
    }

    fn perform(&mut self, effect: Effect) -> Result<Option<(EndCause, String)>, EngineError> {
        match effect {
            Effect::Record(event) => self.dispatch.project.record(*event)?,
            Effect::Request => {
                let request = Request {
                    model: self.frame.model.clone(),
                    system: self.frame.system.clone(),
                    messages: self.machine.conversation().messages().to_vec(),
                    tools: self.frame.tools.clone(),
                    max_tokens: self.frame.max_tokens,
                    thinking: self.frame.thinking,
                    extra: serde_json::Map::new(),
                };
                let cancel = self.cancel.child_token();
                self.answer = 0;
                self.request = Some((self.dispatch.project.provider.stream(request, cancel.clone()), cancel));
            }
            Effect::CancelRequest => {
                if let Some((_, cancel)) = &self.request {
                    cancel.cancel();
                }
            }
            Effect::Call(call) => {
                let (dispatch, cancel) = (Arc::clone(&self.dispatch), self.cancel.child_token());
                let token = cancel.clone();
                self.call = Some((tokio::spawn(async move { dispatch.call(call, token).await }), cancel));
            }
            Effect::AskLimit(limit) => {
                let (dispatch, cancel) = (Arc::clone(&self.dispatch), self.cancel.child_token());
                let token = cancel.clone();
                let asking = tokio::spawn(async move { raise::ask(&dispatch.project, &limit, &token).await });
                self.limit = Some((asking, cancel));
            }
            Effect::CancelCall => {
                if let Some((_, cancel)) = &self.call {
                    cancel.cancel();
                }
            }
            Effect::End { cause, summary } => return Ok(Some((cause, summary))),
        }
        Ok(None)
    }

    /// When the time of the run is to be looked at, while a request is open.
    fn time_is_up_in(&self) -> Option<Duration> {
        let asks = self.request.is_some() && !self.machine.has_met_limit();
        let journal = asks.then_some(&self.dispatch.project.journal)?;
        journal.with_state(|state| limits::look_in(state, jiff::Timestamp::now()))
    }

    /// Waits for the next thing to happen.
    async fn next(&mut self) -> Result<Vec<Input>, EngineError> {
        loop {
            let left = self.time_is_up_in();
            let flush_at = self.flushed + JOIN_DELTAS;
            tokio::select! {
                biased;
                Some(command) = self.commands.recv() => {
                    let input = self.dispatch.obey(command).await?;
                    if input.is_some() || self.machine.rests() {
                        return Ok(input.into_iter().collect());
                    }
                }
                Some(text) = self.remarks.recv() => return Ok(vec![Input::Remark { text }]),
                item = receive(&mut self.request) => {
                    let inputs = self.streamed(item);
                    if !inputs.is_empty() {
                        return Ok(inputs);
                    }
                }
                done = join(&mut self.call) => {
                    self.call = None;
                    let done = done.map_err(EngineError::task)??;
                    let standing = Input::Steered(steer::standing(&self.dispatch.project)); // As an answer at a gate left it.
                    return Ok(vec![standing, Input::ToolDone { result: done.result, ends: done.ends }]);
                }
                answer = join(&mut self.limit) => {
                    self.limit = None;
                    let answer = answer.map_err(EngineError::task)??;
                    return Ok(vec![self.past_limit(answer)]);
                }
                () = tokio::time::sleep(left.unwrap_or_default()), if left.is_some() => {
                    if let Some(limit) = self.met() {
                        return Ok(vec![Input::TimeUp { limit }]);
                    }
                }
                () = tokio::time::sleep_until(flush_at), if self.delta.is_some() => return Ok(self.flush().into_iter().collect()),
            }
        }
    }

    /// Turns a stream item into inputs; deltas wait to be joined.
    fn streamed(&mut self, item: Option<StreamItem>) -> Vec<Input> {
        let input = match item {
            Some(StreamItem::Delta { index, text }) => return self.grow(index, text),
            Some(StreamItem::Started { .. }) => return Vec::new(),
            Some(StreamItem::Retrying {
                attempt,
                delay,
                error,
                usage,
            }) => {
                let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
                let cost = self.dispatch.project.price(&self.frame.model, &usage);
                Input::Retrying {
                    attempt,
                    delay_ms,
                    cause: if error.is_usage_limit() {
                        RetryCause::UsageLimit
                    } else {
                        RetryCause::Other
                    },
                    error: error.to_string(),
                    usage,
                    cost,
                }
            }
            Some(StreamItem::BlockStarted { index, kind, tool, call }) => Input::BlockStarted { index, kind, tool, call },
            Some(StreamItem::BlockFinished { index, kind, block }) => Input::BlockFinished { index, kind, block },
            Some(StreamItem::Finished {
                stop_reason,
                usage,
                model,
                request_id,
            }) => {
                self.request = None;
                let cost = self.dispatch.project.price(&self.frame.model, &usage);
                Input::Answered {
                    stop_reason,
                    usage,
                    cost,
                    model,
                    request_id,
                }
            }
            Some(StreamItem::Failed { error, usage, partial }) => {
                self.request = None;
                let cost = self.dispatch.project.price(&self.frame.model, &usage);
                let failure = match &error {
                    error if error.is_about_the_key() => Failure::Key,
                    error if error.is_prompt_too_long() => Failure::ContextFull,
                    _ => Failure::Provider,
                };
                let error = if self.answer > LONGEST_ANSWER {
                    format!("the answer grew past {} MB and was cut off", LONGEST_ANSWER >> 20)
                } else {
                    error.to_string()
                };
                Input::Broken(Broken {
                    error,
                    failure,
                    partial,
                    usage,
                    cost,
                })
            }
            None => {
                self.request = None;
                let error = "the provider's task ended without a word".into();
                let (failure, usage) = (Failure::Provider, Usage::default());
                Input::Broken(Broken {
                    error,
                    failure,
                    partial: true,
                    usage,
                    cost: None,
                })
            }
        };
        self.flush().into_iter().chain([input]).collect()
    }

    fn grow(&mut self, index: u32, text: String) -> Vec<Input> {
        let mut out = Vec::new();
        self.answer += text.len();
        if self.answer > LONGEST_ANSWER
            && let Some((_, cancel)) = &self.request
        {
            cancel.cancel();
            return out;
        }
        match &mut self.delta {
            Some((at, joined)) if *at == index => joined.push_str(&text),
            _ => {
                out.extend(self.flush());
                self.delta = Some((index, text));
            }
        }
        if self.flushed.elapsed() >= JOIN_DELTAS {
            out.extend(self.flush());
        }
        out
    }

    fn flush(&mut self) -> Option<Input> {
        let (index, text) = self.delta.take()?;
        self.flushed = Instant::now();
        Some(Input::Delta { index, text })
    }
}

async fn receive(request: &mut Option<(mpsc::Receiver<StreamItem>, CancellationToken)>) -> Option<StreamItem> {
    match request {
        Some((items, _)) => items.recv().await,
        None => std::future::pending().await,
    }
}

async fn join<T>(call: &mut Option<(JoinHandle<T>, CancellationToken)>) -> Result<T, tokio::task::JoinError> {
    match call {
        Some((handle, _)) => handle.await,
        None => std::future::pending().await,
    }
}
