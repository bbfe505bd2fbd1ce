//! What a rule about commands would have meant in past sessions: rehearsed over the log before a person makes it.
//!
//! Pure over the log. Invariant: a past command counts as one that a rule lets run only if the very judgement that the engine uses says so.

use crate::guard::command::{self, Standing};
use crate::protocol::{CallId, CommandPattern, Envelope, Event, PastCommand, RuleCandidate, RuleProposal};
use crate::session::State;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

/// Past commands listed of each kind, the latest first.
const LISTED: usize = 40;

/// Returns what could be made a rule of a script, each with what it would have let run.
pub fn propose(script: &str, log: &[Envelope], workspace: &Path) -> RuleProposal {
    let past = commands(log, workspace);
    let sessions: BTreeSet<u32> = past.iter().map(|command| command.session).collect();
    let mut proposal = RuleProposal {
        candidates: Vec::new(),
        refused: String::new(),
        commands: past.iter().map(|command| command.times).sum(),
        sessions: sessions.len(),
    };
    let patterns = match command::candidates(script, workspace) {
        Ok(patterns) => patterns,
        Err(why) => {
            proposal.refused = why.to_owned();
            return proposal;
        }
    };
    let state = State::fold(log);
    let now = jiff::Timestamp::now();
    let standing = Standing {
        workspace,
        directory: workspace,
    };
    let others: Vec<&CommandPattern> = state
        .rules
        .iter()
        .filter(|rule| rule.holds(now))
        .map(|rule| &rule.pattern)
        .collect();
    proposal.candidates = patterns
        .into_iter()
        .map(|pattern| {
            let mut with_others = others.clone();
            with_others.push(&pattern);
            let enough = command::covers(&with_others, script, standing).is_some();
            let program = pattern.words.first().cloned().unwrap_or_default();
            let like = past.iter().filter(|past| command::programs(&past.script).contains(&program));
            let (covered, spared): (Vec<_>, Vec<_>) = like
                .cloned()
                .partition(|past| command::covers(&[&pattern], &past.script, standing).is_some());
            RuleCandidate {
                enough,
                covered: first(covered),
                spared: first(spared),
                pattern,
            }
        })
        .collect();
    proposal
}

fn first(mut commands: Vec<PastCommand>) -> Vec<PastCommand> {
    commands.truncate(LISTED);
    commands
}

/// The commands of the log that a person is asked about, each once, the latest first.
fn commands(log: &[Envelope], workspace: &Path) -> Vec<PastCommand> {
    let mut found: Vec<PastCommand> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let done: HashSet<&CallId> = log
        .iter()
        .filter_map(|envelope| match &envelope.event {
            Event::ToolFinished(finished) => Some(&finished.call),
            _ => None,
        })
        .collect();
    for envelope in log.iter().rev() {
        let Event::ToolStarted(started) = &envelope.event else {
            continue;
        };
        // The command that waits is not of the past.
        if started.tool != "bash" || !done.contains(&started.call) {
            continue;
        }
        let input = started.input.value();
        let Some(script) = input.get("command").and_then(|command| command.as_str()) else {
            continue;
        };
        if let Some(&place) = places.get(script) {
            found[place].times += 1;
        } else if !command::only_reads(script, workspace) {
            places.insert(script.to_owned(), found.len());
            found.push(PastCommand {
                script: script.to_owned(),
                times: 1,
                session: envelope.session.0,
            });
        }
    }
    found
}
