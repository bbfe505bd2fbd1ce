//! Bringing a worktree's work to the user's branch: what that would do, found out without doing it.
//!
//! Owns the merge in memory and the list of what is in its way. Does not move anything (`homecoming`). Merge drivers and hooks of the
//! repository do not run. Invariant: a plan without obstacles touches only files of the user's checkout that are, on disk and in the
//! index, what the user's branch has.

use crate::git::GitError;
use crate::git::error::Doing;
use crate::git::look::read::lossy;
use crate::git::moves::apply::{Step, full, steps};
use crate::git::repo::{Head, Repo, ours, theirs};
use crate::git::tree::disk::SUBMODULE;
use crate::git::tree::snapshot::{SKIP_WORKTREE, ancestors, stage};
use crate::protocol::{FinishWay, Oid};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What bringing a worktree's work home would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Homecoming {
    /// How.
    pub way: FinishWay,
    /// The worktree's branch, without `refs/heads/`.
    pub branch: String,
    /// Where it is.
    pub tip: Oid,
    /// The user's branch.
    pub into: String,
    /// Where that is.
    pub from: Oid,
    /// What has to be made of it.
    pub step: HomeStep,
    /// The files as the user's branch will have them.
    pub files: Oid,
    /// How many commits come home.
    pub commits: usize,
    /// The first lines of their messages, oldest first.
    pub subjects: Vec<String>,
    /// Paths that differ for the user's branch; with conflicts, those that the work changed.
    pub paths: Vec<String>,
    /// Whether the user's checkout is on that branch, so that its files follow.
    pub on_disk: bool,
    /// Whether both branches changed the same places, so that nothing can be merged here.
    pub conflicts: bool,
    /// What is in the way, one by one, each with its reason.
    pub obstacles: Vec<String>,
}

/// What has to be made of the user's branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HomeStep {
    /// Nothing: the work is in it.
    None,
    /// It only moves forward.
    Forward,
    /// A commit with two parents.
    Merge,
    /// A commit with one parent.
    Squash,
}

impl HomeStep {
    /// Says whether a commit is to be made.
    #[must_use]
    pub const fn needs_commit(self) -> bool {
        matches!(self, Self::Merge | Self::Squash)
    }
}

impl Repo {
    /// Finds out what bringing a worktree's work to the branch `into` would do. Writes objects, changes nothing.
    ///
    /// # Errors
    /// If a branch is not there, another working directory has `into`, an operation is half done, or something cannot be read.
    pub fn plan_home(&self, branch: &str, into: &str, way: FinishWay) -> Result<Homecoming, GitError> {
        let no_branch = || GitError::NoBranch {
            branch: branch.to_owned(),
        };
        let no_home = || GitError::NoHome { into: into.to_owned() };
        let tip = self.branch_at(branch)?.ok_or_else(no_branch)?;
        let from = self.branch_at(into)?.ok_or_else(no_home)?;
        let on_disk = self.has_checked_out(into)?;
        let (theirs, ours_) = (theirs(&tip)?, theirs(&from)?);
        let base = match self.git.merge_base(ours_, theirs) {
            Ok(base) => base,
            Err(error) if error.code() == git2::ErrorCode::NotFound => {
                return Err(GitError::Unrelated {
                    branch: branch.to_owned(),
                    into: into.to_owned(),
                });
            }
            Err(source) => {
                return Err(GitError::Git {
                    doing: "find the common commit of two branches",
                    source,
                });
            }
        };
        let mut obstacles = Vec::new();
        let now = ours(self.tree(&from)?.id());
        let its = ours(self.tree(&tip)?.id());
        let merged = if base == theirs {
            Some(now.clone())
        } else if base == ours_ {
            Some(its.clone())
        } else {
            self.merged(ours_, theirs, &mut obstacles)?
        };
        let conflicts = merged.is_none();
        let files = merged.unwrap_or_else(|| now.clone());
        let is_in = base == theirs || (files == now && way == FinishWay::Squash && obstacles.is_empty());
        let step = match way {
            _ if is_in => HomeStep::None,
            FinishWay::Leave => HomeStep::None,
            FinishWay::Squash => HomeStep::Squash,
            FinishWay::Merge if base == ours_ => HomeStep::Forward,
            FinishWay::Merge => HomeStep::Merge,
        };
        let plan = steps(&self.files_of(&now)?, &self.files_of(&files)?);
        // What cannot be merged changes nothing; how much it is can still be said.
        let work = if conflicts {
            let before = ours(self.tree(&ours(base))?.id());
            &steps(&self.files_of(&before)?, &self.files_of(&its)?)
        } else {
            &plan
        };
        if on_disk {
            obstacles.extend(self.obstacles(&plan)?);
        }
        let subjects = self.subjects_between(base, theirs)?;
        Ok(Homecoming {
            way,
            branch: branch.to_owned(),
            commits: subjects.len(),
            subjects,
            tip,
            into: into.to_owned(),
            from,
            step,
            files,
            paths: work.iter().map(|step| lossy(&step.path)).collect(),
            on_disk,
            conflicts,
            obstacles,
        })
    }

    /// Says whether `commit` is on the branch that ends at `tip`.
    pub(in crate::git) fn has_within(&self, tip: &Oid, commit: &Oid) -> Result<bool, GitError> {
        let (tip, commit) = (theirs(tip)?, theirs(commit)?);
        Ok(tip == commit || self.git.graph_descendant_of(tip, commit).doing("compare two branches")?)
    }

    /// Says whether this working directory has the branch; fails if another one does, whose files nobody looked at.
    fn has_checked_out(&self, branch: &str) -> Result<bool, GitError> {
        let name = format!("refs/heads/{branch}");
        let places = self.checked_out(&name)?;
        if let Some(place) = places.iter().find(|place| *place != self.workdir()) {
            return Err(GitError::CheckedOut {
                branch: branch.to_owned(),
                place: place.clone(),
            });
        }
        if places.is_empty() {
            return Ok(false);
        }
        // A merge or rebase that is half done stands here, too.
        self.branch_to_move()?;
        Ok(matches!(self.head_state()?, Head::Branch(head, _) if head == name))
    }

    /// Merges two commits in memory; names what conflicts.
    fn merged(&self, into: git2::Oid, tip: git2::Oid, obstacles: &mut Vec<String>) -> Result<Option<Oid>, GitError> {
        let commit = |id| self.git.find_commit(id).doing("read a commit");
        let mut index = self
            .git
            .merge_commits(&commit(into)?, &commit(tip)?, None)
            .doing("merge two branches in memory")?;
        if !index.has_conflicts() {
            let tree = index.write_tree_to(&self.git).doing("write the merged files")?;
            return Ok(Some(ours(tree)));
        }
        let mut paths = Vec::new();
        for conflict in index.conflicts().doing("read the conflicts")? {
            let conflict = conflict.doing("read a conflict")?;
            let side = conflict.our.or(conflict.their).or(conflict.ancestor);
            paths.extend(side.map(|entry| lossy(&entry.path)));
        }
        paths.sort_unstable();
        paths.dedup();
        obstacles.extend(paths.into_iter().map(|path| format!("{path} was changed on both branches")));
        Ok(None)
    }

    /// Lists the first lines of the messages of the commits between two, oldest first.
    fn subjects_between(&self, base: git2::Oid, tip: git2::Oid) -> Result<Vec<String>, GitError> {
        let mut walk = self.git.revwalk().doing("walk the history")?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)
            .doing("walk the history")?;
        walk.push(tip).doing("walk the history")?;
        walk.hide(base).doing("walk the history")?;
        let subject = |id: git2::Oid| {
            let commit = self.git.find_commit(id).ok();
            let line = commit.and_then(|commit| commit.summary_bytes().map(|line| String::from_utf8_lossy(line).into_owned()));
            line.unwrap_or_default()
        };
        Ok(walk.map_while(Result::ok).map(subject).collect())
    }

    /// Names every path of a plan that the user's checkout has in a state of its own.
    fn obstacles(&self, plan: &[Step]) -> Result<Vec<String>, GitError> {
        let index = self.git.index().doing("read the index")?;
        let gone: BTreeSet<&[u8]> = plan
            .iter()
            .filter(|step| step.after.is_none())
            .map(|step| &step.path[..])
            .collect();
        let mut found = Vec::new();
        for step in plan {
            let path = Path::new(OsStr::from_bytes(&step.path));
            let staged = index.get_path(path, 0);
            let reason = if (1..=3).any(|side| index.get_path(path, side).is_some()) {
                Some("has a conflict of its own")
            } else if staged.as_ref().is_some_and(|entry| entry.flags_extended & SKIP_WORKTREE != 0) {
                Some("is kept off the disk by a sparse checkout: merge it with `git merge`")
            } else if self.filter_driver(path).is_some() {
                Some("goes through a filter, which is not run here: merge it with `git merge`")
            } else if staged
                .as_ref()
                .filter(|entry| stage(entry) == 0)
                .map(|entry| (entry.id, entry.mode))
                != step.before
            {
                Some("has changes that you staged")
            } else {
                self.state_of(step, &gone)?
            };
            found.extend(reason.map(|reason| format!("{} {reason}", lossy(&step.path))));
        }
        Ok(found)
    }

    /// Says what a file on disk has of its own.
    fn state_of(&self, step: &Step, gone: &BTreeSet<&[u8]>) -> Result<Option<&'static str>, GitError> {
        let blocked = |dir: &[u8]| !gone.contains(dir) && full(self, dir).symlink_metadata().is_ok_and(|meta| !meta.is_dir());
        if step.before.is_none() && ancestors(&step.path).any(blocked) {
            return Ok(Some("cannot be written: a file lies where its directory goes"));
        }
        let tracked = step.before.or(step.after).map(|(_, mode)| mode);
        let found = self.look(&step.path, tracked)?;
        let meta = full(self, &step.path).symlink_metadata();
        Ok(match (step.before, found) {
            (None, None) if meta.is_err() => None,
            (None, Some(_)) if found == step.after => None,
            (None, _) => Some("lies there and git does not know it"),
            (Some(_), None) => Some("was removed"),
            (before, found) if found == before || self.converted(step)?.is_some() => None,
            _ => Some("has changes that are not committed"),
        })
    }

    /// Returns the step as it is for a file that git's line-end rules wrote with CR LF.
    pub(in crate::git) fn converted(&self, step: &Step) -> Result<Option<Step>, GitError> {
        let Some((before, mode)) = step.before.filter(|(_, mode)| *mode != SUBMODULE) else {
            return Ok(None);
        };
        let dos = |id| -> Result<git2::Oid, GitError> {
            let blob = self.git.find_blob(id).doing("read a file of a tree")?;
            self.git.blob(&with_cr(blob.content())).doing("store a file")
        };
        let as_written = (dos(before)?, mode);
        if self.look(&step.path, Some(mode))? != Some(as_written) {
            return Ok(None);
        }
        Ok(Some(Step {
            path: step.path.clone(),
            before: Some(as_written),
            after: step.after.map(|(id, mode)| dos(id).map(|id| (id, mode))).transpose()?,
        }))
    }
}

/// Ends every line with CR LF; lines that do already stay as they are.
fn with_cr(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && (at == 0 || bytes[at - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}
