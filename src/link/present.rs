//! A project as it lies on disk now, told as events that are never written.

use crate::git::Repo;
use crate::harness::FeatureList;
use crate::protocol::Event;
use crate::protocol::event::{FeatureListLoaded, RepositoryObserved};
use std::path::Path;

/// Commits read for the Git pane.
const COMMITS: usize = 200;

/// Looks at the repository as it is now; `None` if there is none to look at.
#[must_use]
pub fn observed(workspace: &Path) -> Option<RepositoryObserved> {
    match Repo::discover(workspace).and_then(|repo| repo.observe(COMMITS)) {
        Ok(observed) => Some(observed),
        Err(error) => {
            tracing::info!(%error, "no repository to show");
            None
        }
    }
}

/// Returns the list and the repository as they are now: what the log says of them may be older.
pub fn events(workspace: &Path, list: &Path) -> Vec<Event> {
    let mut events: Vec<Event> = observed(workspace).map(Event::from).into_iter().collect();
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
