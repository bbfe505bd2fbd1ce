//! Gates, the level of autonomy, and what a person has not seen yet.

use super::At;
use crate::protocol::GateDecision;
use crate::protocol::event::{AutonomyChanged, CommitMade, CommitReviewed, GateAnswerRefused, GateDecided, GateOpened};
use crate::session::state::{Debt, OpenGate, State};
use crate::session::timeline::ItemKind;

impl State {
    pub(super) fn gate_opened(&mut self, at: At, event: &GateOpened) {
        self.last_gate = event.gate;
        self.open_gates.push(OpenGate {
            since: at.time,
            session: at.session,
            opened: event.clone(),
        });
        self.push(
            at,
            ItemKind::Gate {
                gate: event.gate,
                title: event.title.clone(),
                decision: None,
            },
        );
    }

    pub(super) fn gate_decided(&mut self, at: At, event: &GateDecided) {
        self.open_gates.retain(|open| open.opened.gate != event.gate);
        let word = match event.decision {
            GateDecision::Approve => "approved",
            GateDecision::Reject => "denied",
            GateDecision::RejectAndStop => "denied, with a stop,",
            GateDecision::Void => "void",
        };
        let mut told = match event.decision {
            GateDecision::Void => word.to_owned(),
            _ => format!("{word} by {}", event.by),
        };
        if !event.reason.is_empty() {
            told.push_str(": ");
            told.push_str(&event.reason);
        }
        self.amend_last(at, |kind| match kind {
            ItemKind::Gate { gate, decision, .. } if *gate == event.gate => {
                *decision = Some(told.clone());
                true
            }
            _ => false,
        });
    }

    pub(super) fn gate_answer_refused(&mut self, event: &GateAnswerRefused) {
        self.refused_answer = Some(event.clone());
    }

    pub(super) const fn autonomy_changed(&mut self, event: &AutonomyChanged) {
        if let Some(run) = &mut self.run {
            run.autonomy = event.level;
        }
    }

    /// A commit that was made with hunks that nobody saw is owed a look.
    pub(super) fn note_debt(&mut self, event: &CommitMade) {
        if let Some((unseen, hunks)) = event.unseen
            && unseen > 0
        {
            self.debts.push(Debt {
                commit: event.commit.clone(),
                unseen,
                hunks,
            });
        }
    }

    pub(super) fn commit_reviewed(&mut self, event: &CommitReviewed) {
        if event.settled {
            self.debts.retain(|debt| debt.commit != event.commit);
        } else if let Some(debt) = self.debts.iter_mut().find(|debt| debt.commit == event.commit) {
            debt.unseen = event.hunks.saturating_sub(event.hunks_seen);
        }
    }
}
