//! Turns: the streamed answer becomes transcript items, its usage becomes sums.

use super::At;
use crate::protocol::event::{
    BlockDelta, BlockFinished, BlockStarted, PartialBlock, RequestFailed, RequestRetried, ResponseFinished, TurnInterrupted,
    TurnStarted,
};
use crate::protocol::{BlockKind, CallId, CallStatus, Cost, Payload, Usage};
use crate::session::state::{Activity, Session, State, Totals};
use crate::session::timeline::{Call, ItemKind};

impl State {
    pub(super) fn turn_started(&mut self, at: At, event: &TurnStarted) {
        self.end_measured_turn(at);
        if let Some(session) = self.session_mut(at.session) {
            session.turn = event.turn;
            session.open_blocks.clear();
            session.act(at, Activity::Waiting);
        }
    }

    pub(super) fn request_retried(&mut self, at: At, event: &RequestRetried) {
        let (usage, cost) = (event.usage, event.cost);
        self.count(at, |totals| {
            totals.retries += 1;
            if usage != Usage::default() {
                totals.spend(usage, cost);
            }
        });
        let seconds = event.delay_ms.div_ceil(1000);
        let text = format!("{}; try {} in {seconds} s", event.error, event.attempt + 1);
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Retrying);
            session.tried_again(at, event);
            session.push(at, ItemKind::Trouble { text, fatal: false });
        }
    }

    pub(super) fn request_failed(&mut self, at: At, event: &RequestFailed) {
        if let Some(run) = &mut self.run {
            run.failure = Some(event.failure);
        }
        self.push(
            at,
            ItemKind::Trouble {
                text: event.error.clone(),
                fatal: true,
            },
        );
    }

    pub(super) fn block_started(&mut self, at: At, event: &BlockStarted) {
        let Some(session) = self.session_mut(at.session) else { return };
        let (kind, activity) = match &event.kind {
            BlockKind::Text => (
                ItemKind::Text {
                    text: String::new(),
                    done: false,
                },
                Activity::Writing,
            ),
            BlockKind::Thinking => (
                ItemKind::Thinking {
                    text: String::new(),
                    done: false,
                },
                Activity::Thinking,
            ),
            BlockKind::ToolUse => {
                let id = event.call.clone().unwrap_or_default();
                session.calls.insert(id.clone(), session.items.len());
                (
                    ItemKind::Call(Call::pending(id, event.tool.clone().unwrap_or_default())),
                    Activity::Writing,
                )
            }
            BlockKind::Other(_) => (
                ItemKind::Foreign {
                    kind: event.kind.clone(),
                    block: None,
                },
                Activity::Writing,
            ),
        };
        session.open_blocks.insert(event.index, session.items.len());
        session.push(at, kind);
        session.act(at, activity);
    }

    pub(super) fn block_delta(&mut self, at: At, event: &BlockDelta) {
        let Some(session) = self.session_mut(at.session) else { return };
        let Some(&index) = session.open_blocks.get(&event.index) else {
            return;
        };
        session.amend(index, at, |kind| match kind {
            ItemKind::Text { text, .. } | ItemKind::Thinking { text, .. } => text.push_str(&event.text),
            ItemKind::Call(call) => call.input.push_str(&event.text),
            _ => {}
        });
    }

    pub(super) fn block_finished(&mut self, at: At, event: &BlockFinished) {
        let Some(session) = self.session_mut(at.session) else { return };
        let Some(index) = session.open_blocks.remove(&event.index) else {
            return;
        };
        let block = event.block.value();
        let field = |name: &str| {
            block
                .get(name)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        session.amend(index, at, |kind| match kind {
            // The whole block replaces what the deltas built, so that dropped deltas leave no trace.
            ItemKind::Text { text, done } => (*text, *done) = (field("text"), true),
            ItemKind::Thinking { text, done } => (*text, *done) = (field("thinking"), true),
            ItemKind::Call(call) => {
                call.input = block.get("input").map(ToString::to_string).unwrap_or_default();
                call.input_done = true;
            }
            ItemKind::Foreign { block, .. } => *block = Some(event.block.clone()),
            _ => {}
        });
    }

    pub(super) fn response_finished(&mut self, at: At, event: &ResponseFinished) {
        let (usage, cost) = (event.usage, event.cost);
        self.count(at, |totals| totals.spend(usage, cost));
        if let Some(session) = self.session_mut(at.session) {
            session.close_blocks(at);
            session.context_tokens = usage.total();
        }
    }

    pub(super) fn turn_interrupted(&mut self, at: At, event: &TurnInterrupted) {
        if event.usage != Usage::default() {
            let (usage, cost) = (event.usage, event.cost);
            self.count(at, |totals| totals.spend(usage, cost));
        }
        if let Some(session) = self.session_mut(at.session) {
            session.keep_partial(at, &event.partial);
            session.push(
                at,
                ItemKind::Trouble {
                    text: format!("interrupted: {}", event.reason),
                    fatal: false,
                },
            );
        }
    }
}

impl Totals {
    fn spend(&mut self, usage: Usage, cost: Option<Cost>) {
        self.requests += 1;
        self.usage += usage;
        match cost {
            Some(cost) => self.cost += cost,
            None => self.unpriced_tokens += usage.total(),
        }
    }
}

impl Session {
    pub(super) fn close_blocks(&mut self, at: At) {
        for index in std::mem::take(&mut self.open_blocks).into_values() {
            self.amend(index, at, |kind| {
                if let ItemKind::Text { done, .. } | ItemKind::Thinking { done, .. } = kind {
                    *done = true;
                }
            });
        }
    }

    /// Blocks that never became whole are void for the model; the reader keeps what the event says was seen of them.
    fn keep_partial(&mut self, at: At, partial: &[PartialBlock]) {
        for (block, index) in std::mem::take(&mut self.open_blocks) {
            let seen = partial
                .iter()
                .find(|part| part.index == block)
                .map(|part| part.text.clone())
                .unwrap_or_default();
            self.amend(index, at, |kind| match kind {
                ItemKind::Text { text, done } | ItemKind::Thinking { text, done } => (*text, *done) = (seen, true),
                ItemKind::Call(call) => (call.input, call.status) = (seen, CallStatus::Cancelled),
                _ => {}
            });
        }
    }
}

impl Call {
    pub(super) fn pending(id: CallId, tool: String) -> Self {
        Self {
            id,
            tool,
            kind: None,
            title: String::new(),
            input: String::new(),
            input_done: false,
            status: CallStatus::Pending,
            waits: false,
            output: Payload::default(),
            exit_code: None,
            started: None,
            duration_ms: None,
            lines: None,
        }
    }
}
