//! A project as it lies on disk now, told as events that are never written.

use crate::git::{GitError, Repo};
use crate::harness::feature_list::ListError;
use crate::harness::{FeatureList, own_files};
use crate::protocol::event::{FeatureListLoaded, RepositoryObserved};
use crate::protocol::{Event, WorkTree};
use crate::store::ProjectDir;
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

/// Reads the list as it is now: on the disk or, where the worktree that had it is `gone`, in the branch that holds its commits. What
/// lies in the person's own checkout then is not what the agent worked on.
///
/// # Errors
/// The list cannot be read.
pub fn list_now(workspace: &Path, gone: Option<&WorkTree>, list: &Path) -> Result<Option<FeatureList>, ListError> {
    let Some(tree) = gone else {
        return FeatureList::read(&workspace.join(list));
    };
    let held = || {
        let repo = Repo::discover(workspace)?;
        let tip = repo.branch_at(&tree.branch)?;
        tip.map_or(Ok(None), |tip| repo.read_at(&tip, list))
    };
    let held: Result<Option<Vec<u8>>, GitError> = held();
    held.inspect_err(|error| tracing::info!(%error, "no list in the branch of a worktree that is gone"))
        .ok()
        .flatten()
        .map(|bytes| FeatureList::parse(&list.display().to_string(), bytes))
        .transpose()
}

/// Reads the list as the last commit has it.
pub fn committed(workspace: &Path, list: &Path) -> Option<FeatureList> {
    let read = || {
        let repo = Repo::discover(workspace)?;
        repo.head()?.map_or(Ok(None), |head| repo.read_at(&head, list))
    };
    let bytes: Result<Option<Vec<u8>>, GitError> = read();
    FeatureList::parse(&list.display().to_string(), bytes.ok()??).ok()
}

/// The project's worktree, if it is remembered and not there.
fn gone(dir: &ProjectDir) -> Option<WorkTree> {
    let record = dir.worktree().ok().flatten()?;
    let is_gone = record.is_open() && !Path::new(&record.tree.path).is_dir();
    is_gone.then_some(record.tree)
}

/// Returns the list and the repository as they are now: what the log says of them may be older.
pub fn events(dir: &ProjectDir, workspace: &Path, list: &Path, has_log: bool) -> Vec<Event> {
    let observed = if has_log {
        observed_with_tree(workspace, list)
    } else {
        observed(workspace)
    };
    let mut events: Vec<Event> = observed.map(Event::from).into_iter().collect();
    match list_now(workspace, gone(dir).as_ref(), list) {
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
