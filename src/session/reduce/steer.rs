//! What a person does to a live run: pauses, messages, the order of the features.

use super::At;
use crate::protocol::event::{MessageEdited, MessageQueued, PauseRequested, RequestRetried, RunOrderChanged, RunPaused};
use crate::protocol::{FeatureId, MessageId, OrderChange};
use crate::session::state::{Fate, FeatureBoard, Run, Session, State};
use crate::session::steering::{Hold, QueuedMessage, Retry};
use crate::session::timeline::ItemKind;
use jiff::{SignedDuration, Timestamp};

impl State {
    pub(super) const fn pause_requested(&mut self, at: At, event: &PauseRequested) {
        if let Some(run) = &mut self.run {
            run.hold = Hold::Pausing {
                mode: event.mode,
                since: at.time,
            };
        }
    }

    pub(super) const fn pause_cancelled(&mut self) {
        if let Some(run) = &mut self.run {
            run.hold = Hold::Free;
        }
    }

    pub(super) fn run_paused(&mut self, at: At, event: &RunPaused) {
        if let Some(run) = &mut self.run {
            run.hold = Hold::Paused { since: at.time };
            run.held_because.clone_from(&event.because);
        }
        let because = event.because.clone();
        self.push(at, ItemKind::Paused { until: None, because });
    }

    /// The pause that lasts is over: its line says how long it was.
    pub(super) fn end_pause_item(&mut self, at: At) {
        self.amend_last(at, |kind| match kind {
            ItemKind::Paused { until: until @ None, .. } => {
                *until = Some(at.time);
                true
            }
            _ => false,
        });
    }

    pub(super) fn run_resumed(&mut self, at: At) {
        if let Some(run) = &mut self.run {
            run.release(at.time);
        }
        self.end_pause_item(at);
        // The silence of the pause is not the agent's.
        if let Some(session) = self.session_mut(at.session)
            && session.ended.is_none()
        {
            session.activity_since = at.time;
        }
    }

    pub(super) fn message_queued(&mut self, at: At, event: &MessageQueued) {
        self.last_message = event.message;
        self.messages.push(QueuedMessage {
            id: event.message,
            text: event.text.clone(),
            when: event.when,
            since: at.time,
        });
    }

    pub(super) fn message_edited(&mut self, event: &MessageEdited) {
        if let Some(message) = self.messages.iter_mut().find(|message| message.id == event.message) {
            message.text.clone_from(&event.text);
        }
    }

    pub(super) fn message_gone(&mut self, id: MessageId, fate: Fate) {
        self.messages.retain(|message| message.id != id);
        if let Some(remark) = self.remarks.iter_mut().rev().find(|remark| remark.message == Some(id)) {
            remark.fate = fate;
        }
    }

    pub(super) fn run_order_changed(&mut self, event: &RunOrderChanged) {
        self.features.reorder(&event.feature, event.change);
    }
}

impl Run {
    /// Returns how long the run has been paused in all, a pause that still lasts included; without the time that gates waited.
    #[must_use]
    pub fn paused_at(&self, now: Timestamp) -> SignedDuration {
        match self.hold {
            Hold::Paused { since } => self.paused + now.duration_since(since).max(SignedDuration::ZERO),
            Hold::Free | Hold::Pausing { .. } => self.paused,
        }
    }

    /// Ends a pause, if there is one.
    pub(super) fn release(&mut self, now: Timestamp) {
        self.held_because = None;
        if let Hold::Paused { since } = std::mem::take(&mut self.hold) {
            self.paused += now.duration_since(since).max(SignedDuration::ZERO);
        }
    }
}

impl FeatureBoard {
    /// A feature is skipped, picked, or neither.
    fn reorder(&mut self, feature: &FeatureId, change: OrderChange) {
        self.skipped.retain(|id| id != feature);
        self.picked.retain(|id| id != feature);
        match change {
            OrderChange::Skip => self.skipped.push(feature.clone()),
            OrderChange::Pick => self.picked.insert(0, feature.clone()),
            OrderChange::Unskip | OrderChange::Unpick => {}
        }
    }
}

impl Session {
    /// Notes until when a failed request waits; `since` goes back to the first failure of the same kind.
    pub(super) fn tried_again(&mut self, at: At, event: &RequestRetried) {
        let before = self.retry.filter(|retry| retry.cause == event.cause);
        let delay = SignedDuration::from_millis(i64::try_from(event.delay_ms).unwrap_or(i64::MAX));
        self.retry = Some(Retry {
            cause: event.cause,
            since: before.map_or(at.time, |retry| retry.since),
            until: at.time.saturating_add(delay).unwrap_or(at.time),
        });
    }
}
