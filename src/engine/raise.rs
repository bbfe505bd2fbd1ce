//! Limits that a person may raise: the gate before a run goes past one.
//!
//! Owns the question, the number that approval sets, and reading another number that a person typed. When a limit is met is
//! `limits`' business. Invariant: no run goes past a limit without a `limit_raised` in the log, made by a person's approval.

use super::error::EngineError;
use super::gates::{self, Policy};
use super::project::Project;
use crate::config::amount;
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

/// Says why a typed limit cannot be set; `Ok` if it can.
///
/// # Errors
/// The sentence for the person.
pub fn check(particulars: Option<&Particulars>, typed: &str, state: &State) -> Result<(), String> {
    let (Some(Particulars::Limit { limit, .. }), Some(run)) = (particulars, &state.run) else {
        return Ok(());
    };
    let limits = with(run.limits, *limit, Some(typed))?;
    let now = Limits {
        sessions: Some(sessions(state, run)),
        turns: state.current().map(|session| session.turn.0),
        tokens: Some(run.totals.usage.total()),
        cost: Some(run.totals.cost),
        seconds: Some(spent_seconds(run, Timestamp::now())),
    };
    let above = match limit {
        LimitKind::Sessions => limits.sessions > now.sessions,
        LimitKind::Turns => limits.turns > now.turns,
        LimitKind::Tokens => limits.tokens > now.tokens,
        LimitKind::Cost => limits.cost > now.cost,
        LimitKind::Time => limits.seconds > now.seconds,
    };
    above
        .then_some(())
        .ok_or_else(|| format!("{typed} is spent already; type a higher limit, or deny"))
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
        LimitKind::Cost => format!("the run has spent {} of {in_force}; {go_on}", run.totals.cost),
        LimitKind::Tokens => format!("the run has used {} tokens of {in_force}; {go_on}", run.totals.usage.total()),
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
            above(limit, own.tokens.unwrap_or(limit), run.totals.usage.total()).to_string()
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

/// Returns the limits with one of them set to what a person chose; `None` lifts it.
fn with(mut limits: Limits, limit: LimitKind, chosen: Option<&str>) -> Result<Limits, String> {
    let chosen = chosen.map(str::trim);
    let whole = |text: &str| amount::whole(text).ok_or_else(|| format!("`{text}` is not a whole number such as 20"));
    let small = |text: &str| u32::try_from(whole(text)?).map_err(|_| format!("`{text}` is too much"));
    match limit {
        LimitKind::Sessions => limits.sessions = chosen.map(small).transpose()?,
        LimitKind::Turns => limits.turns = chosen.map(small).transpose()?,
        LimitKind::Tokens => limits.tokens = chosen.map(whole).transpose()?,
        LimitKind::Cost => {
            let dollars = |text: &str| amount::dollars(text).ok_or_else(|| format!("`{text}` is not an amount such as $25"));
            limits.cost = chosen.map(dollars).transpose()?;
        }
        LimitKind::Time => {
            let time =
                |text: &str| amount::seconds(text).ok_or_else(|| format!("`{text}` is not a time such as 90m, 8h or 1d 12h"));
            limits.seconds = chosen.map(time).transpose()?;
        }
    }
    Ok(limits)
}

/// One of the limits, as it can be typed.
fn shown(limits: Limits, limit: LimitKind) -> Option<String> {
    match limit {
        LimitKind::Sessions => limits.sessions.map(|limit| limit.to_string()),
        LimitKind::Turns => limits.turns.map(|limit| limit.to_string()),
        LimitKind::Tokens => limits.tokens.map(|limit| limit.to_string()),
        LimitKind::Cost => limits.cost.map(amount::money),
        LimitKind::Time => limits.seconds.map(amount::time),
    }
}

const fn word(limit: LimitKind) -> &'static str {
    match limit {
        LimitKind::Sessions => "sessions",
        LimitKind::Turns => "turns of a session",
        LimitKind::Tokens => "tokens",
        LimitKind::Cost => "cost",
        LimitKind::Time => "time",
    }
}

/// Sessions that the run has had.
fn sessions(state: &State, run: &Run) -> u32 {
    let own = state.sessions.iter().filter(|session| session.number >= run.first_session);
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

fn spent_seconds(run: &Run, now: Timestamp) -> u64 {
    let spent = now.duration_since(run.started) - run.paused_at(now) - run.waited;
    u64::try_from(spent.as_secs()).unwrap_or(0)
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
            totals.usage.total(),
            totals.requests
        )
    };
    let mut text = line("this run", &run.totals);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            sessions: Some(3),
            turns: Some(20),
            tokens: Some(1_000),
            cost: Some(Cost(1_000_000_000)),
            seconds: Some(3_600),
        }
    }

    #[test]
    fn what_is_shown_of_a_limit_can_be_typed_again() {
        use LimitKind::{Cost as Money, Sessions, Time, Tokens, Turns};
        for limit in [Sessions, Turns, Tokens, Money, Time] {
            let typed = shown(limits(), limit).unwrap();
            assert_eq!(
                with(Limits::default(), limit, Some(&typed)).map(|new| shown(new, limit)),
                Ok(Some(typed))
            );
            assert!(with(limits(), limit, Some("much")).unwrap_err().contains("`much`"));
            assert_eq!(shown(with(limits(), limit, None).unwrap(), limit), None, "lifted");
        }
    }
}
