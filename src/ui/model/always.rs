//! The page that makes a rule of a command that waits: which pattern, where, for how long.
//!
//! Owns the choices. What a pattern would have meant is looked up; whether the rule was made the log tells. Invariant: nothing is made
//! of it by the key that opened it, nor before the patterns were on the screen.

use super::lookup::Loaded;
use super::review::Latch;
use super::{Model, Subject};
use crate::protocol::{Answer, GateId, Query, RuleCandidate, RuleExpiry, RuleProposal, RuleScope};
use std::time::Duration;

/// A rule in the making.
#[derive(Debug)]
pub struct Always {
    /// The gate whose command it is made of.
    pub gate: GateId,
    /// The command.
    pub command: String,
    /// What can be made of it; `None` before it was asked for.
    pub loaded: Option<Loaded<Box<RuleProposal>>>,
    /// The chosen pattern.
    pub at: usize,
    /// Where it shall hold.
    pub scope: RuleScope,
    /// For how long.
    pub expiry: RuleExpiry,
    /// Whether keys decide yet.
    pub latch: Latch,
    /// Whether an Enter came before it counts: who pressed it took the rule for made.
    pub is_held: bool,
    /// Rows from the top that were on the screen since the last choice.
    pub seen: usize,
    /// Grows with everything that changes the page's text.
    pub revision: u64,
}

impl Always {
    /// Begins with the narrowest of everything.
    #[must_use]
    pub fn new(gate: GateId, command: &str, at: Duration) -> Self {
        Self {
            gate,
            command: command.to_owned(),
            loaded: None,
            at: 0,
            scope: RuleScope::default(),
            expiry: RuleExpiry::default(),
            latch: Latch::pressed(at),
            is_held: false,
            seen: 0,
            revision: 0,
        }
    }

    /// Returns what to look up, once.
    pub fn ask(&mut self) -> Option<Query> {
        if self.loaded.is_some() {
            return None;
        }
        self.loaded = Some(Loaded::Pending);
        Some(Query::ProposeRule {
            command: self.command.clone(),
        })
    }

    /// Returns what was looked up.
    #[must_use]
    pub fn proposal(&self) -> Option<&RuleProposal> {
        match &self.loaded {
            Some(Loaded::Ready(proposal)) => Some(proposal),
            _ => None,
        }
    }

    /// Returns the chosen pattern with what it would have meant.
    #[must_use]
    pub fn candidate(&self) -> Option<&RuleCandidate> {
        self.proposal()?.candidates.get(self.at)
    }

    /// Goes to a wider pattern, or back to a narrower one.
    pub fn step(&mut self, by: isize) {
        let count = self.proposal().map_or(0, |proposal| proposal.candidates.len());
        self.at = self.at.saturating_add_signed(by).min(count.saturating_sub(1));
        self.revision += 1;
    }

    /// Goes to the next scope.
    pub fn next_scope(&mut self) {
        self.scope = after(&RuleScope::ALL, self.scope);
        self.revision += 1;
    }

    /// Goes to the next expiry.
    pub fn next_expiry(&mut self) {
        self.expiry = after(&RuleExpiry::ALL, self.expiry);
        self.revision += 1;
    }
}

fn after<T: Copy + PartialEq + Default>(all: &[T], one: T) -> T {
    let at = all.iter().position(|other| *other == one).unwrap_or(0);
    all.get((at + 1) % all.len().max(1)).copied().unwrap_or_default()
}

impl Model {
    /// Files what can be made a rule of a command.
    pub fn file_proposal(&mut self, command: &str, answer: Answer) {
        let Some(always) = self.always.as_mut().filter(|always| always.command == command) else {
            return;
        };
        always.loaded = Some(match answer {
            Answer::RuleProposal(proposal) => Loaded::Ready(proposal),
            other => Loaded::other(other),
        });
        always.revision += 1;
    }

    /// Returns the rule in the making, if its page is the visible one.
    #[must_use]
    pub fn open_always(&self) -> Option<&Always> {
        let visible = self.pages.last().is_some_and(|page| page.subject == Subject::Always);
        self.always.as_ref().filter(|_| visible)
    }

    /// Says whether the command of the rule in the making still waits.
    #[must_use]
    pub fn still_waits(&self, always: &Always) -> bool {
        self.state.open_gates.iter().any(|open| open.opened.gate == always.gate)
    }
}
