//! What the commits hold of guarded files: what was agreed stays in history as it lies on the disk.
//!
//! Owns the trees that the engine takes of the files, and which guarded files a commit must hold: those that the last commit of the
//! harness or of a person holds. Does not own what is guarded. Invariant: no tree that is tested or committed lacks such a file, or has
//! it otherwise than agreed, whatever was done to git's index, its attributes or the ignore rules; a file that a filter makes is held
//! as it was.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{Content, Stored, Tree};
use crate::protocol::Oid;
use crate::protocol::event::BreachFound;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};

/// The guarded files of a commit.
#[derive(Debug, Default)]
pub struct Held {
    /// What the commit has at each path, and what the guard called the file then.
    files: Arc<BTreeMap<PathBuf, (Stored, String)>>,
    /// Those of which it is on record that git had them otherwise.
    told: BTreeSet<PathBuf>,
}

/// The files as a tree.
pub struct Taken {
    /// It, with the guarded files as agreed.
    pub tree: Tree,
    /// Guarded files that it would not have had so, and what it would have had.
    pub amiss: Vec<(PathBuf, &'static str)>,
}

impl Project {
    /// Remembers what a commit holds of guarded files: trees to come hold these too.
    ///
    /// # Errors
    /// Fails if the commit cannot be read.
    pub(in crate::engine) async fn hold(&self, commit: Oid) -> Result<(), EngineError> {
        let mut names = self.guard.seals_by_path();
        let paths: Vec<PathBuf> = names.keys().cloned().collect();
        let stored = self.git(move |repo| repo.stored_at(&commit, paths)).await?;
        let files = stored
            .into_iter()
            .filter_map(|(path, stored)| names.remove(&path).map(|name| (path, (stored, name))));
        *self.held() = Held {
            files: Arc::new(files.collect()),
            told: BTreeSet::new(),
        };
        Ok(())
    }

    /// Returns the tree of the working directory as it is now, with the paths that it cannot hold.
    ///
    /// # Errors
    /// Fails if the snapshot cannot be taken.
    pub async fn snapshot(&self) -> Result<Tree, EngineError> {
        Ok(self.take().await?.tree)
    }

    /// As [`Project::snapshot`], with what git would have left out or stored otherwise.
    ///
    /// # Errors
    /// As there.
    pub(in crate::engine) async fn take(&self) -> Result<Taken, EngineError> {
        let (guard, files) = (Arc::clone(&self.guard), Arc::clone(&self.held().files));
        self.git(move |repo| {
            let mut tree = repo.snapshot()?;
            let names = guard.seals_by_path();
            let now = repo.stored_at(&tree.id, files.keys())?;
            let (mut amiss, mut put) = (Vec::new(), Vec::new());
            for (path, (held, name)) in files.iter() {
                let Some(agreed) = names.get(path) else { continue };
                let found = now.get(path);
                if found == Some(held) && agreed == name {
                    continue;
                }
                let Some(file) = guard.agreed(path) else { continue };
                let told = match found {
                    None => "left out",
                    Some(found) if found.mode != file.mode && found.mode != held.mode => "of another kind or mode",
                    Some(found) if !repo.holds_bytes(found, &file.bytes)? => "of other content",
                    Some(_) => continue,
                };
                amiss.push((path.clone(), told));
                put.push(Content {
                    path: path.clone(),
                    bytes: file.bytes,
                    mode: file.mode,
                });
            }
            if !put.is_empty() {
                tree.id = repo.tree_holding(&tree.id, &put)?;
                let is_put = |left: &str| amiss.iter().any(|(path, _)| path == Path::new(left));
                tree.left_out.retain(|left| !is_put(&left.path));
            }
            Ok(Taken { tree, amiss })
        })
        .await
    }

    /// Records, once a commit, what git had otherwise than agreed. Returns how many files that is news of.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) fn tell_of(&self, amiss: &[(PathBuf, &'static str)]) -> Result<usize, EngineError> {
        let mut news = 0;
        for (path, how) in amiss {
            if !self.held().told.insert(path.clone()) {
                continue;
            }
            news += 1;
            self.record(BreachFound {
                path: path.display().to_string(),
                call: None,
                detail: format!(
                    "{how} in the commit to come, by git's index, its attributes or an ignore rule; nothing was changed on disk"
                ),
                restored: true,
                in_commit: true,
                commits: Vec::new(),
            })?;
        }
        Ok(news)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says it in one sentence, for the gate and the agent; `None` if all is as agreed.
#[must_use]
pub fn words(amiss: &[(PathBuf, &'static str)]) -> Option<String> {
    let paths: Vec<String> = amiss.iter().map(|(path, _)| path.display().to_string()).collect();
    (!paths.is_empty()).then(|| {
        format!(
            "git would have left out or changed what is agreed, which the commit holds as it was: {}",
            crate::engine::commit::draft::named(&paths)
        )
    })
}
