//! A project as the reading commands see it: its log folded, its feature list as it is on disk now.
//!
//! Never writes. Invariant: what the disk says of features wins over what the log remembers.

use super::exit::Exit;
use super::failure::Failure;
use crate::engine::place::Place;
use crate::git::{HomeStep, Repo};
use crate::harness::feature_list::ListError;
use crate::harness::places;
use crate::link;
use crate::protocol::event::{FeatureListLoaded, RunInterrupted, RunOutcome};
use crate::protocol::{Event, FeatureStatus, FinishWay, Seq, WorkTree};
use crate::session::{Phase, State};
use crate::store::{self, Problem, ProjectDir};
use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};

/// What is known of a project.
#[derive(Debug)]
pub struct Project {
    /// The user's own directory, canonical.
    pub checkout: PathBuf,
    /// Where it is worked on, canonical: the checkout, or a worktree beside it.
    pub workspace: PathBuf,
    /// The worktree that is remembered and gone.
    pub missing: Option<WorkTree>,
    /// Its state directory.
    pub dir: ProjectDir,
    /// The log, folded, with repository and list as they are on disk folded in last.
    pub state: State,
    /// Where its feature list is, relative to the workspace; of several that nobody chose from, the first.
    pub list: PathBuf,
    /// Why the list on disk cannot be read; the features are then those that the log remembers.
    pub list_error: Option<ListError>,
    /// Damage met in the log.
    pub problems: Vec<Problem>,
    /// The process that runs it now, if any.
    pub holder: Option<u32>,
}

/// Where a run stands, in a word for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// No run yet.
    New,
    /// A process runs it.
    Running,
    /// A process runs it and waits for a person.
    WaitingForYou,
    /// Its process is gone without having ended the run.
    Interrupted,
    /// The last run ended with every feature passing, and nothing that was found out since speaks against it.
    AllPassing,
    /// The last run ended with every feature passing, and that is so no longer: by the list, or by a later test run.
    NoLongerPassing,
    /// The last run ended because nobody has shown that some features pass by more than the list's word.
    Unproven,
    /// The last run was stopped by the user.
    Stopped,
    /// The last run met a limit.
    Limit,
    /// The last run made no headway.
    Stalled,
    /// The last run failed.
    Failed,
}

impl Project {
    /// Reads a project.
    ///
    /// # Errors
    /// Fails if the directory does not exist, or its log cannot be read. A broken list is kept as [`Project::list_error`]: it must
    /// not stand between a person and what went before, the way back least of all.
    pub fn open(dir: &Path) -> Result<Self, Failure> {
        Self::open_with(dir, None)
    }

    /// Reads a project whose list a person may have named.
    ///
    /// # Errors
    /// As [`Self::open`], or if the named list is not in the workspace.
    pub fn open_with(dir: &Path, named: Option<&Path>) -> Result<Self, Failure> {
        let place = place(dir)?;
        let missing = place.open().filter(|_| place.is_gone()).map(|record| record.tree.clone());
        let Place {
            checkout,
            workspace,
            dir,
            ..
        } = place;
        // Asked before reading: a run that ends meanwhile is then seen as ended by its log.
        let holder = dir.holder()?;
        let mut state = State::default();
        let problems = store::scan(&dir, Seq(0), |envelope| state.apply(&envelope))?;
        if holder.is_none() {
            state.tell(RunInterrupted {});
        }
        let known = PathBuf::from(&state.features.path);
        let chosen = match named {
            Some(named) => Ok(named_list(&workspace, named)?),
            None => places::list(
                &workspace,
                Some(&known)
                    .filter(|known| !known.as_os_str().is_empty())
                    .map(PathBuf::as_path),
            ),
        };
        // A run knows of its own files.
        let observed = if holder.is_none() && state.tests.latest.is_some() {
            let list = chosen.as_ref().map_or(Path::new(""), PathBuf::as_path);
            link::observed_with_tree(&workspace, list)
        } else {
            link::observed(&workspace)
        };
        if let Some(observed) = observed {
            state.tell(observed);
        }
        let read = |list: &PathBuf| link::list_now(&workspace, missing.as_ref(), list);
        let (list, read) = match chosen {
            Ok(list) => (list.clone(), read(&list)),
            Err(several) => (
                several.found.first().map(PathBuf::from).unwrap_or_default(),
                Err(several.into()),
            ),
        };
        let (features, list_error) = match read {
            Ok(features) => (features, None),
            Err(error) => (None, Some(error)),
        };
        if let Some(features) = features {
            let loaded = FeatureListLoaded {
                path: list.display().to_string(),
                features: features.features().to_vec(),
                notices: features.notices().to_vec(),
            };
            state.tell(loaded);
        }
        Ok(Self {
            checkout,
            workspace,
            missing,
            dir,
            state,
            list,
            list_error,
            problems,
            holder,
        })
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> String {
        let folder = || {
            self.checkout
                .file_name()
                .map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned())
        };
        if self.state.project.is_empty() {
            folder()
        } else {
            self.state.project.clone()
        }
    }

    /// Says whether a feature does not pass any more, or its tests failed or went since.
    fn is_overtaken(&self) -> bool {
        let (passing, total) = self.state.features.progress();
        passing < total || self.state.doubted() > 0
    }

    /// Returns where its latest run stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.state.phase().0 {
            Phase::Empty => Standing::New,
            Phase::Ended(RunOutcome::AllPassing) if self.is_overtaken() => Standing::NoLongerPassing,
            Phase::Ended(RunOutcome::AllPassing) => Standing::AllPassing,
            Phase::Ended(RunOutcome::Unproven) => Standing::Unproven,
            Phase::Ended(RunOutcome::Stopped) => Standing::Stopped,
            Phase::Ended(RunOutcome::Limit) => Standing::Limit,
            Phase::Ended(RunOutcome::Stalled) => Standing::Stalled,
            Phase::Ended(RunOutcome::Failed) => Standing::Failed,
            Phase::Interrupted => Standing::Interrupted,
            Phase::WaitingForYou => Standing::WaitingForYou,
            Phase::Running
            | Phase::Circling
            | Phase::Pausing
            | Phase::Paused
            | Phase::Stopping
            | Phase::Stuck
            | Phase::UsageLimit
            | Phase::BetweenSessions => Standing::Running,
        }
    }

    /// Returns the word for what its latest run does and since when, as every screen shows it.
    #[must_use]
    pub fn state_word(&self, now: Timestamp) -> (&'static str, Option<Timestamp>) {
        let (phase, since) = self.state.phase_at(now);
        (phase.word(), since)
    }

    /// Says whether an edit of the feature list was cut off and nobody has settled it yet.
    #[must_use]
    pub fn has_cut_edit(&self) -> bool {
        self.holder.is_none() && self.dir.pending_edit().exists()
    }

    /// Says whether a move back or forth was cut off and nobody has finished it yet: git shows it half done till then.
    #[must_use]
    pub fn has_cut_move(&self) -> bool {
        let repo = || Repo::discover(&self.workspace).ok();
        self.holder.is_none() && repo().is_some_and(|repo| repo.has_cut_move().unwrap_or(false))
    }

    /// Names the branch that has all the work of the worktree already; `None` where there is work to bring home, or none yet.
    #[must_use]
    pub fn home_with_all(&self) -> Option<&str> {
        let tree = &self.state.worktree.as_ref()?.taken.tree;
        let into = tree.into.as_deref()?;
        let repo = Repo::discover(&self.checkout).ok()?;
        if repo.branch_at(&tree.branch).ok()?? == tree.base {
            return None;
        }
        let plan = repo.plan_home(&tree.branch, into, FinishWay::Squash).ok()?;
        (plan.step == HomeStep::None).then_some(into)
    }

    /// Counts regressed features.
    #[must_use]
    pub fn regressed(&self) -> usize {
        let regressed = |row: &&crate::session::state::FeatureRow| row.regressed && row.feature.status != FeatureStatus::Passing;
        self.state.features.rows.iter().filter(regressed).count()
    }
}

/// Finds a project by a directory that the user named: its checkout or its worktree.
///
/// # Errors
/// Fails if it does not exist, or what is remembered of it cannot be read.
pub fn place(dir: &Path) -> Result<Place, Failure> {
    Ok(Place::of(&workspace(dir)?)?)
}

/// Finds where a project's feature list is: the one that is named, or the one that it has been using, or the only one at the usual
/// places.
///
/// # Errors
/// The named one is not in the workspace, there are several, or the log cannot be read.
pub fn list(place: &Place, named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return named_list(&place.workspace, named);
    }
    let loaded = |event: &Event| match event {
        Event::SessionStarted(started) => started.list.as_ref().map(PathBuf::from),
        Event::FeatureListLoaded(loaded) => Some(PathBuf::from(&loaded.path)),
        _ => None,
    };
    let known = store::latest(&place.dir, loaded)?;
    places::list(&place.workspace, known.as_deref()).map_err(|several| Failure::user(Exit::Usage, several.to_string()))
}

/// A list that a person named, as a path within the workspace; seen from there, or from where the command was given.
fn named_list(workspace: &Path, named: &Path) -> Result<PathBuf, Failure> {
    let there = [workspace.join(named), named.to_owned()];
    let inside = there.iter().find_map(|path| {
        let parent = path.parent().map_or(Path::new("."), |parent| {
            if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            }
        });
        let whole = parent.canonicalize().ok()?.join(path.file_name()?);
        whole.symlink_metadata().ok()?;
        whole.strip_prefix(workspace).ok().map(Path::to_owned)
    });
    inside.ok_or_else(|| {
        Failure::user(
            Exit::Usage,
            format!(
                "there is no {} in {}; --list names a file in the project",
                named.display(),
                workspace.display()
            ),
        )
    })
}

/// Finds a workspace by a directory that the user named.
///
/// # Errors
/// Fails if it does not exist or is no directory.
pub fn workspace(dir: &Path) -> Result<PathBuf, Failure> {
    let path = fs::canonicalize(dir).map_err(|error| {
        Failure::unready(format!(
            "cannot open the project directory {}: {error}; name one that exists, or run in it",
            dir.display()
        ))
    })?;
    if path.is_dir() {
        Ok(path)
    } else {
        Err(Failure::unready(format!(
            "{} is not a directory; name the project's top directory",
            dir.display()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Durability;
    use crate::protocol::event::SessionStarted;
    use crate::protocol::{Role, SessionNo, samples};
    use crate::store::Writer;

    #[test]
    fn the_list_is_found_without_reading_the_sessions_before() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["feature_list.json", "prd.json"] {
            fs::write(dir.path().join(name), "[]").unwrap();
        }
        let state = ProjectDir::in_state_root(&dir.path().join("state"), dir.path()).unwrap();
        let mut writer = Writer::open(state.lock().unwrap(), Durability::Group).unwrap();
        for number in [1, 2] {
            writer.begin_segment(SessionNo(number), Role::Coding).unwrap();
            let started = SessionStarted {
                list: Some("prd.json".into()),
                ..samples::session_started()
            };
            writer.append(SessionNo(number), started.into()).unwrap();
        }
        drop(writer);
        // What would not do for a read: the file of session 1.
        let first = state.segments().unwrap().remove(0).path;
        fs::remove_file(&first).unwrap();
        fs::create_dir(&first).unwrap();
        let place = Place {
            checkout: dir.path().into(),
            workspace: dir.path().into(),
            dir: state,
            record: None,
        };
        assert_eq!(list(&place, None).unwrap(), Path::new("prd.json"));
    }
}
