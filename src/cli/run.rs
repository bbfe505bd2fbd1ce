//! `longhaul run`: checks, asks, starts.

use super::args::RunArgs;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::launch::{Launch, Show, launch, runtime};
use super::{consent, key, preflight};
use std::time::Duration;

/// Runs the command.
///
/// # Errors
/// Fails, with nothing changed, if the project, the settings, the key or the user's consent are missing.
pub fn run(args: &RunArgs, console: &mut Console) -> Result<Exit, Failure> {
    let show = Show::of(&args.output);
    show.check()?;
    let ready = preflight::check(args)?;
    let runtime = runtime()?;
    let key = runtime.block_on(key::find(&ready.resolved.settings))?;
    for note in &ready.notes {
        console.note(format!("note: {}", crate::ui::text::Clean::line(note)))?;
    }
    consent::ask(args, &ready.resolved.settings, &ready.dir, console)?;
    let (workspace, dir) = preflight::prepare(&ready)?;
    let plan = Launch {
        workspace,
        dir,
        question_timeout: Duration::from_secs(ready.resolved.settings.question_timeout_seconds),
        settings: ready.resolved.settings,
        spec: ready.spec,
        key,
        guided: false,
        show,
    };
    launch(&runtime, plan, console)
}
