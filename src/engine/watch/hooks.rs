//! Hooks that come or change while a run is on: taken out or put back, kept aside and told.
//!
//! Owns when they are looked at, and the file `hooks.json` of the state directory, which says how they were when the last run began.
//! What a hook is and how it is put back, `git` says. Nobody can tell who wrote one, and what runs with the person's rights is not the
//! agent's to write. Invariant: what runs at a commit was there when the run began; what an earlier run left behind is no part of that.

use crate::engine::commit::rites::Hooked;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{HookChange, HooksMark, Repo};
use crate::protocol::CallId;
use crate::protocol::event::{BreachFound, ExternalChangeSeen, ExternalKind};
use crate::session::state::Run;
use crate::store::ProjectDir;
use std::fs;
use std::path::{Path, PathBuf};

/// The hooks as they were when the run began.
pub struct Hooks {
    mark: HooksMark,
    /// Where what is taken out is kept.
    aside: PathBuf,
}

impl Hooks {
    /// Takes what the last run left behind out of the hooks, and holds them as they are then. To be called when nothing of that run is
    /// alive any more. Returns what a person must know of it.
    ///
    /// # Errors
    /// Fails if the repository cannot be read, a hook cannot be put back, or the state directory cannot be written.
    pub fn at_start(
        workspace: &Path,
        dir: &ProjectDir,
        last: Option<&Run>,
    ) -> Result<(Self, Vec<ExternalChangeSeen>), EngineError> {
        let (file, aside) = (dir.root().join("hooks.json"), dir.root().join("hooks"));
        let known = fs::read(&file).ok();
        // One that cannot be read any more says nothing, as that of a new project.
        let known: Option<HooksMark> = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        // When a killed run ended nobody can tell.
        let ended = last.and_then(|run| run.ended.as_ref()).map(|(at, ..)| *at);
        let left = match known {
            Some(mark) => mark.put_back(&aside, |changed| {
                changed.zip(ended).is_none_or(|(changed, ended)| changed <= ended)
            })?,
            None => Vec::new(),
        };
        let mark = Repo::discover(workspace)?.mark_hooks()?;
        let unkept = |source| EngineError::File {
            what: format!("{} cannot be written", file.display()),
            source,
        };
        let bytes = serde_json::to_vec(&mark).map_err(|error| unkept(error.into()))?;
        let new = file.with_extension("new");
        fs::write(&new, bytes)
            .and_then(|()| fs::rename(&new, &file))
            .map_err(unkept)?;
        let killed = if ended.is_some() { "" } else { ", or after that was killed" };
        let told = left.into_iter().map(|change| ExternalChangeSeen {
            what: ExternalKind::Tree,
            paths: vec![change.path],
            detail: format!(
                "{}; it came while the last run was on{killed}, {}; if it is yours, put it there again once no run is on",
                change.detail,
                ExternalChangeSeen::LEFT_BEHIND
            ),
        });
        Ok((Self { mark, aside }, told.collect()))
    }
}

impl Project {
    /// Makes the hooks what they were when the run began, and records what was wrong with them. Without a call it may have been anybody.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub(in crate::engine) async fn hooks_put_back(&self, call: Option<&CallId>) -> Result<Vec<BreachFound>, EngineError> {
        if !self.repository.is_there() {
            return Ok(Vec::new());
        }
        let (mark, aside) = (self.hooks.mark.clone(), self.hooks.aside.clone());
        let put_back = tokio::task::spawn_blocking(move || mark.put_back(&aside, |_| true)).await;
        let breach = |path: String, detail, restored| BreachFound {
            path,
            call: call.cloned(),
            detail,
            restored,
            in_commit: false,
            commits: Vec::new(),
        };
        let end = match call {
            Some(_) => "",
            None => "; if a person set it up, it can be put there once no run is on",
        };
        let breaches: Vec<_> = match put_back.map_err(EngineError::task)? {
            Ok(changes) => changes
                .into_iter()
                .map(|HookChange { path, detail }| breach(path, format!("{detail}{end}"), true))
                .collect(),
            Err(error) => {
                let detail = format!("the hooks were changed and could not be put back: {error}");
                vec![breach(".git/hooks".to_owned(), detail, false)]
            }
        };
        for breach in &breaches {
            self.record(breach.clone())?;
        }
        Ok(breaches)
    }
}

impl Hooked {
    /// Adds what was found of the hooks themselves.
    pub(in crate::engine) fn with_put_back(mut self, breaches: &[BreachFound]) -> Self {
        let found = breaches
            .iter()
            .map(|breach| (false, format!("{}: {}", breach.path, breach.detail)));
        self.found.extend(found);
        self
    }
}
