//! The last words of a run: what was reached, what it cost, where everything lies.

use super::words;
use crate::protocol::event::{RunEnded, RunOutcome};
use crate::protocol::{FeatureId, Role};
use crate::provider::scripted::MODEL;
use crate::session::State;
use crate::store::ProjectDir;
use crate::ui::text::format;
use jiff::Timestamp;

/// Returns the lines of the summary; foreign text in them is not cleaned yet.
#[must_use]
pub fn lines(state: &State, dir: &ProjectDir, ended: &RunEnded) -> Vec<String> {
    let (passing, total) = state.features.progress();
    let mut lines = vec![String::new(), format!("{}{}", words::outcome(ended.outcome), reason(ended))];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<9} {text}"));
    row("features", format!("{passing} of {total} pass"));
    if let Some(run) = &state.run {
        let sessions = state.sessions.iter().filter(|session| session.number >= run.first_session);
        let (first, coding): (Vec<_>, Vec<_>) = sessions.partition(|session| session.role == Role::Initializer);
        row(
            "sessions",
            format!(
                "{} ({} initializer, {} coding)",
                first.len() + coding.len(),
                first.len(),
                coding.len()
            ),
        );
        row("tokens", words::tokens(&run.totals));
        let play = if run.model == MODEL {
            " at a real model's prices; the script cost nothing"
        } else {
            ""
        };
        row("cost", format!("{}{play}", words::cost(&run.totals)));
        let end = run.ended.as_ref().map_or_else(Timestamp::now, |(time, ..)| *time);
        row("time", format::duration_ms(format::seconds_between(run.started, end) * 1000));
        let held = state
            .commits_held()
            .into_iter()
            .filter(|commit| commit.seq > run.begun)
            .count();
        let made = state.commits.iter().filter(|commit| commit.seq > run.begun).count();
        row("commits", format::commits(held, made, state.branch()));
    }
    let round = state.went_round();
    if !round.is_empty() {
        row("round", format!("work went round on {}", round.join(", ")));
    }
    for held in state.waits_for_a_look() {
        row("waits", held.words());
    }
    if let Some(unjudged) = &state.unjudged {
        row("refused", unjudged.words());
    }
    if !state.features.skipped.is_empty() {
        let ids: Vec<&str> = state.features.skipped.iter().map(FeatureId::as_str).collect();
        row("skipped", format!("{}; a new run takes them up again", ids.join(", ")));
    }
    if !state.messages.is_empty() {
        let count = format::plural(state.messages.len(), "message");
        row(
            "unread",
            format!("{count} to the agent; the next run's first session gets what waits"),
        );
    }
    row("project", dir.workspace().display().to_string());
    if let Some(place) = state.open_worktree() {
        let tree = &place.taken.tree;
        row("worktree", format!("{}, on {}", tree.path, tree.branch));
        row("finish", format!("longhaul finish {}", words::path(dir.workspace())));
    }
    row("log", dir.sessions().display().to_string());
    row("look back", format!("cd {} && longhaul", words::path(dir.workspace())));
    lines
}

/// Returns the lines for a run whose log was lost: nothing is told that nobody can know any more.
#[must_use]
pub fn lost(dir: &ProjectDir, ended: &RunEnded, cause: &str) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        "the session log was lost: it could not be written, and the rest of this run is on no record".to_owned(),
    ];
    let mut row = |name: &str, text: String| lines.push(format!("  {name:<9} {text}"));
    row("cause", cause.to_owned());
    if !ended.reason.is_empty() && ended.reason != cause {
        row("run", format!("{}: {}", words::outcome(ended.outcome), ended.reason));
    }
    let log = dir.sessions();
    let left = if log.exists() {
        "holds what was written before"
    } else {
        "is gone"
    };
    row("log", format!("{} {left}", log.display()));
    row(
        "project",
        format!("{}: files and commits are as the run left them", dir.workspace().display()),
    );
    row(
        "next",
        "see that the log's place can be written; `longhaul run` then goes on from the feature list and the commits".to_owned(),
    );
    lines
}

fn reason(ended: &RunEnded) -> String {
    // Where the sentence only says the outcome again, with the next step, the outcome is enough.
    match ended.outcome {
        RunOutcome::AllPassing => String::new(),
        RunOutcome::Stopped => "; `longhaul run` goes on from here".to_owned(),
        RunOutcome::Unproven | RunOutcome::Limit | RunOutcome::Stalled | RunOutcome::Failed if ended.reason.is_empty() => {
            String::new()
        }
        RunOutcome::Unproven | RunOutcome::Limit | RunOutcome::Stalled | RunOutcome::Failed => format!(": {}", ended.reason),
    }
}
