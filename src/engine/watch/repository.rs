//! The repository under a run: that it stays the one that the run began with, and that its settings are not the agent's to change.
//!
//! Owns when both are looked at, and what is said of them. What the settings are, `git` says. Invariant: no work is done on another
//! repository than the run's; what a person sets between two calls stays.

use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{GitError, Identity, Repo, SettingsMark};
use crate::protocol::CallId;
use crate::protocol::event::BreachFound;
use std::path::Path;
use std::sync::{MutexGuard, PoisonError};

impl Project {
    /// Runs a piece of git work off the runtime, on a handle of its own.
    ///
    /// # Errors
    /// Fails as the work does, or if the repository cannot be opened or is not the run's any more.
    pub async fn git<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Repo) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (workspace, known) = (self.workspace.clone(), self.repository.clone());
        let work = move || match Repo::discover(&workspace) {
            Ok(repo) if repo.identity().is_ok_and(|now| now == known) => Ok(work(&repo)?),
            // It is there and does not open: git's own words say why.
            Err(error) if known.is_there() => Err(error.into()),
            Ok(_) | Err(_) => Err(replaced(&workspace, &known)),
        };
        tokio::task::spawn_blocking(work).await.map_err(EngineError::task)?
    }

    /// Looks at the repository's settings before something runs that is not to change them. While a background process may have done
    /// so since, the last look counts. `None` if they cannot be read.
    pub(in crate::engine) async fn mark_settings(&self) -> Option<SettingsMark> {
        let last = self.settings_mark().clone().filter(|_| self.has_background());
        if last.is_some() {
            return last;
        }
        self.hold_settings().await;
        let mark = self.git(Repo::mark_settings).await;
        let mark = mark
            .inspect_err(|error| tracing::warn!(%error, "the repository's settings were not looked at"))
            .ok();
        self.settings_mark().clone_from(&mark);
        mark
    }

    /// Puts the settings back as they were at a look, and records what was wrong with them.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) async fn settings_put_back(
        &self,
        mark: Option<SettingsMark>,
        call: Option<&CallId>,
    ) -> Result<Vec<BreachFound>, EngineError> {
        if !self.has_background() {
            // What differs at a later look may be a person's doing.
            *self.settings_mark() = None;
        }
        let Some(mark) = mark.filter(|_| self.repository.is_there()) else {
            return Ok(Vec::new());
        };
        let put_back = tokio::task::spawn_blocking(move || mark.put_back()).await;
        let breach = |name: &str, detail, restored| BreachFound {
            path: format!(".git/{name}"),
            call: call.cloned(),
            detail,
            restored,
            in_commit: false,
            commits: Vec::new(),
        };
        let breaches: Vec<_> = match put_back.map_err(EngineError::task)? {
            Ok(changes) => changes
                .into_iter()
                .map(|change| breach(&change.name, change.detail, true))
                .collect(),
            Err(error) => {
                let detail = format!("the repository's settings were changed and could not be put back: {error}");
                vec![breach("config", detail, false)]
            }
        };
        for breach in &breaches {
            self.record(breach.clone())?;
        }
        Ok(breaches)
    }

    /// As [`Project::settings_put_back`], since the last look, where a background process may have changed them.
    pub(in crate::engine) async fn settings_put_back_if_suspect(&self) -> Result<Vec<BreachFound>, EngineError> {
        let mark = self.settings_mark().clone().filter(|_| self.has_background());
        self.settings_put_back(mark, None).await
    }

    fn settings_mark(&self) -> MutexGuard<'_, Option<SettingsMark>> {
        self.settings_mark.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dispatch {
    /// Looks at the repository after a command: its settings and hooks are put back, and told; another one in its place ends the session.
    ///
    /// # Errors
    /// [`EngineError::Replaced`] or [`EngineError::Emptied`], or if the log cannot be written.
    pub(in crate::engine) async fn check_repository(
        &self,
        call: &CallId,
        mark: Option<SettingsMark>,
        ran: &mut Ran,
    ) -> Result<(), EngineError> {
        let project = &self.project;
        let mut breaches = project.settings_put_back(mark, Some(call)).await?;
        breaches.extend(project.hooks_put_back(Some(call)).await?);
        for breach in breaches {
            self.facts.breach();
            let end = if breach.restored {
                "That was put back: how git works here is not yours to set; ask the human if it must change."
            } else {
                "Ask the human to look at it."
            };
            let told = format!("\n[harness] {}: {}. {end}", breach.path, breach.detail);
            ran.outcome.shown.push_str(&told);
        }
        let known = project
            .journal
            .with_state(|state| state.repository.as_ref().and_then(|seen| seen.head.clone()));
        let wanted = known.clone();
        let there = project
            .git(move |repo| Ok(wanted.is_none_or(|commit| repo.has_commit(&commit))))
            .await;
        let error = match (there, known) {
            (Ok(false), Some(commit)) => EngineError::Emptied {
                workspace: project.workspace.clone(),
                commit,
            },
            (Err(error @ EngineError::Replaced { .. }), _) => error,
            // Any other failure is met, and told, where git is needed.
            (_, _) => return Ok(()),
        };
        self.facts.breach();
        project.record(BreachFound {
            path: ".git".to_owned(),
            call: Some(call.clone()),
            detail: error.to_string(),
            restored: false,
            in_commit: false,
            commits: Vec::new(),
        })?;
        Err(error)
    }
}

fn replaced(workspace: &Path, known: &Identity) -> EngineError {
    EngineError::Replaced {
        workspace: workspace.to_owned(),
        now: known.look_for(workspace),
    }
}
