//! Standing rules about commands: how they come, are used, and go.

use crate::protocol::{CallId, CommandPattern, RuleExpiry, RuleId, RuleScope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person let commands of a kind run without being asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleAdded {
    /// Its number.
    pub rule: RuleId,
    /// Which commands.
    pub pattern: CommandPattern,
    /// Where it holds.
    pub scope: RuleScope,
    /// How long it holds, as chosen.
    pub expiry: RuleExpiry,
    /// When it ends, for those that end by the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A person took a rule back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRevoked {
    /// Which.
    pub rule: RuleId,
}

/// A rule let a command run, alone or with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleUsed {
    /// Which.
    pub rule: RuleId,
    /// The call it let run.
    pub call: CallId,
}
