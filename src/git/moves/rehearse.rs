//! What a move back would do, found out without doing it.
//!
//! Owns the choice of what changes, what stays and what stops a move. Invariant: a path is in the plan only if its present state is
//! in the tree that will be saved; anything else either stays as it is or stops the move before it begins.

use super::apply::{Step, full, steps};
use super::rollback::Stacks;
use super::saved::{Facts, Files, Saved, UNDO};
use super::since::{bits_named, fingerprint};
use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::repo::{Repo, ours, theirs};
use crate::git::tree::disk::{Fidelity, LINK, Taking};
use crate::git::tree::modes::{Bits, Modes};
use crate::git::tree::snapshot::{Taken, ancestors};
use crate::protocol::event::CommitInfo;
use crate::protocol::{Lacking, ModeMove, MoveKind, Oid, Rehearsal, Target};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Commits that are set aside are listed up to here.
const LISTED: usize = 200;
/// Begins the title of an undo.
const BEFORE: &str = "what was there before the move to ";

/// A move worked out: what is shown, and what would be saved.
pub(in crate::git) struct Plan {
    pub rehearsal: Rehearsal,
    pub saved: Saved,
}

/// Where a move goes.
struct Goal {
    kind: MoveKind,
    title: String,
    to: Option<Oid>,
    files: Files,
    /// The permission bits of those files and of the directories above them, as far as they were kept.
    modes: Modes,
    /// Whether the files are those of a commit, not those of a disk.
    as_committed: bool,
    restored: Option<(u32, Saved)>,
    /// What it does not hold of the files that were there, as lines of `path reason`.
    left_out: Vec<String>,
}

impl Repo {
    /// Finds out what going to `target` would do. Writes objects, changes nothing. New files above `limit` bytes stay as they are.
    ///
    /// # Errors
    /// If the target is not there, HEAD is on no branch, or something that cannot be saved lies in the way.
    pub fn rehearse(&self, target: &Target, limit: u64) -> Result<Rehearsal, GitError> {
        Ok(self.plan(target, limit)?.rehearsal)
    }

    /// Rehearses, and returns the tree that the files would become too.
    ///
    /// # Errors
    /// As [`Repo::rehearse`].
    pub fn rehearse_with_tree(&self, target: &Target, limit: u64) -> Result<(Rehearsal, Oid), GitError> {
        let Plan { rehearsal, saved } = self.plan(target, limit)?;
        Ok((rehearsal, saved.target))
    }

    pub(in crate::git) fn plan(&self, target: &Target, limit: u64) -> Result<Plan, GitError> {
        let (branch, from) = self.branch_to_move()?;
        let from = from.map(ours);
        let mut goal = self.goal(target, &branch)?;
        let mut left_alone = self.leave_filled(&mut goal.files)?;
        let mut bits = goal.modes.spread(&goal.files);
        let except = goal.restored.as_ref().map_or(&[][..], |(_, saved)| &saved.ignored);
        let taking = Taking {
            fidelity: Fidelity::Disk,
            limit,
        };
        let Taken { tree, untaken } = self.take_tree(taking, except, goal.files.keys().map(Vec::as_slice))?;
        let before = self.files_of(&tree.id)?;
        left_alone.extend(tree.left_out.iter().map(|left| format!("{} {}", left.path, left.reason)));
        left_alone.extend(self.special_files(&untaken)?);
        let closed = self.closed_directories(&before)?;
        left_alone.extend(closed.iter().map(|left| format!("{} {}", left.path, left.reason)));
        if goal.as_committed {
            self.keep_converted(&mut goal.files, &before, &mut left_alone)?;
        }
        self.keep_unsaved(&mut goal.files, &before, &untaken);
        let plan = steps(&before, &goal.files);
        bits.retain(|path, _| !untaken.contains(path));
        let bits_now = self.bits_on_disk(&before, &goal.files);
        let modes = self.modes_moved(&plan, &bits_now, &mut bits, &mut left_alone);
        self.nothing_in_the_way(&plan, &before, &mut left_alone)?;

        let short = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
        let (set_aside, returning) = self.difference(from.as_ref(), goal.to.as_ref())?;
        let target_tree = self.tree_of(&goal.files)?;
        let index = self.index_bytes()?;
        let (restored, target_index) = goal.restored.map(|(number, saved)| (number, saved.index)).unzip();
        let ends = (from.as_ref(), goal.to.as_ref());
        let staged = self.fate_of_staged(ends, (&before, &goal.files), target_index.as_ref())?;
        let mut rehearsal = Rehearsal {
            target: target.clone(),
            kind: goal.kind,
            title: goal.title.clone(),
            branch: short(&branch),
            from: from.clone(),
            to: goal.to.clone(),
            set_aside,
            returning,
            changed: Vec::new(),
            removed: Vec::new(),
            returned: Vec::new(),
            untracked: Vec::new(),
            modes,
            staged: staged.unstaged.clone(),
            left_alone,
            lacking: Vec::new(),
            edited: self.edited(&before, &bits_now, from.as_ref())?,
            undo: self.next_number(UNDO)?,
            features: Vec::new(),
            notes: None,
            trees: Some((tree.id.clone(), target_tree.clone())),
            seen: fingerprint(&tree.id, &target_tree, &branch, from.as_ref(), index.as_deref()) + &bits_named(&bits_now, &bits),
        };
        self.classify(&plan, &mut rehearsal)?;
        rehearsal.lacking = lacking(&goal.left_out, &rehearsal);
        Ok(Plan {
            saved: Saved {
                facts: Facts {
                    time: jiff::Timestamp::now(),
                    kind: goal.kind,
                    title: goal.title,
                    branch,
                    from,
                    to: goal.to,
                    restored,
                    replaced: Vec::new(),
                    unstaged: staged.unstaged,
                },
                files: tree.id,
                target: target_tree,
                index,
                modes: Modes::of(&before, &bits_now),
                ignored: self.ignored()?,
                target_index,
                stays_staged: staged.stays,
                target_modes: goal.modes.again(&goal.files, &bits),
            },
            rehearsal,
        })
    }

    fn goal(&self, target: &Target, branch: &str) -> Result<Goal, GitError> {
        match target {
            Target::Commit { commit } => {
                let found = self
                    .git
                    .find_commit(theirs(commit)?)
                    .map_err(|_| GitError::NoObject { id: commit.to_string() })?;
                let subject = found.summary_bytes().map(lossy).unwrap_or_default();
                // What a person had beside the commit is in its checkpoint alone.
                let kept = self.checkpoint_of(commit)?;
                Ok(Goal {
                    modes: kept.as_ref().map(|kept| kept.modes.clone()).unwrap_or_default(),
                    kind: MoveKind::Rollback,
                    title: format!("{} \"{subject}\"", commit.short()),
                    to: Some(commit.clone()),
                    files: self.files_of(kept.as_ref().map_or(commit, |kept| &kept.tree))?,
                    as_committed: kept.is_none(),
                    restored: None,
                    left_out: kept.map(|kept| kept.left_out).unwrap_or_default(),
                })
            }
            Target::Checkpoint { checkpoint } => {
                let found = self.read_checkpoint(*checkpoint)?;
                Ok(Goal {
                    kind: MoveKind::Rollback,
                    title: format!("{checkpoint} ({})", found.subject),
                    files: self.files_of(&found.tree)?,
                    modes: found.modes,
                    as_committed: false,
                    to: found.head,
                    restored: None,
                    left_out: found.left_out,
                })
            }
            Target::Undo | Target::Redo => {
                let (kind, what) = match target {
                    Target::Undo => (MoveKind::Undo, "undo"),
                    _ => (MoveKind::Redo, "redo"),
                };
                let number = Stacks::of(&self.moves()?).top(kind).ok_or(GitError::NoMove { what })?;
                let saved = self
                    .read_saved(&self.own_ref(&format!("{UNDO}{number}")))?
                    .ok_or(GitError::NoMove { what })?;
                if saved.facts.branch != branch {
                    let short = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
                    return Err(GitError::OtherBranch {
                        wanted: short(&saved.facts.branch),
                        found: short(branch),
                    });
                }
                let title = match kind {
                    // What an undo left is where the move before it had gone.
                    MoveKind::Redo => saved
                        .facts
                        .title
                        .strip_prefix(BEFORE)
                        .unwrap_or(&saved.facts.title)
                        .to_owned(),
                    MoveKind::Undo | MoveKind::Rollback => format!("{BEFORE}{}", saved.facts.title),
                };
                Ok(Goal {
                    kind,
                    title,
                    to: saved.facts.from.clone(),
                    files: self.files_of(&saved.files)?,
                    modes: saved.modes.clone(),
                    as_committed: false,
                    restored: Some((number, saved)),
                    left_out: Vec::new(),
                })
            }
        }
    }

    /// Lists the paths that are there before and after with other permission bits. Those of another user's file are not ours to set.
    fn modes_moved(&self, plan: &[Step], now: &Bits, there: &mut Bits, left_alone: &mut Vec<String>) -> Vec<ModeMove> {
        let differ = |(path, to): (&Vec<u8>, &u32)| {
            now.get(path)
                .filter(|from| *from != to)
                .map(|from| (path.clone(), *from, *to))
        };
        let differing: Vec<(Vec<u8>, u32, u32)> = there.iter().filter_map(differ).collect();
        let mut moved = Vec::new();
        for (path, from, to) in differing {
            let name = lossy(&path);
            let is_written = plan.binary_search_by(|step| step.path.cmp(&path)).is_ok();
            if is_written || self.may_set_bits(&path) {
                moved.push(ModeMove { path: name, from, to });
            } else {
                left_alone.push(format!("{name} keeps mode {from:o}, for it belongs to another user"));
                there.remove(&path);
            }
        }
        moved
    }

    /// Refuses a plan that would have to write where something lies that is not saved.
    fn nothing_in_the_way(&self, plan: &[Step], before: &Files, left_alone: &mut Vec<String>) -> Result<(), GitError> {
        let in_the_way = |path: &[u8], reason: &str| GitError::InTheWay {
            path: lossy(path),
            reason: reason.to_owned(),
        };
        let unsaved = "is not a file that git can keep, or one that is ignored or too large";
        for step in plan.iter().filter(|step| step.after.is_some()) {
            for dir in ancestors(&step.path) {
                let meta = full(self, dir).symlink_metadata();
                if meta.is_ok_and(|meta| !meta.is_dir()) && !before.contains_key(dir) {
                    return Err(in_the_way(dir, unsaved));
                }
            }
            let tracked = step.after.map(|(_, mode)| mode);
            match full(self, &step.path).symlink_metadata() {
                Ok(meta) if meta.is_dir() => {
                    if let Some(found) = self.unsaved_below(&step.path, before)? {
                        return Err(in_the_way(&found, unsaved));
                    }
                    left_alone.push(format!(
                        "{} is a directory in the place of a file: it goes",
                        lossy(&step.path)
                    ));
                }
                // Below a link, a path that reads the same is another file.
                Ok(_) if ancestors(&step.path).any(|dir| full(self, dir).is_symlink()) => {}
                Ok(_) => {
                    // What was tracked but could not be read is in `before` only by name.
                    let known = before.get(&step.path).copied();
                    if known.is_none() || self.look(&step.path, tracked.filter(|mode| *mode != LINK))? != known {
                        return Err(in_the_way(&step.path, unsaved));
                    }
                }
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Finds a file below a directory that is not in the saved tree.
    fn unsaved_below(&self, dir: &[u8], before: &Files) -> Result<Option<Vec<u8>>, GitError> {
        let at = full(self, dir);
        let io = |source| GitError::Io {
            path: at.clone(),
            source,
        };
        for entry in std::fs::read_dir(&at).map_err(io)? {
            let entry = entry.map_err(io)?;
            let path = [dir, b"/", entry.file_name().as_bytes()].concat();
            if entry.file_type().map_err(io)?.is_dir() {
                if let Some(found) = self.unsaved_below(&path, before)? {
                    return Ok(Some(found));
                }
            } else if !before.contains_key(&path) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn classify(&self, plan: &[Step], rehearsal: &mut Rehearsal) -> Result<(), GitError> {
        let index = self.git.index().doing("read the index")?;
        for step in plan {
            let name = lossy(&step.path);
            match (step.before, step.after) {
                (Some(_), Some(_)) => rehearsal.changed.push(name),
                (None, _) => rehearsal.returned.push(name),
                (Some(_), None) if index.get_path(Path::new(OsStr::from_bytes(&step.path)), 0).is_some() => {
                    rehearsal.removed.push(name);
                }
                (Some(_), None) => rehearsal.untracked.push(name),
            }
        }
        Ok(())
    }

    /// Lists the commits that a branch loses on its way, and counts those that it gains.
    fn difference(&self, from: Option<&Oid>, to: Option<&Oid>) -> Result<(Vec<CommitInfo>, u32), GitError> {
        let walk = |start: Option<&Oid>, hidden: Option<&Oid>| -> Result<Vec<git2::Oid>, GitError> {
            let mut walk = self.git.revwalk().doing("walk the history")?;
            let Some(start) = start else { return Ok(Vec::new()) };
            walk.push(theirs(start)?).doing("walk the history")?;
            if let Some(hidden) = hidden {
                walk.hide(theirs(hidden)?).doing("walk the history")?;
            }
            Ok(walk.map_while(Result::ok).take(LISTED).collect())
        };
        let mut lost = Vec::new();
        for id in walk(from, to)? {
            lost.push(crate::git::look::observe::info(
                &self.git.find_commit(id).doing("read a commit")?,
            ));
        }
        let gained = walk(to, from)?.len();
        Ok((lost, u32::try_from(gained).unwrap_or(u32::MAX)))
    }
}

/// Says of everything that a checkpoint does not hold whether what is on disk there now stays.
fn lacking(left_out: &[String], rehearsal: &Rehearsal) -> Vec<Lacking> {
    let gone = [&rehearsal.changed, &rehearsal.removed, &rehearsal.untracked];
    let goes = |line: &str| {
        let mut names = gone.into_iter().flatten();
        // A name may have spaces, and a line break in it is spelled out.
        names.any(|name| {
            line.strip_prefix(&name.replace('\n', "\\n"))
                .is_some_and(|rest| rest.starts_with(' '))
        })
    };
    let line = |what: &String| Lacking {
        what: what.clone(),
        goes: goes(what),
    };
    left_out.iter().map(line).collect()
}
