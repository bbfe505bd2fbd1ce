//! `longhaul checkpoints`, `rollback`, `undo`, `redo`: going back from a shell, while no run is on.
//!
//! Invariant: what would happen is printed before anything does, and nothing happens without a typed word or `--yes`.

use super::args::{MoveArgs, ReadArgs, RollbackArgs};
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project::Project;
use super::settings;
use crate::engine::rollback;
use crate::git::Repo;
use crate::harness::rehearsal::rehearse;
use crate::protocol::{CheckpointId, Oid, Target};
use crate::ui::model::going::WORD;
use crate::ui::rehearsal::{Wording, heading, rows};
use crate::ui::text::{Clean, format};
use jiff::Timestamp;
use serde::Serialize;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;

/// How a rehearsal is printed.
const WORDING: Wording = Wording { arrow: "->", names: 6 };

/// The machine-readable form. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Row {
    id: u32,
    time: Timestamp,
    subject: String,
    tree: String,
    head: Option<String>,
    left_out: Vec<String>,
}

/// Lists the checkpoints, newest last.
///
/// # Errors
/// Fails if the project or its repository cannot be read.
pub fn checkpoints(args: &ReadArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let all = Repo::discover(&project.workspace)?.checkpoints()?;
    if args.json {
        let row = |kept: &crate::git::Checkpoint| Row {
            id: kept.id.0,
            time: kept.time,
            subject: kept.subject.clone(),
            tree: kept.tree.0.clone(),
            head: kept.head.as_ref().map(|head| head.0.clone()),
            left_out: kept.left_out.clone(),
        };
        return Ok(console.json(&all.iter().map(row).collect::<Vec<_>>())?);
    }
    if all.is_empty() {
        console.line("no checkpoints yet; `longhaul run` makes one after each step that changes files")?;
    }
    let now = Timestamp::now();
    for kept in &all {
        let age = format::duration_ms(format::seconds_between(kept.time, now) * 1000);
        let head = kept.head.as_ref().map_or("no commit", Oid::short);
        let partial = if kept.left_out.is_empty() {
            String::new()
        } else {
            format!("  partial: {}", kept.left_out.join("; "))
        };
        console.line(format!(
            "{:>5}  {head}  {age:>8} ago  {}{}",
            kept.id.0,
            Clean::line(&kept.subject),
            Clean::line(&partial)
        ))?;
    }
    Ok(())
}

/// Goes back to a checkpoint or a commit.
///
/// # Errors
/// Fails if there is no such state, a run is on, or it cannot be gone to.
pub fn rollback(args: &RollbackArgs, console: &mut Console) -> Result<(), Failure> {
    go(|workspace| target(workspace, &args.id), &args.to, console)
}

/// Goes back to before the latest move, or forth again.
///
/// # Errors
/// As [`rollback`].
pub fn undo(target: &Target, args: &MoveArgs, console: &mut Console) -> Result<(), Failure> {
    go(|_| Ok(target.clone()), args, console)
}

fn target(workspace: &Path, id: &str) -> Result<Target, Failure> {
    let repo = Repo::discover(workspace)?;
    // A number is a checkpoint's if there is one; a short commit id may look like one too.
    if let Ok(number) = id.parse::<u32>()
        && let Ok(found) = repo.read_checkpoint(CheckpointId(number))
    {
        return Ok(Target::Checkpoint { checkpoint: found.id });
    }
    Ok(Target::Commit {
        commit: repo.find_commit(id)?,
    })
}

fn go(target: impl FnOnce(&Path) -> Result<Target, Failure>, args: &MoveArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let workspace = &project.workspace;
    let settings = settings::load(Some(&project.checkout))?.settings;
    if let Some(pid) = project.holder {
        return Err(Failure::user(
            Exit::Busy,
            format!("process {pid} runs this project: stop the run first, or press R in its window"),
        ));
    }
    if !args.dry_run && rollback::finish(workspace, &project.dir, &settings)? {
        // What was asked for was most likely this very move; doing it twice would be one too many.
        console.line("a move that had been cut off was finished; if you want another one, run the command again")?;
        return Ok(());
    }
    let target = target(workspace)?;
    let rehearsal = rehearse(workspace, &target, settings.checkpoint_max_file_mb << 20)?;
    console.line(Clean::line(&heading(&rehearsal)).as_str())?;
    for (label, text) in rows(&rehearsal, &project.state, WORDING) {
        console.line(format!("  {label:<10} {}", Clean::line(&text)))?;
    }
    if args.dry_run {
        return Ok(());
    }
    if rehearsal.is_idle() {
        console.line("nothing to do: it is so already")?;
        return Ok(());
    }
    agree(args, console)?;
    let moved = rollback::offline(workspace, &project.dir, &settings, &rehearsal)?;
    console.line(Clean::line(&rollback::sentence(&moved)).as_str())?;
    for kept in &moved.kept {
        console.note(format!("kept aside, for it had changed: {}", Clean::line(kept)))?;
    }
    Ok(())
}

fn agree(args: &MoveArgs, console: &mut Console) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::user(
            Exit::Usage,
            "nobody can be asked here; if you agree, add --yes",
        ));
    }
    console.prompt(&format!("Type {WORD} to do it: "))?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::unready(format!("cannot read the answer: {error}")))?;
    if answer.trim() == WORD {
        Ok(())
    } else {
        Err(Failure::user(Exit::Stopped, "left as it is"))
    }
}
