//! Hidden commands for people who work on longhaul.

use super::args::DebugCommand;
use super::console::Console;
use super::failure::Failure;
use super::launch::options;
use super::settings;
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
    }
    Ok(())
}
