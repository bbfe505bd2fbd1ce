//! A project as it lies on disk now, told as events that are never written.

use crate::git::{GitError, Repo};
use crate::harness::{FeatureList, own_files};
use crate::protocol::Event;
use crate::protocol::event::{FeatureListLoaded, RepositoryObserved};
use std::path::Path;

/// Commits read for the Git pane.
const COMMITS: usize = 200;

/// Looks at the repository as it is now; `None` if there is none to look at.
#[must_use]
pub fn observed(workspace: &Path) -> Option<RepositoryObserved> {
    observe(workspace, |repo| repo.observe(COMMITS))
}

/// As [`observed`], for a project whose log knows of test runs: with the tree of the files, also without what the harness writes itself, so that a run of just these is told as one.
#[must_use]
pub fn observed_with_tree(workspace: &Path, list: &Path) -> Option<RepositoryObserved> {
    observe(workspace, |repo| {
        let observed = repo.observe(COMMITS)?;
        let now = repo
            .tree_now(&own_files(list))
            .inspect_err(|error| tracing::info!(%error, "no tree of the files"));
        let (tree, code) = now.ok().unzip();
        Ok(RepositoryObserved { tree, code, ..observed })
    })
}

fn observe(workspace: &Path, look: impl FnOnce(&Repo) -> Result<RepositoryObserved, GitError>) -> Option<RepositoryObserved> {
    match Repo::discover(workspace).and_then(|repo| look(&repo)) {
        Ok(observed) => Some(observed),
        Err(error) => {
            tracing::info!(%error, "no repository to show");
            None
        }
    }
}

/// Returns the list and the repository as they are now: what the log says of them may be older.
pub fn events(workspace: &Path, list: &Path, has_log: bool) -> Vec<Event> {
    let observed = if has_log {
        observed_with_tree(workspace, list)
    } else {
        observed(workspace)
    };
    let mut events: Vec<Event> = observed.map(Event::from).into_iter().collect();
    match FeatureList::read(&workspace.join(list)) {
        Ok(Some(read)) => {
            let (features, notices) = (read.features().to_vec(), read.notices().to_vec());
            events.push(
                FeatureListLoaded {
                    path: list.display().to_string(),
                    features,
                    notices,
                }
                .into(),
            );
        }
        Ok(None) => {}
        Err(error) => {
            let notices = vec![error.to_string()];
            events.push(
                FeatureListLoaded {
                    path: list.display().to_string(),
                    features: Vec::new(),
                    notices,
                }
                .into(),
            );
        }
    }
    events
}
