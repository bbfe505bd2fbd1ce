//! What a client asks the engine to do.

use super::event::{CommitReviewed, GateCommented};
use super::{
    Autonomy, Base, CommandPattern, FeatureEdit, GateAnswer, Oid, QuestionId, RuleExpiry, RuleId, RuleScope, RuleSpan, SectionId,
    SectionRule, Steer, Target,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a hold on a question lasts unless it is renewed. A lease rather than a lock that ends with a connection: a client
/// that hangs, is suspended or lost its terminal keeps its connection, and the agent must not wait for it for ever.
pub const HOLD: Duration = Duration::from_secs(30);

/// A request from a client to the engine. Answered by events, never by a return value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Stop the run.
    Stop {
        /// When.
        mode: StopMode,
    },
    /// Pause, speak to the agent, change the order of the work.
    Steer(Steer),
    /// Take a stop after the running step or session back. Too late for a stop at once.
    CancelStop,
    /// Answer a question that the agent asked with `ask_human`.
    AnswerQuestion {
        /// Which question.
        question: QuestionId,
        /// The answer, as typed.
        text: String,
    },
    /// A person has this question before them: it is not answered by policy for as long as [`HOLD`], longer if sent again.
    HoldQuestion {
        /// Which question.
        question: QuestionId,
    },
    /// The person turned away from a question that was held: its patience starts anew.
    ReleaseQuestion {
        /// Which question.
        question: QuestionId,
    },
    /// Decide a gate.
    DecideGate(GateAnswer),
    /// Keep what a person wrote on a change that waits, before they decide on it: all of it, each time. It waits as a message, which an
    /// answer that holds the same takes back.
    CommentGate(GateCommented),
    /// Let commands of a kind run without asking, from now on.
    AddRule {
        /// Which commands.
        pattern: CommandPattern,
        /// Where.
        scope: RuleScope,
        /// For how long.
        expiry: RuleExpiry,
    },
    /// Take a rule about commands back.
    RevokeRule {
        /// Which.
        rule: RuleId,
    },
    /// Let fewer or more things wait for a person, from now on.
    SetAutonomy {
        /// The level.
        level: Autonomy,
    },
    /// Tell how far a person has looked at a commit that was made without them. Recorded as it is; its comments wait
    /// as a message for the agent, of this run or the next. Needs no run.
    ReviewCommit(CommitReviewed),
    /// Take files, branch, feature list and notes to another state. What the session runs is ended first. Only if the project then still
    /// is as the rehearsal showed it, but for what those processes wrote meanwhile into files that it showed, the session and the run
    /// end, the state of now is saved, and the move is made. Answered by `rolled_back` or `move_refused`.
    Move {
        /// Where to.
        target: Target,
        /// What names the state that was shown: [`super::Rehearsal::seen`].
        seen: String,
        /// The files that were shown, as a tree, to say which of them changed since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        files: Option<Oid>,
    },
    /// Write the progress notes, unless they are no longer what the edit was made from.
    SaveNotes {
        /// Hash of the version that the edit was made from, as [`super::Answer::Notes`] told it.
        base: String,
        /// The whole text, its lines ended by line feeds.
        text: String,
    },
    /// Leave out, edit or bring back a section of the windows to come.
    SetSection {
        /// Which.
        section: SectionId,
        /// What.
        rule: SectionRule,
        /// For how long.
        span: RuleSpan,
    },
    /// End what the agent left running, while something of its waits for a person.
    EndProcesses,
    /// Run the project's tests. No command of the agent begins meanwhile, and one that runs is let finish first.
    RunTests {
        /// The tests that are wanted, by the names that runs tell; empty for all.
        only: Vec<String>,
    },
    /// Stop the test run that a person asked for.
    StopTests,
    /// Edit the feature list between two steps, unless it is no longer what was shown.
    EditFeatures {
        /// The list that the edit was made from.
        base: Base,
        /// The edit.
        edit: FeatureEdit,
        /// Why, one line or more; needed for a flip.
        reason: String,
    },
}

/// When a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopMode {
    /// Once the running turn and its tool calls are done.
    AfterStep,
    /// Once the running session has ended.
    AfterSession,
    /// At once: the request is dropped, running commands are killed.
    Now,
}
