//! `longhaul status`: where a project stands, in a few lines.

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::project::{Project, Standing};
use super::words;
use crate::protocol::{FeatureStatus, Usage};
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use serde::Serialize;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Report {
    project: String,
    workspace: String,
    standing: Standing,
    /// The word that the header of the terminal shows, too.
    state: &'static str,
    state_since: Option<Timestamp>,
    queued_messages: usize,
    process: Option<u32>,
    reason: Option<String>,
    /// Where it is worked on, if not in the workspace that the user named.
    worktree: Option<Worktree>,
    features: Features,
    sessions: usize,
    session: Option<Current>,
    tests: Option<Tests>,
    commits: usize,
    last_commit: Option<String>,
    usage: Usage,
    cost_usd: f64,
    unpriced_tokens: u64,
    log: String,
    log_problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Worktree {
    path: String,
    branch: String,
    into: Option<String>,
    checkout: String,
    /// Whether it is remembered and not on the disk.
    missing: bool,
    finished: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Features {
    passing: usize,
    total: usize,
    regressed: usize,
    /// Why the list on disk cannot be read; the numbers are then the log's.
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct Current {
    number: u32,
    role: &'static str,
    feature: Option<String>,
    turn: u32,
    activity: &'static str,
    context_share: f64,
    ended: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Tests {
    command: String,
    passed: u32,
    failed: u32,
    skipped: u32,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project cannot be read.
pub fn run(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    if args.json {
        console.json(&report(&project, Timestamp::now()))?;
        return Ok(());
    }
    for (name, text) in lines(&project, Timestamp::now()) {
        let text = Clean::line(&text);
        console.line(if name.is_empty() {
            text.into_string()
        } else {
            format!("  {name:<9} {text}")
        })?;
    }
    if let Some(error) = &project.list_error {
        console.note(
            Clean::line(&format!(
                "warning: {error}; mend the file, or go back with `longhaul rollback`"
            ))
            .as_str(),
        )?;
    }
    for problem in &project.problems {
        console.note(Clean::line(&format!("warning: the log is damaged at {problem}")).as_str())?;
    }
    Ok(())
}

fn lines(project: &Project, now: Timestamp) -> Vec<(&'static str, String)> {
    let state = &project.state;
    let mut lines = vec![
        ("", format!("{}  {}", project.name(), project.checkout.display())),
        ("run", run_line(project, now)),
    ];
    lines.extend(worktree_line(project).map(|line| ("worktree", line)));
    let (passing, total) = state.features.progress();
    lines.push((
        "features",
        match (total, project.regressed()) {
            _ if project.list_error.is_some() => "the list on disk cannot be read".to_owned(),
            (0, _) => "no feature list yet".to_owned(),
            (_, 0) => format!("{passing} of {total} pass"),
            (_, regressed) => format!("{passing} of {total} pass, {regressed} regressed"),
        },
    ));
    if let Some(session) = state.current() {
        let feature = session.feature.as_ref().map_or_else(String::new, |id| format!(", {id}"));
        let doing = match session.end_cause() {
            Some(cause) => words::cause(cause).to_owned(),
            None if session.is_interrupted() => format!("interrupted (turn {})", session.turn.0),
            None => format!("{} (turn {})", words::activity(session.activity), session.turn.0),
        };
        lines.push(("session", format!("{} {}{feature}: {doing}", session.number.0, session.role)));
    }
    let queued = state.messages.len();
    if queued > 0 {
        lines.push(("queued", format!("{} to the agent", format::plural(queued, "message"))));
    }
    if let Some((_, _, run)) = &state.tests.latest {
        lines.push(("tests", format!("{}  ({})", words::tests(&run.totals()), run.command)));
    }
    if let Some(commit) = state.commits.last() {
        let subject = commit.made.message.lines().next().unwrap_or_default();
        lines.push((
            "commits",
            format!("{}, last {} {subject}", state.commits.len(), commit.made.commit.short()),
        ));
    }
    if state.totals.requests > 0 {
        lines.push((
            "spent",
            format!("{}, {}", words::cost(&state.totals), words::tokens(&state.totals)),
        ));
    }
    let next = state
        .features
        .rows
        .iter()
        .find(|row| row.feature.status != FeatureStatus::Passing);
    if let Some(row) = next {
        lines.push(("next", format!("{} {}", row.feature.id, row.feature.description)));
    }
    if project.dir.exists() {
        lines.push(("log", project.dir.sessions().display().to_string()));
    }
    lines
}

fn worktree_line(project: &Project) -> Option<String> {
    if let Some(tree) = &project.missing {
        return Some(format!(
            "{} is gone; {} holds its commits, and `longhaul run` makes it again",
            tree.path, tree.branch
        ));
    }
    let place = project.state.worktree.as_ref()?;
    Some(match (&place.finished, project.state.open_worktree()) {
        (Some(finished), None) => words::finished(finished),
        _ => format!(
            "{}, on {}; `longhaul finish {}` brings its work home",
            place.taken.tree.path,
            place.taken.tree.branch,
            words::path(&project.checkout)
        ),
    })
}

fn run_line(project: &Project, now: Timestamp) -> String {
    let ago = |time| words::ago(time, now);
    let run = project.state.run.as_ref();
    let started = run.map_or_else(String::new, |run| format!(", started {}", ago(run.started)));
    match project.standing() {
        Standing::New => format!("none yet; start one with `longhaul run {}`", words::path(&project.checkout)),
        Standing::Running | Standing::WaitingForYou => {
            let (word, since) = project.state_word(now);
            let since = since.map_or_else(String::new, |since| match format::age(since, now) {
                age if age == "now" => String::new(),
                age => format!(" for {age}"),
            });
            format!("{word}{since} in process {}{started}", project.holder.unwrap_or_default())
        }
        Standing::Interrupted => {
            let last = project
                .state_word(now)
                .1
                .map_or_else(String::new, |last| format!(" {}", ago(last)));
            format!("interrupted{last}: its process is gone; `longhaul run` goes on from here")
        }
        Standing::AllPassing | Standing::Stopped | Standing::Limit | Standing::Stalled | Standing::Failed => {
            let Some((time, outcome, reason)) = run.and_then(|run| run.ended.as_ref()) else {
                return "ended".to_owned();
            };
            let reason = if reason.is_empty() {
                String::new()
            } else {
                format!(": {reason}")
            };
            format!("ended {}, {}{reason}", ago(*time), words::outcome(*outcome))
        }
    }
}

fn report(project: &Project, now: Timestamp) -> Report {
    let state = &project.state;
    let (word, since) = project.state_word(now);
    let (passing, total) = state.features.progress();
    Report {
        project: project.name(),
        workspace: project.workspace.display().to_string(),
        worktree: state.worktree.as_ref().map(|place| Worktree {
            path: place.taken.tree.path.clone(),
            branch: place.taken.tree.branch.clone(),
            into: place.taken.tree.into.clone(),
            checkout: place.taken.tree.checkout.clone(),
            missing: project.missing.is_some(),
            finished: place.finished.as_ref().map(|finished| finished.way.word()),
        }),
        standing: project.standing(),
        state: word,
        state_since: since,
        queued_messages: state.messages.len(),
        process: project.holder,
        reason: state
            .run
            .as_ref()
            .and_then(|run| run.ended.as_ref())
            .map(|(_, _, reason)| reason.clone()),
        features: Features {
            passing,
            total,
            regressed: project.regressed(),
            error: project.list_error.as_ref().map(ToString::to_string),
        },
        sessions: state.sessions.len(),
        session: state.current().map(|session| Current {
            number: session.number.0,
            role: session.role.as_str(),
            feature: session.feature.as_ref().map(ToString::to_string),
            turn: session.turn.0,
            activity: words::activity(session.activity),
            context_share: session.context_share(),
            ended: session.end_cause().map(words::cause),
        }),
        tests: state.tests.latest.as_ref().map(|(_, _, run)| {
            let totals = run.totals();
            Tests {
                command: run.command.clone(),
                passed: totals.passed,
                failed: totals.failed,
                skipped: totals.skipped,
            }
        }),
        commits: state.commits.len(),
        last_commit: state.commits.last().map(|commit| commit.made.commit.to_string()),
        usage: state.totals.usage,
        cost_usd: state.totals.cost.usd(),
        unpriced_tokens: state.totals.unpriced_tokens,
        log: project.dir.sessions().display().to_string(),
        log_problems: project.problems.iter().map(ToString::to_string).collect(),
    }
}
