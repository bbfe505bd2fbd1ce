//! What must hold before a run may start.
//!
//! Only looks, but for one thing that a run before owes: an index that its last commit could not bring along is mended.
//! Invariant: when a check here fails, no file of the workspace has changed, and the message says what to do next.

use super::args::RunArgs;
use super::failure::Failure;
use super::workplace::Workplace;
use super::{project, settings, words};
use crate::config::{Resolved, Settings};
use crate::git::{GitError, Repo, is_temporary};
use crate::harness::{FEATURE_LIST, FeatureList, atomic};
use crate::link;
use crate::protocol::Seq;
use crate::protocol::event::WorktreeTaken;
use crate::session::State;
use crate::store::{self, ProjectDir, StoreError};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The spec's name within a project, used if no other is named.
pub const SPEC: &str = "app_spec.txt";

/// Specs larger than this would fill a context window.
const LARGEST_SPEC: u64 = 256 << 10;

/// A project that a run may start in.
#[derive(Debug)]
pub struct Ready {
    /// The workspace as named; it may have to be made first.
    pub dir: PathBuf,
    /// Whether a directory or a repository must be made.
    pub make: bool,
    /// Settings with their sources.
    pub resolved: Resolved,
    /// The spec, if one is needed or was named.
    pub spec: Option<String>,
    /// Where the run works; `None` where a repository must be made first.
    pub workplace: Option<Workplace>,
    /// Uncommitted paths of the user's that a worktree will not have.
    pub left_behind: u32,
    /// Uncommitted paths that are the user's, where the run works beside them.
    pub persons: Vec<String>,
    /// What the user should know before the run starts, one line each.
    pub notes: Vec<String>,
}

/// Checks everything that can be checked without changing anything.
///
/// # Errors
/// Fails on the first thing that is not as a run needs it.
pub fn check(args: &RunArgs) -> Result<Ready, Failure> {
    let exists = args.dir.symlink_metadata().is_ok();
    if !exists && !args.create {
        let dir = words::path(&args.dir);
        return Err(Failure::unready(format!(
            "{dir} does not exist; add --create to make it with an empty git repository in it"
        )));
    }
    let place = exists.then(|| project::place(&args.dir)).transpose()?;
    let dir = place
        .as_ref()
        .map_or_else(|| args.dir.clone(), |place| place.checkout.clone());
    ProjectDir::check_writable(&ProjectDir::state_root()?)?;
    let mut resolved = settings::load_for_run(&dir, args)?;
    if let Some(place) = &place {
        resolved.settings.feature_list = project::list(place, args.list.as_deref())?;
    }
    let repo = place.as_ref().map(|_| Repo::discover(&dir));
    let workplace = match (&place, &repo) {
        (Some(place), Some(Ok(repo))) if repo.workdir() == dir => {
            Some(Workplace::choose(&args.place, &resolved.settings, place, repo)?)
        }
        _ => None,
    };
    let file = &resolved.settings.feature_list;
    let list = match (&workplace, &repo) {
        (Some(workplace), Some(Ok(repo))) => workplace.list(repo, file)?,
        _ => FeatureList::read(&dir.join(file))?,
    };
    // Found out now rather than when the first feature is built and cannot be called so.
    if let Some(lacks) = list.as_ref().and_then(|list| list.lacks(true)) {
        return Err(lacks.into());
    }
    let has_list = list.is_some();
    let spec = spec(args, &dir, has_list)?;
    let mut notes: Vec<String> = resolved
        .ignored
        .iter()
        .map(|value| {
            format!(
                "{}: `{}` is ignored, a project may set only [verify]",
                value.origin, value.key
            )
        })
        .collect();
    let (mut left_behind, mut persons) = (0, Vec::new());
    let make = match repo {
        None => true,
        Some(Ok(repo)) if repo.workdir() == dir => {
            let project = state(&dir)?;
            match workplace.as_ref().and_then(Workplace::tree) {
                None => persons = ready_in(&repo, &project, args, &resolved.settings, &mut notes)?,
                Some(tree) => {
                    left_behind = u32::try_from(foreign(&repo, &dir, args)?.len()).unwrap_or(u32::MAX);
                    repo.author(resolved.settings.author.clone())?;
                    if let Some(Workplace::There(_)) = &workplace {
                        let repo = Repo::discover(Path::new(&tree.path))?;
                        persons = ready_in(&repo, &project, args, &resolved.settings, &mut notes)?;
                    }
                    let tree = tree.clone();
                    notes.push(words::taken(&WorktreeTaken { tree, left_behind }));
                }
            }
            false
        }
        Some(Ok(_) | Err(GitError::NotARepository { .. })) if args.create => true,
        Some(Err(GitError::NotARepository { .. })) if is_empty(&dir) => {
            return Err(Failure::unready(format!(
                "{} is empty; add --create to make a git repository in it",
                words::path(&dir)
            )));
        }
        Some(Ok(repo)) => {
            return Err(Failure::unready(format!(
                "{} is inside the repository {}; run longhaul there, or make {0} a repository of its own with `git init {}`",
                dir.display(),
                repo.workdir().display(),
                words::path(&dir)
            )));
        }
        Some(Err(error)) => return Err(error.into()),
    };
    Ok(Ready {
        dir,
        make,
        resolved,
        spec,
        workplace,
        left_behind,
        persons,
        notes,
    })
}

fn is_empty(dir: &Path) -> bool {
    dir.read_dir().is_ok_and(|mut entries| entries.next().is_none())
}

/// Checks the repository that a run is to commit in. Returns the uncommitted paths that are the user's.
fn ready_in(
    repo: &Repo,
    dir: &ProjectDir,
    args: &RunArgs,
    settings: &Settings,
    notes: &mut Vec<String>,
) -> Result<Vec<String>, Failure> {
    repo.ready_to_commit(settings.author.clone())?;
    repo.wait_for_index()?;
    if repo.mend_index()? {
        notes.push("git's index had not followed the last commit; it does now".to_owned());
    }
    notes.extend(link::settle_edit(dir, repo.workdir(), settings).map_err(Failure::unready)?);
    sweep(repo)?;
    let (note, persons) = clean_tree(repo, dir, args)?;
    notes.extend(note);
    Ok(persons)
}

/// Makes what is missing and returns the checkout and its state directory. Called once everything else is settled.
///
/// # Errors
/// Fails if the directory or the repository cannot be made, or a commit could not be.
pub fn prepare(ready: &Ready) -> Result<(PathBuf, ProjectDir), Failure> {
    if ready.make {
        let repo = Repo::init(&ready.dir)?;
        repo.ready_to_commit(ready.resolved.settings.author.clone())?;
    }
    let workspace = project::workspace(&ready.dir)?;
    let dir = state(&workspace)?;
    Ok((workspace, dir))
}

/// Checks that the state lies outside the workspace and that nobody runs the project.
fn state(workspace: &Path) -> Result<ProjectDir, Failure> {
    let dir = ProjectDir::for_workspace(workspace)?;
    if dir.root().starts_with(workspace) {
        return Err(Failure::unready(format!(
            "longhaul's state {} would lie inside the project, where the agent could change it; set LONGHAUL_STATE_DIR to a directory outside",
            dir.root().display()
        )));
    }
    match dir.holder()? {
        Some(pid) => Err(StoreError::Busy { pid }.into()),
        None => Ok(dir),
    }
}

/// Reads the spec. A project with a feature list needs none.
fn spec(args: &RunArgs, dir: &Path, has_list: bool) -> Result<Option<String>, Failure> {
    let (path, named) = match &args.spec {
        Some(path) => (path.clone(), true),
        None => (dir.join(SPEC), false),
    };
    if !named && (has_list || !path.exists()) {
        return if has_list {
            Ok(None)
        } else {
            Err(Failure::unready(format!(
                "{} has neither a {FEATURE_LIST} nor an {SPEC}; say what to build with --spec FILE",
                dir.display()
            )))
        };
    }
    let unready = |what: &str| Failure::unready(format!("the spec {} {what}", path.display()));
    let meta = fs::metadata(&path).map_err(|error| unready(&format!("cannot be read: {error}")))?;
    if !meta.is_file() {
        return Err(unready("is not a file; name a text file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(&path)
        .and_then(|file| file.take(LARGEST_SPEC + 1).read_to_end(&mut bytes))
        .map_err(|error| unready(&format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_SPEC {
        return Err(unready("is larger than 256 KB; say what to build, not how, in a few pages"));
    }
    let text = String::from_utf8(bytes).map_err(|_| unready("is not UTF-8 text; save it as UTF-8"))?;
    if text.trim().is_empty() {
        return Err(unready("is empty; say in it what to build"));
    }
    Ok(Some(text))
}

/// Removes the temporary files that killed processes of ours left: nobody runs the project, so nobody writes them any more, and a
/// commit would take them along.
fn sweep(repo: &Repo) -> Result<(), Failure> {
    for path in repo.dirty()?.iter().filter_map(|line| line.strip_prefix("?? ")) {
        let path = repo.workdir().join(path);
        if path.file_name().is_some_and(|name| is_temporary(name.as_encoded_bytes())) {
            atomic::sweep_beside(&path)
                .map_err(|error| Failure::unready(format!("cannot remove {}, left by a killed run: {error}", path.display())))?;
        }
    }
    Ok(())
}

/// Lists what is not committed and is no input of the run.
fn foreign(repo: &Repo, workspace: &Path, args: &RunArgs) -> Result<Vec<String>, Failure> {
    let ours = own_inputs(workspace, args);
    // What git is not to look at is no less a person's.
    let hidden = repo.hidden_changes()?.into_iter().map(|path| format!("M {path}"));
    let mut dirty = repo.dirty()?;
    let unseen: Vec<String> = hidden.filter(|line| !dirty.contains(line)).collect();
    dirty.extend(unseen);
    dirty.retain(|path| !ours.contains(path));
    Ok(dirty)
}

/// Refuses uncommitted work of the user's; returns a note on what is let through, and what of it is the user's.
fn clean_tree(repo: &Repo, dir: &ProjectDir, args: &RunArgs) -> Result<(Option<String>, Vec<String>), Failure> {
    let workspace = repo.workdir();
    let dirty = foreign(repo, workspace, args)?;
    if dirty.is_empty() {
        return Ok((None, Vec::new()));
    }
    let persons = unexplained(dir, &dirty)?;
    let count = crate::ui::text::format::plural(dirty.len(), "uncommitted path");
    if persons.is_empty() {
        let note = format!("{count} in the working tree, left there by the last session");
        return Ok((Some(note), persons));
    }
    if args.allow_dirty {
        let note =
            format!("{count} in the working tree; what the agent does not change of yours stays as it is, and out of its commits");
        return Ok((Some(note), persons));
    }
    let shown: Vec<&str> = dirty.iter().take(5).map(String::as_str).collect();
    let more = if dirty.len() > shown.len() { ", …" } else { "" };
    Err(Failure::unready(format!(
        "{} has {count} ({}{more}); commit or stash them, or add --allow-dirty to start with them",
        workspace.display(),
        shown.join(", ")
    )))
}

/// Files that a first run naturally finds uncommitted: what it was told to read.
fn own_inputs(workspace: &Path, args: &RunArgs) -> Vec<String> {
    let named = args.spec.as_ref().and_then(|spec| fs::canonicalize(spec).ok());
    let named = named.and_then(|spec| spec.strip_prefix(workspace).ok().map(|path| path.display().to_string()));
    let usual = [SPEC.to_owned(), settings::PROJECT_FILE.to_owned()];
    usual.into_iter().chain(named).map(|path| format!("?? {path}")).collect()
}

/// Returns those of these paths that the log does not explain: its last session was not cut off, and did not end with them.
fn unexplained(dir: &ProjectDir, dirty: &[String]) -> Result<Vec<String>, Failure> {
    let mut state = State::default();
    store::scan(dir, Seq(0), |envelope| state.apply(&envelope))?;
    let mut dirty = dirty.to_vec();
    match state.current().map(|session| &session.ended) {
        None => {}
        Some(None) => dirty.clear(),
        Some(Some((_, ended))) => dirty.retain(|path| !ended.dirty.contains(path)),
    }
    Ok(dirty)
}
