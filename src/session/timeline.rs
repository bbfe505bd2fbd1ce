//! A session's transcript: the items a reader scrolls through, in the order they happened.

use crate::protocol::event::{
    BreachFound, CirclingSeen, CommitMade, ExternalChangeSeen, ExternalKind, FeatureFlipped, FeatureSelected, LimitRaised,
    LimitReached, OrientationFinished, QuestionAsked, RegressionTraced, RolledBack, RulingMade, SessionEnded,
};
use crate::protocol::{BlockKind, CallId, CallStatus, CheckRun, GateId, Payload, RawJson, Role, Seq, TestRun, ToolKind, TurnNo};
use jiff::Timestamp;

/// One entry of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The event that began it; identifies it for good.
    pub seq: Seq,
    /// Last event that changed it; with `seq` a key for render caches.
    pub revision: Seq,
    /// When it began.
    pub time: Timestamp,
    /// The turn it belongs to.
    pub turn: TurnNo,
    /// What it is.
    pub kind: ItemKind,
}

/// Kinds of transcript entries.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// The session's opening line.
    Opened {
        /// Its role.
        role: Role,
    },
    /// Orientation, folded to one line by default.
    Orientation(OrientationFinished),
    /// A message put before the model.
    Prompt {
        /// `harness` or `human`.
        from: String,
        /// Its text.
        text: String,
    },
    /// Prose of the model, Markdown.
    Text {
        /// So far.
        text: String,
        /// Whether it is whole.
        done: bool,
    },
    /// Reasoning of the model.
    Thinking {
        /// So far; empty where the provider omits it.
        text: String,
        /// Whether it is whole.
        done: bool,
    },
    /// A block of a kind that this build does not know.
    Foreign {
        /// Its kind.
        kind: BlockKind,
        /// The raw block once whole.
        block: Option<RawJson>,
    },
    /// A tool call, from its first streamed byte of input to its result.
    Call(Call),
    /// A guard refused or questioned a call.
    Ruling(RulingMade),
    /// A guarded artifact was changed and restored.
    Breach(BreachFound),
    /// Something changed from outside.
    External(ExternalChangeSeen),
    /// A person changed something by the means of this program.
    ByHand {
        /// What.
        what: ExternalKind,
        /// How, and why, in one line.
        text: String,
    },
    /// The session's feature was chosen.
    Selected(FeatureSelected),
    /// A pass flag changed.
    Flipped(FeatureFlipped),
    /// The harness ran the tests.
    Tests(Box<TestRun>),
    /// The harness ran a feature's recorded check.
    Check(Box<CheckRun>),
    /// The harness looked for what broke a feature.
    Traced(RegressionTraced),
    /// A progress note was written.
    Note {
        /// Its text.
        text: String,
    },
    /// A question to the human, and its answer with who gave it.
    Question {
        /// The question.
        asked: QuestionAsked,
        /// The answer and who gave it.
        answer: Option<(String, String)>,
    },
    /// A gate, and its decision as `approved by policy`.
    Gate {
        /// Its number.
        gate: GateId,
        /// One line for a person.
        title: String,
        /// The decision, once made.
        decision: Option<String>,
    },
    /// A commit was made.
    Commit(CommitMade),
    /// The project was moved back, or forth again.
    Moved(Box<RolledBack>),
    /// A limit was met.
    Limit(LimitReached),
    /// Work went round, and something was done about it.
    Circling(CirclingSeen),
    /// A person let the run go past a limit.
    LimitRaised(LimitRaised),
    /// The run held.
    Paused {
        /// When it went on or ended, if it did.
        until: Option<Timestamp>,
        /// Why, where nobody asked for it.
        because: Option<String>,
    },
    /// Something went wrong or was tried again; `true` if the work could not go on.
    Trouble {
        /// What.
        text: String,
        /// Whether the turn or the session ended by it.
        fatal: bool,
    },
    /// The session's end card.
    Closed(SessionEnded),
    /// An event of a kind from a newer version.
    Unknown(RawJson),
}

/// A tool call in a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The model's id of it.
    pub id: CallId,
    /// Tool name.
    pub tool: String,
    /// What it does; known once it started.
    pub kind: Option<ToolKind>,
    /// One line for a person; empty until known.
    pub title: String,
    /// Input as streamed so far: JSON, possibly cut.
    pub input: String,
    /// Whether the input is whole.
    pub input_done: bool,
    /// Its state.
    pub status: CallStatus,
    /// Whether a person is asked about it just now.
    pub waits: bool,
    /// Output so far, or what the model was told.
    pub output: Payload,
    /// Exit code, for commands.
    pub exit_code: Option<i32>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// Wall time in milliseconds once ended.
    pub duration_ms: Option<u64>,
    /// Lines added and removed, for edits.
    pub lines: Option<(u32, u32)>,
}

impl Item {
    /// Says whether a reader who jumps to the next error should stop here.
    #[must_use]
    pub fn is_error(&self) -> bool {
        match &self.kind {
            ItemKind::Call(call) => {
                matches!(call.status, CallStatus::Failed | CallStatus::Refused) || call.exit_code.is_some_and(|code| code != 0)
            }
            ItemKind::Tests(run) => !run.is_green(),
            ItemKind::Check(run) => !run.holds(),
            ItemKind::Ruling(_) | ItemKind::Breach(_) | ItemKind::Limit(_) | ItemKind::Circling(_) => true,
            ItemKind::Trouble { fatal, .. } => *fatal,
            ItemKind::Flipped(flip) => flip.to != crate::protocol::FeatureStatus::Passing,
            ItemKind::Opened { .. }
            | ItemKind::Orientation(_)
            | ItemKind::Prompt { .. }
            | ItemKind::Text { .. }
            | ItemKind::Thinking { .. }
            | ItemKind::Foreign { .. }
            | ItemKind::External(_)
            | ItemKind::ByHand { .. }
            | ItemKind::Selected(_)
            | ItemKind::Traced(_)
            | ItemKind::Note { .. }
            | ItemKind::Question { .. }
            | ItemKind::Gate { .. }
            | ItemKind::Commit(_)
            | ItemKind::Moved(_)
            | ItemKind::LimitRaised(_)
            | ItemKind::Paused { .. }
            | ItemKind::Closed(_)
            | ItemKind::Unknown(_) => false,
        }
    }
}
