//! Runs and sessions: how they begin, which limits they meet, how they end.

use super::AuditPlace;
use crate::protocol::{Autonomy, Cost, FeatureId, Oid, Role, RunId, StopMode, WindowTerms};
use serde::{Deserialize, Serialize};

/// A run began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// Its name.
    pub run: RunId,
    /// The project's name: the workspace folder's.
    pub project: String,
    /// Absolute path of the workspace.
    pub workspace: String,
    /// Model id as sent to the provider.
    pub model: String,
    /// Host the provider is reached at, without credentials.
    pub endpoint: String,
    /// Version of longhaul.
    pub version: String,
    /// Limits in force.
    pub limits: Limits,
    /// What waits for a person at the run's start.
    #[serde(default)]
    pub autonomy: Autonomy,
    /// How commands of the agent are confined: `none` until a sandbox exists.
    pub sandbox: String,
    /// What its windows are made from; logs of versions before it do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Box<WindowTerms>>,
    /// Files that a person had changed before it and that stay theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Box<Earlier>>,
}

/// What a person had changed before a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The files, by path.
    pub files: Vec<EarlierFile>,
}

/// A file that differed from the last commit when a run began, by a person's hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierFile {
    /// Its path within the workspace.
    pub path: String,
    /// Its content then; `None` if it was gone.
    pub blob: Option<Oid>,
    /// Its mode then, as git has it; 0 if it was gone.
    pub mode: u32,
}

/// Limits of a run. `None` means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Sessions of the run.
    pub sessions: Option<u32>,
    /// Turns of one session.
    pub turns: Option<u32>,
    /// Tokens of the run (prompt and output).
    pub tokens: Option<u64>,
    /// Money of the run.
    pub cost: Option<Cost>,
    /// Wall time of the run in seconds.
    pub seconds: Option<u64>,
}

/// A run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnded {
    /// How.
    pub outcome: RunOutcome,
    /// One sentence for a person, with the next step where there is one.
    pub reason: String,
}

/// The process that ran the latest run is gone without having ended it: what it was doing is not done any more, and what waited waits
/// no longer. Told, never written, with the time of the log's last event, by whoever reads a log whose lock nobody holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInterrupted {}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Every feature passes.
    AllPassing,
    /// Every feature passes by the list, and of some nobody has shown it: a run cannot go on from there.
    Unproven,
    /// The user stopped it.
    Stopped,
    /// A limit was met.
    Limit,
    /// The agent made no headway in several sessions.
    Stalled,
    /// The provider or our own machinery failed.
    Failed,
}

/// The user asked the run to stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopRequested {
    /// When it shall stop.
    pub mode: StopMode,
}

/// The user took a stop back before it was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopCancelled {}

/// A session began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionStarted {
    /// Its role.
    pub role: Role,
    /// Model id.
    pub model: String,
    /// Context window in tokens.
    pub context_window: u64,
    /// Commit at its start, `None` in a repository without commits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Oid>,
    /// SHA-256 (12 hexadecimal digits) of the prompts used, so that sessions can be compared.
    pub prompt_hash: String,
    /// The feature list that it works by, as a path in the workspace; `None` in a session that is to make one, and in logs of versions
    /// before it. Whoever opens the project finds it here without reading the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
}

/// A session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEnded {
    /// Why.
    pub cause: EndCause,
    /// The agent's closing words, or the harness's.
    #[serde(default)]
    pub summary: String,
    /// Paths changed and not committed, kept as they are (`git status --porcelain` letters first).
    #[serde(default)]
    pub dirty: Vec<String>,
    /// The feature the next session will take, if one is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<FeatureId>,
    /// Machine-checked facts for the end card, in order: what was checked and whether it holds.
    #[serde(default)]
    pub checks: Vec<(String, bool)>,
    /// What each of them speaks of, in the same order; empty in logs that are older than this field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Vec<AuditPlace>>,
    /// Features that do not pass, where the agent ended a coding session and had brought none to pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u32>,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The agent called `end_session`.
    Finished,
    /// The context window filled up; the work is handed off to a fresh one.
    ContextFull,
    /// A limit was met.
    Limit,
    /// The user stopped it.
    Stopped,
    /// The model stopped without calling `end_session`, although reminded.
    GaveUp,
    /// Its work went round; it is handed off to a fresh window.
    Circling,
    /// The provider or our own machinery failed.
    Failed,
}

/// A limit was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitReached {
    /// Which.
    pub limit: LimitKind,
    /// `412,000 of 400,000 tokens`.
    pub detail: String,
}

/// A person let the run go past a limit: other limits are in force from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRaised {
    /// Which one was raised.
    pub limit: LimitKind,
    /// `cost: $1.00 -> $2.00`.
    pub detail: String,
    /// The limits in force.
    pub limits: Limits,
}

/// Kinds of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// Sessions of the run.
    Sessions,
    /// Turns of the session.
    Turns,
    /// Tokens of the run.
    Tokens,
    /// Money of the run.
    Cost,
    /// Wall time of the run.
    Time,
}
