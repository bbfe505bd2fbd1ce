//! `longhaul checkpoints`: one line a checkpoint, each with what it is of.
//!
//! Which there are, the repository says; what each is of, the log. Invariant: of a checkpoint that the log does not know, or knows with
//! other files, only what the repository has of it is said.

use super::args::ReadArgs;
use super::console::Console;
use super::failure::Failure;
use super::project::Project;
use super::{gone, words};
use crate::git::{Checkpoint, Repo};
use crate::protocol::event::CheckpointCause;
use crate::protocol::{MoveKind, Oid};
use crate::session::State;
use crate::session::state::KeptCheckpoint;
use crate::ui::text::{Clean, format, width};
use crate::ui::transcript::{call_title, call_verb};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::HashMap;

/// The machine-readable form. Fields are added, never renamed; what only the log tells is null where it does not.
#[derive(Debug, Serialize)]
struct Row {
    id: u32,
    time: Timestamp,
    subject: String,
    tree: String,
    head: Option<String>,
    left_out: Vec<String>,
    partial: bool,
    session: Option<u32>,
    role: Option<&'static str>,
    feature: Option<String>,
    cause: Option<CheckpointCause>,
    call: Option<CallRow>,
    commit: Option<CommitRow>,
    before: Option<MoveRow>,
    /// The worktree it is of, if that is gone: no move goes to it then.
    gone_worktree: Option<String>,
    /// The ref that keeps it, if its worktree is gone.
    git_ref: Option<String>,
}

/// The tool call that a checkpoint followed.
#[derive(Debug, Serialize)]
struct CallRow {
    id: String,
    tool: Option<String>,
    title: Option<String>,
}

/// The commit that a checkpoint was made at.
#[derive(Debug, Serialize)]
struct CommitRow {
    id: String,
    subject: String,
    feature: Option<String>,
}

/// The move that a checkpoint was made for.
#[derive(Debug, Serialize)]
struct MoveRow {
    kind: MoveKind,
    title: String,
    undo: u32,
}

/// Lists the checkpoints, newest last.
///
/// # Errors
/// Fails if the project or its repository cannot be read.
pub fn run(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let repo = Repo::discover(&project.workspace)?;
    let (all, gone) = (repo.checkpoints()?, repo.gone_worktrees()?);
    let state = &project.state;
    let logged: HashMap<_, _> = state.checkpoints.iter().map(|kept| (kept.made.checkpoint, kept)).collect();
    let known = |found: &Checkpoint| logged.get(&found.id).copied().filter(|kept| kept.made.tree == found.tree);
    if args.json {
        let own = all.iter().map(|found| row(found, known(found), state));
        let of_gone = gone.iter().flat_map(|gone| {
            gone.checkpoints.iter().map(|found| Row {
                gone_worktree: Some(gone.worktree.clone()),
                git_ref: Some(gone.checkpoint_ref(found.id)),
                ..row(found, known(found), state)
            })
        });
        return Ok(console.json(&own.chain(of_gone).collect::<Vec<Row>>())?);
    }
    let now = Timestamp::now();
    let lines = |all: &[Checkpoint]| {
        let cells: Vec<[Clean; 6]> = all.iter().map(|found| cells(found, known(found), state, now)).collect();
        aligned(&cells)
    };
    // What can be gone to stands last, where a reader looks first.
    let kept: Vec<_> = gone.iter().filter(|gone| !gone.checkpoints.is_empty()).collect();
    for gone in &kept {
        console.line(Clean::line(&gone::checkpoints(gone, &project.checkout)).as_str())?;
        for line in lines(&gone.checkpoints) {
            console.line(line)?;
        }
    }
    match (all.is_empty(), kept.is_empty()) {
        (true, true) => console.line("no checkpoints yet; `longhaul run` makes one after each step that changes files")?,
        (true, false) => console.line(format!("none in {} itself", words::path(&project.workspace)))?,
        (false, _) => {}
    }
    for line in lines(&all) {
        console.line(line)?;
    }
    let gone = state.checkpoints.iter().filter(|kept| !kept.is_there()).count();
    if gone > 0 {
        let gone = format::plural(gone, "checkpoint");
        console.note(format!(
            "{gone} of old steps were dropped, as checkpoint_keep_days and checkpoint_keep_sessions say"
        ))?;
    }
    Ok(())
}

/// Number, HEAD, age, session, feature, and what it is of.
fn cells(found: &Checkpoint, kept: Option<&KeptCheckpoint>, state: &State, now: Timestamp) -> [Clean; 6] {
    let session = kept.filter(|kept| kept.session.0 > 0);
    let feature = kept.and_then(|kept| kept.feature.as_ref());
    let mut what = kept.map_or_else(|| found.subject.clone(), |kept| of(kept, state));
    if !found.left_out.is_empty() {
        what.push_str(&format!("  partial, without: {}", found.left_out.join("; ")));
    }
    [
        found.id.0.to_string(),
        found.head.as_ref().map_or("no commit", Oid::short).to_owned(),
        words::ago(found.time, now),
        session.map_or_else(String::new, |kept| kept.session.to_string()),
        feature.map_or_else(String::new, ToString::to_string),
        what,
    ]
    .map(|cell| Clean::line(&cell))
}

/// Says what a checkpoint is of.
fn of(kept: &KeptCheckpoint, state: &State) -> String {
    let words = kept.made.cause.words();
    match kept.made.cause {
        CheckpointCause::Step => match state.call_before(kept) {
            Some(call) => format!("after {} {}", call_verb(call), call_title(call)),
            None => words.to_owned(),
        },
        CheckpointCause::Commit => match state.commit_at(kept) {
            Some(commit) => format!("{words} \"{}\"", subject(&commit.made.message)),
            None => words.to_owned(),
        },
        CheckpointCause::BeforeRollback => match state.move_after(kept) {
            Some(moved) => match moved.kind {
                MoveKind::Rollback => format!("before rollback to {}", moved.title),
                MoveKind::Undo => format!("before undo, back to {}", moved.title),
                MoveKind::Redo => format!("before redo, forth to {}", moved.title),
            },
            None => words.to_owned(),
        },
        CheckpointCause::SessionStart | CheckpointCause::SessionEnd => words.to_owned(),
    }
}

fn row(found: &Checkpoint, kept: Option<&KeptCheckpoint>, state: &State) -> Row {
    let commit = kept.and_then(|kept| state.commit_at(kept));
    let moved = kept.and_then(|kept| state.move_after(kept));
    Row {
        id: found.id.0,
        time: found.time,
        subject: found.subject.clone(),
        tree: found.tree.0.clone(),
        head: found.head.as_ref().map(|head| head.0.clone()),
        left_out: found.left_out.clone(),
        partial: !found.left_out.is_empty(),
        session: kept.filter(|kept| kept.session.0 > 0).map(|kept| kept.session.0),
        role: kept
            .and_then(|kept| state.session(kept.session))
            .map(|session| session.role.as_str()),
        feature: kept.and_then(|kept| kept.feature.as_ref()).map(ToString::to_string),
        cause: kept.map(|kept| kept.made.cause),
        call: kept.and_then(|kept| {
            let call = state.call_before(kept);
            Some(CallRow {
                id: kept.made.call.as_ref()?.to_string(),
                tool: call.map(|call| call.tool.clone()),
                title: call.map(|call| call.title.clone()),
            })
        }),
        commit: commit.map(|commit| CommitRow {
            id: commit.made.commit.to_string(),
            subject: subject(&commit.made.message).to_owned(),
            feature: commit.made.feature.as_ref().map(ToString::to_string),
        }),
        before: moved.map(|moved| MoveRow {
            kind: moved.kind,
            title: moved.title.clone(),
            undo: moved.undo,
        }),
        gone_worktree: None,
        git_ref: None,
    }
}

fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// Lays cells out in columns, numbers to the right; a column that is empty throughout takes no room.
fn aligned<const N: usize>(rows: &[[Clean; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (column, cell) in widths.iter_mut().zip(row) {
            *column = width(cell.as_str()).max(*column);
        }
    }
    let line = |row: &[Clean; N]| {
        let mut line = String::new();
        for (at, (cell, column)) in row.iter().zip(widths).enumerate().filter(|(_, (_, column))| *column > 0) {
            let pad = " ".repeat(column - width(cell.as_str()));
            let gap = if line.is_empty() { "" } else { "  " };
            // Numbers and ages end together; words begin together.
            let (left, right) = if matches!(at, 0 | 2) {
                (pad.as_str(), "")
            } else {
                ("", pad.as_str())
            };
            line.push_str(&[gap, left, cell.as_str(), right].concat());
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_begin_together_whatever_is_in_them() {
        let row = |cells: [&str; 4]| cells.map(Clean::line);
        let rows = [
            row(["9", "ab12", "", "eins"]),
            row(["10", "\u{4f60}\u{597d}\u{4f60}", "", "zwei"]),
        ];
        assert_eq!(aligned(&rows), [" 9  ab12    eins", "10  \u{4f60}\u{597d}\u{4f60}  zwei"]);
    }
}
