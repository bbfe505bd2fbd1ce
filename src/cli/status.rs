//! `longhaul status`: where a project stands, in a few lines.

mod report;

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::headless::gates::kind;
use super::moving::Moving;
use super::project::{Project, Standing};
use super::{settings, words};
use crate::harness::removed::removed;
use crate::protocol::event::RunOutcome;
use crate::protocol::{FeatureStatus, FinishWay, Oid};
use crate::session::state::FeatureRow;
use crate::session::{State, Tested};
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use report::report;

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
    if let Err(Failure::User { message, .. }) = settings::load(Some(&project.workspace)) {
        console.note(Clean::line(&format!("warning: {message}; no run begins before that is mended")).as_str())?;
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
    if let Some(asked) = what_waits(state) {
        lines.push((
            "for you",
            format!("{asked}: `longhaul gates {}` shows it", words::path(&project.checkout)),
        ));
    }
    if let Some(because) = state.run.as_ref().and_then(|run| run.held_because.as_ref())
        && project.standing() == Standing::Running
    {
        let told = format!("{because}; in its window `O` shows the audit and `p` lets the run go on");
        lines.push(("held", told));
    }
    if let Some(past) = state.standing_move() {
        lines.push(("moved", words::moved(state, past, &project.checkout, now)));
    }
    let at = words::path(&project.checkout);
    if project.has_cut_move() {
        lines.push(("move", words::cut_move(&at)));
    }
    if project.has_cut_edit() {
        lines.push(("edit", words::cut_edit(&at)));
    }
    lines.extend(worktree_line(project).map(|line| ("worktree", line)));
    let (_, total) = state.features.progress();
    lines.push((
        "features",
        match (total, project.regressed()) {
            _ if project.list_error.is_some() => "the list on disk cannot be read".to_owned(),
            (0, _) => "no feature list yet".to_owned(),
            (_, 0) => words::progress(state),
            (_, regressed) => format!("{}, {regressed} regressed", words::progress(state)),
        },
    ));
    if project.standing() != Standing::Running {
        let doubts = removed(state, &project.workspace);
        lines.extend(doubts.iter().map(|doubt| ("doubt", doubt.words())));
    }
    if let Some(session) = state.current() {
        let feature = session.feature.as_ref().map_or_else(String::new, |id| format!(", {id}"));
        let doing = match &session.ended {
            Some((_, ended)) => words::ended(ended).into_owned(),
            None if session.is_interrupted() => format!("interrupted (turn {})", session.turn.0),
            None => format!("{} (turn {})", words::activity(session.activity), session.turn.0),
        };
        let gone = if state.is_abandoned(session.number) {
            ", abandoned"
        } else {
            ""
        };
        let told = format!("{} {}{feature}: {doing}{gone}", session.number.0, session.role);
        lines.push(("session", told));
    }
    if let Some(line) = state.current().and_then(|session| Moving::of(session).line()) {
        lines.push(("headway", line));
    }
    let queued = state.messages.len();
    if queued > 0 {
        lines.push(("queued", format!("{} to the agent", format::plural(queued, "message"))));
    }
    let edits = state.queued_edits.len();
    if edits > 0 {
        let wait = if edits == 1 { "waits" } else { "wait" };
        let told = format!(
            "{} of the feature list {wait} for {}",
            format::plural(edits, "edit"),
            state.edits_wait_for()
        );
        lines.push(("edits", told));
    }
    lines.extend(state.lost_edits.iter().map(|lost| ("edits", lost.to_string())));
    let counted = |run| format!("{}{}", words::test_run(run), words::flaky(run));
    match state.tested_now() {
        Tested::OfThese(run, _) => lines.push(("tests", format!("{}  ({})", counted(run), run.command))),
        Tested::Before(run, _) => {
            let told = format!("{} before the latest changes of the files  ({})", counted(run), run.command);
            lines.push(("tests", told));
        }
        Tested::Never if state.tests.latest.is_some() => lines.push(("tests", "no test run of these files".to_owned())),
        Tested::Never => {}
    }
    if !state.commits.is_empty() {
        let held = state.commits_held();
        let counted = format::commits(held.len(), state.commits.len(), state.branch());
        let made = held.last().map(|commit| &commit.made);
        let last = made.map_or_else(String::new, |made| {
            format!(
                ", last {} {}",
                made.commit.short(),
                made.message.lines().next().unwrap_or_default()
            )
        });
        // What a person committed is no part of the count.
        let newest = last_commit(project).filter(|(id, _)| made.is_none_or(|made| made.commit != **id));
        let newest = newest.map_or_else(String::new, |(id, subject)| {
            format!("; the branch's newest is of another hand: {} {subject}", id.short())
        });
        lines.push(("commits", format!("{counted} by the harness{last}{newest}")));
    }
    if !state.debts.is_empty() {
        let unseen_in = state.debts.iter().filter(|debt| debt.unseen > 0).count();
        let what = match state.unseen_hunks() {
            0 => format!(
                "{}, each hunk seen, none approved yet",
                format::plural(state.debts.len(), "commit")
            ),
            unseen => format!(
                "{} of {} that nobody has seen",
                format::plural(unseen as usize, "hunk"),
                format::plural(unseen_in, "commit")
            ),
        };
        lines.push((
            "debt",
            format!("{what}: `u` in `longhaul {}` walks them", words::path(&project.checkout)),
        ));
    }
    let put_back = state.run.iter().flat_map(|run| &run.put_back);
    lines.extend(put_back.map(|what| ("put back", what.clone())));
    lines.extend(state.waits_for_a_look().into_iter().map(|held| ("waits", held.words())));
    lines.extend(state.unjudged.iter().map(|unjudged| ("refused", unjudged.words())));
    if state.totals.requests > 0 {
        lines.push((
            "spent",
            format!("{}, {}", words::cost(&state.totals), words::tokens(&state.totals)),
        ));
    }
    if let Some(next) = next(state) {
        lines.push(("next", next));
    }
    if project.dir.exists() {
        lines.push(("log", project.dir.sessions().display().to_string()));
    }
    lines
}

/// The gates and questions that wait for a person; `None` if none does.
fn what_waits(state: &State) -> Option<String> {
    let gates = state.open_gates.iter().map(|open| &open.opened);
    let gates = gates.map(|opened| format!("{} ({})", opened.gate, kind(opened.what)));
    let questions = state.open_questions.iter().map(|asked| asked.question.to_string());
    let all: Vec<String> = gates.chain(questions).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What comes next, as a run chooses it; `None` if nothing is left.
fn next(state: &State) -> Option<String> {
    if let Some((FeatureRow { feature, .. }, _)) = state.next_feature() {
        return Some(format!("{} {}", feature.id, feature.description));
    }
    let skipped: Vec<&str> = state
        .features
        .rows
        .iter()
        .filter(|row| row.feature.status != FeatureStatus::Passing)
        .map(|row| row.feature.id.as_str())
        .collect();
    (!skipped.is_empty()).then(|| {
        format!(
            "nothing: {} left out of this run, a new one takes them up",
            skipped.join(", ")
        )
    })
}

/// The branch's newest commit with its first line, whoever made it.
fn last_commit(project: &Project) -> Option<(&Oid, &str)> {
    let state = &project.state;
    match &state.repository {
        Some(repository) => repository.commits.first().map(|commit| (&commit.id, commit.subject.as_str())),
        None => {
            let made = &state.commits.last()?.made;
            Some((&made.commit, made.message.lines().next().unwrap_or_default()))
        }
    }
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
        (Some(finished), Some(_)) if finished.way == FinishWay::Leave => format!(
            "{}, on {}: left in your hands by `finish --leave`; the next run takes it up again",
            place.taken.tree.path, place.taken.tree.branch
        ),
        _ => {
            let finish = format!("`longhaul finish {}`", words::path(&project.checkout));
            let next = match project.home_with_all() {
                Some(into) => format!("{into} has all of its work already, {finish} says what keeps the worktree"),
                None => format!("{finish} brings its work home"),
            };
            format!("{}, on {}; {next}", place.taken.tree.path, place.taken.tree.branch)
        }
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
                .map_or_else(String::new, |last| format!(", last heard of {}", ago(last)));
            format!("interrupted: its process is gone{last}; `longhaul run` goes on from here")
        }
        Standing::NoLongerPassing => {
            let ended = run.and_then(|run| run.ended.as_ref());
            let ago = ended.map_or_else(String::new, |(time, ..)| format!(" {}", ago(*time)));
            // What was so at its end must not read as if it were.
            format!("ended{ago}, done; at its end: {}", words::outcome(RunOutcome::AllPassing))
        }
        Standing::AllPassing | Standing::Unproven | Standing::Stopped | Standing::Limit | Standing::Stalled | Standing::Failed => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Feature;
    use crate::session::state::FeatureRow;

    #[test]
    fn what_is_skipped_is_not_next() {
        let mut state = State::default();
        let row = |id: &str| FeatureRow {
            feature: Feature {
                id: id.into(),
                description: "adds".into(),
                ..Feature::default()
            },
            ..FeatureRow::default()
        };
        state.features.rows = vec![row("F001"), row("F002")];
        assert_eq!(next(&state).as_deref(), Some("F001 adds"));
        state.features.skipped = vec!["F001".into()];
        assert_eq!(next(&state).as_deref(), Some("F002 adds"));
        state.features.skipped.push("F002".into());
        let nothing = "nothing: F001, F002 left out of this run, a new one takes them up";
        assert_eq!(next(&state).as_deref(), Some(nothing));
    }
}
