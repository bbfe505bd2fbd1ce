//! `longhaul features set`: a person says of a feature that it passes, or that it does not.
//!
//! Owns the two ways this goes. A list of a project with a log is edited as on the screen: recorded, committed, told to the next
//! session. Any other file has its flag replaced in place. Invariant: nothing is written where somebody else wrote meanwhile; who is
//! busy with it is waited for, a moment long.

use super::super::args::{Said, SetArgs};
use super::super::console::Console;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::project::Project;
use super::super::settings;
use crate::config::Settings;
use crate::harness::atomic::{replace_unchanged, sweep_beside};
use crate::harness::feature_list::SetFlag;
use crate::harness::plan::Asked;
use crate::harness::{FeatureList, ListError};
use crate::link;
use crate::protocol::{Base, FeatureEdit, Oid};
use crate::ui::text::Clean;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another program at the same list is waited for, and how often it is looked whether it is done.
const PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);

/// What came of trying once.
enum Tried {
    /// This is told of it.
    Done(String),
    /// Another program is at it: this is told if it stays so.
    Busy(Failure),
}

/// Runs the command.
///
/// # Errors
/// Fails if the list cannot be read, it is not plain which feature or flag is meant, or it cannot be written.
pub fn run(args: &SetArgs, console: &mut Console) -> Result<(), Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        match attempt(args, console)? {
            Tried::Done(told) => return Ok(console.line(told)?),
            Tried::Busy(failure) if Instant::now() >= until => return Err(failure),
            Tried::Busy(_) => std::thread::sleep(LOOK),
        }
    }
}

fn attempt(args: &SetArgs, console: &mut Console) -> Result<Tried, Failure> {
    // Of a project, its list.
    let named = if args.file.is_dir() {
        let project = Project::open(&args.file)?;
        project.workspace.join(&project.list)
    } else {
        args.file.clone()
    };
    let shown = named.display();
    // Followed: the file that a link leads to is the list.
    let file = named
        .canonicalize()
        .map_err(|error| Failure::unready(format!("cannot open {shown}: {error}")))?;
    let project = project_of(&file)?;
    if let Some(project) = &project
        && let Some(settled) =
            link::settle_edit(&project.dir, &project.workspace, &settings_of(project)?).map_err(Failure::unready)?
    {
        console.note(settled)?;
    }
    let missing = || Failure::unready(format!("{shown} is gone"));
    let list = FeatureList::read(&file).map_err(|error| match project {
        Some(_) => error.into(),
        None => Failure::unready(format!("the feature list cannot be used: {error}")),
    })?;
    let list = list.ok_or_else(missing)?;
    let at = list.find(&args.feature).map_err(refused)?;
    let (passes, word) = asked(args, &list)?;
    let set = SetFlag {
        passes,
        word,
        settle: args.settle,
    };
    let bytes = list.set(at, set).map_err(refused)?;
    let Some(feature) = list.features().get(at) else {
        return Err(missing());
    };
    let what = if passes { "passes" } else { "does not pass" };
    let id = Clean::line(feature.id.as_str());
    if bytes == list.bytes() {
        return Ok(Tried::Done(format!("{id} says already that it {what}; nothing was written")));
    }
    only_name(&file)?;
    // What a killed command left there; a failure says nothing about this one.
    if let Err(error) = sweep_beside(&file) {
        tracing::warn!(%error, "temporary files stay beside the list");
    }
    let commit = match project {
        Some(project) => {
            let edit = FeatureEdit::Flip {
                feature: feature.id.clone(),
                passes,
                word: word.map(str::to_owned),
            };
            if let Some(pid) = project.holder {
                return Ok(Tried::Busy(held(pid)));
            }
            match edit_in(&project, &list, edit, &args.reason) {
                Ok(commit) => commit,
                Err(failure) => {
                    // Another began between the two looks.
                    return project.dir.holder()?.map(|pid| Tried::Busy(held(pid))).ok_or(failure);
                }
            }
        }
        None if !replace(&file, list.bytes(), &bytes)? => {
            return Ok(Tried::Busy(Failure::unready(format!(
                "{shown} is being changed by other programs all the time; nothing was written, try again",
            ))));
        }
        None => None,
    };
    Ok(Tried::Done(match commit {
        Some(commit) => format!("{id} {what} now; commit {}", Clean::line(commit.short())),
        None => format!("{id} {what} now"),
    }))
}

/// What the feature is to be, and by which word.
fn asked<'a>(args: &'a SetArgs, list: &'a FeatureList) -> Result<(bool, Option<&'a str>), Failure> {
    let said = match &args.to {
        Said::Passing => return Ok((true, args.word.as_deref())),
        Said::Failing => return Ok((false, args.word.as_deref())),
        Said::Word(said) => said,
    };
    let (shown, wrong) = (args.file.display(), |told: String| Failure::user(Exit::Usage, told));
    if args.word.is_some() {
        return Err(wrong(format!(
            "\"{said}\" is a word already: with --word say passing or failing"
        )));
    }
    match list.word(said) {
        Ok((word, passes)) => Ok((passes, Some(word))),
        Err(known) if known.is_empty() => Err(wrong(format!(
            "{shown} has no words for a state, and \"{said}\" is none: say passing or failing"
        ))),
        Err(known) => Err(wrong(format!(
            "{shown} has no word \"{said}\" for a state (its words: {known}): say one of these, or passing or failing"
        ))),
    }
}

fn held(pid: u32) -> Failure {
    Failure::user(
        Exit::Busy,
        format!("process {pid} runs this project: set the flag in its window, or stop the run first"),
    )
}

/// Refuses a file that has other names: it is replaced, and they would go on saying what it said.
fn only_name(file: &Path) -> Result<(), Failure> {
    let names = std::fs::metadata(file).map_or(1, |meta| meta.nlink());
    if names <= 1 {
        return Ok(());
    }
    let shown = file.display();
    Err(Failure::unready(format!(
        "{shown} has {names} names (hard links), and only this one would be changed: make it a file of its own first, as with \
         `cp -p {shown} {shown}.own && mv {shown}.own {shown}`; nothing was written"
    )))
}

/// A flag that cannot be set is what the command line asked for, not a broken list.
fn refused(error: ListError) -> Failure {
    let exit = match &error {
        ListError::UnknownFeature { .. } | ListError::AmbiguousId { .. } => Exit::Usage,
        _ => Exit::Precondition,
    };
    let told = match &error {
        ListError::Flag { why, .. } if why.starts_with("its flags disagree") => {
            format!("{error}; --settle makes all of them say it")
        }
        _ => error.to_string(),
    };
    Failure::user(exit, told)
}

/// The project whose list this file is, if longhaul has a log of one.
fn project_of(file: &Path) -> Result<Option<Project>, Failure> {
    // A list lies in the workspace's top directory, or in a folder of it.
    for folder in file.ancestors().skip(1).take(2) {
        let place = super::super::project::place(folder)?;
        if !place.dir.exists() || place.workspace != folder {
            continue;
        }
        let project = Project::open(folder)?;
        let own: PathBuf = project.workspace.join(&project.list);
        if own.canonicalize().is_ok_and(|own| own == file) {
            return Ok(Some(project));
        }
    }
    Ok(None)
}

fn edit_in(project: &Project, list: &FeatureList, edit: FeatureEdit, reason: &str) -> Result<Option<Oid>, Failure> {
    let settings = settings_of(project)?;
    let base = &Base::of(list.features());
    let asked = Asked {
        base,
        edit: &edit,
        reason,
    };
    link::edit_features(project.dir.clone(), &project.workspace, &settings, &asked).map_err(Failure::unready)
}

/// Says whether it was still as it was read.
fn replace(file: &Path, was: &[u8], bytes: &[u8]) -> Result<bool, Failure> {
    let cannot =
        |error: std::io::Error| Failure::unready(format!("{} cannot be written: {error}; nothing was changed", file.display()));
    if std::fs::metadata(file).map_err(cannot)?.permissions().readonly() {
        return Err(cannot(std::io::ErrorKind::PermissionDenied.into()));
    }
    replace_unchanged(file, was, bytes).map_err(cannot)
}

fn settings_of(project: &Project) -> Result<Settings, Failure> {
    let mut settings = settings::load(Some(&project.checkout))?.settings;
    settings.feature_list.clone_from(&project.list);
    Ok(settings)
}
