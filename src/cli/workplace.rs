//! Where a run works: in the user's checkout, or in a worktree beside it.
//!
//! Owns the choice and the making. A flag decides; else a project goes on where it was worked on; else the setting; else a repository
//! with commits that longhaul never worked on gets a worktree. The worktree lies beside the checkout, so that what a project reaches
//! by `../` is where it was; where nothing may be written there, or where that would be inside another repository, it lies in the
//! state directory. Invariant: choosing changes nothing, and nothing is made but under the project's lock.

use super::args::PlaceArgs;
use super::failure::Failure;
use crate::config::{Settings, WorktreeUse};
use crate::engine::finish;
use crate::engine::place::Place;
use crate::git::{GitError, Lease, Made, Repo};
use crate::harness::FeatureList;
use crate::protocol::WorkTree;
use crate::protocol::event::WorktreeTaken;
use crate::store::{self, ProjectDir, Stage, WorktreeRecord};
use crate::ui::text::format;
use std::path::{Path, PathBuf};

/// What was chosen.
#[derive(Debug)]
pub enum Workplace {
    /// The checkout itself.
    InPlace,
    /// A worktree that is there.
    There(WorkTree),
    /// A worktree that has to be made, or made again.
    ToMake(WorkTree),
}

/// A worktree that a run holds.
#[derive(Debug)]
pub struct Taken {
    /// What the log is told.
    pub event: WorktreeTaken,
    /// What a person should know, a sentence each.
    pub notes: Vec<String>,
    /// Nobody else works there for as long as this lives.
    pub lease: Lease,
}

impl Workplace {
    /// Chooses.
    ///
    /// # Errors
    /// Fails if the flags ask for what would lose sight of work, or no worktree can begin here.
    pub fn choose(args: &PlaceArgs, settings: &Settings, place: &Place, repo: &Repo) -> Result<Self, Failure> {
        if let Some(record) = place.open() {
            if args.in_place {
                return Err(Failure::unready(format!(
                    "the work of this project lies on {} in {}; bring it home with `longhaul finish` first, then run with --in-place",
                    record.tree.branch, record.tree.path
                )));
            }
            let tree = record.tree.clone();
            if record.stage == Stage::Ready && repo.has_worktree(&tree)? {
                return Ok(Self::There(tree));
            }
            if record.stage == Stage::Making || repo.branch_at(&tree.branch)?.is_some() {
                return Ok(Self::ToMake(tree));
            }
        }
        let has_commit = repo.head()?.is_some();
        let wanted = args.worktree
            || (!args.in_place
                && match settings.worktree {
                    WorktreeUse::Always => has_commit,
                    WorktreeUse::Never => false,
                    WorktreeUse::Auto => has_commit && (place.record.is_some() || store::last_seq(&place.dir)?.0 == 0),
                });
        if wanted {
            Ok(Self::ToMake(repo.plan_worktree(&parent(place))?))
        } else {
            Ok(Self::InPlace)
        }
    }

    /// Reads the feature list where the run will work; `None` if there is none.
    ///
    /// # Errors
    /// Fails if it cannot be read.
    pub fn list(&self, repo: &Repo, list: &Path) -> Result<Option<FeatureList>, Failure> {
        let tree = match self {
            Self::InPlace => return Ok(FeatureList::read(&repo.workdir().join(list))?),
            Self::There(tree) => return Ok(FeatureList::read(&Path::new(&tree.path).join(list))?),
            Self::ToMake(tree) => tree,
        };
        let begins = repo.branch_at(&tree.branch)?.unwrap_or_else(|| tree.base.clone());
        let name = list.display().to_string();
        match repo.read_at(&begins, list)? {
            Some(committed) => Ok(Some(FeatureList::parse(&name, committed)?)),
            None if repo.workdir().join(list).exists() => Err(Failure::unready(format!(
                "{name} is not committed, so a worktree would not have it; commit it, or add --in-place"
            ))),
            None => Ok(None),
        }
    }

    /// Returns the worktree, if it is one.
    #[must_use]
    pub const fn tree(&self) -> Option<&WorkTree> {
        match self {
            Self::InPlace => None,
            Self::There(tree) | Self::ToMake(tree) => Some(tree),
        }
    }

    /// Makes what has to be made and takes the worktree for this process; `None` for a run in place.
    ///
    /// # Errors
    /// Fails if another run is on, or the worktree cannot be made; what was begun is then finished by the next run.
    pub fn take(&self, checkout: &Path, dir: &ProjectDir, left_behind: u32) -> Result<Option<Taken>, Failure> {
        let _lock = dir.lock()?;
        let repo = Repo::discover(checkout)?;
        let mut notes = finish::resume(&repo, dir)?;
        let Some(tree) = self.tree() else { return Ok(None) };
        let known = dir.worktree()?.filter(|record| record.tree == *tree);
        if let Self::ToMake(tree) = self {
            if known.is_none() {
                dir.forget_baseline()?;
            }
            let mut record = known.unwrap_or_else(|| WorktreeRecord {
                tree: tree.clone(),
                stage: Stage::Making,
                home: None,
                aside: None,
            });
            record.stage = Stage::Making;
            dir.remember_worktree(&record)?;
            notes.extend(told(tree, &repo.make_worktree(tree)?));
            record.stage = Stage::Ready;
            dir.remember_worktree(&record)?;
        }
        repo.lock_worktree(tree)?;
        Ok(Some(Taken {
            lease: repo.lease(tree)?,
            event: WorktreeTaken {
                tree: tree.clone(),
                left_behind,
            },
            notes,
        }))
    }
}

/// Returns the directory that a worktree of this checkout goes to.
fn parent(place: &Place) -> PathBuf {
    let free = |parent: &&Path| {
        let alone = matches!(Repo::discover(parent), Err(GitError::NotARepository { .. }));
        alone && ProjectDir::check_writable(parent).is_ok()
    };
    let beside = place.checkout.parent().filter(free).map(Path::to_owned);
    beside.unwrap_or_else(|| place.dir.root().join("trees"))
}

fn told(tree: &WorkTree, made: &Made) -> Vec<String> {
    let mut notes = Vec::new();
    if !made.submodules.is_empty() {
        notes.push(format!(
            "submodules are empty in the worktree ({}); `git -C {} submodule update --init` fills them",
            made.submodules.join(", "),
            super::words::path(Path::new(&tree.path))
        ));
    }
    if made.filtered > 0 {
        notes.push(format!(
            "{} in the worktree only a filter such as LFS can make; run its checkout there if the work needs them",
            format::plural(made.filtered, "file")
        ));
    }
    notes.extend(
        made.kept
            .iter()
            .map(|path| format!("{path} was in the worktree already and stays as it is")),
    );
    notes
}
