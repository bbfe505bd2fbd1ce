//! `longhaul rollback`, `undo`, `redo`: going back from a shell, while no run is on; looking at it, at any time.
//!
//! Invariant: what would happen is printed before anything does, and nothing happens without a typed word or `--yes`.

use super::args::{MoveArgs, RollbackArgs};
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::project::Project;
use super::{gone, settings, words};
use crate::engine::rollback;
use crate::git::{GitError, Repo};
use crate::harness::rehearsal::rehearse;
use crate::link::settle_edit;
use crate::protocol::{CheckpointId, Rehearsal, SessionNo, Target, TestMove, TestTotals};
use crate::session::State;
use crate::session::state::KeptCheckpoint;
use crate::ui::model::going::WORD;
use crate::ui::rehearsal::{Wording, abandoned, feature_move, files, heading, rows, test_there};
use crate::ui::text::Clean;
use serde::Serialize;
use std::io::{self, BufRead as _, IsTerminal as _};

/// Between before and after.
const ARROW: &str = "->";
/// Names that stand in a row; more of them stand below, one a line.
const INLINE: usize = 6;
/// Lines of such a list before somebody is asked; a dry run prints all.
const LISTED: usize = 12;

/// What would happen, for machines: the rehearsal itself, and what the log knows of it. Fields are added, never renamed.
#[derive(Debug, Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    rehearsal: &'a Rehearsal,
    /// Counts of the last test run there.
    tests_there: Option<TestTotals>,
    tests: Vec<TestMove>,
    sessions_abandoned: Vec<SessionNo>,
    idle: bool,
    /// The process whose run would have to end first.
    run_by: Option<u32>,
}

/// Goes back to a checkpoint or a commit.
///
/// # Errors
/// Fails if there is no such state, a run is on, or it cannot be gone to.
pub fn rollback(args: &RollbackArgs, console: &mut Console) -> Result<(), Failure> {
    go(|project| target(project, &args.id), &args.to, console)
}

/// Goes back to before the latest move, or forth again.
///
/// # Errors
/// As [`rollback`].
pub fn undo(target: &Target, args: &MoveArgs, console: &mut Console) -> Result<(), Failure> {
    go(|_| Ok(target.clone()), args, console)
}

fn target(project: &Project, id: &str) -> Result<Target, Failure> {
    let repo = Repo::discover(&project.workspace)?;
    // A number is a checkpoint's if there is one; a short commit id may look like one too.
    if let Ok(number) = id.parse::<u32>() {
        match repo.read_checkpoint(CheckpointId(number)) {
            Ok(found) => return Ok(Target::Checkpoint { checkpoint: found.id }),
            Err(GitError::NoCheckpoint { id }) => {
                if let Some(kept) = project.state.checkpoint(id).filter(|kept| !kept.is_there()) {
                    return Err(Failure::unready(dropped(kept, &project.state)));
                }
                if let Some(kept) = gone::checkpoint(&repo.gone_worktrees()?, id, &project.checkout) {
                    return Err(Failure::unready(kept));
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    match repo.find_commit(id) {
        Ok(commit) => Ok(Target::Commit { commit }),
        Err(_) => Err(Failure::unready(format!(
            "{id} is neither a checkpoint nor a commit here: `longhaul checkpoints {}` lists the checkpoints, `git log` the commits",
            words::path(&project.checkout)
        ))),
    }
}

/// Says that a checkpoint is kept no longer, and what there is instead.
fn dropped(kept: &KeptCheckpoint, state: &State) -> String {
    let id = kept.made.checkpoint;
    let instead = match state.target_before(kept.seq) {
        Some(Target::Checkpoint { checkpoint }) => {
            format!("`longhaul rollback {}` goes to what was kept before it, ", checkpoint.0)
        }
        Some(Target::Commit { commit }) => format!("`longhaul rollback {}` goes to the commit before it, ", commit.short()),
        Some(Target::Undo | Target::Redo) | None => String::new(),
    };
    format!(
        "{id} was dropped, as those of old steps are (checkpoint_keep_days): {instead}`longhaul checkpoints` lists what there is"
    )
}

fn go(target: impl FnOnce(&Project) -> Result<Target, Failure>, args: &MoveArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let workspace = &project.workspace;
    let mut settings = settings::load(Some(&project.checkout))?.settings;
    settings.feature_list.clone_from(&project.list);
    let first = "stop the run first, or press R in its window";
    match project.holder {
        Some(pid) if !args.dry_run => {
            return Err(Failure::user(
                Exit::Busy,
                format!("process {pid} runs this project: {first}; --dry-run shows what would happen"),
            ));
        }
        Some(pid) => console.note(format!("process {pid} runs this project; to make this move, {first}"))?,
        None => {}
    }
    if !args.dry_run && rollback::finish(workspace, &project.dir, &settings)? {
        // What was asked for was most likely this very move; doing it twice would be one too many.
        console.line("a move that had been cut off was finished; if you want another one, run the command again")?;
        return Ok(());
    }
    if !args.dry_run
        && let Some(settled) = settle_edit(&project.dir, workspace, &settings).map_err(Failure::unready)?
    {
        console.note(settled)?;
    }
    let target = target(&project)?;
    let rehearsal = match rehearse(workspace, &project.list, &target, settings.checkpoint_max_file_mb << 20) {
        Err(GitError::NoMove { what }) => return Err(no_move(&project, what)?),
        rehearsal => rehearsal?,
    };
    if args.json {
        return Ok(console.json(&Told {
            tests_there: project.state.tests_at(&target),
            tests: project.state.tests_moved_by(&target),
            sessions_abandoned: abandoned(&rehearsal, &project.state),
            idle: rehearsal.is_idle(),
            run_by: project.holder,
            rehearsal: &rehearsal,
        })?);
    }
    print(
        &rehearsal,
        &project.state,
        if args.dry_run { usize::MAX } else { LISTED },
        console,
    )?;
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

/// Says that there is no move to take back, and where what a person may mean is kept.
fn no_move(project: &Project, what: &'static str) -> Result<Failure, Failure> {
    let mut said = vec![GitError::NoMove { what }.to_string()];
    if what == "undo" {
        let place = project.state.worktree.as_ref();
        let finished = place.and_then(|place| Some((place.finished.as_ref()?.undo.as_ref()?, &place.taken.tree.branch)));
        if let Some((undo, branch)) = finished {
            said.push(format!(
                "`git -C {} reset --keep {undo}` takes back that {branch} came home",
                words::path(&project.checkout)
            ));
        }
        let gone = Repo::discover(&project.workspace)?.gone_worktrees()?;
        said.extend(gone.iter().filter_map(|gone| gone::moves(gone, &project.checkout)));
    }
    Ok(Failure::unready(said.join("; ")))
}

/// Prints what would happen; the lists below it up to so many names each.
fn print(rehearsal: &Rehearsal, state: &State, names: usize, console: &mut Console) -> Result<(), Failure> {
    let wording = Wording {
        arrow: ARROW,
        names: INLINE,
    };
    console.line(Clean::line(&heading(rehearsal)).as_str())?;
    for (label, text) in rows(rehearsal, state, wording) {
        console.line(format!("  {label:<10} {}", Clean::line(&text)))?;
    }
    let features = rehearsal.features.iter().map(|moved| ("", feature_move(moved, ARROW)));
    let tests = state.tests_moved_by(&rehearsal.target);
    let tests = tests.iter().map(|moved| (test_there(moved), moved.test.clone()));
    // What the rows above named in full is not said twice.
    for list in [features.collect::<Vec<_>>(), tests.collect()] {
        if list.len() > INLINE {
            print_list(&list, names, console)?;
        }
    }
    let files = files(rehearsal).map(|(fate, name)| (fate.words(), name.to_owned()));
    print_list(&files.collect::<Vec<_>>(), names, console)
}

fn print_list(list: &[(&str, String)], names: usize, console: &mut Console) -> Result<(), Failure> {
    let column = list.iter().map(|(word, _)| word.len() + 2).max().unwrap_or_default();
    let column = if column > 2 { column } else { 0 };
    for (word, name) in list.iter().take(names) {
        console.line(format!("    {word:<column$}{}", Clean::name(name)))?;
    }
    if let Some(more) = list.len().checked_sub(names).filter(|more| *more > 0) {
        console.line(format!("    and {more} more; --dry-run names them all"))?;
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
