//! Bringing a worktree's work to the user's branch, and finishing that if it was cut off.
//!
//! Owns the order of it: `refs/longhaul/finished/<n>` keeps where the branch was, `refs/longhaul/finishing` says that it is under way,
//! then branch, files, index, and the end of `finishing`. Invariant: nothing moves unless the plan still is what it was; the branch
//! moves by compare-and-swap, a file only from the bytes that the branch had. While `finishing` is there,
//! [`Repo::finish_homecoming`] takes the same steps again.

use super::finish::{HomeStep, Homecoming};
use crate::git::GitError;
use crate::git::commits::message::check_message;
use crate::git::commits::sync;
use crate::git::commits::who::Part;
use crate::git::error::Doing;
use crate::git::moves::apply::{Step, apply, steps};
use crate::git::moves::checkpoint::ourselves;
use crate::git::moves::saved::Files;
use crate::git::repo::{Head, Repo, ours, theirs};
use crate::protocol::Oid;
use serde::{Deserialize, Serialize};

/// Keeps where branches were before work came to them.
const FINISHED: &str = "finished/";
/// Names the homecoming that is under way.
const FINISHING: &str = "finishing";
const TREE: i32 = 0o040_000;

/// Work that came home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Where the user's branch is now.
    pub to: Oid,
    /// The ref that keeps where it was.
    pub undo: String,
    /// Files that were met in another state than the planned one; they lie beside their old place.
    pub kept: Vec<String>,
    /// Why the user's index could not be brought along. The rest stands.
    pub index_behind: Option<String>,
}

/// What a homecoming under way says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    number: u32,
    /// Full name of the user's branch.
    branch: String,
    from: Oid,
    to: Oid,
    on_disk: bool,
}

/// A homecoming written down.
pub(in crate::git) struct Begun {
    facts: Facts,
    moves: Vec<Step>,
    /// The commit that holds it.
    pub record: git2::Oid,
}

impl Repo {
    /// Returns the parents of the commit that a plan needs.
    #[must_use]
    pub fn home_parents(plan: &Homecoming) -> Vec<Oid> {
        match plan.step {
            HomeStep::Merge => vec![plan.from.clone(), plan.tip.clone()],
            HomeStep::Squash | HomeStep::None | HomeStep::Forward => vec![plan.from.clone()],
        }
    }

    /// Writes the commit that a plan needs; no branch moves.
    ///
    /// # Errors
    /// If the message or the author will not do, or objects cannot be written.
    pub fn write_home(&self, plan: &Homecoming, message: &str, author: Option<(String, String)>) -> Result<Oid, GitError> {
        check_message(message)?;
        let who = self.person(author.as_ref(), Part::Author)?;
        let committer = self.person(author.as_ref(), Part::Committer)?;
        let parents: Result<Vec<_>, GitError> = Self::home_parents(plan)
            .iter()
            .map(|parent| self.git.find_commit(theirs(parent)?).doing("read a commit"))
            .collect();
        let parents = parents?;
        let tree = self.tree(&plan.files)?;
        let commit = self
            .git
            .commit(None, &who, &committer, message, &tree, &parents.iter().collect::<Vec<_>>())
            .doing("write the commit")?;
        Ok(ours(commit))
    }

    /// Brings the work home as planned. `to` is the plan's commit, written or signed before, or the worktree's own.
    ///
    /// # Errors
    /// [`GitError::NotHome`] if something is in the way, [`GitError::Stale`] if branches, files or index changed since the plan was
    /// made: nothing moved then. If a file cannot be written, [`Repo::finish_homecoming`] goes on from there.
    pub fn bring_home(&self, plan: &Homecoming, to: &Oid) -> Result<Home, GitError> {
        if !plan.obstacles.is_empty() {
            return Err(GitError::NotHome {
                branch: plan.branch.clone(),
                into: plan.into.clone(),
                obstacles: plan.obstacles.clone(),
            });
        }
        self.is_the_planned(plan, to)?;
        if plan.on_disk {
            self.wait_for_index()?;
            self.mend_index()?;
        }
        if self.plan_home(&plan.branch, &plan.into, plan.way)? != *plan {
            return Err(GitError::Stale);
        }
        let (old, new) = (self.tree(&plan.from)?, self.tree(to)?);
        sync::objects(&self.git, Some(&old), &new, theirs(to)?);
        let log = format!("longhaul: {} {}", plan.way.word(), plan.branch);
        let number = self.number(FINISHED, theirs(&plan.from)?, &log)?;
        let undo = self.own_ref(&format!("{FINISHED}{number}"));
        sync::reference(&self.git, &undo);
        let finishing = self.own_ref(FINISHING);
        let Begun { facts, moves, record } = self.begin_home(plan, to, number)?;
        self.git
            .reference(&finishing, record, true, &log)
            .doing("begin to bring work home")?;
        sync::reference(&self.git, &finishing);
        if plan.on_disk {
            self.remember_index(Some(&old))?;
        }
        if let Err(error) = self.move_branch(&facts.branch, Some(theirs(&plan.from)?), theirs(to)?, &log) {
            self.forget_homecoming(&facts)?;
            return Err(error.unwrap_or(GitError::Stale));
        }
        sync::reference(&self.git, &facts.branch);
        self.carry_home(&facts, &moves)
    }

    /// Finishes a homecoming that was cut off, or forgets one that had not begun. Returns it if the branch had moved.
    ///
    /// # Errors
    /// If a file cannot be written; the same call then goes on.
    pub fn finish_homecoming(&self) -> Result<Option<Home>, GitError> {
        let finishing = self.own_ref(FINISHING);
        // Only a killed process of ours leaves this: nobody else writes that name.
        self.drop_lock(&finishing)?;
        let Ok(at) = self.git.refname_to_id(&finishing) else {
            return Ok(None);
        };
        let broken = |reason: String| GitError::Record {
            reference: finishing.clone(),
            reason,
        };
        let record = ours(at);
        let facts = self
            .read_at(&record, "facts")?
            .ok_or_else(|| broken("it has no facts".to_owned()))?;
        let facts: Facts = serde_json::from_slice(&facts).map_err(|error| broken(error.to_string()))?;
        self.clear_branch_lock(&facts.branch, Some(&facts.to))?;
        let short = facts.branch.strip_prefix("refs/heads/").unwrap_or(&facts.branch);
        let is_there = match self.branch_at(short)? {
            Some(at) => at != facts.from && self.has_within(&at, &facts.to)?,
            None => false,
        };
        if !is_there {
            self.forget_homecoming(&facts)?;
            return Ok(None);
        }
        // Whoever switched away since then took the files along as they were.
        if facts.on_disk && !matches!(self.head_state()?, Head::Branch(head, _) if head == facts.branch) {
            self.drop_ref(&finishing)?;
            return Ok(None);
        }
        let tree = self.tree(&record)?;
        let part = |name: &str| {
            let entry = tree.get_name(name).ok_or_else(|| broken(format!("it has no {name}")))?;
            self.files_of(&ours(entry.id()))
        };
        let moves = steps(&part("before")?, &part("after")?);
        self.carry_home(&facts, &moves).map(Some)
    }

    /// Writes down what is about to be done; no ref names it yet.
    pub(in crate::git) fn begin_home(&self, plan: &Homecoming, to: &Oid, number: u32) -> Result<Begun, GitError> {
        let facts = Facts {
            number,
            branch: format!("refs/heads/{}", plan.into),
            from: plan.from.clone(),
            to: to.clone(),
            on_disk: plan.on_disk,
        };
        let moves = if plan.on_disk { self.moves_of(plan)? } else { Vec::new() };
        let record = self.write_finishing(&facts, &moves)?;
        Ok(Begun { facts, moves, record })
    }

    /// Files and index follow the branch.
    fn carry_home(&self, facts: &Facts, moves: &[Step]) -> Result<Home, GitError> {
        let (kept, _) = apply(self, moves, &Default::default(), facts.number)?;
        let mut index_behind = None;
        if facts.on_disk {
            // The files must be on the disk before the record that could bring them there again is gone.
            sync::everything(self.workdir());
            index_behind = self.mend_index().err().map(|error| error.to_string());
        }
        self.drop_ref(&self.own_ref(FINISHING))?;
        Ok(Home {
            to: facts.to.clone(),
            undo: self.own_ref(&format!("{FINISHED}{}", facts.number)),
            kept,
            index_behind,
        })
    }

    /// Nothing moved: what was prepared goes. The record goes last but one, for alone the kept place says nothing.
    fn forget_homecoming(&self, facts: &Facts) -> Result<(), GitError> {
        self.mend_index()?;
        self.drop_ref(&self.own_ref(FINISHING))?;
        self.drop_ref(&self.own_ref(&format!("{FINISHED}{}", facts.number)))
    }

    /// Lists what the checkout's files have to become, by the bytes that they have.
    fn moves_of(&self, plan: &Homecoming) -> Result<Vec<Step>, GitError> {
        let now = ours(self.tree(&plan.from)?.id());
        let moves = steps(&self.files_of(&now)?, &self.files_of(&plan.files)?);
        let as_written = |step: Step| Ok(self.converted(&step)?.unwrap_or(step));
        let moves = moves.into_iter().map(as_written).collect::<Result<_, GitError>>()?;
        self.as_checked_out(moves, &plan.files)
    }

    fn write_finishing(&self, facts: &Facts, moves: &[Step]) -> Result<git2::Oid, GitError> {
        let side = |pick: fn(&Step) -> Option<(git2::Oid, u32)>| -> Result<Oid, GitError> {
            let files: Files = moves
                .iter()
                .filter_map(|step| Some((step.path.clone(), pick(step)?)))
                .collect();
            self.tree_of(&files)
        };
        let mut builder = self.git.treebuilder(None).doing("store a record")?;
        for (name, tree) in [("before", side(|step| step.before)?), ("after", side(|step| step.after)?)] {
            builder.insert(name, theirs(&tree)?, TREE).doing("store a record")?;
        }
        let text = serde_json::to_vec_pretty(facts).unwrap_or_default();
        let text = self.git.blob(&text).doing("store a record")?;
        builder
            .insert("facts", text, crate::git::tree::disk::FILE.cast_signed())
            .doing("store a record")?;
        let tree = builder.write().doing("store a record")?;
        let tree = self.git.find_tree(tree).doing("read a record")?;
        let who = ourselves()?;
        let parents = [self.git.find_commit(theirs(&facts.from)?).doing("read a commit")?];
        let commit = self
            .git
            .commit(None, &who, &who, "work comes home\n", &tree, &[&parents[0]])
            .doing("store a record")?;
        sync::objects(&self.git, None, &tree, commit);
        Ok(commit)
    }

    /// A signature is made by another program: what it signed must be what was asked for.
    fn is_the_planned(&self, plan: &Homecoming, to: &Oid) -> Result<(), GitError> {
        let missing = |_| GitError::NoObject { id: to.to_string() };
        let commit = self.git.find_commit(theirs(to)?).map_err(missing)?;
        let fits = match plan.step {
            HomeStep::None => false,
            HomeStep::Forward => *to == plan.tip,
            HomeStep::Merge | HomeStep::Squash => {
                let parents: Vec<Oid> = commit.parent_ids().map(ours).collect();
                parents == Self::home_parents(plan) && ours(commit.tree_id()) == plan.files
            }
        };
        if fits { Ok(()) } else { Err(GitError::Stale) }
    }
}
