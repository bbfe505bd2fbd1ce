//! The state that a log folds into: what every screen, report and decision reads.

pub use super::board::{CheckResult, FeatureBoard, FeatureRow, Flip, HandEdit, KeptCheck};
pub use super::gates::{ApprovedChange, ByHand, Fate, OpenGate, Outside, Remark, Reworded, Unjudged};
use super::headway::{Headway, Track};
pub use super::kept::{Debt, Keeping, KeptCheckpoint};
pub use super::present::{PastMove, PastRun, Present};
use super::rules::StandingRule;
use super::steering::{Hold, LostEdit, QueuedEdit, QueuedMessage, Retry};
pub use super::test_board::{CaseHistory, Flaky, QueuedTests, RunningTests, Steady, TestBoard};
use super::timeline::{Call, Item, ItemKind};
use super::workplace::Workplace;
use crate::protocol::event::{
    CirclingSeen, CommitFacts, CommitInfo, EarlierFile, EndCause, Failure, GateAnswerRefused, LimitReached, Limits, QuestionAsked,
    RepositoryObserved, RunOutcome, SessionEnded,
};
use crate::protocol::window::{SentSection, WindowRules, WindowTerms};
use crate::protocol::{
    Autonomy, CallId, Cost, FeatureId, GateId, MessageId, Oid, QuestionId, Role, RuleId, RunId, Seq, SessionNo, StopMode, TurnNo,
    Usage,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A project as its log tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Last event folded in; zero for none.
    pub last_seq: Seq,
    /// Time of the last event.
    pub last_time: Option<Timestamp>,
    /// Time of the last event that the agent, its provider or their work gave rise to, not a person.
    pub last_sign: Option<Timestamp>,
    /// Project name, empty until a run told it.
    pub project: String,
    /// Absolute path of the workspace, empty until a run told it.
    pub workspace: String,
    /// The worktree that the latest run works in; `None` for the user's own checkout.
    pub worktree: Option<Workplace>,
    /// The latest run.
    pub run: Option<Run>,
    /// The events with which runs began, oldest first.
    pub run_starts: Vec<Seq>,
    /// All sessions, in order; `sessions[i].number == i + 1` in a whole log.
    pub sessions: Vec<Session>,
    /// Since when a session runs: it began then, or went on after a pause or after what waited for a person.
    pub running_since: Option<Timestamp>,
    /// The feature list.
    pub features: FeatureBoard,
    /// The repository as last observed, with the commits made since.
    pub repository: Option<RepositoryObserved>,
    /// Commits made by the engine, oldest first.
    pub commits: Vec<Commit>,
    /// Commits of a person's edits of the feature list, oldest first, each with the last event that tells of it.
    pub hand_commits: Vec<(Seq, Oid)>,
    /// Commits that a command of the agent made past the harness, oldest first, each with the event that tells of it.
    pub strange_commits: Vec<(Seq, Oid)>,
    /// Test runs.
    pub tests: TestBoard,
    /// Command that runs the tests, as the initializer declared it.
    pub verify_command: Option<String>,
    /// Gates that wait, oldest first.
    pub open_gates: Vec<OpenGate>,
    /// The latest answer to a gate that could not count.
    pub refused_answer: Option<GateAnswerRefused>,
    /// The tree that a person answered on last, as long as nothing came of it: the next round shows what changed since.
    pub last_round: Option<Oid>,
    /// The tree that was let through last, and what its gate said of it, until it is committed.
    pub let_through: Option<LetThrough>,
    /// What a person decided on commits.
    pub by_hand: ByHand,
    /// The last commit that was denied, or refused because nobody was asked, until one is made or nothing is left to commit.
    pub unjudged: Option<Unjudged>,
    /// Changes of guarded files that a person approved, oldest first.
    pub approved: Vec<ApprovedChange>,
    /// Rules about commands, oldest first, ended ones too.
    pub rules: Vec<StandingRule>,
    /// Number of the latest rule.
    pub last_rule: RuleId,
    /// Commits that were made unseen, oldest first.
    pub debts: Vec<Debt>,
    /// Such commits that the branch does not hold since a move back; a move forth brings them back.
    pub debts_aside: Vec<Debt>,
    /// What was written on such commits, oldest first.
    pub remarks: Vec<Remark>,
    /// What a person put in the place of what waits, oldest first.
    pub reworded: Vec<Reworded>,
    /// Checkpoints, oldest first.
    pub checkpoints: Vec<KeptCheckpoint>,
    /// Moves back and forth, oldest first.
    pub moves: Vec<PastMove>,
    /// The files as they are now, as far as the log tells.
    pub present: Present,
    /// Sessions whose work is not in the files any more.
    pub abandoned: BTreeSet<SessionNo>,
    /// Number of the latest gate.
    pub last_gate: GateId,
    /// Number of the latest question.
    pub last_question: QuestionId,
    /// Questions that wait, oldest first.
    pub open_questions: Vec<QuestionAsked>,
    /// The question that a person has open; policy leaves it alone.
    pub held_question: Option<QuestionId>,
    /// Messages of a person that the agent has not got yet, in the order they were written. They outlive sessions and runs.
    pub messages: Vec<QueuedMessage>,
    /// Number of the latest message.
    pub last_message: MessageId,
    /// A person's edits of the feature list that wait for the running step, in the order they were asked for.
    pub queued_edits: Vec<QueuedEdit>,
    /// Such edits that were waiting when the latest run, or the one before it, was cut off.
    pub lost_edits: Vec<LostEdit>,
    /// What a person decided about sections of the windows to come.
    pub window_rules: WindowRules,
    /// Sums over the whole project.
    pub totals: Totals,
    /// Events of kinds that this build does not know.
    pub unknown_events: u64,
}

/// A run: a stretch of sessions.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// Model id.
    pub model: String,
    /// Host of the provider.
    pub endpoint: String,
    /// Confinement of commands.
    pub sandbox: String,
    /// What its windows are made from, where the log tells.
    pub window: Option<Box<WindowTerms>>,
    /// Files that a person had changed before it and that stay theirs.
    pub earlier: Vec<EarlierFile>,
    /// What an earlier run had left behind and was put back when it began, each with its file.
    pub put_back: Vec<String>,
    /// Limits in force.
    pub limits: Limits,
    /// What waits for a person.
    pub autonomy: Autonomy,
    /// The event that began it.
    pub begun: Seq,
    /// When it began.
    pub started: Timestamp,
    /// When and how it ended, and the sentence for it.
    pub ended: Option<(Timestamp, RunOutcome, String)>,
    /// Set once its process is known to be gone without having ended it: when it was heard of last.
    pub interrupted: Option<Timestamp>,
    /// Number of its first session.
    pub first_session: SessionNo,
    /// A stop that was asked for and not yet carried out.
    pub stopping: Option<StopMode>,
    /// When that stop was asked for.
    pub stop_asked: Option<Timestamp>,
    /// Whether it holds, or is about to.
    pub hold: Hold,
    /// Why it holds, where nobody asked for it.
    pub held_because: Option<String>,
    /// Time spent in pauses that are over.
    pub paused: SignedDuration,
    /// Time that gates which are decided waited for a person.
    pub waited: SignedDuration,
    /// The failure that ended its latest session, if one did.
    pub failure: Option<Failure>,
    /// The limit that was met, if any.
    pub limit: Option<LimitReached>,
    /// Sums over this run.
    pub totals: Totals,
}

/// One session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its number.
    pub number: SessionNo,
    /// Its role.
    pub role: Role,
    /// Model id.
    pub model: String,
    /// Context window in tokens.
    pub context_window: u64,
    /// Commit at its start.
    pub head: Option<Oid>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended, and how.
    pub ended: Option<(Timestamp, SessionEnded)>,
    /// The feature it works on.
    pub feature: Option<FeatureId>,
    /// Latest turn.
    pub turn: TurnNo,
    /// Tokens in the context window at the last answer: prompt and output.
    pub context_tokens: u64,
    /// Orientation: tokens and share of the window.
    pub orientation: Option<(u64, f64)>,
    /// What its window began with, by section; empty in logs that do not tell.
    pub window: Vec<SentSection>,
    /// Sums over this session.
    pub totals: Totals,
    /// What the agent is doing.
    pub activity: Activity,
    /// Since when.
    pub activity_since: Timestamp,
    /// The request that is being tried again, while it is.
    pub retry: Option<Retry>,
    /// Whether its work moves or goes round.
    pub headway: Headway,
    /// What its turns brought.
    pub track: Track,
    /// Its transcript.
    pub items: Vec<Item>,
    /// Where each tool call stands in `items`.
    pub calls: HashMap<CallId, usize>,
    /// Where each block of the running answer stands in `items`.
    pub open_blocks: BTreeMap<u32, usize>,
    /// The features whose tests a run of some tests was of, by its event.
    pub alone: BTreeMap<Seq, Vec<FeatureId>>,
}

/// What an agent is doing, by the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Activity {
    /// The harness gathers orientation.
    #[default]
    Orienting,
    /// A request is out and nothing came back yet.
    Waiting,
    /// A request failed and will be sent again.
    Retrying,
    /// The model reasons.
    Thinking,
    /// The model writes.
    Writing,
    /// A tool runs.
    Tool,
    /// The harness runs tests.
    Testing,
    /// The user's pre-commit hook runs; it is stopped after so many seconds.
    Hook(u64),
    /// A gate or a question waits for a person.
    NeedsHuman,
    /// The session has ended.
    Ended,
}

/// A commit made by the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// When.
    pub time: Timestamp,
    /// In which session.
    pub session: SessionNo,
    /// Event that tells it.
    pub seq: Seq,
    /// What was known of the files then.
    pub present: Present,
    /// The commit.
    pub made: crate::protocol::event::CommitMade,
    /// What its gate said of it, whoever answered that.
    pub facts: Option<Box<CommitFacts>>,
    /// Who let it through at its gate: `human` or `policy`.
    pub approved_by: Option<String>,
}

/// A commit that was let through at its gate, and not made yet.
#[derive(Debug, Clone, PartialEq)]
pub struct LetThrough {
    /// Its tree.
    pub tree: Oid,
    /// What the gate said of it.
    pub facts: Box<CommitFacts>,
    /// Who answered, as the log names it.
    pub by: String,
}

/// Sums.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Requests answered.
    pub requests: u64,
    /// Tokens.
    pub usage: Usage,
    /// Money for the requests whose model has a price.
    pub cost: Cost,
    /// Tokens of requests whose model has no price.
    pub unpriced_tokens: u64,
    /// Requests sent again.
    pub retries: u64,
    /// Tool calls ended.
    pub tool_calls: u64,
}

impl State {
    /// Returns the session that is running, or the last one.
    #[must_use]
    pub fn current(&self) -> Option<&Session> {
        self.sessions.last()
    }

    /// Finds a session by its number.
    #[must_use]
    pub fn session(&self, number: SessionNo) -> Option<&Session> {
        let index = (number.0 as usize).checked_sub(1)?;
        match self.sessions.get(index) {
            Some(session) if session.number == number => Some(session),
            _ => self.sessions.iter().find(|session| session.number == number),
        }
    }

    /// Names the sessions of the latest run whose work was seen to go round, each with its feature and whether it was ended for it.
    #[must_use]
    pub fn went_round(&self) -> Vec<String> {
        let first = self.run.as_ref().map_or(SessionNo(1), |run| run.first_session);
        let own = self.sessions.iter().filter(|session| session.number >= first);
        let seen = own.filter_map(|session| session.circled().map(|seen| (session, seen)));
        let told = seen.map(|(session, seen)| {
            let on = seen
                .feature
                .as_ref()
                .map_or_else(String::new, |feature| format!("{feature} in "));
            let handed_off = if session.headway.is_handed_off() {
                " (handed off)"
            } else {
                ""
            };
            format!("{on}{}{handed_off}", session.number)
        });
        told.collect()
    }

    /// Returns the newest commits of the repository, newest first, as the Git pane lists them.
    #[must_use]
    pub fn recent_commits(&self) -> &[CommitInfo] {
        self.repository.as_ref().map_or(&[], |repository| &repository.commits)
    }
}

impl Session {
    /// Returns the share of the context window in use, 0..1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for show only")]
    pub fn context_share(&self) -> f64 {
        if self.context_window == 0 {
            0.0
        } else {
            self.context_tokens as f64 / self.context_window as f64
        }
    }

    /// Says the last time that it was seen to go round, if it was.
    #[must_use]
    pub fn circled(&self) -> Option<&CirclingSeen> {
        self.items.iter().rev().find_map(|item| match &item.kind {
            ItemKind::Circling(seen) => Some(seen),
            _ => None,
        })
    }

    /// Finds a tool call.
    #[must_use]
    pub fn call(&self, id: &CallId) -> Option<&Call> {
        match &self.items.get(*self.calls.get(id)?)?.kind {
            ItemKind::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Says whether it was cut off: nothing of it goes on, and nothing says how it ended.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.ended.is_none() && self.activity == Activity::Ended
    }

    /// Returns why it ended, if it has.
    #[must_use]
    pub fn end_cause(&self) -> Option<EndCause> {
        self.ended.as_ref().map(|(_, ended)| ended.cause)
    }
}
