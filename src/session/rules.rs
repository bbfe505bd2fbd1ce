//! Standing rules about commands, as the log tells them.
//!
//! Owns which rules there are and whether they hold. Does not own which commands a pattern stands for. Invariant: a rule that has
//! ended never holds again.

use crate::protocol::{CommandPattern, RuleExpiry, RuleId, RuleScope};
use jiff::Timestamp;

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRule {
    /// Its number.
    pub id: RuleId,
    /// Which commands it lets run.
    pub pattern: CommandPattern,
    /// Where it holds.
    pub scope: RuleScope,
    /// How long it holds, as chosen.
    pub expiry: RuleExpiry,
    /// When it was made.
    pub since: Timestamp,
    /// When it ends by the clock.
    pub until: Option<Timestamp>,
    /// How many calls it let run.
    pub uses: u32,
    /// When it did so last.
    pub used: Option<Timestamp>,
    /// When and why it ended, if it did by anything but the clock.
    pub ended: Option<(Timestamp, RuleEnd)>,
}

/// What ended a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleEnd {
    /// A person took it back.
    Revoked,
    /// Its session or its run ended.
    Over,
    /// Its time is up.
    Expired,
}

impl StandingRule {
    /// Returns what ended it, if anything did by the time `now`.
    #[must_use]
    pub fn end(&self, now: Timestamp) -> Option<RuleEnd> {
        let expired = self.until.is_some_and(|until| until <= now).then_some(RuleEnd::Expired);
        self.ended.map(|(_, end)| end).or(expired)
    }

    /// Says whether it lets commands run at the time `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.end(now).is_none()
    }
}
