//! `longhaul` alone: opens the project in this directory, live if another process runs it, else its past.

use super::failure::Failure;
use super::launch::options;
use super::notice::Notices;
use super::{project, settings};
use crate::engine::rollback;
use crate::protocol::FinishWay;
use crate::ui::{UiError, Wanted};
use crate::{link, ui};
use std::path::Path;

/// Opens the screen and returns when the user leaves it; a command line is what they chose on it.
///
/// # Errors
/// Fails if there is no terminal, or the settings or the state cannot be read.
pub fn run(list: Option<&Path>) -> Result<Option<&'static [&'static str]>, Failure> {
    ui::terminal::check().map_err(|error| match error {
        UiError::NotATerminal { end } => Failure::unready(format!(
            "{end} is not a terminal; `longhaul status` prints where the project stands, `longhaul run . --headless` builds it without one"
        )),
        other => other.into(),
    })?;
    let place = project::place(Path::new("."))?;
    let mut settings = settings::load(Some(&place.checkout))?.settings;
    settings.feature_list = project::list(&place, list)?;
    let workspace = place.workspace;
    link::settle_edit(&place.dir, &workspace, &settings).map_err(Failure::unready)?;
    let mover = rollback::mover(&workspace, &place.dir, &settings);
    let client = link::offline_in(place.dir, &workspace, &settings, Some(mover));
    let title = place
        .checkout
        .file_name()
        .map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned());
    let notices = Notices::start(&settings, &workspace);
    let options = options(&settings, title, notices.setup())?;
    Ok(match ui::run(client, options)? {
        ui::Exit::Left | ui::Exit::Terminated(_) => None,
        ui::Exit::Start(Wanted::Run) => Some(&["longhaul", "run", "."]),
        ui::Exit::Start(Wanted::Demo) => Some(&["longhaul", "demo"]),
        ui::Exit::Start(Wanted::Finish(FinishWay::Merge)) => Some(&["longhaul", "finish", ".", "--merge", "--ask"]),
        ui::Exit::Start(Wanted::Finish(FinishWay::Squash)) => Some(&["longhaul", "finish", ".", "--squash", "--ask"]),
        ui::Exit::Start(Wanted::Finish(FinishWay::Leave)) => Some(&["longhaul", "finish", ".", "--leave", "--ask"]),
    })
}
