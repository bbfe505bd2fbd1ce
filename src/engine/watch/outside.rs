//! Changes from outside: an editor, another git client, a person. Noticed, recorded, told to the agent, never taken for its work.
//!
//! Owns what such a change means to the run; what can be told apart and what cannot, `guard::watch` says.
//! Invariant: a person's edit is taken as it is: a guarded file that they changed is guarded from then on as they left it. Only while
//! a background process of the agent could have made the change is it put back; the guard keeps such a version beside its baseline.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::proof::features;
use crate::engine::run::session::COMMITS;
use crate::guard::watch::Change;
use crate::harness::{FeatureList, NOTES};
use crate::protocol::event::{ExternalChangeSeen, ExternalKind, FeatureFlipped, FlipBy};
use crate::protocol::{Feature, FeatureId, FeatureStatus};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Follows outside changes until the watcher closes.
pub async fn follow(project: Arc<Project>, mut changes: mpsc::Receiver<Change>, remarks: mpsc::Sender<String>) {
    let mut told = Told::default();
    loop {
        let received = tokio::select! {
            received = changes.recv() => received,
            () = project.background.look_is_due() => {
                project.look_at_background().await;
                continue;
            }
        };
        let Some(mut change) = received else { return };
        project.look_at_background().await;
        let (suspect, stretch) = (project.has_background(), project.background.stretch());
        match put_back(&project, &change).await {
            Ok(Some(remark)) => drop(remarks.try_send(remark)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "guarded files could not be compared"),
        }
        // A guarded file that is as it was is nobody's doing any more; one that is not yet is no person's.
        change.paths.retain(|path| match project.guard.trusted(Path::new(path)) {
            Some(agreed) => !suspect && fs::read(project.workspace.join(path)).ok() != Some(agreed),
            None => true,
        });
        leave_out_ignored(&project, &mut change).await;
        if let Some(stretch) = stretch {
            project.background.note(&change.paths);
            told.leave_out(stretch, &mut change);
        }
        let seen = change.events(&project.list_name());
        for seen in if stretch.is_some() { Change::of_either(seen) } else { seen } {
            match notice(&project, seen, &change, stretch.is_some()).await {
                // A full channel means the agent is far behind; the log has it all the same.
                Ok(remark) => drop(remarks.try_send(remark)),
                Err(error) => tracing::warn!(%error, "an outside change could not be recorded"),
            }
        }
    }
}

/// What was told of one stretch of background work: a process that writes on is told no further.
#[derive(Default)]
struct Told {
    stretch: u64,
    paths: BTreeSet<String>,
    incomplete: bool,
}

impl Told {
    /// Leaves out what was told of this stretch already, and keeps in mind what is told now.
    fn leave_out(&mut self, stretch: u64, change: &mut Change) {
        if self.stretch != stretch {
            *self = Self {
                stretch,
                ..Self::default()
            };
        }
        change.paths.retain(|path| self.paths.insert(path.clone()));
        let is_new = change.incomplete && !self.incomplete;
        self.incomplete |= change.incomplete;
        change.incomplete = is_new;
    }
}

/// Leaves out what git ignores: what builds and programs leave behind is nobody's work. The list, the notes and what is guarded stay,
/// whatever git thinks of them.
async fn leave_out_ignored(project: &Project, change: &mut Change) {
    let of_files = |path: &&String| {
        let path = Path::new(path.as_str());
        path != project.list() && path != Path::new(NOTES) && project.guard.trusted(path).is_none()
    };
    let files: BTreeSet<String> = change.paths.iter().filter(of_files).cloned().collect();
    if files.is_empty() {
        return;
    }
    match project.git(move |repo| repo.ignored_of(files)).await {
        Ok(ignored) => change.paths.retain(|path| !ignored.contains(path)),
        Err(error) => tracing::warn!(%error, "git could not say what it ignores"),
    }
}

/// Tells of guarded files that changed while no run was on, given as path and one line.
pub fn earlier(list: &Path, changes: Vec<(String, String)>) -> Vec<ExternalChangeSeen> {
    let seen = |(path, detail): (String, String)| ExternalChangeSeen {
        what: if Path::new(&path) == list {
            ExternalKind::FeatureList
        } else {
            ExternalKind::Tree
        },
        paths: vec![path],
        detail: format!("changed since the last run: {detail}"),
    };
    changes.into_iter().map(seen).collect()
}

/// Puts guarded files back where a background process of the agent may have written to them, and returns what it is told.
async fn put_back(project: &Project, change: &Change) -> Result<Option<String>, EngineError> {
    if !project.has_background() || change.paths.is_empty() {
        return Ok(None);
    }
    let _ours = project.watcher.expect();
    let breaches = project.verify_guarded(None).await?;
    let paths: Vec<String> = breaches.iter().map(|breach| breach.path.clone()).collect();
    let (why, told) = if project.background.stretch().is_some() {
        (
            "; a background process of the agent runs, so it is not taken for a person's edit",
            "changed while your background processes run",
        )
    } else {
        (
            "; a background process of the agent ran in this session, and what it set up may write still: until the session ends no \
             change of this file is taken for a person's edit. If it is yours, make it again after the session",
            "changed by whom is not known, since background processes of yours ran in this session",
        )
    };
    for mut breach in breaches {
        breach.detail.push_str(why);
        project.record(breach)?;
    }
    Ok((!paths.is_empty()).then(|| format!("[harness] {} {told}, and was put back.", paths.join(", "))))
}

/// Records one change and returns what the agent is told of it.
async fn notice(project: &Project, mut seen: ExternalChangeSeen, change: &Change, is_either: bool) -> Result<String, EngineError> {
    let advice = match seen.what {
        ExternalKind::FeatureList => {
            let (detail, advice) = list_changed(project)?;
            seen.detail = detail;
            project.record(seen.clone())?;
            features::load_if_readable(project)?;
            advice
        }
        ExternalKind::Notes => {
            project.record(seen.clone())?;
            "Read them again before you rely on them."
        }
        ExternalKind::Refs => {
            project.record(seen.clone())?;
            let observed = project.git(|repo| repo.observe(COMMITS)).await?;
            project.record(observed)?;
            // What a person's commit does not hold any more, ours need not hold either.
            if let Some(head) = project.git(|repo| repo.head()).await?
                && !project.has_background()
            {
                project.hold(head).await?;
            }
            "Look at `git log` before you go on."
        }
        ExternalKind::Tree => {
            project.record(seen.clone())?;
            for path in &change.paths {
                if Path::new(path) != project.list() {
                    project.guard.adopt(Path::new(path))?;
                }
            }
            if is_either {
                "Keep what is not yours; what these files are given while the processes run is told no further."
            } else {
                "Keep what the human did."
            }
        }
        ExternalKind::Processes => {
            project.record(seen.clone())?;
            "Nothing of yours runs any more."
        }
    };
    Ok(format!("[harness] {} ({}). {advice}", seen.detail, seen.paths.join(", ")))
}

/// A person edited the list. If it can be read it is taken as it is, its flips recorded as theirs; if not, it is left alone.
fn list_changed(project: &Project) -> Result<(String, &'static str), EngineError> {
    let now = match FeatureList::read(&project.workspace.join(project.list())) {
        Ok(Some(list)) => list.features().to_vec(),
        Ok(None) => {
            return Ok((
                "the feature list was removed from outside".into(),
                "Ask the human before you go on.",
            ));
        }
        Err(error) => {
            let detail = format!("the feature list was changed from outside and cannot be read: {error}");
            return Ok((detail, "The human is still at it, or must mend it."));
        }
    };
    project.guard.adopt(project.list())?;
    let flips = project.journal.with_state(|state| {
        let before: Vec<_> = state
            .features
            .rows
            .iter()
            .map(|row| (row.feature.id.clone(), row.feature.status))
            .collect();
        flips(&before, &now)
    });
    let count = flips.len();
    for (feature, from, to) in flips {
        let reason = "changed in the file".to_owned();
        project.record(FeatureFlipped {
            feature,
            from,
            to,
            by: FlipBy::Human,
            evidence: None,
            reason,
        })?;
    }
    let flags = match count {
        0 => String::new(),
        1 => ": 1 pass flag".to_owned(),
        n => format!(": {n} pass flags"),
    };
    Ok((
        format!("the feature list was changed from outside{flags}"),
        "The human may do that; it stands as it is now.",
    ))
}

fn flips(before: &[(FeatureId, FeatureStatus)], now: &[Feature]) -> Vec<(FeatureId, FeatureStatus, FeatureStatus)> {
    now.iter()
        .filter_map(|feature| {
            let (_, from) = before.iter().find(|(id, _)| *id == feature.id)?;
            (*from != feature.status).then(|| (feature.id.clone(), *from, feature.status))
        })
        .collect()
}
