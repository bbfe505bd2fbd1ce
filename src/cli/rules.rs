//! `longhaul rules`: which commands run without asking, and taking that back.
//!
//! Invariant: the log of a project that a run writes is left to that run.

use super::args::{ReadArgs, RulesArgs, RulesCommand};
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project::Project;
use crate::config::Durability;
use crate::protocol::event::RuleRevoked;
use crate::protocol::{RuleId, SessionNo};
use crate::session::{RuleEnd, StandingRule};
use crate::store::Writer;
use crate::ui::page::rules::standing;
use crate::ui::text::Clean;
use jiff::Timestamp;
use serde::Serialize;
use std::path::Path;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row<'a> {
    id: String,
    pattern: String,
    words: &'a [String],
    open: bool,
    scope: crate::protocol::RuleScope,
    expiry: crate::protocol::RuleExpiry,
    since: Timestamp,
    until: Option<Timestamp>,
    holds: bool,
    ended: Option<&'static str>,
    uses: u32,
    used: Option<Timestamp>,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project cannot be read, or the rule cannot be revoked.
pub fn run(args: &RulesArgs, console: &mut Console) -> Result<(), Failure> {
    match &args.act {
        None => list(&args.list, console),
        Some(RulesCommand::Revoke { id, dir }) => revoke(dir, id, console),
    }
}

fn list(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let (now, rules) = (Timestamp::now(), &project.state.rules);
    if args.json {
        return Ok(console.json(&rules.iter().map(|rule| row(rule, now)).collect::<Vec<_>>())?);
    }
    let withdrawn = project.dir.withdrawn_rules();
    let holds = |rule: &&StandingRule| rule.holds(now) && !withdrawn.contains(&rule.id);
    let holding: Vec<&StandingRule> = rules.iter().filter(holds).collect();
    if holding.is_empty() {
        console.line("no rule holds: at the level manual every command that is not a plain read is asked about")?;
    }
    for rule in holding {
        console.line(format!(
            "{:<4} {}  ({})",
            rule.id.to_string(),
            Clean::line(&rule.pattern.to_string()),
            standing(rule, now)
        ))?;
    }
    Ok(())
}

fn row(rule: &StandingRule, now: Timestamp) -> Row<'_> {
    Row {
        id: rule.id.to_string(),
        pattern: rule.pattern.to_string(),
        words: &rule.pattern.words,
        open: rule.pattern.open,
        scope: rule.scope,
        expiry: rule.expiry,
        since: rule.since,
        until: rule.until,
        holds: rule.holds(now),
        ended: rule.end(now).map(|end| match end {
            RuleEnd::Revoked => "revoked",
            RuleEnd::Over => "over",
            RuleEnd::Expired => "expired",
        }),
        uses: rule.uses,
        used: rule.used,
    }
}

fn revoke(dir: &Path, id: &str, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(dir)?;
    let number = id.strip_prefix(['R', 'r']).unwrap_or(id).parse().map(RuleId);
    let known = number
        .ok()
        .and_then(|id| project.state.rules.iter().find(|rule| rule.id == id));
    let Some(rule) = known else {
        return Err(Failure::user(
            Exit::Usage,
            format!("there is no rule {id}; `longhaul rules` lists them"),
        ));
    };
    if !rule.holds(Timestamp::now()) {
        console.line(format!("{} does not hold any more: nothing to revoke", rule.id))?;
        return Ok(());
    }
    if let Some(pid) = project.holder {
        // Its log is its own. Taking a permission back needs nobody's leave, so word is left that it looks for before each command.
        project.dir.withdraw_rule(rule.id)?;
        console.line(format!(
            "{} revoked: process {pid} asks about `{}` again, from its next command on",
            rule.id,
            Clean::line(&rule.pattern.to_string())
        ))?;
        return Ok(());
    }
    let mut writer = Writer::open(project.dir.lock()?, Durability::Full)?;
    writer.resume_segment()?;
    let session = SessionNo(writer.next_session().0.saturating_sub(1));
    writer.append(session, RuleRevoked { rule: rule.id }.into())?;
    writer.sync()?;
    console.line(format!(
        "{} revoked: `{}` is asked about again",
        rule.id,
        Clean::line(&rule.pattern.to_string())
    ))?;
    Ok(())
}
