//! Checks that only repeat what lies in data files, whichever program does it.
//!
//! Owns which files of a project are data, and trying a check on a copy in which they are changed. What is changed is said by
//! `verify::repeated`. Invariant: a check is refused only if its output was seen to follow the files, all of it that is expected; what
//! was written while the check ran is left as it is.

use super::scratch::rewrite;
use crate::engine::commit::draft::named;
use crate::engine::commit::loose::CODE;
use crate::engine::context::dispatch::Dispatch;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::Repo;
use crate::guard::may_take_over;
use crate::protocol::{CheckRun, CheckStep, StepRun};
use crate::verify::check::{self, FILES_VARIABLE};
use crate::verify::{Repeated, lay_there, looks_up, repeated};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use tokio_util::sync::CancellationToken;

/// Time for making the copy and trying the check there: one that takes longer is not judged.
const LIMIT: Duration = Duration::from_secs(120);
/// Bytes of a file that is read, and of all of them.
pub(super) const LARGEST: u64 = 256 << 10;
const IN_ALL: u64 = 32 << 20;
/// How files of a program end that are no code: what stands in them is a part of it. Locks and reports are nobody's input.
const OF_PROGRAMS: [&str; 18] = [
    "tmpl", "tpl", "j2", "jinja", "jinja2", "hbs", "mustache", "ejs", "erb", "haml", "pug", "liquid", "xsl", "mk", "cmake",
    "gradle", "nix", "lock",
];
/// Directories that are not looked into: what lies there came with tools.
pub(super) const NOT_OURS: [&str; 7] = ["node_modules", ".venv", "venv", "vendor", "target", ".cache", "__pycache__"];

/// How far a file is data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Data,
    /// It has no ending: data if a line of it is what is printed.
    Unknown,
}

impl Dispatch {
    /// Says that all a check expects lies in files that were there before it ran, and that it prints what else stands there too, if
    /// that is so.
    ///
    /// # Errors
    /// If the files cannot be read or laid out, or a shell not be started.
    pub(in crate::engine) async fn repeats(
        &self,
        run: &CheckRun,
        plan: check::Plan,
        begun: SystemTime,
        cancel: &CancellationToken,
    ) -> Result<Option<String>, EngineError> {
        let project = &self.project;
        let (Some(looked), Some(tree)) = (repeated(run), run.tree.clone()) else {
            return Ok(None);
        };
        let commands: Vec<String> = run.check.steps.iter().map(|step| step.command.clone()).collect();
        let (workspace, wanted, of) = (project.workspace.clone(), looked.clone(), tree.clone());
        let search = move |repo: &Repo| {
            let (committed, ignored) = (repo.paths_at(&of)?, repo.beside(&of, &NOT_OURS)?.ignored);
            Ok(holding(
                &workspace,
                committed.iter().chain(&ignored),
                &commands,
                &wanted,
                begun,
            ))
        };
        let Some(files) = project.git(search).await? else {
            return Ok(None);
        };
        if is_lookup(project, run, &files).await? {
            return Ok(None);
        }
        let until = Instant::now() + LIMIT.min(plan.timeout);
        let scratch = project.dir.root().join("scratch").join("changed");
        let place = project.copy(&tree, &scratch, until, cancel).await?;
        for file in &files {
            change(&place, file, &looked);
        }
        let plan = check::Plan {
            check: looked.check.clone(),
            cwd: place,
            elsewhere: true,
            timeout: until.saturating_duration_since(Instant::now()),
            ..plan
        };
        let ran = check::run(plan, cancel.clone()).await?;
        // Best effort: files of ours that stay are in nobody's way.
        let _ = fs::remove_dir_all(&scratch);
        Ok((!ran.cancelled && ran.run.holds()).then(|| {
            format!(
                "it prints what stands in {}: with other text there it prints that; let a step make the input that the program reads (in \
                 ${FILES_VARIABLE}), or expect a text that the program makes of it, so that it is seen at work",
                named(&files)
            )
        }))
    }
}

/// Whether each step asks a program of the project for one value of a committed file, by its key: that is work.
async fn is_lookup(project: &Project, run: &CheckRun, files: &[String]) -> Result<bool, EngineError> {
    let paths = files.to_vec();
    let committed = project
        .git(move |repo| {
            let head = repo.head()?;
            let held = head.map(|head| repo.paths_at(&head)).transpose()?.unwrap_or_default();
            Ok(paths.iter().all(|path| held.contains(path)))
        })
        .await?;
    let read = |path: &String| fs::read_to_string(project.workspace.join(path)).ok();
    let Some(held) = files.iter().map(read).collect::<Option<Vec<String>>>() else {
        return Ok(false);
    };
    let is_program = |path: &Path| {
        let place = project.workspace.join(path);
        let ending = path.extension().and_then(|ending| ending.to_str());
        let runs = || place.metadata().is_ok_and(|meta| meta.mode() & 0o111 != 0);
        !path.is_absolute() && place.is_file() && ending.map_or_else(runs, |ending| CODE.contains(&ending))
    };
    let looks = |(step, went): (&CheckStep, &StepRun)| {
        let names = |path: &String| {
            let mut words = step.command.split_whitespace();
            words.any(|word| word.trim_matches(['"', '\'']).trim_start_matches("./") == path)
        };
        // A file that is named is the one that is read.
        let named = files.iter().any(names);
        let mut read = files.iter().zip(&held).filter(|(path, _)| !named || names(path));
        read.all(|(_, text)| looks_up(&step.command, &step.expect, &went.output.text, text, &is_program))
    };
    let mut steps = run.check.steps.iter().zip(&run.steps);
    Ok(committed && steps.all(|both| both.0.expect.is_empty() || looks(both)))
}

/// The data files that hold what a check expects, and were there before it ran; `None` if they do not hold all of it.
fn holding<'a>(
    workspace: &Path,
    paths: impl Iterator<Item = &'a String>,
    commands: &[String],
    looked: &Repeated,
    begun: SystemTime,
) -> Option<Vec<String>> {
    let (mut files, mut found, mut read) = (Vec::new(), BTreeSet::new(), 0);
    for path in paths {
        let place = workspace.join(path);
        let Some(meta) = place.symlink_metadata().ok().filter(fs::Metadata::is_file) else {
            continue;
        };
        if !lay_there(&meta, begun) || meta.len() > LARGEST || read > IN_ALL {
            continue;
        }
        let Some(kind) = kind(path, commands) else { continue };
        read += meta.len();
        let Some(text) = fs::read(&place).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
            continue;
        };
        let mut here = looked.found(&text);
        if kind == Kind::Unknown {
            here.retain(|wanted| text.lines().any(|line| line.trim() == *wanted));
        }
        if !here.is_empty() && !text.starts_with("#!") {
            found.extend(here.into_iter().map(str::to_owned));
            files.push(path.clone());
        }
    }
    looked.texts().all(|text| found.contains(text)).then_some(files)
}

/// How far a file is data, by its name; `None`: it is a part of the program, or says how it is built.
pub(super) fn kind(path: &str, commands: &[String]) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_named = || {
        let mut words = commands
            .iter()
            .flat_map(|command| command.split([' ', '\t', '\n', ';', '|', '&', '(', ')', '"', '\'']));
        words.any(|word| word.rsplit('/').next() == Some(name))
    };
    if may_take_over(path) {
        return None;
    }
    match name.rsplit_once('.') {
        Some((_, ending)) => (!CODE.contains(&ending) && !OF_PROGRAMS.contains(&ending)).then_some(Kind::Data),
        None => (!name.to_lowercase().contains("version") && !is_named()).then_some(Kind::Unknown),
    }
}

/// Changes a file of the copy, made anew so that nothing is written through a link.
fn change(place: &Path, file: &str, looked: &Repeated) {
    let path: PathBuf = place.join(file);
    let within = path.parent().and_then(|parent| parent.canonicalize().ok());
    let is_ours = within
        .zip(place.canonicalize().ok())
        .is_some_and(|(within, place)| within.starts_with(place));
    if let (true, Ok(text)) = (is_ours, fs::read_to_string(&path)) {
        // Best effort: what stays as it was lets the check fail, and that is no refusal.
        let _ = rewrite(&path, looked.change(&text).as_bytes());
    }
}
