//! Files that a person had changed before the run, and that the agent works beside (`--allow-dirty`, or because git is not to look at them).
//!
//! Owns which they are, and keeping them out of the agent's commits while they are as the person left them. Does not own what a
//! person is told of them. Invariant: such a file is in no commit of the agent, staged or not, unless it is guarded: commits hold
//! what is agreed. A checkpoint holds it like any other.

use crate::engine::error::EngineError;
use crate::engine::journal::Journal;
use crate::engine::project::Project;
use crate::git::{Repo, Stored, Tree};
use crate::protocol::event::EarlierFile;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The mode of a directory in a tree.
const DIRECTORY: u32 = 0o040_000;

/// The files on disk, with the person's own told from the rest.
pub struct Parted {
    /// What a commit holds: the files without the person's own.
    pub tree: Tree,
    /// Files that are as the person left them, and stay out.
    pub left: Vec<String>,
    /// Files that were there before the run and are in the tree: changed since, or guarded.
    pub marked: Vec<String>,
}

/// Finds, at a run's start, what is a person's: what differs from the last commit below the paths `named` as `git status` prints
/// them, what was a person's in the run before and is as it was then, and what git is told not to look at.
///
/// # Errors
/// Fails if the repository cannot be read.
pub fn at_start(workspace: &Path, journal: &Journal, named: &[String]) -> Result<Vec<EarlierFile>, EngineError> {
    let before = journal.with_state(|state| state.run.as_ref().map(|run| run.earlier.clone()).unwrap_or_default());
    let repo = Repo::discover(workspace)?;
    let hidden = repo.hidden_paths()?;
    if named.is_empty() && before.is_empty() && hidden.is_empty() {
        return Ok(Vec::new());
    }
    let is_named = |file: &EarlierFile| named.iter().any(|line| covers(line, &file.path));
    let is_theirs = |file: &EarlierFile| is_named(file) || before.contains(file) || hidden.contains(&file.path);
    Ok(repo.uncommitted()?.into_iter().filter(is_theirs).collect())
}

/// Takes the person's own files out of a tree of the files on disk.
///
/// # Errors
/// Fails if the repository cannot be read or the tree not be written.
pub async fn part(project: &Project, mut tree: Tree) -> Result<Parted, EngineError> {
    let earlier = project
        .journal
        .with_state(|state| state.run.as_ref().map(|run| run.earlier.clone()).unwrap_or_default());
    if earlier.is_empty() {
        let (left, marked) = (Vec::new(), Vec::new());
        return Ok(Parted { tree, left, marked });
    }
    let guarded: BTreeSet<PathBuf> = project.guard.seals_by_path().into_keys().collect();
    let taken_out = move |repo: &Repo| {
        let paths = earlier.iter().flat_map(|file| Path::new(&file.path).ancestors());
        let now = repo.stored_at(&tree.id, paths.filter(|path| !path.as_os_str().is_empty()))?;
        let committed = match repo.head()? {
            Some(head) => repo.stored_at(&head, earlier.iter().map(|file| &file.path))?,
            None => BTreeMap::new(),
        };
        let (mut out, mut left, mut marked) = (Vec::new(), Vec::new(), Vec::new());
        for file in &earlier {
            let path = Path::new(&file.path);
            let (found, wanted) = (now.get(path), committed.get(path));
            if found == wanted {
                continue;
            }
            // Where a file became a directory or the other way round, one cannot be taken out without the other.
            let mut above = path.ancestors().skip(1).filter_map(|above| now.get(above));
            let turned = found.is_some_and(|found| found.mode == DIRECTORY) || above.any(|found| found.mode != DIRECTORY);
            if is_as_then(file, found) && !turned && !guarded.contains(path) {
                out.push((path.to_owned(), wanted.cloned()));
                left.push(file.path.clone());
            } else {
                marked.push(file.path.clone());
            }
        }
        tree.id = repo.tree_placing(&tree.id, &out)?;
        tree.left_out.retain(|out| !left.contains(&out.path));
        Ok(Parted { tree, left, marked })
    };
    project.git(taken_out).await
}

impl Parted {
    /// Returns those of the uncommitted paths, as `git status` prints them, that are not the person's own alone.
    ///
    /// # Errors
    /// Fails if the repository cannot be read.
    pub async fn owed(&self, project: &Project, dirty: Vec<String>) -> Result<Vec<String>, EngineError> {
        if self.left.is_empty() {
            return Ok(dirty);
        }
        let tree = self.tree.id.clone();
        let changed = project.git(move |repo| repo.changes(repo.head()?.as_ref(), &tree)).await?;
        let is_changed = |line: &str| {
            let mut paths = changed
                .iter()
                .flat_map(|file| [Some(&file.path), file.old_path.as_ref()])
                .flatten();
            paths.any(|path| covers(line, path))
        };
        let is_owed = |line: &String| !self.left.iter().any(|path| covers(line, path)) || is_changed(line);
        Ok(dirty.into_iter().filter(is_owed).collect())
    }

    /// What the machine found of such files, for whoever decides on the commit.
    #[must_use]
    pub fn findings(&self) -> Vec<(bool, String)> {
        let (left, marked) = (
            crate::engine::commit::draft::named(&self.left),
            crate::engine::commit::draft::named(&self.marked),
        );
        let out = (!self.left.is_empty()).then(|| {
            (
                true,
                format!("there before this run, and left out as it was not touched; the tests ran with it there: {left}"),
            )
        });
        let within = (!self.marked.is_empty()).then(|| {
            (
                false,
                format!("there before this run, changed since, and in this commit: {marked}"),
            )
        });
        out.into_iter().chain(within).collect()
    }

    /// Tells the agent of them, a line each.
    #[must_use]
    pub fn told(&self) -> String {
        let mut text = String::new();
        if !self.left.is_empty() {
            let left = crate::engine::commit::draft::named(&self.left);
            text.push_str(&format!(
                "\nNot in the commit, for it was there before this run and is the human's: {left}."
            ));
        }
        if !self.marked.is_empty() {
            let marked = crate::engine::commit::draft::named(&self.marked);
            text.push_str(&format!(
                "\nIn the commit, with what the human had changed in it before this run: {marked}."
            ));
        }
        text
    }
}

fn is_as_then(file: &EarlierFile, now: Option<&Stored>) -> bool {
    match (&file.blob, now) {
        (None, None) => true,
        (Some(blob), Some(now)) => *blob == now.id && file.mode == now.mode,
        _ => false,
    }
}

/// Says whether a line of `git status` is of a path, or of a directory that holds it.
fn covers(line: &str, path: &str) -> bool {
    let named = line.split_once(' ').map_or(line, |(_, named)| named);
    path == named || named.ends_with('/') && path.starts_with(named)
}
