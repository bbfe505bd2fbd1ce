//! A person's review of what waits at a gate, or of a commit that was made without them.
//!
//! Owns what they have seen and written so far; it outlasts the page, so that "not now" loses nothing. Does not own the change
//! itself, nor whether the gate still waits (the log tells). Invariant: a review holds its own copy of what it is about, and an
//! answer is made from that copy alone.

mod at_hand;
mod comment;
mod latch;
mod progress;

pub use comment::{Comment, Scope, Spot};
pub use latch::{Latch, OPENING};
pub use progress::{Part, Progress};

use super::Field;
use crate::protocol::event::Particulars;
use crate::protocol::{GateDecision, GateId, Oid, Query};
use crate::session::state::{OpenGate, Outside};
use std::time::Duration;

/// What is reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// Something that waits.
    Gate(GateId),
    /// A commit that nobody has seen in full.
    Commit(Oid),
}

/// Which changes are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Extent {
    /// All that would be committed.
    #[default]
    Whole,
    /// What changed since the tree of the last round.
    SinceLast,
}

/// Where a review stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It can be answered.
    Waits,
    /// An answer is on its way.
    Sent,
    /// It can no longer be answered; the sentence says why.
    Gone(String),
}

/// What stands against approving, so that it takes a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// Something of the change was never on the screen.
    Unseen,
    /// The user's pre-commit hook does not let it through.
    Hook,
}

/// A text being written over the page.
#[derive(Debug)]
pub struct Entry {
    /// What it becomes.
    pub what: Writing,
    /// The text.
    pub field: Field,
    /// Whether Enter counts yet.
    pub latch: Latch,
    /// When the first character was typed into the field as it was on the screen.
    pub typed: Option<Duration>,
    /// Whether an Enter came before it counts: what is written stays as it is then, for its writer took it for sent.
    pub is_held: bool,
}

/// What a text being written becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// The reason of a denial.
    Reason(GateDecision),
    /// The commit's message.
    Message,
    /// A comment.
    Comment(Spot),
}

/// Hunks that are seen within this time are told to the log together.
const TOGETHER: Duration = Duration::from_secs(1);

/// Whoever has typed into a field for so long has seen it; keys that wait in a buffer come faster.
const WRITING: Duration = Duration::from_millis(200);

impl Entry {
    /// Opens a field by a key that was pressed at `at`.
    #[must_use]
    pub fn new(what: Writing, field: Field, at: Duration) -> Self {
        Self {
            what,
            field,
            latch: Latch::pressed(at),
            typed: None,
            is_held: false,
        }
    }

    /// Says whether a key that sends a decision counts: the field was on the screen for a moment, or was written in since.
    #[must_use]
    pub fn is_armed(&self, at: Duration) -> bool {
        self.latch.is_armed(at) || self.typed.is_some_and(|first| at >= first + WRITING)
    }

    /// Returns when that changes by itself.
    #[must_use]
    pub fn next_change(&self, at: Duration) -> Option<Duration> {
        let written = self.typed.map(|first| first + WRITING).filter(|change| *change > at);
        self.latch.next_change(at).into_iter().chain(written).min()
    }

    /// Notes a character that was typed into it.
    pub fn note_typed(&mut self, at: Duration) {
        if self.latch.is_seen() {
            self.typed.get_or_insert(at);
        }
    }

    /// Notes an Enter that came too soon.
    pub fn pressed_early(&mut self, at: Duration) {
        self.latch.pressed_early(at);
        self.typed = None;
        self.is_held = self.decides();
    }

    /// Says whether keeping it sends a decision.
    #[must_use]
    pub const fn decides(&self) -> bool {
        matches!(self.what, Writing::Reason(_))
    }
}

/// A review under way, or put aside.
#[derive(Debug)]
pub struct Review {
    /// What is reviewed.
    pub target: Target,
    /// The gate as it opened, for reviews of one.
    pub gate: Option<OpenGate>,
    /// Where it stands.
    pub standing: Standing,
    /// Which changes are shown.
    pub extent: Extent,
    /// Whether before and after stand beside each other, where there is room.
    pub split: bool,
    /// The commit message as rewritten.
    pub message: Option<String>,
    /// Comments, in the order they were written.
    pub comments: Vec<Comment>,
    /// What was on the screen.
    pub progress: Progress,
    /// How many hunks of a commit that was made without a person the log was told are seen, and when.
    pub stored: Option<(usize, Duration)>,
    /// The last round's gate and what was seen of it.
    pub earlier: Option<(Box<OpenGate>, Progress)>,
    /// The text being written.
    pub entry: Option<Entry>,
    /// Whether keys decide yet.
    pub latch: Latch,
    /// What was held against approving, and approved all the same: the latest last.
    pub insisted: Vec<Objection>,
    /// When the page was first drawn since it was opened.
    pub opened: Option<Duration>,
    /// Whether the next round is to take its place on the page: a person acted on it in a way that opens one.
    pub gives_way: bool,
    /// What was changed from outside since the change was put up for review.
    pub outside: Option<Outside>,
    /// Grows with everything that changes the page's text.
    pub revision: u64,
}

impl Review {
    /// Begins a review of a gate.
    #[must_use]
    pub fn of_gate(gate: &OpenGate, at: Duration) -> Self {
        let outside = gate.outside.clone();
        Self {
            outside,
            ..Self::new(Target::Gate(gate.opened.gate), Some(gate.clone()), at)
        }
    }

    /// Begins a look back at a commit.
    #[must_use]
    pub fn of_commit(commit: &Oid, at: Duration) -> Self {
        Self::new(Target::Commit(commit.clone()), None, at)
    }

    /// Returns when the log is to be told how much of a commit was seen by now: soon, but not of each hunk by itself.
    #[must_use]
    pub fn stores_at(&self) -> Option<Duration> {
        let owed = matches!(self.target, Target::Commit(_)) && self.standing == Standing::Waits;
        let seen = self.progress.seen(Extent::Whole);
        match self.stored {
            _ if !owed || seen == 0 => None,
            None => Some(Duration::ZERO),
            Some((stored, at)) => (seen > stored).then_some(at + TOGETHER),
        }
    }

    fn new(target: Target, gate: Option<OpenGate>, at: Duration) -> Self {
        Self {
            target,
            gate,
            standing: Standing::Waits,
            extent: Extent::Whole,
            split: false,
            message: None,
            comments: Vec::new(),
            progress: Progress::default(),
            stored: None,
            earlier: None,
            entry: None,
            latch: Latch::pressed(at),
            insisted: Vec::new(),
            opened: None,
            gives_way: false,
            outside: None,
            revision: 0,
        }
    }

    /// Shows it again: nothing decides until it was seen again.
    pub fn reopen(&mut self, at: Duration) {
        self.latch = Latch::pressed(at);
        self.progress.put_away();
        self.opened = None;
        self.insisted.clear();
    }

    /// Returns what to look up for the changes in view; `None` if there is nothing but a text.
    #[must_use]
    pub fn query(&self) -> Option<Query> {
        self.query_of(self.extent)
    }

    /// Returns what to look up for a part of the changes.
    #[must_use]
    pub fn query_of(&self, extent: Extent) -> Option<Query> {
        match &self.target {
            Target::Commit(commit) => Some(Query::CommitDiff { commit: commit.clone() }),
            Target::Gate(_) => {
                let opened = &self.gate.as_ref()?.opened;
                let (base, to) = opened.change()?;
                let from = match extent {
                    Extent::Whole => base,
                    Extent::SinceLast => self.previous().cloned(),
                };
                Some(Query::TreeDiff { from, to })
            }
        }
    }

    /// Returns the tree of the last round, if there was one.
    #[must_use]
    pub fn previous(&self) -> Option<&Oid> {
        self.gate.as_ref()?.opened.commit.as_ref()?.previous.as_ref()
    }

    /// Says whether a commit waits, whose message can be rewritten.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        self.gate
            .as_ref()
            .is_some_and(|gate| gate.opened.what == crate::protocol::event::GateKind::Commit)
    }

    /// Returns the limit that approval would set, if one waits that can be set.
    #[must_use]
    pub fn proposed_limit(&self) -> Option<&str> {
        match self.gate.as_ref()?.opened.particulars.as_deref()? {
            Particulars::Limit { to, .. } => to.as_deref(),
            Particulars::Artifact { .. } => None,
        }
    }

    /// Notes that the page's text changed.
    pub const fn touch(&mut self) {
        self.revision += 1;
    }

    /// Takes over what was written in a review whose gate is gone: nothing that a person typed is lost with it.
    pub fn inherit(&mut self, gone: &mut Self) {
        self.comments.append(&mut gone.comments);
        if self.is_commit() && self.message.is_none() {
            self.message = gone.message.take();
        }
        self.touch();
    }

    /// Returns everything written here that is not sent, as one text.
    #[must_use]
    pub fn written(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.message.clone());
        let own = self.comments.iter().filter(|comment| !comment.sent);
        parts.extend(own.map(|comment| {
            let at = [&comment.at.path, &comment.at.snippet, &comment.at.text];
            at.map(String::as_str)
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n")
        }));
        parts.extend(self.entry.as_ref().map(|entry| entry.field.text()));
        parts.join("\n\n")
    }
}
