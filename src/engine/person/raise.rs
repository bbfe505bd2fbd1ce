//! Limits that a person may raise: the gate before a run goes past one.
//!
//! Owns the question and the number that approval sets. Reading a number that a person typed is `harness::limits`', when a limit is
//! met `limits`' business. Invariant: no run goes past a limit without a `limit_raised` in the log, made by a person's approval.

use super::gates::{self, Policy};
use crate::config::amount;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::limits::{sessions, shown, spent_seconds, with, word};
use crate::harness::prompt::Attendance;
use crate::protocol::event::{GateKind, GateOpened, LimitKind, LimitRaised, LimitReached, Limits, Particulars};
use crate::protocol::{CallId, Cost, GateDecision};
use crate::session::state::{Run, State, Totals};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

/// Sessions and features that the gate lists, those that cost most first.
const LISTED: usize = 12;

/// What becomes of work at its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It ends.
    Ends,
    /// It goes on within these limits.
    GoesOn(Limits),
}

/// Returns the limits of the running run.
#[must_use]
pub fn in_force(project: &Project) -> Limits {
    project
        .journal
        .with_state(|state| state.run.as_ref().map_or(project.settings.limits, |run| run.limits))
}

/// Asks a person whether the run may go past a limit, where the level says so and somebody may be there; else it ends.
///
/// # Errors
/// Fails if the log cannot be written.
pub async fn ask(project: &Project, met: &LimitReached, cancel: &CancellationToken) -> Result<Answer, EngineError> {
    let attended = project.questions.attendance() == Attendance::Attended;
    if !attended || !gates::level(project).asks(GateKind::Limit) {
        return Ok(Answer::Ends);
    }
    let own = project.settings.limits;
    let Some(opened) = project
        .journal
        .with_state(|state| question(state, met, own, Timestamp::now()))
    else {
        return Ok(Answer::Ends);
    };
    let policy = Policy::Reject("nobody is asked about limits at this level: the run ends at its limit".to_owned());
    let decided = gates::ask(project, &opened, policy, cancel).await?;
    gates::decide(project, &decided)?;
    if decided.answer.decision != GateDecision::Approve {
        return Ok(Answer::Ends);
    }
    let Some(Particulars::Limit { limit, to }) = opened.particulars.as_deref() else {
        return Ok(Answer::Ends);
    };
    let before = in_force(project);
    let chosen = decided.answer.message.or_else(|| to.clone());
    // What a person typed was read once before it counted (`gates::take`).
    let Ok(limits) = with(before, *limit, chosen.as_deref()) else {
        return Ok(Answer::Ends);
    };
    let after = shown(limits, *limit).map_or_else(|| "no limit".to_owned(), |to| format!("-> {to}"));
    project.record(LimitRaised {
        limit: *limit,
        detail: format!("{}: {} {after}", word(*limit), shown(before, *limit).unwrap_or_default()),
        limits,
    })?;
    Ok(Answer::GoesOn(limits))
}

/// Makes the gate's event; `None` if there is no such limit.
fn question(state: &State, met: &LimitReached, own: Limits, now: Timestamp) -> Option<GateOpened> {
    let run = state.run.as_ref()?;
    let in_force = shown(run.limits, met.limit)?;
    let to = raised(state, run, met.limit, own, now);
    let go_on = to
        .as_deref()
        .map_or_else(|| "go on without that limit?".to_owned(), |to| format!("go on to {to}?"));
    let title = match met.limit {
        LimitKind::Cost if run.totals.unpriced_tokens > 0 => format!("{}; {go_on}", met.detail),
        LimitKind::Cost => format!("the run has spent {} of {in_force}; {go_on}", amount::money(run.totals.cost)),
        LimitKind::Tokens => format!(
            "the run has used {} tokens of {in_force}; {go_on}",
            amount::count(run.totals.usage.total())
        ),
        LimitKind::Time => format!(
            "the run has worked {} of {in_force}; {go_on}",
            amount::time(spent_seconds(run, now))
        ),
        LimitKind::Sessions => format!("the run has had {} sessions of {in_force}; {go_on}", sessions(state, run)),
        LimitKind::Turns => format!("this session has had {in_force} turns of {in_force}; {go_on}"),
    };
    Some(GateOpened {
        gate: state.last_gate.next(),
        what: GateKind::Limit,
        call: CallId::default(),
        title,
        body: spent(state, run),
        tree: None,
        commit: None,
        particulars: Some(Box::new(Particulars::Limit { limit: met.limit, to })),
    })
}

/// The limit that approval sets: one more of what the settings allow, as often as it takes to get above what is spent.
/// `None` if no number helps: tokens without a price.
fn raised(state: &State, run: &Run, limit: LimitKind, own: Limits, now: Timestamp) -> Option<String> {
    let above = |limit: u64, step: u64, spent: u64| {
        let step = step.max(1);
        let missing = spent.saturating_add(1).saturating_sub(limit).div_ceil(step).max(1);
        limit.saturating_add(step.saturating_mul(missing))
    };
    Some(match limit {
        LimitKind::Sessions => {
            let limit = run.limits.sessions?;
            let step = own.sessions.unwrap_or(limit);
            above(limit.into(), step.into(), sessions(state, run).into()).to_string()
        }
        LimitKind::Turns => {
            let limit = run.limits.turns?;
            let step = own.turns.unwrap_or(limit);
            above(limit.into(), step.into(), state.current()?.turn.0.into()).to_string()
        }
        LimitKind::Tokens => {
            let limit = run.limits.tokens?;
            amount::count(above(limit, own.tokens.unwrap_or(limit), run.totals.usage.total()))
        }
        LimitKind::Cost if run.totals.unpriced_tokens > 0 => return None,
        LimitKind::Cost => {
            let limit = run.limits.cost?;
            amount::money(Cost(above(limit.0, own.cost.unwrap_or(limit).0, run.totals.cost.0)))
        }
        LimitKind::Time => {
            let limit = run.limits.seconds?;
            amount::time(above(limit, own.seconds.unwrap_or(limit), spent_seconds(run, now)))
        }
    })
}

/// What was spent on what, as lines: the run, its sessions, the features that cost most.
fn spent(state: &State, run: &Run) -> String {
    let line = |name: &str, totals: &Totals| {
        let unpriced = if totals.unpriced_tokens > 0 {
            ", not all of it priced"
        } else {
            ""
        };
        format!(
            "{name}: {}, {} tokens in {} requests{unpriced}\n",
            totals.cost,
            amount::tokens(totals.usage.total()),
            amount::count(totals.requests)
        )
    };
    let mut text = line("this run", &run.totals);
    text.push_str(&format!("exactly: {} tokens\n", amount::count(run.totals.usage.total())));
    let own = state.sessions.iter().filter(|session| session.number >= run.first_session);
    let sessions: Vec<_> = own.collect();
    let older = sessions.len().saturating_sub(LISTED);
    if older > 0 {
        text.push_str(&format!("... {older} sessions before\n"));
    }
    for session in &sessions[older..] {
        let feature = session
            .feature
            .as_ref()
            .map(|feature| format!(", {feature}"))
            .unwrap_or_default();
        let name = format!("session {} ({}{feature})", session.number.0, session.role);
        text.push_str(&line(&name, &session.totals));
    }
    let mut features: Vec<_> = state.features.rows.iter().filter(|row| row.totals.requests > 0).collect();
    features.sort_by_key(|row| std::cmp::Reverse(row.totals.usage.total()));
    if !features.is_empty() {
        text.push_str("over all runs, by feature:\n");
    }
    for row in features.iter().take(LISTED) {
        text.push_str(&line(&format!("{} {}", row.feature.id, row.feature.description), &row.totals));
    }
    text
}
