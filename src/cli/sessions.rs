//! `longhaul sessions`: one line a session.

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::moving::Moving;
use super::project::Project;
use super::words;
use crate::protocol::{SessionNo, Usage};
use crate::session::{Session, State};
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::borrow::Cow;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row {
    number: u32,
    role: &'static str,
    model: String,
    feature: Option<String>,
    started: Timestamp,
    ended: Option<Timestamp>,
    cause: Option<Cow<'static, str>>,
    summary: Option<String>,
    /// Whether its work is not in the files any more, by a move back.
    abandoned: bool,
    turns: u32,
    commits: Vec<String>,
    features_passed: Vec<String>,
    headway: Moving,
    usage: Usage,
    cost_usd: f64,
    unpriced_tokens: u64,
    orientation_share: Option<f64>,
    /// What the machine found at its end; empty while it runs.
    audit: Vec<Found>,
}

/// A finding of the audit.
#[derive(Debug, Serialize)]
struct Found {
    what: String,
    holds: bool,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project cannot be read.
pub fn run(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let state = &project.state;
    if args.json {
        console.json(&state.sessions.iter().map(|session| row(state, session)).collect::<Vec<_>>())?;
        return Ok(());
    }
    if state.sessions.is_empty() {
        console.line(format!(
            "no sessions yet; start one with `longhaul run {}`",
            words::path(&project.workspace)
        ))?;
    }
    let zone = TimeZone::system();
    for session in &state.sessions {
        console.line(Clean::line(&line(state, session, &zone)).as_str())?;
    }
    Ok(())
}

fn line(state: &State, session: &Session, zone: &TimeZone) -> String {
    let row = row(state, session);
    let started = session.started.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let took = session.ended.as_ref().map_or_else(String::new, |(ended, _)| {
        let ms = ended.duration_since(session.started).as_millis();
        format::duration_ms(u64::try_from(ms).unwrap_or(0))
    });
    let outcome = match row.cause {
        Some(cause) => cause,
        None if session.is_interrupted() => "interrupted".into(),
        None => "running".into(),
    };
    let abandoned = if row.abandoned {
        ", abandoned (its work is not in the files)"
    } else {
        ""
    };
    let mut facts = vec![format::plural(row.turns as usize, "turn")];
    if !row.features_passed.is_empty() {
        facts.push(format!("passed {}", row.features_passed.join(" ")));
    } else if let Some(feature) = &row.feature {
        facts.push(format!("on {feature}"));
    }
    facts.push(format::plural(row.commits.len(), "commit"));
    facts.push(format!("{} tokens", format::tokens(row.usage.total())));
    facts.push(words::cost(&session.totals));
    format!(
        "{:>4}  {:<11}  {started}  {took:>6}  {outcome}{abandoned}: {}",
        row.number,
        row.role,
        facts.join(", ")
    )
}

fn row(state: &State, session: &Session) -> Row {
    let number: SessionNo = session.number;
    let passed = state.features.rows.iter().filter(|row| {
        let passing =
            |flip: &crate::session::state::Flip| flip.session == number && flip.to == crate::protocol::FeatureStatus::Passing;
        row.flips.iter().any(passing)
    });
    Row {
        number: number.0,
        role: session.role.as_str(),
        model: session.model.clone(),
        feature: session.feature.as_ref().map(ToString::to_string),
        started: session.started,
        ended: session.ended.as_ref().map(|(time, _)| *time),
        cause: session.ended.as_ref().map(|(_, ended)| words::ended(ended)),
        summary: session.ended.as_ref().map(|(_, ended)| ended.summary.clone()),
        abandoned: state.is_abandoned(number),
        turns: session.turn.0,
        commits: state
            .commits
            .iter()
            .filter(|commit| commit.session == number)
            .map(|commit| commit.made.commit.to_string())
            .collect(),
        features_passed: passed.map(|row| row.feature.id.to_string()).collect(),
        headway: Moving::of(session),
        usage: session.totals.usage,
        cost_usd: session.totals.cost.usd(),
        unpriced_tokens: session.totals.unpriced_tokens,
        orientation_share: session.orientation.map(|(_, share)| share),
        audit: session.ended.as_ref().map_or_else(Vec::new, |(_, ended)| {
            let found = |(what, holds): &(String, bool)| Found {
                what: what.clone(),
                holds: *holds,
            };
            ended.checks.iter().map(found).collect()
        }),
    }
}
