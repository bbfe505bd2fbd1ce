//! Hidden commands for people who work on longhaul.

use super::args::DebugCommand;
use super::console::Console;
use super::failure::Failure;
use crate::ui::screenshots;

/// Runs the command.
///
/// # Errors
/// Fails if the pictures cannot be written.
pub fn run(command: &DebugCommand, console: &mut Console) -> Result<(), Failure> {
    match command {
        DebugCommand::Screenshots { dir } => {
            let pictures = screenshots::render(dir)
                .map_err(|error| Failure::unready(format!("cannot draw into {}: {error}", dir.display())))?;
            for picture in pictures {
                console.line(picture.display().to_string())?;
            }
        }
    }
    Ok(())
}
