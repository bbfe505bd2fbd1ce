//! `longhaul` alone, or with a directory: opens the project there, live if another process runs it, else its past.
//!
//! Owns the choice among several lists. Invariant: opening a project that longhaul never worked on writes nothing into it.

use super::args::Cli;
use super::console::Console;
use super::exit::Exit;
use super::failure::Failure;
use super::launch::{begin_errand, options, runtime};
use super::notice::Notices;
use super::{project, settings};
use crate::engine::place::Place;
use crate::engine::rollback;
use crate::harness::places;
use crate::protocol::FinishWay;
use crate::store::ProjectDir;
use crate::ui::text::Clean;
use crate::ui::{UiError, Wanted};
use crate::{link, ui};
use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue};
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

/// Opens the screen and returns when the user leaves it; a command line is what they chose on it.
///
/// # Errors
/// Fails if there is no such directory or no terminal, or the settings or the state cannot be read.
pub fn run(dir: Option<&Path>, list: Option<&Path>, console: &mut Console) -> Result<Option<Vec<OsString>>, Failure> {
    let dir = dir.unwrap_or(Path::new("."));
    if !dir.exists() {
        return Err(Failure::user(
            Exit::Usage,
            match like(dir) {
                Some(command) => format!(
                    "there is neither a command nor a directory `{}`; did you mean `longhaul {command}`?",
                    dir.display()
                ),
                None => format!(
                    "there is neither a command nor a directory `{}`; `longhaul --help` lists the commands",
                    dir.display()
                ),
            },
        ));
    }
    ui::terminal::check().map_err(|error| match error {
        UiError::NotATerminal { end } => Failure::unready(format!(
            "{end} is not a terminal; `longhaul status` prints where the project stands, `longhaul run . --headless` builds it without one"
        )),
        other => other.into(),
    })?;
    let place = project::place(dir)?;
    let mut settings = settings::load(Some(&place.checkout))?.settings;
    settings.feature_list = match list {
        Some(_) => project::list(&place, list)?,
        None => chosen(&place, console)?,
    };
    let workspace = place.workspace;
    // The window runs tests for the person. Where longhaul was never used, nothing was left and a look around leaves nothing.
    let _errand = match ProjectDir::state_root()?.is_dir() {
        true => begin_errand(&runtime()?, console)?,
        false => None,
    };
    link::settle_edit(&place.dir, &workspace, &settings).map_err(Failure::unready)?;
    let mover = rollback::mover(&workspace, &place.dir, &settings);
    let client = link::offline_in(place.dir, &workspace, &settings, Some(mover));
    let title = place
        .checkout
        .file_name()
        .map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned());
    let notices = Notices::start(&settings, &workspace);
    let options = options(&settings, title, notices.setup())?;
    let of_this = |command: &str, rest: &[&str]| {
        let mut words: Vec<OsString> = vec!["longhaul".into(), command.into()];
        words.extend(rest.iter().map(OsString::from));
        words.push(dir.into());
        Some(words)
    };
    let finish = |way: &str| of_this("finish", &[way, "--ask"]);
    Ok(match ui::run(client, options)? {
        ui::Exit::Left | ui::Exit::Terminated(_) => None,
        ui::Exit::Start(Wanted::Run) => of_this("run", &[]),
        ui::Exit::Start(Wanted::Demo) => Some(vec!["longhaul".into(), "demo".into()]),
        ui::Exit::Start(Wanted::Finish(FinishWay::Merge)) => finish("--merge"),
        ui::Exit::Start(Wanted::Finish(FinishWay::Squash)) => finish("--squash"),
        ui::Exit::Start(Wanted::Finish(FinishWay::Leave)) => finish("--leave"),
    })
}

/// The command whose name is like what was typed.
fn like(typed: &Path) -> Option<String> {
    let all = Cli::command();
    let commands = clap::Command::new("longhaul").subcommands(all.get_subcommands().cloned());
    let unknown = commands
        .try_get_matches_from([OsStr::new("longhaul"), typed.as_os_str()])
        .err()?;
    match unknown.get(ContextKind::SuggestedSubcommand)? {
        ContextValue::String(name) => Some(name.clone()),
        ContextValue::Strings(names) => names.first().cloned(),
        _ => None,
    }
}

/// The project's list; where there are several and nobody said which, a person is asked.
fn chosen(place: &Place, console: &mut Console) -> Result<PathBuf, Failure> {
    let refused = match project::list(place, None) {
        Ok(list) => return Ok(list),
        Err(refused) => refused,
    };
    let found = places::found(&place.workspace);
    if found.len() < 2 {
        return Err(refused);
    }
    console.note(format!("There are {} feature lists here:", found.len()))?;
    for (number, list) in (1..).zip(&found) {
        console.note(format!("  {number}  {}", Clean::line(list)))?;
    }
    console.prompt(&format!("Which one? 1 to {}: ", found.len()))?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| Failure::unready(format!("cannot read the answer: {error}")))?;
    let number = answer.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    match number.and_then(|at| found.get(at)) {
        Some(list) => Ok(PathBuf::from(list)),
        None => Err(refused),
    }
}
