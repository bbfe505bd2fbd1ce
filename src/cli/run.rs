//! `longhaul run`: checks, asks, starts.

use super::args::RunArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::launch::{Launch, Show, launch, runtime};
use super::{consent, finish, key, preflight};
use crate::engine::errand;
use crate::protocol::event::WorktreeTaken;
use crate::store::ProjectDir;
use std::time::Duration;

/// Runs the command.
///
/// # Errors
/// Fails, with nothing changed, if the project, the settings, the key or the user's consent are missing.
pub fn run(args: &RunArgs, console: &mut Console) -> Result<Exit, Failure> {
    let show = Show::of(&args.output)?;
    let ready = preflight::check(args)?;
    let runtime = runtime()?;
    let stopped = runtime.block_on(errand::reap(&ProjectDir::state_root()?));
    say(stopped.as_slice(), console)?;
    let key = runtime.block_on(key::find(&ready.resolved.settings))?;
    say(&ready.notes, console)?;
    consent::ask(args, &ready.resolved.settings, &ready.dir, console)?;
    let (checkout, dir) = preflight::prepare(&ready)?;
    let taken = match &ready.workplace {
        Some(workplace) => workplace.take(&checkout, &dir, ready.left_behind)?,
        None => None,
    };
    say(taken.as_ref().map_or(&[], |taken| &taken.notes), console)?;
    // The worktree is held until its window is left, so that what the window shows cannot be taken away under it.
    let (worktree, _lease) = taken.map(|taken| (taken.event, taken.lease)).unzip();
    let plan = Launch {
        workspace: worktree
            .as_ref()
            .map_or_else(|| checkout.clone(), |taken: &WorktreeTaken| taken.tree.path.clone().into()),
        checkout: checkout.clone(),
        dir,
        question_timeout: Duration::from_secs(ready.resolved.settings.question_timeout_seconds),
        worktree,
        settings: ready.resolved.settings,
        spec: ready.spec,
        trust_list: args.trust_list,
        persons: ready.persons,
        key,
        guided: false,
        show,
        orders: args.output.orders,
    };
    let ended = launch(&runtime, plan, console)?;
    if let Some(way) = ended.finish {
        finish::chosen(&checkout, way, console)?;
    }
    Ok(ended.exit)
}

fn say(notes: &[String], console: &mut Console) -> Result<(), Failure> {
    for note in notes {
        console.note(format!("note: {}", crate::ui::text::Clean::line(note)))?;
    }
    Ok(())
}
