//! The end of a worktree's work: brought to the user's branch or left, told in the log, and the worktree removed if nothing is lost.
//!
//! Owns the order: what was cut off before is finished first, then branch and files (`git`), then the log and what the state directory
//! remembers, then the worktree. Used while no run is on. Invariant: each step can be done again, and a worktree goes only after the
//! log says that its work is home.

use crate::config::Settings;
use crate::engine::EngineError;
use crate::engine::journal::Journal;
use crate::engine::run::place::Place;
use crate::git::{GitError, Home, HomeStep, Homecoming, Ignored, Removal, Repo, Unsigned};
use crate::protocol::event::WorktreeFinished;
use crate::protocol::typed::one_line;
use crate::protocol::{FinishWay, Oid, Seq};
use crate::session::State;
use crate::store::{self, ProjectDir, Stage, WorktreeRecord, Writer};
use std::path::Path;

/// Ignored files that a reason names; the rest are counted.
const NAMED: usize = 6;

/// What became of a worktree's work.
#[derive(Debug, Clone)]
pub struct Finished {
    /// As the log has it.
    pub event: WorktreeFinished,
    /// What else a person should know, a sentence each.
    pub notes: Vec<String>,
    /// Whether the worktree was gone before.
    pub was_gone: bool,
}

/// What becomes of the files that git ignores in a worktree whose work is home. Nobody can tell a build's output from a person's keys,
/// so none of them is ever deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IgnoredFiles {
    /// They stay, and the worktree with them.
    #[default]
    Stay,
    /// They are moved to a directory beside the worktree, so that it can go.
    Aside,
}

/// What would become of a worktree once its work is home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remains {
    /// Whether the worktree is gone already.
    pub gone: bool,
    /// Why it would stay; `None` if it would go, but for what git ignores.
    pub stays: Option<String>,
    /// What git ignores in it.
    pub ignored: Vec<Ignored>,
    /// Where that would be moved, if it were to be.
    pub aside: String,
}

/// Finds out what finishing would do. Writes objects, changes nothing.
///
/// # Errors
/// [`EngineError::NoWorktree`] if there is none, or as [`Repo::plan_home`].
pub fn rehearse(place: &Place, way: FinishWay, into: Option<&str>) -> Result<Homecoming, EngineError> {
    let record = place.open().ok_or_else(|| no_worktree(place))?;
    let into = target(record, into)?;
    Ok(Repo::discover(&place.checkout)?.plan_home(&record.tree.branch, &into, way)?)
}

/// Finds out what would become of the worktree once its work is home.
///
/// # Errors
/// If it cannot be looked at.
pub fn remains(place: &Place, plan: &Homecoming) -> Result<Remains, EngineError> {
    let record = place.open().ok_or_else(|| no_worktree(place))?;
    let repo = Repo::discover(&place.checkout)?;
    Ok(Remains {
        gone: is_gone(record),
        stays: repo.must_stay(&record.tree, &plan.tip, Removal::New)?,
        ignored: repo.ignored_in(&record.tree)?,
        aside: Repo::place_aside(&record.tree),
    })
}

/// Finishes: takes the project's lock and the worktree's lease for it.
///
/// # Errors
/// Fails, with nothing changed, if a run is on, something is in the way, or the commit cannot be made or signed.
pub async fn finish(
    place: &Place,
    settings: &Settings,
    way: FinishWay,
    into: Option<&str>,
    ignored: IgnoredFiles,
) -> Result<Finished, EngineError> {
    let writer = Writer::open(place.dir.lock()?, settings.durability)?;
    let repo = Repo::discover(&place.checkout)?;
    let earlier = repo.finish_homecoming()?;
    // Read under the lock: another command may have finished it while this one waited.
    let record = place.dir.worktree()?.filter(WorktreeRecord::is_open);
    let mut record = record.ok_or_else(|| no_worktree(place))?;
    // Where there is no worktree any more, its branch is all there is to finish, and nobody can work in it.
    let _lease = match repo.has_worktree(&record.tree) {
        Ok(false) => None,
        Ok(true) | Err(_) => Some(repo.lease(&record.tree)?),
    };
    let state = State::fold(&store::read(&place.dir, Seq(1))?.envelopes);
    let mut notes = Vec::new();
    let mut event = match way {
        FinishWay::Leave => WorktreeFinished {
            tip: repo.branch_at(&record.tree.branch)?,
            ..untouched(way, &record)
        },
        FinishWay::Merge | FinishWay::Squash => {
            let into = target(&record, into)?;
            let plan = repo.plan_home(&record.tree.branch, &into, way)?;
            let home = if plan.step == HomeStep::None {
                earlier
            } else {
                let to = commit_of(&repo, settings, &plan, &state).await?;
                let home = repo.bring_home(&plan, &to)?;
                notes.extend(passed_over(&repo, &plan)?);
                Some(home)
            };
            notes.extend(home.iter().flat_map(told));
            WorktreeFinished {
                tip: Some(plan.tip),
                into: Some(into),
                from: Some(plan.from.clone()),
                to: Some(home.as_ref().map_or(plan.from, |home| home.to.clone())),
                undo: home.map(|home| home.undo),
                files: Some(plan.files),
                ..untouched(way, &record)
            }
        }
    };
    let was_gone = is_gone(&record);
    (event.stays, event.aside) = fate(&repo, &record, &event, ignored)?;
    let journal = Journal::new(writer, state);
    journal.reopen()?;
    journal.record(event.clone())?;
    match (&event.stays, way) {
        (None, _) => {
            record.stage = Stage::Removing;
            record.home.clone_from(&event.tip);
            record.aside.clone_from(&event.aside);
            place.dir.remember_worktree(&record)?;
            notes.extend(remove(&repo, &place.dir, record, event.into.as_deref())?);
        }
        (Some(_), FinishWay::Leave) => repo.unlock_worktree(&record.tree)?,
        // Its work is home, but there is more in it: the next run goes on there.
        (Some(_), FinishWay::Merge | FinishWay::Squash) => {
            record.home.clone_from(&event.tip);
            place.dir.remember_worktree(&record)?;
        }
    }
    Ok(Finished { event, notes, was_gone })
}

/// Goes on with what a killed process had begun: work on its way to the user's branch, a worktree that was being removed. The caller
/// holds the project's lock. Returns what a person should know.
///
/// # Errors
/// If it cannot be finished now.
pub fn resume(repo: &Repo, dir: &ProjectDir) -> Result<Vec<String>, EngineError> {
    let mut notes: Vec<String> = Vec::new();
    if let Some(home) = repo.finish_homecoming()? {
        notes.push("work that was on its way to your branch is there now; `longhaul finish` does the rest".to_owned());
        notes.extend(told(&home));
    }
    if let Some(record) = dir.worktree()?.filter(|record| record.stage == Stage::Removing) {
        let into = record.tree.into.clone();
        notes.extend(remove(repo, dir, record, into.as_deref())?);
    }
    Ok(notes)
}

/// Goes on with the removal of a worktree whose work is home, if one was cut off, while no run is on. Returns what a person should know.
///
/// # Errors
/// If a run is on, or it cannot be finished now.
pub fn finish_removal(place: &Place) -> Result<Option<Vec<String>>, EngineError> {
    let removing = |record: &WorktreeRecord| record.stage == Stage::Removing;
    if !place.record.as_ref().is_some_and(removing) {
        return Ok(None);
    }
    let _lock = place.dir.lock()?;
    resume(&Repo::discover(&place.checkout)?, &place.dir).map(Some)
}

/// Removes a worktree whose work is home, and its branch if that is wholly on the user's.
fn remove(repo: &Repo, dir: &ProjectDir, mut record: WorktreeRecord, into: Option<&str>) -> Result<Vec<String>, EngineError> {
    let tree = &record.tree;
    let mut notes = Vec::new();
    if let Some(home) = &record.home {
        let stays = match &record.aside {
            Some(to) => repo
                .set_ignored_aside(tree, Path::new(to))
                .err()
                .map(|error| error.to_string()),
            None => None,
        };
        let stays = match stays {
            Some(why) => Some(why),
            None => must_stay(repo, &record, home, Removal::Begun)?,
        };
        match &stays {
            Some(why) => notes.push(format!("{} stays: {why}", tree.path)),
            None => repo.remove_worktree(tree)?,
        }
        let dropped = match (into, &stays) {
            (Some(into), None) => repo.drop_merged_branch(&tree.branch, home, into)?,
            _ => false,
        };
        if !dropped {
            notes.push(format!(
                "the branch {0} stays, with every single commit; `git branch -D {0}` drops it",
                tree.branch
            ));
        }
    }
    record.stage = Stage::Over;
    dir.remember_worktree(&record)?;
    Ok(notes)
}

/// Says why the worktree stays, else where what git ignores in it is moved.
fn fate(
    repo: &Repo,
    record: &WorktreeRecord,
    event: &WorktreeFinished,
    ignored: IgnoredFiles,
) -> Result<(Option<String>, Option<String>), EngineError> {
    let (Some(tip), FinishWay::Merge | FinishWay::Squash) = (&event.tip, event.way) else {
        return Ok((Some("it was left".to_owned()), None));
    };
    match ignored {
        IgnoredFiles::Stay => Ok((must_stay(repo, record, tip, Removal::New)?, None)),
        IgnoredFiles::Aside => Ok(match repo.must_stay(&record.tree, tip, Removal::New)? {
            None if !repo.ignored_in(&record.tree)?.is_empty() => (None, Some(Repo::place_aside(&record.tree))),
            stays => (stays, None),
        }),
    }
}

/// Says why a worktree stays, files that git ignores included.
fn must_stay(repo: &Repo, record: &WorktreeRecord, home: &Oid, removal: Removal) -> Result<Option<String>, GitError> {
    match repo.must_stay(&record.tree, home, removal)? {
        None => Ok(holds_ignored(&repo.ignored_in(&record.tree)?)),
        stays => Ok(stays),
    }
}

/// Says what git ignores in a worktree; `None` if there is nothing.
#[must_use]
pub fn holds_ignored(ignored: &[Ignored]) -> Option<String> {
    let names: Vec<&str> = ignored.iter().take(NAMED).map(|one| one.name.as_str()).collect();
    let more = match ignored.len().checked_sub(NAMED) {
        None | Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
    };
    (!names.is_empty()).then(|| format!("it holds what git ignores: {}{more}", names.join(", ")))
}

fn is_gone(record: &WorktreeRecord) -> bool {
    Path::new(&record.tree.path).symlink_metadata().is_err()
}

/// Makes the commit that a plan needs, signed if the user signs.
async fn commit_of(repo: &Repo, settings: &Settings, plan: &Homecoming, state: &State) -> Result<Oid, EngineError> {
    if !plan.step.needs_commit() || !plan.obstacles.is_empty() {
        return Ok(plan.tip.clone());
    }
    let message = message(plan, state);
    let Some(signing) = repo.signing()? else {
        return Ok(repo.write_home(plan, &message, settings.author.clone())?);
    };
    let unsigned = Unsigned {
        tree: plan.files.clone(),
        parents: Repo::home_parents(plan),
        message,
        author: repo.author(settings.author.clone())?,
        committer: repo.committer(settings.author.clone())?,
    };
    Ok(signing.sign(repo.workdir(), unsigned).await?)
}

/// Names the hooks that the user's git would have run for the commit that was made. They are not run: its files were never on the disk
/// before it, so a hook would look at others, or change them.
fn passed_over(repo: &Repo, plan: &Homecoming) -> Result<Option<String>, EngineError> {
    let hooks = match plan.step {
        HomeStep::Merge => repo.hooks_of(&["pre-merge-commit", "commit-msg"])?,
        HomeStep::Squash => repo.hooks_of(&["pre-commit", "commit-msg"])?,
        HomeStep::None | HomeStep::Forward => Vec::new(),
    };
    Ok((!hooks.is_empty()).then(|| {
        format!(
            "{} did not run for this commit; `git hook run {}` runs it on what is there now",
            hooks.join(" and "),
            hooks[0]
        )
    }))
}

/// Commits that a message lists.
const LISTED: usize = 50;

/// Writes the commit's message: what it is, and the features that came to pass; of a squash that brings none to pass, its commits.
fn message(plan: &Homecoming, state: &State) -> String {
    let features = state.features_of_worktree();
    let line = |(id, about): &(&crate::protocol::FeatureId, &str)| one_line(&format!("{id} {about}"));
    let lines: Vec<String> = features.iter().map(line).collect();
    let lines = match plan.way {
        FinishWay::Squash if lines.is_empty() => return commits(plan),
        FinishWay::Merge | FinishWay::Squash | FinishWay::Leave => lines,
    };
    let subject = match (plan.way, lines.as_slice()) {
        (FinishWay::Merge | FinishWay::Leave, _) => format!("Merge branch '{}' into {}", plan.branch, plan.into),
        (FinishWay::Squash, [one]) => one.clone(),
        (FinishWay::Squash, many) => format!("{} features of {}", many.len(), plan.branch),
    };
    let body: String = match (plan.way, lines.len()) {
        (FinishWay::Squash, 1) | (_, 0) => String::new(),
        _ => lines.iter().map(|line| format!("\n- {line}")).collect(),
    };
    if body.is_empty() {
        format!("{subject}\n")
    } else {
        format!("{subject}\n{body}\n")
    }
}

/// The message of a squash that tells its commits: of one its own words.
fn commits(plan: &Homecoming) -> String {
    let lines: Vec<String> = plan.subjects.iter().map(|subject| one_line(subject)).collect();
    match lines.as_slice() {
        [one] if !one.is_empty() => format!("{one}\n"),
        many => {
            let mut body: String = many.iter().take(LISTED).map(|line| format!("\n- {line}")).collect();
            if many.len() > LISTED {
                body.push_str(&format!("\n- and {} more", many.len() - LISTED));
            }
            format!("{} commits of {}\n{body}\n", many.len(), plan.branch)
        }
    }
}

fn told(home: &Home) -> Vec<String> {
    let kept = home.kept.iter().map(|path| format!("kept aside, for it had changed: {path}"));
    let behind = home
        .index_behind
        .iter()
        .map(|why| format!("git's index could not follow: {why}"));
    kept.chain(behind).collect()
}

fn untouched(way: FinishWay, record: &WorktreeRecord) -> WorktreeFinished {
    WorktreeFinished {
        way,
        branch: record.tree.branch.clone(),
        tip: None,
        into: None,
        from: None,
        to: None,
        undo: None,
        files: None,
        stays: None,
        aside: None,
    }
}

fn target(record: &WorktreeRecord, into: Option<&str>) -> Result<String, EngineError> {
    let into = into.map(str::to_owned).or_else(|| record.tree.into.clone());
    into.ok_or_else(|| EngineError::NoTarget {
        branch: record.tree.branch.clone(),
    })
}

fn no_worktree(place: &Place) -> EngineError {
    EngineError::NoWorktree {
        checkout: place.checkout.clone(),
    }
}
