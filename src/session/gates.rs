//! What waits for a person, and what they decided.

use super::State;
use crate::protocol::event::{ExternalChangeSeen, GateCommented, GateKind, GateOpened};
use crate::protocol::{CallId, GateId, MessageId, Oid, ReviewComment, SessionNo};
use jiff::Timestamp;

/// A gate that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenGate {
    /// Since when.
    pub since: Timestamp,
    /// In which session.
    pub session: SessionNo,
    /// What waits.
    pub opened: GateOpened,
    /// What was changed from outside since: the tree that waits is not the files' any more.
    pub outside: Option<Outside>,
    /// Whether a person edited the progress notes since, by the means of this program.
    pub notes_edited: bool,
}

impl OpenGate {
    /// Says whether something of the agent's runs beside it, as far as is known.
    #[must_use]
    pub fn has_company(&self) -> bool {
        let beside = self.outside.as_ref().is_some_and(|outside| outside.beside);
        beside || self.opened.commit.as_ref().is_some_and(|facts| !facts.running.is_empty())
    }
}

/// What was changed under something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// What, in a line that begins with the files' names.
    pub words: String,
    /// Whether a process that the agent left running may have done it, and may do it again.
    pub beside: bool,
}

impl Outside {
    /// Says a change in a line; of a line that is cut, the names are what counts.
    #[must_use]
    pub fn of(seen: &ExternalChangeSeen) -> Self {
        let beside = seen.is_by_either();
        let by = if beside {
            " (by what the agent left running, or another)"
        } else {
            " from outside"
        };
        let words = match seen.paths.as_slice() {
            [] => seen.detail.clone(),
            [one] => format!("{one} changed{by}"),
            [one, two] => format!("{one} and {two} changed{by}"),
            [one, rest @ ..] => format!("{one} and {} more changed{by}", rest.len()),
        };
        Self { words, beside }
    }
}

/// What a person decided on commits, over the whole log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByHand {
    /// Commits approved.
    pub approved: u32,
    /// Commits denied.
    pub denied: u32,
    /// Whether the latest decision was a denial.
    pub denied_last: bool,
}

/// A commit that was not let through, and after which none was made: a person denied it, or policy, for none was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// In which session.
    pub session: SessionNo,
    /// Why.
    pub reason: String,
    /// Whether a person said so.
    pub by_hand: bool,
}

impl Unjudged {
    /// What a person is told of it, in a line.
    #[must_use]
    pub fn words(&self) -> String {
        if self.by_hand {
            let why = self.reason.lines().next().map(|why| format!(": {why}")).unwrap_or_default();
            return format!("you denied the commit of {}, and none was made since{why}", self.session);
        }
        let why = self.reason.lines().next().unwrap_or_default().trim_end_matches('.');
        format!(
            "the commit of {} was refused, and none was made since: {why}; with `--autonomy commits` you judge it",
            self.session
        )
    }
}

/// What a person wrote on a commit that was made without them, or on what waits at a gate, on its way to the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The commit; `None` while it is not made.
    pub commit: Option<Oid>,
    /// The gate at which it was written, without the comments themselves.
    pub gate: Option<Box<GateCommented>>,
    /// The message that takes it there; `None` if an answer did.
    pub message: Option<MessageId>,
    /// What they wrote, each on its line.
    pub comments: Vec<ReviewComment>,
    /// What became of the message.
    pub fate: Fate,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It waits in the queue.
    Waits,
    /// The agent has it.
    Delivered,
    /// The person took it back.
    Withdrawn,
}

/// What a person put in the place of what waits at a gate, until that is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reworded {
    /// The gate, or the one that took its place.
    pub gate: GateId,
    /// What waits there.
    pub what: GateKind,
    /// The call for which it was written; `None` if the gate was gone by then.
    pub call: Option<CallId>,
    /// The tree for which it was written.
    pub tree: Option<Oid>,
    /// A commit's message, or a limit.
    pub text: String,
}

impl Reworded {
    /// Says whether it was written for this very change.
    fn is_of(&self, opened: &GateOpened) -> bool {
        self.call.as_ref() == Some(&opened.call) || (self.tree.is_some() && self.tree == opened.tree)
    }
}

impl State {
    /// Says whether a person edited the progress notes while a gate waited.
    #[must_use]
    pub fn has_edited_notes(&self, gate: GateId) -> bool {
        let mut open = self.open_gates.iter();
        open.any(|open| open.opened.gate == gate && open.notes_edited)
    }

    /// Returns what a person put in the place of what waits at a gate.
    #[must_use]
    pub fn words_at(&self, gate: GateId) -> Option<&str> {
        let own = self.reworded.iter().find(|reworded| reworded.gate == gate);
        own.map(|reworded| reworded.text.as_str())
    }

    /// Returns the message that a person wrote for a commit that waits, to go with an approval that holds none: of the same call or of
    /// the same tree, for what was written for another change is for a person to look at first.
    #[must_use]
    pub fn words_for(&self, opened: &GateOpened) -> Option<&str> {
        let own = self.reworded.iter().find(|reworded| reworded.gate == opened.gate)?;
        (own.is_of(opened) && opened.what == GateKind::Commit).then_some(own.text.as_str())
    }

    /// Returns the message that a person wrote for another change than the one that waits, and that waits with it for their word.
    #[must_use]
    pub fn earlier_words(&self, opened: &GateOpened) -> Option<&str> {
        let there = self.words_at(opened.gate).filter(|_| opened.what == GateKind::Commit);
        there.filter(|_| self.words_for(opened).is_none())
    }
}

/// A change of a guarded file that a person approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedChange {
    /// The gate at which they did.
    pub gate: GateId,
    /// In which session.
    pub session: SessionNo,
    /// The file, relative to the workspace.
    pub path: String,
    /// A tree that holds nothing but the file as it was approved.
    pub tree: Oid,
}
