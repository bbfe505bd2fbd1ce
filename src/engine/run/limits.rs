//! Limits, looked at before each request: what is spent against what may be.
//!
//! Pure over the folded state and the time given. Turns are the turn machine's own business.

use crate::config::amount;
use crate::harness::limits::worked;
use crate::protocol::event::{LimitKind, LimitReached};
use crate::session::state::{Run, State};
use jiff::Timestamp;
use std::time::Duration;

/// Returns the first limit of the running run that is met, apart from sessions and turns.
#[must_use]
pub fn met(state: &State, now: Timestamp) -> Option<LimitReached> {
    let run = state.run.as_ref()?;
    tokens(run).or_else(|| cost(run)).or_else(|| time(run, now))
}

/// Returns the limit on sessions if one more than `done` in this run would pass it.
#[must_use]
pub fn sessions(done: u32, max: Option<u32>) -> Option<LimitReached> {
    let max = max?;
    (done >= max).then(|| LimitReached {
        limit: LimitKind::Sessions,
        detail: format!("{done} of {max} sessions of this run"),
    })
}

fn tokens(run: &Run) -> Option<LimitReached> {
    let (spent, max) = (run.totals.usage.total(), run.limits.tokens?);
    (spent >= max).then(|| LimitReached {
        limit: LimitKind::Tokens,
        detail: format!("{} of {} tokens of this run", amount::count(spent), amount::count(max)),
    })
}

fn cost(run: &Run) -> Option<LimitReached> {
    let (spent, max) = (run.totals.cost, run.limits.cost?);
    // Tokens without a known price cannot be held against a limit in money: the run must not go on as if they were free.
    if run.totals.unpriced_tokens > 0 {
        let detail = format!(
            "{} tokens have no known price, so the limit of {} cannot be kept",
            amount::tokens(run.totals.unpriced_tokens),
            amount::money(max)
        );
        return Some(LimitReached {
            limit: LimitKind::Cost,
            detail,
        });
    }
    (spent >= max).then(|| LimitReached {
        limit: LimitKind::Cost,
        detail: format!("{} of {} of this run", amount::money(spent), amount::money(max)),
    })
}

/// How long it is waited at most before the time that a run has left is looked at again: the clock of the day may be set meanwhile.
const AGAIN: Duration = Duration::from_secs(30);

/// Returns when the time of the running run is to be looked at again; `None` if it is not limited.
#[must_use]
pub fn look_in(state: &State, now: Timestamp) -> Option<Duration> {
    let run = state.run.as_ref()?;
    let max = Duration::from_secs(run.limits.seconds?);
    Some(max.saturating_sub(worked(run, now)).min(AGAIN))
}

fn time(run: &Run, now: Timestamp) -> Option<LimitReached> {
    let max = run.limits.seconds?;
    let spent = worked(run, now).as_secs();
    (spent >= max).then(|| LimitReached {
        limit: LimitKind::Time,
        detail: format!("{spent} of {max} seconds of this run"),
    })
}
