//! Changes from outside: an editor, another git client, a person. Noticed, recorded, told to the agent, never taken for its work.
//!
//! What changes while a tool of the agent runs cannot be told apart from the tool's own work; there the guard's comparison
//! decides, and what it does not guard counts as the agent's.

use super::error::EngineError;
use super::features;
use super::project::Project;
use crate::guard::watch::Change;
use crate::harness::{FEATURE_LIST, NOTES};
use crate::protocol::event::{ExternalChangeSeen, ExternalKind, FeatureFlipped, FlipBy};
use crate::protocol::{Feature, FeatureId, FeatureStatus};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Paths named in one event.
const NAMED: usize = 20;
/// Commits read for the Git pane.
const COMMITS: usize = 200;

/// Follows outside changes until the watcher closes.
pub async fn follow(project: Arc<Project>, mut changes: mpsc::Receiver<Change>, remarks: mpsc::Sender<String>) {
    while let Some(change) = changes.recv().await {
        match notice(&project, &change).await {
            Ok(told) => {
                for remark in told {
                    // A full channel means the agent is behind; the log has it all the same.
                    let _ = remarks.try_send(remark);
                }
            }
            Err(error) => tracing::warn!(%error, "an outside change could not be recorded"),
        }
    }
}

async fn notice(project: &Project, change: &Change) -> Result<Vec<String>, EngineError> {
    let mut told = Vec::new();
    let rest: Vec<&Path> = change
        .paths
        .iter()
        .map(|path| path.as_path())
        .filter(|path| *path != Path::new(FEATURE_LIST) && *path != Path::new(NOTES))
        .collect();
    if change.paths.iter().any(|path| path == Path::new(FEATURE_LIST)) {
        told.extend(list_changed(project)?);
    }
    if change.paths.iter().any(|path| path == Path::new(NOTES)) {
        let detail = "the progress notes were edited from outside".to_owned();
        project.record(ExternalChangeSeen {
            what: ExternalKind::Notes,
            paths: vec![NOTES.into()],
            detail: detail.clone(),
        })?;
        told.push(format!("[harness] {detail}: read them again before you rely on them."));
    }
    if change.refs {
        let observed = project.git(|repo| repo.observe(COMMITS)).await?;
        let known = project
            .journal
            .with_state(|state| state.repository.as_ref().and_then(|known| known.head.clone()));
        if observed.head != known {
            let head = observed.head.as_ref().map_or("nothing", |head| head.short()).to_owned();
            let detail = format!("{} moved to {head} from outside", observed.branch);
            project.record(ExternalChangeSeen {
                what: ExternalKind::Refs,
                paths: vec![observed.branch.clone()],
                detail: detail.clone(),
            })?;
            project.record(observed)?;
            told.push(format!("[harness] {detail}: look at `git log` before you go on."));
        }
    }
    if !rest.is_empty() {
        let mut paths: Vec<String> = rest.iter().take(NAMED).map(|path| path.display().to_string()).collect();
        if rest.len() > NAMED {
            paths.push(format!("and {} more", rest.len() - NAMED));
        }
        let detail = format!("{} changed from outside", if rest.len() == 1 { "a file" } else { "files" });
        project.record(ExternalChangeSeen {
            what: ExternalKind::Tree,
            paths: paths.clone(),
            detail: detail.clone(),
        })?;
        // The human's word: what was guarded is guarded as it is now.
        for path in &rest {
            project.guard.adopt(path)?;
        }
        told.push(format!("[harness] {detail}: {}. Keep what the human did.", paths.join(", ")));
    }
    Ok(told)
}

/// A person edited the list: if it can be read it is taken as it is, flips by their own hand; if not, nothing is touched.
fn list_changed(project: &Project) -> Result<Option<String>, EngineError> {
    let before: Vec<(FeatureId, FeatureStatus)> = project.journal.with_state(|state| {
        state
            .features
            .rows
            .iter()
            .map(|row| (row.feature.id.clone(), row.feature.status))
            .collect()
    });
    let paths = vec![FEATURE_LIST.to_owned()];
    let what = ExternalKind::FeatureList;
    let features = match crate::harness::FeatureList::read(&project.workspace.join(FEATURE_LIST)) {
        Ok(Some(list)) => list.features().to_vec(),
        Ok(None) => {
            let detail = "the feature list was removed from outside".to_owned();
            project.record(ExternalChangeSeen { what, paths, detail })?;
            return Ok(None);
        }
        Err(error) => {
            let detail = format!("the feature list was edited from outside and cannot be read: {error}");
            project.record(ExternalChangeSeen { what, paths, detail })?;
            return Ok(None);
        }
    };
    let flips = flips(&before, &features);
    let detail = match flips.len() {
        0 => "the feature list was edited from outside".to_owned(),
        n => format!("the feature list was edited from outside: {n} pass flags changed"),
    };
    project.record(ExternalChangeSeen {
        what,
        paths,
        detail: detail.clone(),
    })?;
    for (feature, from, to) in flips {
        let reason = "edited in the file".to_owned();
        project.record(FeatureFlipped {
            feature,
            from,
            to,
            by: FlipBy::Human,
            evidence: None,
            reason,
        })?;
    }
    features::load(project)?;
    project.guard.adopt(Path::new(FEATURE_LIST))?;
    Ok(Some(format!(
        "[harness] {detail}. The human may do that; it stands as it is now."
    )))
}

fn flips(before: &[(FeatureId, FeatureStatus)], now: &[Feature]) -> Vec<(FeatureId, FeatureStatus, FeatureStatus)> {
    now.iter()
        .filter_map(|feature| {
            let (_, from) = before.iter().find(|(id, _)| *id == feature.id)?;
            (*from != feature.status).then(|| (feature.id.clone(), *from, feature.status))
        })
        .collect()
}
