//! Hidden commands for people who work on longhaul.

use super::args::{DebugCommand, PlaceArgs};
use super::console::Console;
use super::failure::Failure;
use super::launch::options;
use super::workplace::Workplace;
use super::{project, settings};
use crate::config::Settings;
use crate::git::Repo;
use crate::ui::notice::Setup;
use crate::ui::{screenshots, stream};

/// Runs the command.
///
/// # Errors
/// Fails if the pictures cannot be written, there is no terminal to stream to, or git fails.
pub fn run(command: &DebugCommand, console: &mut Console) -> Result<(), Failure> {
    match command {
        DebugCommand::Screenshots { dir } => {
            let pictures = screenshots::render(dir)
                .map_err(|error| Failure::unready(format!("cannot draw into {}: {error}", dir.display())))?;
            for picture in pictures {
                console.line(picture.display().to_string())?;
            }
        }
        DebugCommand::Stream { rate } => {
            let settings = settings::load(None)?.settings;
            stream::run(*rate, options(&settings, "stream".to_owned(), Setup::default())?)?;
        }
        DebugCommand::Checkpoint { dir } => {
            let repo = Repo::discover(dir)?;
            let last = repo.latest_checkpoint()?;
            let limit = Settings::builtin().checkpoint_max_file_mb << 20;
            match repo.checkpoint("by hand", limit, last.as_ref())? {
                Some(made) => console.line(made.id.to_string())?,
                None => console.line("nothing changed since the last one")?,
            }
        }
        DebugCommand::Commit { dir } => {
            let made = Repo::discover(dir)?.commit_files("by hand")?;
            console.line(made.commit.0)?;
        }
        DebugCommand::Worktree { dir } => {
            let place = project::place(dir)?;
            let settings = settings::load(Some(&place.checkout))?.settings;
            let wanted = PlaceArgs {
                worktree: true,
                in_place: false,
            };
            place.dir.create()?;
            let chosen = Workplace::choose(&wanted, &settings, &place, &Repo::discover(&place.checkout)?)?;
            let taken = chosen.take(&place.checkout, &place.dir, 0)?;
            console.line(taken.map_or_else(String::new, |taken| taken.event.tree.path))?;
        }
    }
    Ok(())
}
