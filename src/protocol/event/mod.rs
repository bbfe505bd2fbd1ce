//! Everything that can happen, in the past tense. One variant per kind; one struct per variant, by topic.

pub mod audit;
pub mod check;
pub mod checkpoint;
pub mod circling;
pub mod gate;
pub mod guard;
pub mod harness;
pub mod hook;
pub mod lifecycle;
pub mod plan;
pub mod rule;
pub mod steer;
pub mod test;
pub mod tool;
pub mod turn;
pub mod window;
pub mod worktree;

pub use audit::AuditPlace;
pub use check::{CheckRan, Culprit, RegressionTraced};
pub use checkpoint::{CheckpointCause, CheckpointMade, CheckpointsDropped, FileWritten, MoveRefused, RolledBack};
pub use circling::{CirclingSeen, CirclingStep, Repeat, RepeatKind};
pub use gate::{
    AutonomyChanged, CommitFacts, CommitMade, CommitReviewed, GateAnswerRefused, GateCommented, GateDecided, GateKind, GateOpened,
    Particulars, ReviewRefused,
};
pub use guard::{BreachFound, ExternalChangeSeen, ExternalKind, Ruling, RulingMade, StrangeCommit};
pub use harness::{
    CommitInfo, FeatureFlipped, FeatureHeld, FeatureListLoaded, FeatureSelected, FlipBy, NoteAdded, OrientationFinished,
    OrientationPart, QuestionAnswered, QuestionAsked, QuestionHeld, QuestionReleased, QuestionWithdrawn, RepositoryObserved,
    VerifyDeclared,
};
pub use hook::{PreCommitFinished, PreCommitStarted};
pub use lifecycle::{
    Earlier, EarlierFile, EndCause, LimitKind, LimitRaised, LimitReached, Limits, RunEnded, RunInterrupted, RunOutcome, RunStarted,
    SessionEnded, SessionStarted, StopCancelled, StopRequested,
};
pub use plan::{FeatureEditQueued, FeatureEditRefused, FeatureListEdited};
pub use rule::{RuleAdded, RuleRevoked, RuleUsed};
pub use steer::{
    MessageDelivered, MessageEdited, MessageQueued, MessageWithdrawn, PauseCancelled, PauseRequested, RunOrderChanged, RunPaused,
    RunResumed, SteerRefused,
};
pub use test::{GoneTests, TestRunDropped, TestRunFinished, TestRunProgressed, TestRunQueued, TestRunStarted, TestsBehind};
pub use tool::{StillRunning, ToolFinished, ToolOutputAppended, ToolStarted};
pub use turn::{
    BlockDelta, BlockFinished, BlockStarted, Failure, PartialBlock, PromptSent, RequestFailed, RequestRetried, ResponseFinished,
    RetryCause, TurnInterrupted, TurnStarted,
};

pub use window::{NotesEdited, NotesSaveRefused, SectionRuled, WindowComposed};
pub use worktree::{WorktreeFinished, WorktreeTaken};

use super::RawJson;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

macro_rules! events {
    ($($(#[$meta:meta])* $variant:ident = $tag:literal,)*) => {
        /// Something that happened. `{"type": "…", …}` in JSON.
        ///
        /// Additive and versioned: fields and kinds may be added, never renamed. A kind this build
        /// does not know is kept whole in [`Event::Unknown`] and written back verbatim.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(tag = "type")]
        pub enum Event {
            $($(#[$meta])* #[serde(rename = $tag)] $variant($variant),)*
            /// A kind from a newer version.
            #[serde(untagged)]
            Unknown(RawJson),
        }

        impl Event {
            /// Returns the value of the JSON `type` field; `unknown` for kinds of a newer version.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $tag,)*
                    Self::Unknown(_) => "unknown",
                }
            }

            fn parse(kind: &str, raw: &RawValue) -> Result<Self, serde_json::Error> {
                Ok(match kind {
                    $($tag => Self::$variant(serde_json::from_str(raw.get())?),)*
                    _ => Self::Unknown(RawJson::parse(raw.get().to_owned())?),
                })
            }
        }

        $(impl From<$variant> for Event {
            fn from(event: $variant) -> Self {
                Self::$variant(event)
            }
        }

        impl From<$variant> for Box<Event> {
            fn from(event: $variant) -> Self {
                Self::new(event.into())
            }
        })*
    };
}

events! {
    /// A run began.
    RunStarted = "run_started",
    /// A run ended.
    RunEnded = "run_ended",
    /// Told, never written: the process that ran it is gone without having ended it.
    RunInterrupted = "run_interrupted",
    /// The user asked the run to stop.
    StopRequested = "stop_requested",
    /// The user took a stop back.
    StopCancelled = "stop_cancelled",
    /// A pause was asked for.
    PauseRequested = "pause_requested",
    /// A pause was taken back before it came.
    PauseCancelled = "pause_cancelled",
    /// The run holds.
    RunPaused = "run_paused",
    /// The run goes on after a pause.
    RunResumed = "run_resumed",
    /// A person wrote to the agent.
    MessageQueued = "message_queued",
    /// A waiting message was changed.
    MessageEdited = "message_edited",
    /// A waiting message was taken back.
    MessageWithdrawn = "message_withdrawn",
    /// A message goes to the model.
    MessageDelivered = "message_delivered",
    /// A person changed the order of the features.
    RunOrderChanged = "run_order_changed",
    /// What a person asked for could not be done.
    SteerRefused = "steer_refused",
    /// A session began, with a fresh context window.
    SessionStarted = "session_started",
    /// A session ended.
    SessionEnded = "session_ended",
    /// A limit was met.
    LimitReached = "limit_reached",
    /// A person let the run go past a limit.
    LimitRaised = "limit_raised",
    /// Work went round instead of forward, and something was done about it.
    CirclingSeen = "circling_seen",
    /// The harness looked at the repository.
    RepositoryObserved = "repository_observed",
    /// The feature list was read.
    FeatureListLoaded = "feature_list_loaded",
    /// The session's feature was chosen.
    FeatureSelected = "feature_selected",
    /// Orientation was gathered.
    OrientationFinished = "orientation_finished",
    /// A message other than tool results was put before the model.
    PromptSent = "prompt_sent",
    /// A turn began: its request goes out.
    TurnStarted = "turn_started",
    /// A request failed before its first content and will be sent again.
    RequestRetried = "request_retried",
    /// A request failed for good.
    RequestFailed = "request_failed",
    /// The model began a content block.
    BlockStarted = "block_started",
    /// Ephemeral: a content block grew.
    BlockDelta = "block_delta",
    /// A content block is whole.
    BlockFinished = "block_finished",
    /// The model's answer is whole.
    ResponseFinished = "response_finished",
    /// An answer was cut off: by the user, a limit, or the connection.
    TurnInterrupted = "turn_interrupted",
    /// A tool call is about to run (the intent).
    ToolStarted = "tool_started",
    /// Ephemeral: a running tool printed something.
    ToolOutputAppended = "tool_output_appended",
    /// A tool call ended, one way or another.
    ToolFinished = "tool_finished",
    /// A guard ruled on a tool call, other than a plain "allow".
    RulingMade = "ruling_made",
    /// A guarded artifact had been changed; it was restored.
    BreachFound = "breach_found",
    /// Something outside the agent changed the workspace.
    ExternalChangeSeen = "external_change_seen",
    /// A test run that was asked for waits for its turn.
    TestRunQueued = "test_run_queued",
    /// The harness began a test run.
    TestRunStarted = "test_run_started",
    /// A test run ended.
    TestRunFinished = "test_run_finished",
    /// A test run told more of itself.
    TestRunProgressed = "test_run_progressed",
    /// A test run came to no result.
    TestRunDropped = "test_run_dropped",
    /// The user's pre-commit hook began to run.
    PreCommitStarted = "pre_commit_started",
    /// The user's pre-commit hook ended.
    PreCommitFinished = "pre_commit_finished",
    /// A feature's recorded check was run.
    CheckRan = "check_ran",
    /// The harness looked for what broke a feature.
    RegressionTraced = "regression_traced",
    /// The initializer said which command runs the tests.
    VerifyDeclared = "verify_declared",
    /// A pass flag changed.
    FeatureFlipped = "feature_flipped",
    /// A feature does not pass before a person has looked at a commit.
    FeatureHeld = "feature_held",
    /// The agent wrote a progress note.
    NoteAdded = "note_added",
    /// The agent asked the human.
    QuestionAsked = "question_asked",
    /// A person has a question open.
    QuestionHeld = "question_held",
    /// Nobody has a question open any more.
    QuestionReleased = "question_released",
    /// A question was answered.
    QuestionAnswered = "question_answered",
    /// A question was taken back.
    QuestionWithdrawn = "question_withdrawn",
    /// A person let commands of a kind run without asking.
    RuleAdded = "rule_added",
    /// A person took a rule back.
    RuleRevoked = "rule_revoked",
    /// A rule let a command run.
    RuleUsed = "rule_used",
    /// A gate opened.
    GateOpened = "gate_opened",
    /// A person wrote on what waits at a gate.
    GateCommented = "gate_commented",
    /// A gate was decided.
    GateDecided = "gate_decided",
    /// An answer to a gate came that could not count.
    GateAnswerRefused = "gate_answer_refused",
    /// The level of autonomy changed.
    AutonomyChanged = "autonomy_changed",
    /// The engine made a commit.
    CommitMade = "commit_made",
    /// A person looked at a commit that was made without them.
    CommitReviewed = "commit_reviewed",
    /// A person's look at a commit could not be recorded.
    ReviewRefused = "review_refused",
    /// The files were kept.
    CheckpointMade = "checkpoint_made",
    /// Old checkpoints are kept no longer.
    CheckpointsDropped = "checkpoints_dropped",
    /// The project was moved back, or forth again.
    RolledBack = "rolled_back",
    /// A move that was asked for was not made.
    MoveRefused = "move_refused",
    /// A person edited the progress notes.
    NotesEdited = "notes_edited",
    /// A save of the progress notes would have overwritten somebody's text.
    NotesSaveRefused = "notes_save_refused",
    /// A person's edit of the feature list is in the file.
    FeatureListEdited = "feature_list_edited",
    /// A person's edit of the feature list waits for the running step.
    FeatureEditQueued = "feature_edit_queued",
    /// An edit of the feature list could not be made.
    FeatureEditRefused = "feature_edit_refused",
    /// A person decided about a section of the windows to come.
    SectionRuled = "section_ruled",
    /// A session's window was composed.
    WindowComposed = "window_composed",
    /// The run works in a worktree beside the user's checkout.
    WorktreeTaken = "worktree_taken",
    /// A worktree's work was brought home, or left as it is.
    WorktreeFinished = "worktree_finished",
}

impl Event {
    /// Says whether the event may be dropped without changing the folded state at any turn's end.
    #[must_use]
    pub const fn is_ephemeral(&self) -> bool {
        matches!(self, Self::BlockDelta(_) | Self::ToolOutputAppended(_))
    }

    /// Says whether the event must be on the disk, not only written, before it is acted on.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        matches!(
            self,
            Self::GateDecided(_)
                | Self::CommitMade(_)
                | Self::SessionEnded(_)
                | Self::RunEnded(_)
                | Self::FeatureFlipped(_)
                | Self::FeatureListEdited(_)
                | Self::RolledBack(_)
                | Self::WorktreeFinished(_)
                | Self::LimitRaised(_)
                | Self::RuleAdded(_)
                | Self::RuleRevoked(_)
        )
    }
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
}

impl<'de> Deserialize<'de> for Event {
    /// Two steps, tag then body, because raw JSON does not survive serde's own tagged enums.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let tag: Tag<'_> = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Self::parse(&tag.kind, &raw).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_survive_a_round_trip_verbatim() {
        let text = r#"{"type":"dreamt","of":[1.0,"\u00e9"],"deep":{"b":1,"a":2}}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        assert!(matches!(event, Event::Unknown(_)));
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }

    #[test]
    fn known_kinds_carry_their_tag_and_ignore_unknown_fields() {
        let text = r#"{"type":"note_added","text":"hello","since":"v9"}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        assert_eq!(event, Event::NoteAdded(NoteAdded { text: "hello".into() }));
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"type":"note_added","text":"hello"}"#
        );
    }

    #[test]
    fn raw_blocks_keep_their_bytes_inside_an_event() {
        let block = r#"{"type":"thinking","thinking":"","signature":"Ab\/cd","new_field":1.50}"#;
        let text = format!(r#"{{"type":"block_finished","index":0,"kind":"thinking","block":{block}}}"#);
        let event: Event = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}
