//! Gates: what waits for a person's decision, and how it gets one.
//!
//! Owns the book of gates that wait, which levels of autonomy answer which gates, and the events around both. What a decision leads
//! to is its asker's business. Invariant: every gate opened is decided exactly once, by the task that opened it; an answer counts
//! once, and only for the tree that was shown.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::{comments, limits};
use crate::protocol::event::{AutonomyChanged, GateAnswerRefused, GateDecided, GateKind, GateOpened, MessageWithdrawn};
use crate::protocol::{Autonomy, GateAnswer, GateDecision, GateId, Oid, RuleId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Gates that wait, by number.
#[derive(Debug, Default)]
pub struct Gates {
    waiting: Mutex<HashMap<GateId, Open>>,
}

/// The book's side of a gate.
#[derive(Debug)]
struct Open {
    opened: GateOpened,
    policy: Policy,
    /// The tree of the files on disk that a commit was shown with.
    disk: Option<Oid>,
    answer: oneshot::Sender<Decided>,
}

/// What is decided where no person is asked.
#[derive(Debug, Clone)]
pub enum Policy {
    /// Go ahead.
    Approve,
    /// No, for this reason: a check of the machine did not hold.
    Reject(String),
}

/// How a gate was decided, and by whom.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Who.
    pub by: By,
    /// The answer.
    pub answer: GateAnswer,
}

/// Who decided a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A person.
    Human,
    /// The level of autonomy, by which nobody is asked.
    Policy,
    /// Standing rules that a person made.
    Rules(Vec<RuleId>),
    /// Nobody: the gate lost its object.
    Harness,
    /// Nobody: the files moved, and the next round follows at once.
    Files,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Human => f.write_str("human"),
            Self::Policy => f.write_str("policy"),
            Self::Harness | Self::Files => f.write_str("harness"),
            Self::Rules(rules) => {
                let ids: Vec<String> = rules.iter().map(ToString::to_string).collect();
                write!(f, "rule {}", ids.join(", "))
            }
        }
    }
}

impl Gates {
    /// Registers a gate. Its answer comes through the receiver; a receiver without a sender means that the gate was let go.
    fn register(&self, opened: &GateOpened, policy: Policy) -> oneshot::Receiver<Decided> {
        let (answer, answered) = oneshot::channel();
        let (disk, opened) = (None, opened.clone());
        self.book().insert(
            opened.gate,
            Open {
                opened,
                policy,
                disk,
                answer,
            },
        );
        answered
    }

    /// Hands a person's answer to whoever waits for it. The error says why it cannot count.
    fn answer(&self, answer: GateAnswer) -> Result<(), String> {
        let mut book = self.book();
        let gate = answer.gate;
        let over = || format!("{gate} does not wait for an answer any more");
        let open = book.get(&gate).ok_or_else(over)?;
        let shown = open.opened.tree.as_ref();
        if shown.is_some() && shown != answer.tree.as_ref() {
            let told = |tree: Option<&Oid>| tree.map_or_else(|| "none".to_owned(), |tree| tree.short().to_owned());
            return Err(format!(
                "the answer is for tree {}, and {gate} waits on tree {}; look at it again",
                told(answer.tree.as_ref()),
                told(shown)
            ));
        }
        if answer.decision == GateDecision::Void {
            return Err(format!("{gate} can be approved or rejected, not voided"));
        }
        let open = book.remove(&gate).ok_or_else(over)?;
        let by = By::Human;
        open.answer.send(Decided { by, answer }).map_err(|_| over())
    }

    /// Answers, by policy, the gates that nobody is asked about at this level.
    fn apply(&self, level: Autonomy) {
        self.apply_policy(|opened| !level.asks(opened.what));
    }

    /// Answers gates by policy.
    pub fn apply_policy(&self, which: impl Fn(&GateOpened) -> bool) {
        let mut book = self.book();
        let gates: Vec<GateId> = book
            .iter()
            .filter(|(_, open)| which(&open.opened))
            .map(|(gate, _)| *gate)
            .collect();
        for gate in gates {
            if let Some(open) = book.remove(&gate) {
                let answer = open.policy.answer(gate, open.opened.tree);
                let by = By::Policy;
                // Nobody waits any more: the call was stopped at this very moment.
                let _ = open.answer.send(Decided { by, answer });
            }
        }
    }

    /// Approves the commands that `ruled` finds rules for.
    pub fn apply_rules(&self, ruled: impl Fn(&GateOpened) -> Option<Vec<RuleId>>) {
        let mut book = self.book();
        let commands = book.iter().filter(|(_, open)| open.opened.what == GateKind::Command);
        let found: Vec<_> = commands
            .filter_map(|(gate, open)| Some((*gate, ruled(&open.opened)?)))
            .collect();
        for (gate, rules) in found {
            if let Some(open) = book.remove(&gate) {
                let answer = plain(gate, None, GateDecision::Approve, String::new());
                // Nobody waits any more: the call was stopped at this very moment.
                let by = By::Rules(rules);
                let _ = open.answer.send(Decided { by, answer });
            }
        }
    }

    /// Says whether anything waits.
    pub fn is_any_open(&self) -> bool {
        !self.book().is_empty()
    }

    /// Returns what a person was shown of a gate that waits.
    fn shown(&self, gate: GateId) -> Option<GateOpened> {
        self.book().get(&gate).map(|open| open.opened.clone())
    }

    /// Lets every gate go: whoever waits for one learns that nobody will decide it.
    pub fn let_go(&self) {
        self.book().clear();
    }

    /// Waits until a gate that was registered is answered, and takes it out of the book; `None` if it was cancelled before that.
    async fn settled(
        &self,
        gate: GateId,
        answered: &mut oneshot::Receiver<Decided>,
        cancelled: impl Future<Output = ()>,
    ) -> Option<Result<Decided, oneshot::error::RecvError>> {
        let settled = tokio::select! {
            biased;
            answered = &mut *answered => Some(answered),
            () = cancelled => None,
        };
        self.forget(gate);
        // A stop may come with the answer ("deny and stop"), and between two looks of ours: what was answered first counts. From here
        // on nobody finds the gate in the book.
        settled.or_else(|| answered.try_recv().ok().map(Ok))
    }

    fn forget(&self, gate: GateId) {
        self.book().remove(&gate);
    }

    fn book(&self) -> MutexGuard<'_, HashMap<GateId, Open>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Policy {
    fn answer(&self, gate: GateId, tree: Option<Oid>) -> GateAnswer {
        let (decision, reason) = match self {
            Self::Approve => (GateDecision::Approve, String::new()),
            Self::Reject(reason) => (GateDecision::Reject, reason.clone()),
        };
        plain(gate, tree, decision, reason)
    }
}

/// The level in force.
#[must_use]
pub fn level(project: &Project) -> Autonomy {
    project
        .journal
        .with_state(|state| state.run.as_ref().map_or(project.settings.autonomy, |run| run.autonomy))
}

/// Returns the number of the next gate.
#[must_use]
pub fn next(project: &Project) -> GateId {
    project.journal.with_state(|state| state.last_gate).next()
}

/// Opens a gate and waits for its answer, which its asker then has to record with [`decide`].
///
/// # Errors
/// Fails if the log cannot be written.
pub async fn ask(
    project: &Project,
    opened: &GateOpened,
    policy: Policy,
    cancel: &CancellationToken,
) -> Result<Decided, EngineError> {
    ask_and(project, opened, policy, || (), cancel).await
}

/// As [`ask`]; `settle` may answer the gate as soon as it stands in the book and in the log.
///
/// # Errors
/// Fails if the log cannot be written.
pub async fn ask_and(
    project: &Project,
    opened: &GateOpened,
    policy: Policy,
    settle: impl FnOnce(),
    cancel: &CancellationToken,
) -> Result<Decided, EngineError> {
    let mut answered = project.gates.register(opened, policy);
    if let Err(error) = project.record(opened.clone()) {
        project.gates.forget(opened.gate);
        return Err(error);
    }
    // Read only now: a level that was set before the gate stood in the book is seen here, one set later finds the gate there.
    project.gates.apply(level(project));
    settle();
    let gone = |why: &str| Decided {
        by: By::Harness,
        answer: plain(opened.gate, opened.tree.clone(), GateDecision::Void, why.to_owned()),
    };
    Ok(
        match project.gates.settled(opened.gate, &mut answered, cancel.cancelled()).await {
            Some(Ok(decided)) => worded(project, opened, decided),
            Some(Err(_)) => gone("the run stops, and nobody is there to decide"),
            None => gone(cut(project)),
        },
    )
}

/// Gives an approval that holds no message the one that the person wrote on the gate's page: policy decided, or they did so elsewhere.
fn worded(project: &Project, opened: &GateOpened, mut decided: Decided) -> Decided {
    let answer = &mut decided.answer;
    if answer.decision == GateDecision::Approve && answer.message.is_none() {
        answer.message = project
            .journal
            .with_state(|state| state.words_for(opened).map(ToOwned::to_owned));
    }
    decided
}

/// Records how a gate was decided.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn decide(project: &Project, decided: &Decided) -> Result<(), EngineError> {
    let GateAnswer {
        gate,
        tree,
        decision,
        reason,
        message,
        comments,
        seen,
    } = decided.answer.clone();
    let counts = decided.by == By::Human && decision != GateDecision::Void;
    let said = counts.then(|| project.journal.with_state(|state| comments::said_by(state, &decided.answer)));
    project.record(GateDecided {
        gate,
        decision,
        by: decided.by.to_string(),
        reason,
        tree,
        message,
        comments,
        seen,
    })?;
    // After the answer that holds them: nothing between the two loses a comment.
    let mut said = said.into_iter().flatten();
    said.try_for_each(|message| project.record(MessageWithdrawn { message }))
}

/// Records that an answer came too late: what it was given for is gone.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn void(project: &Project, decided: &Decided, why: String) -> Result<(), EngineError> {
    let mut answer = plain(decided.answer.gate, decided.answer.tree.clone(), GateDecision::Void, why);
    answer.seen = decided.answer.seen;
    let by = By::Harness;
    decide(project, &Decided { by, answer })
}

/// Takes a person's answer. Returns whether it counts; one that does not is refused in the log.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn take(project: &Project, mut answer: GateAnswer) -> Result<bool, EngineError> {
    let gate = answer.gate;
    let typed = answer.message.as_deref().filter(|_| answer.decision == GateDecision::Approve);
    let shown = project.gates.shown(gate).and_then(|opened| opened.particulars);
    let read = typed.map(|typed| {
        project
            .journal
            .with_state(|state| limits::read(shown.as_deref(), typed, state))
    });
    let read = read.transpose().map(|read| {
        answer.message = read.or(answer.message.take());
        answer
    });
    match read.and_then(|answer| project.gates.answer(answer)) {
        Ok(()) => Ok(true),
        Err(reason) => {
            project.record(GateAnswerRefused { gate, reason })?;
            Ok(false)
        }
    }
}

/// Sets the level of autonomy; gates that nobody is asked about any more are answered by policy.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn set_level(project: &Project, level: Autonomy) -> Result<(), EngineError> {
    project.record(AutonomyChanged { level })?;
    project.gates.apply(level);
    Ok(())
}

const fn plain(gate: GateId, tree: Option<Oid>, decision: GateDecision, reason: String) -> GateAnswer {
    GateAnswer {
        gate,
        tree,
        decision,
        reason,
        message: None,
        comments: Vec::new(),
        seen: None,
    }
}

mod ending;
mod stale;
#[cfg(test)]
mod tests;

pub use ending::cut;
pub(in crate::engine) use ending::is_ending;
pub use stale::take_back;
