//! How a feature list went through git history.
//!
//! Owns what became of the list in each commit. Does not own finding the file in the commits ([`crate::git`]), reading a version
//! ([`Reading`](super::feature_list::Reading)) nor judging what was found: facts are told, and a person looks. Invariant: a commit is compared with its first
//! parent and nothing else; where that has no list that can be read, with the last one before it on its line that could be.

mod facts;
#[cfg(test)]
mod tests;
mod versions;

use super::feature_list::difference::{Difference, difference, flip_to};
use super::places::PLACES;
use crate::git::{FileHistory, FileStand, GitError, Repo};
use crate::protocol::{Feature, FeatureStatus, HistoryProgress, ListFactKind, ListHistory, ListStep, Oid};
use facts::{alone, facts, named};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use versions::{Version, Versions};

/// Why a history cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The repository cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// No commit has a list.
    #[error(
        "no commit of {} has a feature list at {}; name another with --list FILE, or commit the list first",
        repository.display(), looked.join(", ")
    )]
    None {
        /// The repository.
        repository: PathBuf,
        /// Where was looked.
        looked: Vec<String>,
    },
}

/// Is told how far a telling is, commit by commit, and says whether it shall go on.
pub type Pace<'a> = &'a dyn Fn(HistoryProgress) -> bool;

/// Tells the history of a workspace's list. Where HEAD has none there, the usual places are looked at too. `None` if `pace` said no.
///
/// # Errors
/// There is no repository, it cannot be read, or none of its commits has a list.
pub fn history(workspace: &Path, list: &Path, pace: Pace<'_>) -> Result<Option<ListHistory>, HistoryError> {
    let repo = Repo::discover(workspace)?;
    let names = names(&repo, workspace, list)?;
    let walked = Cell::new(0);
    let stop = || {
        walked.set(walked.get() + 1);
        !pace(HistoryProgress {
            done: walked.get(),
            all: None,
        })
    };
    let Some(files) = repo.file_history(&names, &stop)? else {
        return Ok(None);
    };
    if files.commits.iter().all(|stand| stand.file.is_none()) {
        return Err(HistoryError::None {
            repository: repo.workdir().to_owned(),
            looked: names.iter().map(|name| name.display().to_string()).collect(),
        });
    }
    let telling = Telling {
        versions: Versions::new(&repo, &files),
        files: &files,
        good: Vec::with_capacity(files.commits.len()),
        was_there: Vec::with_capacity(files.commits.len()),
        aside: Vec::with_capacity(files.commits.len()),
    };
    Ok(telling.tell(pace))
}

/// What the list may be called in the repository: its place, and the usual places that HEAD has nothing at, so that a list that was
/// moved in two commits is found.
fn names(repo: &Repo, workspace: &Path, list: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let workspace = workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
    let below = workspace.strip_prefix(repo.workdir()).unwrap_or(Path::new(""));
    let mut names = vec![below.join(list)];
    if let Some(head) = repo.head()? {
        for place in PLACES.map(|place| below.join(place)) {
            if !names.contains(&place) && repo.read_at(&head, &place)?.is_none() {
                names.push(place);
            }
        }
    }
    Ok(names)
}

struct Telling<'a> {
    versions: Versions<'a>,
    files: &'a FileHistory,
    /// Of each commit: the last list that could be read, its own or one before it.
    good: Vec<Option<Known>>,
    /// Of each commit: whether it or one before it on its line had a list at all.
    was_there: Vec<bool>,
    /// Of each commit: the lists that others took the place of on its line, the latest last.
    aside: Vec<Rc<[Known]>>,
}

/// A list that could be read, and the commit that has it so.
#[derive(Clone, PartialEq, Eq)]
struct Known {
    blob: Oid,
    commit: Oid,
}

/// Lists that others took the place of, by line, that are remembered.
const ASIDE: usize = 8;

impl Telling<'_> {
    fn tell(mut self, pace: Pace<'_>) -> Option<ListHistory> {
        let mut told = ListHistory {
            commits: count(self.files.commits.len()),
            ..ListHistory::default()
        };
        for (at, stand) in self.files.commits.iter().enumerate() {
            let progress = HistoryProgress {
                done: count(at + 1),
                all: Some(told.commits),
            };
            if !pace(progress) {
                return None;
            }
            told.main += u32::from(stand.main);
            told.steps.extend(self.step(at, stand, told.main));
            if let Some((name, _)) = &stand.file {
                told.path = shown(&self.files.names[*name]);
            }
        }
        if self.files.shallow {
            let oldest = self.files.commits.first().map_or("HEAD", |stand| stand.commit.id.short());
            told.notes.push(format!(
                "the repository is shallow: what was before {oldest} is not here; `git fetch --unshallow` brings it"
            ));
        }
        if self.files.cut {
            told.notes
                .push(format!("only the newest {} commits were looked at", told.commits));
        }
        let broken = |step: &&ListStep| step.facts.iter().any(|fact| fact.kind == ListFactKind::Broken);
        for step in told.steps.iter().filter(broken) {
            let why = step.facts.iter().find(|fact| fact.kind == ListFactKind::Broken);
            let why = why.map_or("", |fact| fact.detail.as_str());
            told.notes.push(format!("{}: passed over, {why}", step.commit.id.short()));
        }
        Some(told)
    }

    /// What a commit made of the list, if anything.
    fn step(&mut self, at: usize, stand: &FileStand, main: u32) -> Option<ListStep> {
        let first = stand.parents.first().filter(|_| stand.follows).copied();
        let before = first.and_then(|first| self.files.commits.get(first));
        let had = before.and_then(|before| before.file.as_ref());
        let (good, was_there) = first.map_or((None, false), |first| (self.good[first].clone(), self.was_there[first]));
        let aside = first.map_or_else(|| Rc::from([]), |first| Rc::clone(&self.aside[first]));
        self.good.push(good.clone());
        self.aside.push(Rc::clone(&aside));
        self.was_there.push(was_there || stand.file.is_some());
        if stand.file.as_ref() == had {
            return None;
        }
        let mut step = ListStep {
            commit: stand.commit.clone(),
            parent: before.map(|before| before.commit.id.clone()),
            merge: stand.merge,
            at: stand.main.then_some(main),
            path: stand.file.as_ref().map(|(name, _)| shown(&self.files.names[*name])),
            total: None,
            passing: None,
            passed: Vec::new(),
            regressed: Vec::new(),
            facts: Vec::new(),
        };
        let old = match &good {
            Some(good) => self.versions.read(&good.blob),
            None => Version::none(),
        };
        let Some((name, blob)) = &stand.file else {
            let held = old.features().map_or(0, <[_]>::len);
            step.facts.push(alone(ListFactKind::Deleted, facts::features(held)));
            self.bring(stand, &mut step);
            return Some(step);
        };
        if let Some((earlier, _)) = had.filter(|(earlier, _)| earlier != name) {
            step.facts
                .push(alone(ListFactKind::Renamed, shown(&self.files.names[*earlier])));
        }
        let new = self.versions.read(blob);
        match (new.features(), old.features()) {
            (None, _) => step.facts.push(alone(ListFactKind::Broken, new.reason().to_owned())),
            (Some(features), old) => {
                self.good[at] = Some(Known {
                    blob: blob.clone(),
                    commit: stand.commit.id.clone(),
                });
                step.total = Some(count(features.len()));
                let passing = features.iter().filter(|feature| feature.status == FeatureStatus::Passing);
                step.passing = Some(count(passing.count()));
                let is_back = had.is_none() && was_there;
                // What is older than the clone is not known to be new.
                if had.is_none() && !is_back && (first.is_some() || stand.parents.is_empty() && !self.files.shallow) {
                    step.facts.push(alone(ListFactKind::Created, facts::features(features.len())));
                }
                let found = old.map(|old| difference(old, features));
                let is_other = found
                    .as_ref()
                    .zip(old)
                    .is_some_and(|(found, old)| facts::is_other(found, old.len(), features.len()));
                let before = if is_back && !is_other { good.as_ref() } else { None };
                let back = if is_other { self.like(&aside, features) } else { None };
                if let Some(known) = back.as_ref().or(before) {
                    let then = self.versions.read(&known.blob);
                    let then = then.features().unwrap_or_default();
                    restored(&mut step, known, blob, then, features);
                } else {
                    if is_back {
                        step.facts
                            .push(alone(ListFactKind::Restored, facts::features(features.len())));
                    }
                    if let (Some(found), Some(old)) = (&found, old) {
                        changed(&mut step, found, old.len(), features.len());
                    }
                }
                let replaced = step.facts.iter().any(|fact| fact.kind == ListFactKind::Replaced);
                if let Some(good) = good.filter(|_| replaced || back.is_some()) {
                    let from = aside.len().saturating_sub(ASIDE - 1);
                    self.aside[at] = aside[from..]
                        .iter()
                        .filter(|known| **known != good)
                        .cloned()
                        .chain([good.clone()])
                        .collect();
                }
            }
        }
        self.bring(stand, &mut step);
        Some(step)
    }

    /// The latest of some lists that is nearly this one.
    fn like(&mut self, aside: &[Known], features: &[Rc<Feature>]) -> Option<Known> {
        let found = aside.iter().rev().find(|known| {
            let then = self.versions.read(&known.blob);
            let then = then.features().unwrap_or_default();
            facts::is_same(&difference(then, features), then.len(), features.len())
        });
        found.cloned()
    }

    /// Marks what a merge only brought: what stands so in another of its parents became so there.
    fn bring(&mut self, stand: &FileStand, step: &mut ListStep) {
        let base = stand
            .parents
            .first()
            .filter(|_| stand.follows)
            .and_then(|first| self.good[*first].clone());
        for other in stand.parents.iter().skip(1) {
            let theirs = &self.files.commits[*other];
            if theirs.file == stand.file {
                step.facts.iter_mut().for_each(|fact| fact.brought = true);
                return;
            }
            let (Some(base), Some(other)) = (&base, &self.good[*other]) else {
                continue;
            };
            let (base, other) = (self.versions.read(&base.blob), self.versions.read(&other.blob));
            if let (Some(base), Some(other)) = (base.features(), other.features()) {
                let known = facts(&difference(base, other), base.len(), other.len());
                facts::part(&mut step.facts, &known);
            }
        }
    }
}

/// Tells a list that is back from where it was, and what is different from then.
fn restored(step: &mut ListStep, known: &Known, blob: &Oid, then: &[Rc<Feature>], features: &[Rc<Feature>]) {
    let mut detail = format!("as in {}", known.commit.short());
    if known.blob != *blob {
        detail.push_str(", changed");
    }
    step.facts.push(alone(ListFactKind::Restored, detail));
    changed(step, &difference(then, features), then.len(), features.len());
}

/// Tells flips and facts of a difference.
fn changed(step: &mut ListStep, found: &Difference<'_>, old: usize, new: usize) {
    let facts = facts(found, old, new);
    // Features of two lists are not each other's before and after.
    if !facts.iter().any(|fact| fact.kind == ListFactKind::Replaced) {
        for (before, after) in &found.flips {
            match flip_to(before, after) {
                Some(FeatureStatus::Passing) => step.passed.push(named(after)),
                Some(_) => step.regressed.push(named(after)),
                None => {}
            }
        }
    }
    step.facts.extend(facts);
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
