//! `longhaul status --json`: where a project stands, for programs.

use super::last_commit;
use crate::cli::headless::gates::kind;
use crate::cli::moving::Moving;
use crate::cli::project::{Project, Standing};
use crate::cli::words;
use crate::protocol::{MoveKind, Usage};
use crate::session::State;
use jiff::Timestamp;
use serde::Serialize;
use std::borrow::Cow;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
pub(super) struct Report {
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
    /// How the running or last session's work moves.
    headway: Option<Moving>,
    /// Features that are left out of the latest run because work on them went round.
    left_out: Vec<String>,
    tests: Option<Tests>,
    /// The latest move back or forth since the latest run began.
    moved: Option<Moved>,
    /// The engine's commits that the branch holds now.
    commits: usize,
    /// Those that it ever made.
    commits_made: usize,
    last_commit: Option<String>,
    /// Whether a move was cut off and waits to be finished.
    move_cut_off: bool,
    /// Hunks that were committed and that no person has seen.
    unseen_hunks: u32,
    /// Numbers of the gates and of the questions that wait for a person; `gates --json` tells what they are.
    open_gates: Vec<u32>,
    open_questions: Vec<u32>,
    /// What waits for a person: gates and questions, and features that do not pass before a commit was looked at.
    waits: Vec<Waits>,
    /// The last commit that a person denied, or that was refused because none was asked, if none was made since.
    refused_commit: Option<Refused>,
    /// What an earlier run had left in git's settings and hooks, and was put back when the latest one began.
    put_back: Vec<String>,
    /// Whether an edit of the feature list was cut off and waits to be settled.
    edit_cut_off: bool,
    /// A person's edits of the feature list that wait, in the order in which they are made.
    edits_waiting: Vec<WaitingEdit>,
    /// Such edits that the end of a run took with it, until they are made after all or the run after the next one begins.
    edits_lost: Vec<LostEdit>,
    usage: Usage,
    cost_usd: f64,
    unpriced_tokens: u64,
    log: String,
    log_problems: Vec<String>,
}

/// Something that waits: a gate, a question, or a commit to be looked at, by which a feature is held.
#[derive(Debug, Default, Serialize)]
struct Waits {
    /// `question`, `look`, or what waits at a gate, as `gates --json` calls it.
    kind: &'static str,
    gate: Option<u32>,
    question: Option<u32>,
    session: Option<u32>,
    since: Option<Timestamp>,
    title: String,
    feature: Option<String>,
    commit: Option<String>,
    /// Where the weak tests are.
    files: Vec<String>,
}

/// Lists what waits for a person, what they are asked for first; `gates --json` has the whole of it.
fn waits(state: &State) -> Vec<Waits> {
    let gates = state.open_gates.iter().map(|open| Waits {
        kind: kind(open.opened.what),
        gate: Some(open.opened.gate.0),
        session: Some(open.session.0),
        since: Some(open.since),
        title: open.opened.title.clone(),
        feature: open
            .opened
            .commit
            .as_ref()
            .and_then(|facts| Some(facts.feature.as_ref()?.to_string())),
        ..Waits::default()
    });
    let questions = state.open_questions.iter().map(|asked| Waits {
        kind: "question",
        question: Some(asked.question.0),
        title: asked.text.clone(),
        ..Waits::default()
    });
    let held = state.waits_for_a_look().into_iter().map(|held| Waits {
        kind: "look",
        title: held.words(),
        feature: Some(held.feature.to_string()),
        commit: Some(held.commit.to_string()),
        files: held.files.clone(),
        ..Waits::default()
    });
    gates.chain(questions).chain(held).collect()
}

#[derive(Debug, Serialize)]
struct Refused {
    session: u32,
    reason: String,
    /// Who said no: `human` or `policy`.
    by: &'static str,
}

#[derive(Debug, Serialize)]
struct WaitingEdit {
    /// The feature; null for a new one.
    feature: Option<String>,
    /// All its words.
    edit: String,
    /// Why, where a reason was given.
    reason: Option<String>,
    since: Timestamp,
    /// What it waits for.
    waits_for: String,
}

#[derive(Debug, Serialize)]
struct LostEdit {
    feature: Option<String>,
    edit: String,
    /// Whether a run has told of it since.
    told: bool,
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
    /// Of the passing ones, those that no test, check or person has shown to pass.
    by_list_only: usize,
    /// Of the passing ones, those whose own tests failed in a later run.
    doubted: usize,
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
    ended: Option<Cow<'static, str>>,
}

#[derive(Debug, Serialize)]
struct Moved {
    kind: MoveKind,
    title: String,
    time: Timestamp,
    undo: u32,
}

#[derive(Debug, Serialize)]
struct Tests {
    /// Whether the files are still those of the run.
    of_these_files: bool,
    command: String,
    passed: u32,
    failed: u32,
    skipped: u32,
    /// Those that failed and passed on the same files.
    flaky: usize,
    /// Whether its time limit stopped it, and which.
    timed_out: bool,
    limit_seconds: Option<u32>,
}
/// Tells where a project stands.
pub(super) fn report(project: &Project, now: Timestamp) -> Report {
    let state = &project.state;
    let (word, since) = project.state_word(now);
    let held = state.commits_held();
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
            by_list_only: state.unshown(),
            doubted: state.doubted(),
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
            ended: session.ended.as_ref().map(|(_, ended)| words::ended(ended)),
        }),
        headway: state.current().map(Moving::of),
        left_out: state
            .features
            .rows
            .iter()
            .filter(|row| row.track.is_given_up)
            .map(|row| row.feature.id.to_string())
            .collect(),
        tests: state.tested_now().run().map(|(run, _)| {
            let totals = run.totals();
            Tests {
                of_these_files: state.tested_now().exactly().is_some(),
                command: run.command.clone(),
                passed: totals.passed,
                failed: totals.failed,
                skipped: totals.skipped,
                flaky: run.flaky().count(),
                timed_out: run.timed_out,
                limit_seconds: run.limit_seconds,
            }
        }),
        moved: state.standing_move().map(|past| Moved {
            kind: past.moved.kind,
            title: past.moved.title.clone(),
            time: past.time,
            undo: past.moved.undo,
        }),
        commits: held.len(),
        commits_made: state.commits.len(),
        last_commit: last_commit(project).map(|(id, _)| id.to_string()),
        move_cut_off: project.has_cut_move(),
        unseen_hunks: state.unseen_hunks(),
        open_gates: state.open_gates.iter().map(|open| open.opened.gate.0).collect(),
        open_questions: state.open_questions.iter().map(|asked| asked.question.0).collect(),
        waits: waits(state),
        refused_commit: state.unjudged.as_ref().map(|unjudged| Refused {
            session: unjudged.session.0,
            reason: unjudged.reason.clone(),
            by: if unjudged.by_hand { "human" } else { "policy" },
        }),
        put_back: state.run.as_ref().map(|run| run.put_back.clone()).unwrap_or_default(),
        edit_cut_off: project.has_cut_edit(),
        edits_waiting: state
            .queued_edits
            .iter()
            .map(|queued| WaitingEdit {
                feature: queued.edit.feature().map(ToString::to_string),
                edit: queued.edit.in_words(),
                reason: Some(queued.reason.clone()).filter(|reason| !reason.is_empty()),
                since: queued.since,
                waits_for: state.edits_wait_for().to_string(),
            })
            .collect(),
        edits_lost: state
            .lost_edits
            .iter()
            .map(|lost| LostEdit {
                feature: lost.edit.feature().map(ToString::to_string),
                edit: lost.edit.in_words(),
                told: lost.is_told,
            })
            .collect(),
        usage: state.totals.usage,
        cost_usd: state.totals.cost.usd(),
        unpriced_tokens: state.totals.unpriced_tokens,
        log: project.dir.sessions().display().to_string(),
        log_problems: project.problems.iter().map(ToString::to_string).collect(),
    }
}
