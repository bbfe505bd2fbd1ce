//! The limits of a run as a person reads and types them.
//!
//! Owns reading a typed limit and saying why it cannot be set. Does not own when a limit is met nor who is asked (the engine). Pure.
//! Invariant: what [`shown`] prints is what [`with`] reads.

use crate::config::amount;
use crate::protocol::event::{LimitKind, Limits, Particulars};
use crate::session::state::{Run, State};
use jiff::Timestamp;
use std::time::Duration;

/// Reads what a person typed over what waits: a limit as it will be told, and any other text as it is.
///
/// # Errors
/// The sentence for the person: why the limit cannot be set.
pub fn read(particulars: Option<&Particulars>, typed: &str, state: &State) -> Result<String, String> {
    let (Some(Particulars::Limit { limit, .. }), Some(run)) = (particulars, &state.run) else {
        return Ok(typed.to_owned());
    };
    let limits = with(run.limits, *limit, Some(typed))?;
    let told = typed_as(*limit, typed)?;
    let now = Limits {
        sessions: Some(sessions(state, run)),
        turns: state.current().map(|session| session.turn.0),
        tokens: Some(run.totals.usage.total()),
        cost: Some(run.totals.cost),
        seconds: Some(spent_seconds(run, asked_at(state))),
    };
    let above = match limit {
        LimitKind::Sessions => limits.sessions > now.sessions,
        LimitKind::Turns => limits.turns > now.turns,
        LimitKind::Tokens => limits.tokens > now.tokens,
        LimitKind::Cost => limits.cost > now.cost,
        LimitKind::Time => limits.seconds > now.seconds,
    };
    above
        .then_some(told.clone())
        .ok_or_else(|| format!("{told} is spent already; type a higher limit, or deny"))
}

/// A typed limit in the words in which limits are told.
fn typed_as(limit: LimitKind, typed: &str) -> Result<String, String> {
    let limits = with(Limits::default(), limit, Some(typed))?;
    Ok(shown(limits, limit).unwrap_or_default())
}

/// Returns the limits with one of them set to what a person chose; `None` lifts it.
///
/// # Errors
/// The sentence for the person: what was typed is no number of this kind.
pub fn with(mut limits: Limits, limit: LimitKind, chosen: Option<&str>) -> Result<Limits, String> {
    let chosen = chosen.map(str::trim);
    let whole = |text: &str| amount::whole(text).ok_or_else(|| format!("`{text}` is not a whole number such as 20"));
    let small = |text: &str| u32::try_from(whole(text)?).map_err(|_| format!("`{text}` is too much"));
    match limit {
        LimitKind::Sessions => limits.sessions = chosen.map(small).transpose()?,
        LimitKind::Turns => limits.turns = chosen.map(small).transpose()?,
        LimitKind::Tokens => limits.tokens = chosen.map(whole).transpose()?,
        LimitKind::Cost => {
            let refused = |text: &str| format!("`{text}` is not an amount in dollars: write digits, such as $25 or $2.50");
            let dollars = |text: &str| amount::dollars(text).ok_or_else(|| refused(text));
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
#[must_use]
pub fn shown(limits: Limits, limit: LimitKind) -> Option<String> {
    match limit {
        LimitKind::Sessions => limits.sessions.map(|limit| limit.to_string()),
        LimitKind::Turns => limits.turns.map(|limit| limit.to_string()),
        LimitKind::Tokens => limits.tokens.map(amount::count),
        LimitKind::Cost => limits.cost.map(amount::money),
        LimitKind::Time => limits.seconds.map(amount::time),
    }
}

/// The word for a limit.
#[must_use]
pub const fn word(limit: LimitKind) -> &'static str {
    match limit {
        LimitKind::Sessions => "sessions",
        LimitKind::Turns => "turns of a session",
        LimitKind::Tokens => "tokens",
        LimitKind::Cost => "cost",
        LimitKind::Time => "time",
    }
}

/// Sessions that the run has had.
#[must_use]
pub fn sessions(state: &State, run: &Run) -> u32 {
    let own = state.sessions.iter().filter(|session| session.number >= run.first_session);
    u32::try_from(own.count()).unwrap_or(u32::MAX)
}

/// How long the run has worked: a pause and a gate that was decided are the person's time, not the run's.
#[must_use]
pub fn worked(run: &Run, now: Timestamp) -> Duration {
    let spent = now.duration_since(run.started) - run.paused_at(now) - run.waited;
    Duration::try_from(spent).unwrap_or_default()
}

/// As [`worked`], in whole seconds.
#[must_use]
pub fn spent_seconds(run: &Run, now: Timestamp) -> u64 {
    worked(run, now).as_secs()
}

/// Until when the run has worked: a gate that waits is the person's time too.
fn asked_at(state: &State) -> Timestamp {
    let since = state.open_gates.iter().map(|open| open.since).min();
    since.unwrap_or_else(Timestamp::now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{GateKind, GateOpened, RunStarted};
    use crate::protocol::{Autonomy, Cost, Envelope, Event, GateId, Seq, SessionNo, samples};

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

    #[test]
    fn what_is_typed_is_told_again_as_it_was_read() {
        use LimitKind::{Cost as Money, Sessions, Time, Tokens, Turns};
        for (limit, typed, read) in [
            (Money, "5", "$5.00"),
            (Money, " $1,000 ", "$1000.00"),
            (Tokens, "2000000", "2,000,000"),
            (Turns, " 1_0 ", "10"),
            (Sessions, "3", "3"),
            (Time, "90m", "1h30m"),
        ] {
            assert_eq!(typed_as(limit, typed), Ok(read.to_owned()));
        }
        let refused = typed_as(Money, "1e3").unwrap_err();
        assert_eq!(
            refused,
            "`1e3` is not an amount in dollars: write digits, such as $25 or $2.50"
        );
        assert!(typed_as(Turns, "1e3").unwrap_err().contains("`1e3` is not a whole number"));
        assert!(typed_as(Turns, "+5").is_err());
    }

    #[test]
    fn time_that_a_gate_waits_is_not_spent() {
        let run = RunStarted {
            run: "r".into(),
            project: "p".into(),
            workspace: "/w".into(),
            model: "m".into(),
            endpoint: "e".into(),
            version: "0".into(),
            limits: limits(),
            autonomy: Autonomy::Commits,
            sandbox: "none".into(),
            window: None,
            earlier: None,
        };
        let particulars = Particulars::Limit {
            limit: LimitKind::Time,
            to: None,
        };
        let gate = GateOpened {
            gate: GateId(1),
            what: GateKind::Limit,
            call: "c".into(),
            title: String::new(),
            body: String::new(),
            tree: None,
            commit: None,
            particulars: Some(Box::new(particulars.clone())),
        };
        // Long ago: what has passed since is the person's time.
        let events: [(i64, Event); 3] = [(0, run.into()), (0, samples::session_started().into()), (3_600, gate.into())];
        let log: Vec<Envelope> = (1..)
            .zip(events)
            .map(|(seq, (second, event))| Envelope {
                time: Timestamp::from_second(second).unwrap(),
                ..samples::envelope(Seq(seq), SessionNo(1), event)
            })
            .collect();
        let state = State::fold(&log);
        assert_eq!(read(Some(&particulars), "61m", &state), Ok("1h1m".to_owned()));
        assert!(
            read(Some(&particulars), "1h", &state)
                .unwrap_err()
                .contains("1h is spent already")
        );
    }
}
