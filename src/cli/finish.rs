//! `longhaul finish`: what becomes of a worktree's work.
//!
//! Invariant: what would happen is printed before anything does; nothing happens without a flag or a typed word.

use super::args::FinishArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::launch::runtime;
use super::project::{self, Project};
use super::{gone, settings, words};
use crate::config::Settings;
use crate::engine::finish::{self, IgnoredFiles, Remains};
use crate::engine::place::Place;
use crate::git::{HomeStep, Homecoming, Repo};
use crate::protocol::FinishWay;
use crate::store::StoreError;
use crate::ui::text::{Clean, format};
use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::Path;

/// What it means to leave it.
const LEFT: &str = "branch and worktree would stay as they are, and `git worktree remove` would work";
/// Said where a way was shown and not agreed to.
const NOT_NOW: &str = "nothing was done; `longhaul finish` does it when you want it";

/// Paths in the way, and ignored files, are listed up to here.
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
    let ignored = if args.aside { IgnoredFiles::Aside } else { IgnoredFiles::Stay };
    match way {
        Some(FinishWay::Leave) if args.dry_run || args.ask => console.line(LEFT)?,
        Some(FinishWay::Leave) => {}
        shown => {
            let plan = finish::rehearse(&place, shown.unwrap_or(FinishWay::Merge), into)?;
            // What is in the way of one is in the way of the other; leaving is always possible.
            if plan.obstacles.is_empty() {
                show(&place, &plan, ignored, console)?;
            } else {
                show_obstacles(&plan, console)?;
                if args.dry_run || shown.is_some() {
                    return Err(in_the_way(&place, &plan));
                }
            }
        }
    }
    if args.dry_run {
        // What the call without the flag fails at, this one fails at too.
        match (settings::load(Some(&place.checkout)), way) {
            (Ok(_), _) | (Err(_), Some(FinishWay::Leave)) => {}
            (Err(Failure::User { message, .. }), None) => console.note(
                Clean::block(&format!(
                    "warning: {message}\nuntil that is mended the work can be left as it is, and not merged or squashed"
                ))
                .as_str(),
            )?,
            (Err(broken), _) => return Err(broken),
        }
        return Ok(());
    }
    let way = match way {
        Some(way) if args.ask && !agreed(way, console)? => return Ok(console.line(NOT_NOW)?),
        Some(way) => way,
        None => ask(console)?,
    };
    carry_out(&place, way, into, ignored, console)
}

/// Finishes and says what came of it.
///
/// # Errors
/// As [`run`].
pub fn carry_out(
    place: &Place,
    way: FinishWay,
    into: Option<&str>,
    ignored: IgnoredFiles,
    console: &mut Console,
) -> Result<(), Failure> {
    let settings = match settings::load(Some(&place.checkout)) {
        Ok(resolved) => resolved.settings,
        // Nothing is committed then: no setting decides anything.
        Err(Failure::User { message, .. }) if way == FinishWay::Leave => {
            console.note(
                Clean::block(&format!(
                    "warning: {message}\nleaving the work needs no settings: it goes on without"
                ))
                .as_str(),
            )?;
            Settings::default()
        }
        Err(broken) => return Err(broken),
    };
    let done = runtime()?.block_on(finish::finish(place, &settings, way, into, ignored))?;
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
            None if done.was_gone => "  worktree  was gone already".to_owned(),
            None => "  worktree  removed".to_owned(),
            Some(why) => format!("  worktree  stays in {tree}: {why}"),
        })
        .as_str(),
    )?;
    if let Some(aside) = &done.event.aside {
        console.line(Clean::line(&format!("  ignored   moved to {aside}")).as_str())?;
    }
    for note in &done.notes {
        console.note(format!("note: {}", Clean::line(note)))?;
    }
    Ok(())
}

/// Says what the way that was chosen on the screen would do to the project in a directory, and does it if that is agreed to.
///
/// # Errors
/// As [`run`]; a refusal names what is in the way.
pub fn chosen(checkout: &Path, way: FinishWay, console: &mut Console) -> Result<(), Failure> {
    let place = project::place(checkout)?;
    if way == FinishWay::Leave {
        console.line(LEFT)?;
    } else {
        let plan = finish::rehearse(&place, way, None)?;
        if !plan.obstacles.is_empty() {
            show_obstacles(&plan, console)?;
            return Err(in_the_way(&place, &plan));
        }
        show(&place, &plan, IgnoredFiles::Stay, console)?;
    }
    if !agreed(way, console)? {
        return Ok(console.line(NOT_NOW)?);
    }
    carry_out(&place, way, None, IgnoredFiles::Stay, console)
}

fn row(console: &mut Console, name: &str, text: &str) -> Result<(), Failure> {
    Ok(console.line(format!("  {name:<9} {}", Clean::line(text)))?)
}

fn work(plan: &Homecoming) -> String {
    format!(
        "{} on {}, {} for {}",
        format::plural(plan.commits, "commit"),
        plan.branch,
        format::plural(plan.paths.len(), "changed file"),
        plan.into
    )
}

/// Prints what would happen; nothing is in the way.
fn show(place: &Place, plan: &Homecoming, ignored: IgnoredFiles, console: &mut Console) -> Result<(), Failure> {
    let Homecoming { into, .. } = plan;
    let mut row = |name: &str, text: String| row(console, name, &text);
    row("work", work(plan))?;
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
    let remains = finish::remains(place, plan)?;
    row("worktree", fate(&remains, ignored))?;
    if remains.gone
        && let Some(tree) = place.open().map(|record| &record.tree)
    {
        let left = Repo::discover(&place.checkout)?.gone_worktrees()?;
        let kept = left.iter().find(|gone| gone.worktree == tree.name);
        if let Some(kept) = kept.and_then(|kept| gone::last(kept, &place.checkout)) {
            row("kept", kept)?;
        }
    }
    for one in remains.ignored.iter().take(LISTED) {
        let more = if one.counted { "" } else { "more than " };
        row("ignored", format!("{}  {more}{}", one.name, format::bytes(one.bytes)))?;
    }
    if remains.ignored.len() > LISTED {
        row("ignored", format!("and {} more", remains.ignored.len() - LISTED))?;
    }
    Ok(())
}

/// Says what would become of the worktree.
fn fate(remains: &Remains, ignored: IgnoredFiles) -> String {
    if remains.gone {
        return "is gone already; its branch is all there is to finish".to_owned();
    }
    match (&remains.stays, finish::holds_ignored(&remains.ignored), ignored) {
        (Some(why), ..) => format!("stays: {why}"),
        (None, None, _) => "goes, for nothing in it would be lost".to_owned(),
        (None, Some(_), IgnoredFiles::Aside) => format!("goes; what git ignores in it moves to {} first", remains.aside),
        (None, Some(_), IgnoredFiles::Stay) => format!(
            "stays, for git ignores what is named below; with --aside that moves to {} and the worktree goes",
            remains.aside
        ),
    }
}

/// Prints what is in the way, and nothing of what then does not happen.
fn show_obstacles(plan: &Homecoming, console: &mut Console) -> Result<(), Failure> {
    row(console, "work", &work(plan))?;
    for obstacle in plan.obstacles.iter().take(LISTED) {
        row(console, "in the way", obstacle)?;
    }
    if plan.obstacles.len() > LISTED {
        row(console, "in the way", &format!("and {} more", plan.obstacles.len() - LISTED))?;
    }
    Ok(())
}

fn in_the_way(place: &Place, plan: &Homecoming) -> Failure {
    let checkout = words::path(&place.checkout);
    let tree = place.open().map(|record| words::path(Path::new(&record.tree.path)));
    let next = match (plan.conflicts, plan.way) {
        (false, _) => "commit, stash or move what is named, then try again".to_owned(),
        // Settled on the user's side, the work would not be one commit there; on its own side it still is.
        (true, FinishWay::Squash) => format!(
            "settle it on the work's side with `git -C {} merge {}`, then `longhaul finish --squash`",
            tree.unwrap_or_default(),
            plan.into
        ),
        (true, FinishWay::Merge | FinishWay::Leave) => format!(
            "settle it with `git -C {checkout} merge {}`, then `longhaul finish --merge`",
            plan.branch
        ),
    };
    Failure::unready(format!(
        "{} in the way, nothing was changed; {next}",
        format::plural(plan.obstacles.len(), "path")
    ))
}

fn ask(console: &mut Console) -> Result<FinishWay, Failure> {
    let answer = typed("Type merge, squash or leave: ", console)?;
    FinishWay::of(&answer).ok_or_else(|| Failure::user(Exit::Stopped, "left as it is"))
}

/// Asks whether a way that was shown is to be gone.
fn agreed(way: FinishWay, console: &mut Console) -> Result<bool, Failure> {
    let word = way.word();
    Ok(typed(&format!("Type {word} to do it, Enter to leave it for now: "), console)? == word)
}

fn typed(prompt: &str, console: &mut Console) -> Result<String, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::user(
            Exit::Usage,
            "nobody can be asked here; add --merge, --squash or --leave, without --ask",
        ));
    }
    console.prompt(prompt)?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::unready(format!("cannot read the answer: {error}")))?;
    Ok(answer.trim().to_owned())
}
