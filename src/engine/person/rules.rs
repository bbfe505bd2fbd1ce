//! Standing rules about commands: made and revoked by a person, consulted before a command's gate opens.
//!
//! Owns which rules hold now and the events around them. Which scripts a rule stands for is `guard::command`'s to say. Invariant: a
//! command that runs by a rule has its gate, decided by that rule, in the log.

use super::gates::By;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::guard::command::{self, Standing};
use crate::protocol::event::{RuleAdded, RuleRevoked, RuleUsed, SteerRefused};
use crate::protocol::{CallId, CommandPattern, RuleExpiry, RuleId, RuleScope};
use crate::session::StandingRule;
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};

/// Makes a rule. A command that waits in `directory` and that it lets run is approved by it.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn add(
    project: &Project,
    pattern: CommandPattern,
    (scope, expiry): (RuleScope, RuleExpiry),
    directory: Option<PathBuf>,
) -> Result<(), EngineError> {
    if !command::is_sound(&pattern, &project.workspace) {
        let reason = format!("`{pattern}` cannot be a rule: it is not one that would be offered for a command");
        return project.record(SteerRefused { reason });
    }
    let until = expiry
        .hours()
        .and_then(|hours| Timestamp::now().checked_add(SignedDuration::from_hours(hours)).ok());
    project.record(RuleAdded {
        rule: project.journal.with_state(|state| state.last_rule).next(),
        pattern,
        scope,
        expiry,
        until,
    })?;
    if let Some(directory) = directory {
        settle(project, &directory);
    }
    Ok(())
}

/// Takes a rule back.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn revoke(project: &Project, rule: RuleId) -> Result<(), EngineError> {
    let holds = project.journal.with_state(|state| {
        let now = Timestamp::now();
        state.rules.iter().any(|known| known.id == rule && known.holds(now))
    });
    if holds {
        return project.record(RuleRevoked { rule });
    }
    let reason = format!("rule {rule} does not hold any more");
    project.record(SteerRefused { reason })
}

/// Records what was taken back from another terminal.
///
/// # Errors
/// Fails if the log cannot be written, or the word for it stays.
pub fn take_withdrawn(project: &Project) -> Result<(), EngineError> {
    for rule in project.dir.withdrawn_rules() {
        let now = Timestamp::now();
        let known = |known: &StandingRule| known.id == rule && known.holds(now);
        if project.journal.with_state(|state| state.rules.iter().any(known)) {
            project.record(RuleRevoked { rule })?;
        }
        project.dir.forget_withdrawn(rule)?;
    }
    Ok(())
}

/// Returns the rules by which a command may run where the shell stands; `None` if a person must be asked.
fn ruled(project: &Project, script: &str, directory: &Path) -> Option<Vec<RuleId>> {
    let now = Timestamp::now();
    let withdrawn = project.dir.withdrawn_rules();
    let rules: Vec<StandingRule> = project.journal.with_state(|state| {
        let holds = |rule: &&StandingRule| rule.holds(now) && !withdrawn.contains(&rule.id);
        let holding = state.rules.iter().filter(holds);
        holding.cloned().collect()
    });
    let patterns: Vec<&CommandPattern> = rules.iter().map(|rule| &rule.pattern).collect();
    let standing = Standing {
        workspace: &project.workspace,
        directory,
    };
    let used = command::covers(&patterns, script, standing)?;
    let ids: Vec<RuleId> = used.into_iter().filter_map(|place| Some(rules.get(place)?.id)).collect();
    (!ids.is_empty()).then_some(ids)
}

/// Approves the waiting commands that rules let run where the shell stands.
pub fn settle(project: &Project, directory: &Path) {
    project.gates.apply_rules(|opened| ruled(project, &opened.body, directory));
}

/// Notes that rules let a call run.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn used(project: &Project, by: &By, call: &CallId) -> Result<(), EngineError> {
    let By::Rules(rules) = by else { return Ok(()) };
    for rule in rules {
        project.record(RuleUsed {
            rule: *rule,
            call: call.clone(),
        })?;
    }
    Ok(())
}
