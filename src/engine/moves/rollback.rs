//! Moves back: the files by `git`, and all that the engine knows of them with it.
//!
//! Owns the order around a move: the guard begins anew, the log is told, list and repository are read again. Used by a live run
//! between its last session and its end, and by the command line when no run is on. Invariant: a move that git has made is in the log
//! by the next start at the latest.

use crate::config::Settings;
use crate::engine::commit::draft::named;
use crate::engine::error::EngineError;
use crate::engine::journal::Journal;
use crate::engine::project::Project;
use crate::engine::run::session::COMMITS;
use crate::engine::run::survivors;
use crate::git::{Facts, GitError, Moved, Repo};
use crate::guard::{Guard, GuardContext};
use crate::harness::FeatureList;
use crate::harness::rehearsal::rehearse;
use crate::link;
use crate::protocol::event::{CheckpointCause, CheckpointMade, FeatureListLoaded, MoveRefused, RolledBack, RunEnded, RunOutcome};
use crate::protocol::{FeatureMove, Oid, Rehearsal, Seq, Target};
use crate::session::State;
use crate::store::{self, ProjectDir, Writer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};

/// What a move needs of a project.
pub struct Mover {
    /// Canonical path of the workspace.
    pub workspace: PathBuf,
    /// The feature list, relative to it.
    pub list: PathBuf,
    /// Its log.
    pub journal: Journal,
    /// What must forget the state that is left.
    pub guard: Arc<Guard>,
    /// New files above this size in bytes stay as they are.
    pub limit: u64,
}

/// Makes a move while no run is on: takes the project's lock for it.
///
/// # Errors
/// Fails if a run is on, if the state is not the one of `expected`, or as [`Repo::roll_back`].
pub fn offline(workspace: &Path, dir: &ProjectDir, settings: &Settings, expected: &Rehearsal) -> Result<RolledBack, EngineError> {
    let files = expected.trees.as_ref().map(|(now, _)| now);
    go(workspace, dir, settings, &expected.target, (&expected.seen, files))
}

/// A state that was shown: its name, and its files if they are known.
type Shown<'a> = (&'a str, Option<&'a Oid>);

fn go(workspace: &Path, dir: &ProjectDir, settings: &Settings, to: &Target, shown: Shown<'_>) -> Result<RolledBack, EngineError> {
    let (mover, _) = Mover::open(workspace, dir, settings)?;
    let agreed = mover.agreed(to, shown, |_| false)?;
    mover.journal.reopen()?;
    mover.make(&agreed)
}

/// Returns what the link makes moves with while no run is on. It is handed in because the link stands beside the engine.
#[must_use]
pub fn mover(workspace: &Path, dir: &ProjectDir, settings: &Settings) -> link::Mover {
    let (workspace, dir, settings) = (workspace.to_owned(), dir.clone(), settings.clone());
    link::Mover::new(move |target, seen, files| {
        let moved = go(&workspace, &dir, &settings, target, (seen, files));
        moved.map(drop).map_err(|error| error.to_string())
    })
}

/// Finishes a move that was cut off, while no run is on. Returns whether there was one.
///
/// # Errors
/// Fails if a run is on, or as [`Mover::catch_up`].
pub fn finish(workspace: &Path, dir: &ProjectDir, settings: &Settings) -> Result<bool, EngineError> {
    if Repo::discover(workspace)?.moves()?.is_empty() {
        return Ok(false);
    }
    Ok(Mover::open(workspace, dir, settings)?.1)
}

impl Mover {
    /// Opens a project for a move, as [`Mover::catch_up`] leaves it, and returns whether that did anything. No other process can run
    /// it meanwhile, and nothing of one that did runs still: it could write into the files while they are moved.
    fn open(workspace: &Path, dir: &ProjectDir, settings: &Settings) -> Result<(Self, bool), EngineError> {
        dir.create()?;
        let writer = Writer::open(dir.lock()?, settings.durability)?;
        let stopped = survivors::reap_now(dir)?;
        let journal = Journal::new(writer, State::fold(&store::read(dir, Seq(1))?.envelopes));
        let guard = Guard::new(GuardContext::of(workspace, dir.baseline(), settings))?;
        let mover = Self {
            workspace: workspace.to_owned(),
            list: settings.feature_list.clone(),
            journal,
            guard: Arc::new(guard),
            limit: settings.checkpoint_max_file_mb << 20,
        };
        let caught_up = mover.catch_up()?;
        // Told only now: a move is missed if it is younger than the log's last word.
        if let Some(stopped) = stopped {
            mover.journal.reopen()?;
            mover.journal.record(stopped)?;
        }
        Ok((mover, caught_up))
    }

    /// Finishes a move that was cut off, and tells the log of moves that it missed. Returns whether there was anything to do.
    ///
    /// # Errors
    /// Fails if a move cannot be finished, or the log cannot be written.
    pub fn catch_up(&self) -> Result<bool, EngineError> {
        let repo = match Repo::discover(&self.workspace) {
            Ok(repo) => repo,
            // What a run needs of its repository is said where it is needed.
            Err(GitError::NotARepository { .. } | GitError::Bare { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let finished = repo.finish_move()?;
        let (known, last) = self
            .journal
            .with_state(|state| (state.moves.iter().map(|past| past.moved.undo).max(), state.last_time));
        // A repository may be older than its log here: of moves that others made, nothing is told.
        let missed = |number: u32, facts: &Facts| Some(number) > known && last.is_some_and(|last| facts.time >= last);
        let missed: Vec<_> = repo
            .moves()?
            .into_iter()
            .filter(|(number, facts)| missed(*number, facts))
            .collect();
        if !missed.is_empty() {
            self.journal.reopen()?;
        }
        for (number, facts) in &missed {
            let moved = match &finished {
                Some(moved) if moved.number == *number => moved.clone(),
                _ => Moved {
                    number: *number,
                    facts: facts.clone(),
                    files: 0,
                    kept: Vec::new(),
                    index_behind: None,
                },
            };
            self.tell(&repo, moved, None)?;
        }
        Ok(!missed.is_empty())
    }

    /// Rehearses a move anew, and returns what comes of it if the project still is as it was shown, but for files that were shown and
    /// that the agent's processes wrote on: those go as they are now, and the state that is saved holds them.
    ///
    /// # Errors
    /// [`GitError::Changed`] or [`GitError::Stale`] if it is not, else as [`rehearse`].
    fn agreed(&self, target: &Target, (seen, files): Shown<'_>, theirs: impl Fn(&str) -> bool) -> Result<Rehearsal, EngineError> {
        let rehearsal = rehearse(&self.workspace, &self.list, target, self.limit)?;
        if rehearsal.seen == seen {
            return Ok(rehearsal);
        }
        let changed = match files {
            Some(files) => Repo::discover(&self.workspace)?.changed_since(&rehearsal, seen, files)?,
            None => None,
        };
        let Some(mut changed) = changed else {
            return Err(GitError::Stale.into());
        };
        changed.retain(|(path, was_shown)| !(*was_shown && theirs(path)));
        if changed.is_empty() {
            return Ok(rehearsal);
        }
        let paths: Vec<String> = changed.into_iter().map(|(path, _)| path).collect();
        Err(GitError::Changed { paths: named(&paths) }.into())
    }

    /// Makes a rehearsed move and records it.
    ///
    /// # Errors
    /// As [`Repo::roll_back`], or if the log cannot be written.
    pub fn make(&self, rehearsal: &Rehearsal) -> Result<RolledBack, EngineError> {
        let repo = Repo::discover(&self.workspace)?;
        let last = repo.latest_checkpoint()?;
        if let Some(made) = repo.checkpoint(CheckpointCause::BeforeRollback.words(), self.limit, last.as_ref())? {
            self.journal.record(CheckpointMade {
                checkpoint: made.id,
                cause: CheckpointCause::BeforeRollback,
                tree: made.tree,
                code: None,
                head: made.head,
                call: None,
                left_out: made.left_out,
                wrote: Vec::new(),
            })?;
        }
        let moved = repo.roll_back(rehearsal, self.limit)?;
        self.tell(&repo, moved, Some(rehearsal))
    }

    fn tell(&self, repo: &Repo, moved: Moved, rehearsal: Option<&Rehearsal>) -> Result<RolledBack, EngineError> {
        if let Some(behind) = &moved.index_behind {
            tracing::warn!(%behind, "the index still shows the state before the move");
        }
        let facts = moved.facts;
        let abandoned = self.journal.with_state(|state| match (facts.restored, rehearsal) {
            (Some(restored), _) => state.abandoned_before(restored),
            (None, Some(rehearsal)) => state.abandoned_by(&rehearsal.target),
            (None, None) => match &facts.to {
                Some(commit) => state.abandoned_by(&Target::Commit { commit: commit.clone() }),
                None => state.abandoned.iter().copied().collect(),
            },
        });
        let event = RolledBack {
            kind: facts.kind,
            undo: moved.number,
            target: rehearsal.map(|rehearsal| rehearsal.target.clone()),
            title: facts.title,
            branch: facts.branch.strip_prefix("refs/heads/").unwrap_or(&facts.branch).to_owned(),
            from: facts.from,
            to: facts.to,
            files: moved.files,
            set_aside: rehearsal.map_or(0, |rehearsal| u32::try_from(rehearsal.set_aside.len()).unwrap_or(u32::MAX)),
            abandoned,
            features: rehearsal.map(flips).unwrap_or_default(),
            tree: rehearsal
                .and_then(|rehearsal| rehearsal.trees.as_ref())
                .map(|(_, there)| there.clone()),
            restored: facts.restored,
            kept: moved.kept,
            replaced: facts.replaced,
            unstaged: facts.unstaged,
        };
        self.journal.record(event.clone())?;
        let paths = match repo.head()? {
            Some(head) => repo.paths_at(&head)?,
            None => Vec::new(),
        };
        self.guard.begin_anew(paths)?;
        // A list that cannot be read was so in that state too; the next session says what is wrong with it.
        if let Ok(list) = FeatureList::read(&self.workspace.join(&self.list)) {
            let (features, notices) =
                list.map_or_else(Default::default, |list| (list.features().to_vec(), list.notices().to_vec()));
            self.journal.record(FeatureListLoaded {
                path: self.list.display().to_string(),
                features,
                notices,
            })?;
        }
        self.journal.record(repo.observe(COMMITS)?)?;
        Ok(event)
    }
}

impl Project {
    fn mover(&self) -> Mover {
        Mover {
            workspace: self.workspace.clone(),
            list: self.list().to_owned(),
            journal: self.journal.clone(),
            guard: Arc::clone(&self.guard),
            limit: self.checkpoint_limit(),
        }
    }

    fn going(&self) -> MutexGuard<'_, Option<Rehearsal>> {
        self.going.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the move that was agreed to.
    pub fn stay(&self) {
        self.going().take();
    }

    /// Compares the project with what a person was shown, and if it still is so, keeps the move for the session's end. Returns
    /// whether it is kept; the log says why not.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub async fn agree_to_move(&self, target: Target, (seen, files): (&str, Option<Oid>)) -> Result<bool, EngineError> {
        let (mover, asked, seen) = (self.mover(), target.clone(), seen.to_owned());
        let written = self.background.written();
        let agreed = tokio::task::spawn_blocking(move || {
            let theirs = |path: &str| written.contains(path);
            mover.agreed(&asked, (&seen, files.as_ref()), theirs)
        });
        let agreed = agreed.await;
        match agreed.map_err(EngineError::task)? {
            Ok(agreed) => {
                *self.going() = Some(agreed);
                Ok(true)
            }
            Err(EngineError::Git(error)) => {
                self.refuse_move(target, &error)?;
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    fn refuse_move(&self, target: Target, error: &GitError) -> Result<(), EngineError> {
        self.record(MoveRefused {
            target,
            reason: error.to_string(),
        })
    }

    /// Makes the move that was agreed to, if one was. The run ends with it, whether it could be made or not.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub async fn make_planned_move(&self) -> Result<Option<RunEnded>, EngineError> {
        let Some(agreed) = self.going().take() else {
            return Ok(None);
        };
        let (mover, target) = (self.mover(), agreed.target.clone());
        let _ours = self.watcher.expect();
        let made = tokio::task::spawn_blocking(move || mover.make(&agreed)).await;
        let reason = match made.map_err(EngineError::task)? {
            Ok(moved) => format!("{}; run again to go on from there", sentence(&moved)),
            // Nothing was moved, or the next start finishes it: either way the log goes on.
            Err(EngineError::Git(error)) => {
                self.refuse_move(target, &error)?;
                format!("not moved: {error}")
            }
            Err(other) => return Err(other),
        };
        Ok(Some(RunEnded {
            outcome: RunOutcome::Stopped,
            reason,
        }))
    }
}

/// Says a move in a sentence: what it did, and every edit that it replaced.
#[must_use]
pub fn sentence(moved: &RolledBack) -> String {
    let files = if moved.files == 1 { "file" } else { "files" };
    let aside = moved.aside().map_or_else(String::new, |aside| format!("; {aside}"));
    format!(
        "{} ({} {files}; the state before is undo {}){aside}",
        moved.words(),
        moved.files,
        moved.undo
    )
}

/// Features whose status a move changes: other words alone are the list's, which is read anew.
fn flips(rehearsal: &Rehearsal) -> Vec<FeatureMove> {
    let all = rehearsal.features.iter();
    all.filter(|moved| moved.from != moved.to).cloned().collect()
}
