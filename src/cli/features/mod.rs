//! `longhaul features`: a project's features with their history, any feature list file, a flag set by hand.

mod file;
mod set;

use super::args::{FeaturesArgs, FeaturesCommand};
use super::console::Console;
use super::failure::Failure;
use super::project::Project;
use super::words;
use crate::harness::ListError;
use crate::protocol::event::Culprit;
use crate::protocol::{BlobId, Check, CheckRun, EvidenceKind, Feature, FeatureStatus, Oid, SessionNo};
use crate::session::State;
use crate::session::state::FeatureRow;
use crate::store::Blobs;
use crate::ui::text::{Clean, format, width};
use serde::Serialize;

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    feature: &'a Feature,
    regressed: bool,
    /// Whether it passed and does not only because its work was never committed.
    not_committed: bool,
    /// Whether it passes by files whose commit was denied, and which no commit holds.
    commit_denied: bool,
    /// Whether it passed and a person set it open.
    reopened: bool,
    /// Sessions whose work on it is in the files.
    sessions: Vec<u32>,
    /// Commits for it that the branch holds.
    commits: Vec<&'a str>,
    /// What it rests on that it passes.
    evidence: Option<&'a str>,
    evidence_kind: Option<EvidenceKind>,
    /// Whether it passes and no test, check or person has shown it.
    by_list_only: bool,
    /// What a later run told against it although it passes.
    failed_since: Option<Failed<'a>>,
    /// Its tests that failed and passed on one tree after its proof.
    flaky_since: Vec<&'a str>,
    check: Option<&'a Check>,
    /// What the check's latest run left.
    check_run: Option<Left<'a>>,
    broken_by: Option<&'a Culprit>,
    cost_usd: f64,
}

/// What a run of a recorded check printed and kept.
#[derive(Debug, Serialize)]
struct Left<'a> {
    session: u32,
    tree: Option<&'a str>,
    holds: bool,
    /// Its steps in their order; after the first one that does not hold, none was run.
    steps: Vec<Printed<'a>>,
    /// The files that it was to leave, such as screenshots.
    files: Vec<Kept<'a>>,
}

#[derive(Debug, Serialize)]
struct Printed<'a> {
    command: &'a str,
    /// None if it was killed.
    exit_code: Option<i32>,
    /// What it printed, of much of it the beginning and the end.
    printed: &'a str,
    bytes: u64,
    /// Where all of it is kept; none where `printed` is all.
    path: Option<String>,
}

#[derive(Debug, Serialize)]
struct Kept<'a> {
    name: &'a str,
    bytes: u64,
    /// Where its bytes are kept; none where they were too many.
    path: Option<String>,
}

#[derive(Debug, Serialize)]
struct Failed<'a> {
    tests: &'a [String],
    gone: &'a [String],
    /// The entries of its `tests` that are there and did not run.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unrun: &'a [String],
    tree: Option<&'a str>,
    session: u32,
}

/// Runs the command.
///
/// # Errors
/// Fails if the project or the list cannot be read.
pub fn run(args: &FeaturesArgs, console: &mut Console) -> Result<(), Failure> {
    if let Some(FeaturesCommand::Set(args)) = &args.act {
        return set::run(args, console);
    }
    let args = &args.list;
    if args.path.exists() && !args.path.is_dir() {
        return file::print(&args.path, args.json, console);
    }
    if !args.path.exists() {
        return Err(Failure::unready(format!(
            "there is no file or directory {}; name a project, or a feature list file",
            args.path.display()
        )));
    }
    let project = Project::open_with(&args.path, args.list.as_deref())?;
    if let Some(error) = project.list_error {
        if args.json {
            file::tell_unread(&project.workspace.join(&project.list), &error, console)?;
        }
        // Without a log there is no state to go back to.
        let asks = matches!(error, ListError::Several(_));
        return Err(if asks || project.dir.exists() {
            error.into()
        } else {
            Failure::unready(format!("the feature list cannot be used: {error}"))
        });
    }
    let state = &project.state;
    if args.json {
        let blobs = Blobs::of(&project.dir);
        let rows = state.features.rows.iter().map(|row| json(state, row, &blobs));
        console.json(&rows.collect::<Vec<_>>())?;
    } else {
        print(state, console)?;
    }
    for notice in &state.features.notices {
        console.note(format!("note: {}", Clean::line(notice)))?;
    }
    Ok(())
}

fn print(state: &State, console: &mut Console) -> Result<(), Failure> {
    let rows = &state.features.rows;
    if rows.is_empty() {
        console.line("no features yet; the first session of `longhaul run` writes the list")?;
        return Ok(());
    }
    let ids: Vec<Clean> = rows.iter().map(|row| Clean::line(row.feature.id.as_str())).collect();
    let columns = ids.iter().map(|id| width(id.as_str())).max().unwrap_or_default().min(24);
    let words = rows
        .iter()
        .map(|row| words::standing(state, row).len())
        .max()
        .unwrap_or_default()
        .max(9);
    for (row, id) in rows.iter().zip(&ids) {
        let status = words::standing(state, row);
        let pad = " ".repeat(columns.saturating_sub(id.width()));
        console.line(format!(
            "{status:<words$}  {id}{pad}  {}{}",
            Clean::line(&row.feature.description),
            history(state, row)
        ))?;
    }
    console.line(words::progress(state))?;
    Ok(())
}

fn history(state: &State, row: &FeatureRow) -> String {
    let mut proof = state
        .evidence_of(row)
        .map(|evidence| format!("  [{}]", Clean::line(&evidence.summary)))
        .unwrap_or_default();
    if state.is_unshown(row) {
        proof.push_str(&format!("  [{}]", words::BY_LIST));
    }
    if state.is_denied(row) {
        proof.push_str("  [its commit was denied: in no commit]");
    }
    if let Some(doubt) = state.doubt_of(row) {
        proof.push_str(&format!("  [{}]", Clean::line(&doubt.words())));
    }
    for (test, flaky) in state.flaky_since(row) {
        let told = format!("flaky since, failed and passed on tree {}: {test}", flaky.tree.short());
        proof.push_str(&format!("  [{}]", Clean::line(&told)));
    }
    let sessions: Vec<_> = state.sessions_of(row).map(|session| session.0.to_string()).collect();
    if sessions.is_empty() {
        return proof;
    }
    let commits = match state.commits_of(row).len() {
        0 => String::new(),
        made => format!(", {}", format::plural(made, "commit")),
    };
    let word = if sessions.len() == 1 { "session" } else { "sessions" };
    format!(
        "{proof}  ({word} {}{commits}, {})",
        sessions.join(" "),
        words::cost(&row.totals)
    )
}

fn json<'a>(state: &'a State, row: &'a FeatureRow, blobs: &Blobs) -> Row<'a> {
    Row {
        feature: &row.feature,
        regressed: row.regressed && row.feature.status != FeatureStatus::Passing,
        not_committed: state.is_uncommitted(row),
        commit_denied: state.is_denied(row),
        reopened: row.reopened && row.feature.status != FeatureStatus::Passing,
        sessions: state.sessions_of(row).map(|session| session.0).collect(),
        commits: state.commits_of(row).into_iter().map(Oid::as_str).collect(),
        evidence: state.evidence_of(row).map(|evidence| evidence.summary.as_str()),
        evidence_kind: state.evidence_of(row).map(|evidence| evidence.kind),
        by_list_only: state.is_unshown(row),
        failed_since: state.doubt_of(row).map(|doubt| Failed {
            tests: &doubt.tests,
            gone: &doubt.gone,
            unrun: &doubt.unrun,
            tree: doubt.tree.as_ref().map(Oid::as_str),
            session: doubt.session.0,
        }),
        flaky_since: state.flaky_since(row).into_iter().map(|(test, _)| test).collect(),
        check: state.check_of(row).map(|kept| &kept.check),
        check_run: state
            .check_of(row)
            .and_then(|kept| Some(left(state.check_run(&row.feature.id, &kept.last)?, kept.last.session, blobs))),
        broken_by: state.trace_of(row).map(|trace| &trace.found.culprit),
        cost_usd: row.totals.cost.usd(),
    }
}

fn left<'a>(run: &'a CheckRun, session: SessionNo, blobs: &Blobs) -> Left<'a> {
    let path = |blob: &Option<BlobId>| blob.as_ref().map(|blob| blobs.path(blob).display().to_string());
    let steps = run.steps.iter().zip(&run.check.steps);
    Left {
        session: session.0,
        tree: run.tree.as_ref().map(Oid::as_str),
        holds: run.holds(),
        steps: steps
            .map(|(went, step)| Printed {
                command: &step.command,
                exit_code: went.exit_code,
                printed: &went.output.text,
                bytes: went.output.bytes,
                path: path(&went.output.blob),
            })
            .collect(),
        files: run
            .files
            .iter()
            .map(|file| Kept {
                name: &file.path,
                bytes: file.bytes,
                path: path(&file.blob),
            })
            .collect(),
    }
}
