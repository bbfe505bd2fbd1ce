//! L0: the words every other layer speaks: ids, envelopes, events, commands, queries.
//!
//! Owns the wire and disk form of what happens (events, past tense) and of what a client asks for
//! (commands, imperative; queries, answered without side effects). Does no IO and holds no logic
//! beyond parsing and printing itself. Invariant: whatever this version writes, it reads back equal;
//! whatever a newer version wrote, it keeps and shows ([`event::Event::Unknown`]).

pub mod check;
pub mod command;
pub mod envelope;
pub mod event;
pub mod feature;
pub mod history;
pub mod ids;
pub mod message;
pub mod naming;
pub mod payload;
pub mod plan;
pub mod query;
pub mod review;
pub mod rollback;
pub mod rule;
#[cfg(test)]
pub mod samples;
pub mod steer;
pub mod survey;
pub mod test_run;
pub mod tool_call;
pub mod transcript;
pub mod typed;
pub mod usage;
pub mod window;
pub mod worktree;

pub use check::{Check, CheckRun, CheckStep, KeptFile, StepRun};
pub use command::{Command, StopMode};
pub use envelope::{Envelope, FORMAT_VERSION};
pub use event::Event;
pub use feature::{Detail, Evidence, EvidenceKind, Feature, FeatureStatus};
pub use history::{HistoryProgress, ListFact, ListFactKind, ListHistory, ListStep, NamedFeature};
pub use ids::{BlobId, CallId, CheckpointId, FeatureId, GateId, MessageId, Oid, QuestionId, RuleId, RunId, Seq, SessionNo, TurnNo};
pub use message::{BlockKind, RawJson, Role, StopReason};
pub use payload::Payload;
pub use plan::{Base, FeatureEdit, FeatureText, Renamed};
pub use query::{Answer, CommitDiff, FileDiff, Query};
pub use review::{Autonomy, GateAnswer, GateDecision, ReviewComment, Seen};
pub use rollback::{FeatureMove, Lacking, ModeMove, MoveKind, NotesMove, Rehearsal, Target, TestMove};
pub use rule::{CommandPattern, PastCommand, RuleCandidate, RuleExpiry, RuleProposal, RuleScope};
pub use steer::{Delivery, OrderChange, PauseMode, Steer};
pub use survey::{FoundList, FoundNotes, FoundScript, FoundTranscript, NotesEntry, RawList, Survey, TranscriptKind};
pub use test_run::{CaseStatus, TestCase, TestPurpose, TestRun, TestTotals};
pub use tool_call::{CallStatus, ToolKind};
pub use transcript::{ForeignEntry, ForeignSaid, ForeignTranscript};
pub use usage::{Cost, Usage};
pub use window::{NextWindow, RuleSpan, SectionId, SectionRule, WindowRules, WindowTerms};
pub use worktree::{FinishWay, WorkTree};
