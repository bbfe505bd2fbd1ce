//! Hidden commands for people who work on longhaul.

use super::args::DebugCommand;
use super::console::Console;
use super::failure::Failure;
use super::launch::options;
use super::settings;
use crate::ui::{screenshots, stream};

/// Runs the command.
///
/// # Errors
/// Fails if the pictures cannot be written, or there is no terminal to stream to.
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
            stream::run(*rate, options(&settings, "stream".to_owned())?)?;
        }
    }
    Ok(())
}
