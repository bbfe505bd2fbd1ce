//! `longhaul finish`: what becomes of a worktree's work.
//!
//! Invariant: what would happen is printed before anything does; nothing happens without a flag or a typed word.

use super::args::FinishArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::launch::runtime;
use super::project::{self, Project};
use super::{settings, words};
use crate::engine::finish::{self, would_stay};
use crate::engine::place::Place;
use crate::git::{HomeStep, Homecoming};
use crate::protocol::FinishWay;
use crate::store::StoreError;
use crate::ui::text::{Clean, format};
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;

/// Paths in the way are listed up to here.
const LISTED: usize = 20;

/// Runs the command.
///
/// # Errors
/// Fails, with nothing changed, if there is no worktree, a run is on, something is in the way, or nobody says what to do.
pub fn run(args: &FinishArgs, console: &mut Console) -> Result<(), Failure> {
    let project = Project::open(&args.dir)?;
    let place = project::place(&args.dir)?;
    if !args.dry_run
        && let Some(pid) = project.holder
    {
        return Err(StoreError::Busy { pid }.into());
    }
    if !args.dry_run
        && let Some(notes) = finish::finish_removal(&place)?
    {
        // What was asked for is what had been cut off.
        console.line("the work was home already; the removal of its worktree, which had been cut off, is done now")?;
        for note in &notes {
            console.note(Clean::line(note).as_str())?;
        }
        return Ok(());
    }
    let (into, way) = (args.into.as_deref(), args.way.chosen());
    match way {
        Some(FinishWay::Leave) if args.dry_run => {
            console.line("branch and worktree would stay as they are, and `git worktree remove` would work")?;
            return Ok(());
        }
        Some(FinishWay::Leave) => {}
        shown => {
            let plan = finish::rehearse(&place, shown.unwrap_or(FinishWay::Merge), into)?;
            show(&place, &plan, console)?;
            // What is in the way of one is in the way of the other; leaving is always possible.
            if !plan.obstacles.is_empty() && (args.dry_run || shown.is_some()) {
                return Err(in_the_way(&place, &plan));
            }
        }
    }
    if args.dry_run {
        return Ok(());
    }
    let way = match way {
        Some(way) => way,
        None => ask(console)?,
    };
    carry_out(&place, way, into, console)
}

/// Finishes and says what came of it.
///
/// # Errors
/// As [`run`].
pub fn carry_out(place: &Place, way: FinishWay, into: Option<&str>, console: &mut Console) -> Result<(), Failure> {
    let settings = settings::load(Some(&place.checkout))?.settings;
    let done = runtime()?.block_on(finish::finish(place, &settings, way, into))?;
    console.line(Clean::line(&words::finished(&done.event)).as_str())?;
    if let Some(undo) = &done.event.undo {
        let back = format!("  undo      git -C {} reset --keep {undo}", words::path(&place.checkout));
        console.line(Clean::line(&back).as_str())?;
    }
    let tree = place
        .record
        .as_ref()
        .map(|record| record.tree.path.as_str())
        .unwrap_or_default();
    console.line(
        Clean::line(&match &done.event.stays {
            None => "  worktree  removed".to_owned(),
            Some(why) => format!("  worktree  stays in {tree}: {why}"),
        })
        .as_str(),
    )?;
    for note in &done.notes {
        console.note(format!("note: {}", Clean::line(note)))?;
    }
    Ok(())
}

/// Finishes the project in a directory, for who chose it on the screen.
///
/// # Errors
/// As [`run`]; a refusal names what is in the way.
pub fn chosen(checkout: &Path, way: FinishWay, console: &mut Console) -> Result<(), Failure> {
    let place = project::place(checkout)?;
    if way != FinishWay::Leave {
        let plan = finish::rehearse(&place, way, None)?;
        if !plan.obstacles.is_empty() {
            show(&place, &plan, console)?;
            return Err(in_the_way(&place, &plan));
        }
    }
    carry_out(&place, way, None, console)
}

fn show(place: &Place, plan: &Homecoming, console: &mut Console) -> Result<(), Failure> {
    let Homecoming { branch, into, .. } = plan;
    let mut row = |name: &str, text: String| console.line(format!("  {name:<9} {}", Clean::line(&text)));
    row(
        "work",
        format!(
            "{} on {branch}, {} for {into}",
            format::plural(plan.commits, "commit"),
            format::plural(plan.paths.len(), "changed file")
        ),
    )?;
    row(
        plan.way.word(),
        match plan.step {
            HomeStep::None => format!("{into} has all of it already"),
            HomeStep::Forward => format!("{into} moves forward from {} to {}", plan.from.short(), plan.tip.short()),
            HomeStep::Merge => format!(
                "{into} gets a commit with the parents {} and {}",
                plan.from.short(),
                plan.tip.short()
            ),
            HomeStep::Squash => format!("{into} gets one commit on {}", plan.from.short()),
        },
    )?;
    if plan.step != HomeStep::None {
        let checkout = place.checkout.display();
        row(
            "files",
            if plan.on_disk {
                format!("{checkout} follows")
            } else {
                format!("{checkout} is on another branch and stays as it is")
            },
        )?;
    }
    row(
        "worktree",
        match would_stay(place, plan)? {
            None => "goes, for nothing in it would be lost".to_owned(),
            Some(why) => format!("stays: {why}"),
        },
    )?;
    for obstacle in plan.obstacles.iter().take(LISTED) {
        row("in the way", obstacle.clone())?;
    }
    if plan.obstacles.len() > LISTED {
        row("in the way", format!("and {} more", plan.obstacles.len() - LISTED))?;
    }
    Ok(())
}

fn in_the_way(place: &Place, plan: &Homecoming) -> Failure {
    let checkout = words::path(&place.checkout);
    let conflicts = plan.obstacles.iter().any(|obstacle| obstacle.ends_with("on both branches"));
    let next = if conflicts {
        format!(
            "settle it with `git -C {checkout} merge {}`, then `longhaul finish --merge`",
            plan.branch
        )
    } else {
        "commit, stash or move what is named, then try again".to_owned()
    };
    Failure::unready(format!(
        "{} in the way, nothing was changed; {next}",
        format::plural(plan.obstacles.len(), "path")
    ))
}

fn ask(console: &mut Console) -> Result<FinishWay, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::user(
            Exit::Usage,
            "nobody can be asked here; add --merge, --squash or --leave",
        ));
    }
    console.prompt("Type merge, squash or leave: ")?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::unready(format!("cannot read the answer: {error}")))?;
    FinishWay::of(answer.trim()).ok_or_else(|| Failure::user(Exit::Stopped, "left as it is"))
}
