//! What every part of the engine may reach: the workspace, the log, the stores, the settings. Shared, never copied.

use crate::config::Settings;
use crate::config::pricing::Prices;
use crate::engine::commit::held::Held;
use crate::engine::commit::measure::Measure;
use crate::engine::commit::rites::Rites;
use crate::engine::error::EngineError;
use crate::engine::journal::Journal;
use crate::engine::person::edits::Edits;
use crate::engine::person::gates::Gates;
use crate::engine::person::questions::Questions;
use crate::engine::proof::beside::Beside;
use crate::engine::watch::background::Background;
use crate::engine::watch::hooks::Hooks;
use crate::git::{Checkpoint, Identity, IndexMark, SettingsMark};
use crate::guard::Guard;
use crate::guard::watch::Watcher;
use crate::protocol::event::BreachFound;
use crate::protocol::{CallId, Cost, Event, Oid, Rehearsal, Usage};
use crate::provider::Anthropic;
use crate::store::{Blobs, ProjectDir};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A project with a live run.
pub struct Project {
    /// Canonical path of the workspace.
    pub workspace: PathBuf,
    /// Its state directory.
    pub dir: ProjectDir,
    /// Its log.
    pub journal: Journal,
    /// Its blobs.
    pub blobs: Blobs,
    /// Settings in force.
    pub settings: Settings,
    /// The model's client.
    pub provider: Arc<Anthropic>,
    /// Prices of models.
    pub prices: Prices,
    /// Prompts in force.
    pub prompts: Arc<crate::harness::prompt::Prompts>,
    /// Questions that wait for the human.
    pub questions: Questions,
    /// Gates that wait for the human.
    pub gates: Gates,
    /// Edits of the feature list that wait for the running step.
    pub edits: Edits,
    /// Test runs beside the conversation.
    pub beside: Beside,
    /// The user's hook and signature, as they were configured when the run began.
    pub rites: Rites,
    /// The hooks as they were then.
    pub hooks: Hooks,
    /// What tells of outside changes.
    pub watcher: Watcher,
    /// What judges calls and keeps guarded files as they were.
    pub guard: Arc<Guard>,
    /// What commits are held against.
    pub measure: Measure,
    /// What the running session has left running.
    pub background: Background,
    /// The repository that the run began with.
    pub(super) repository: Identity,
    /// Its settings as they were last looked at, while that look may still be needed.
    pub(super) settings_mark: Mutex<Option<SettingsMark>>,
    /// The index as it was last looked at.
    pub(super) marked: Mutex<Option<IndexMark>>,
    /// The guarded files that commits must hold.
    pub(super) held: Mutex<Held>,
    /// The latest checkpoint of this run.
    pub(super) checkpointed: Mutex<Option<Checkpoint>>,
    /// The move that was agreed to, made once the running session has ended.
    pub(super) going: Mutex<Option<Rehearsal>>,
}

impl Project {
    /// Returns where the feature list is, relative to the workspace.
    #[must_use]
    pub fn list(&self) -> &Path {
        &self.settings.feature_list
    }

    /// Returns the same as text, for messages and events.
    #[must_use]
    pub fn list_name(&self) -> String {
        self.list().display().to_string()
    }

    /// Records an event.
    ///
    /// # Errors
    /// Fails if the log cannot be written.
    pub fn record(&self, event: impl Into<Event>) -> Result<(), EngineError> {
        self.journal.record(event)?;
        Ok(())
    }

    /// Returns the tree of the working directory as it is now.
    ///
    /// # Errors
    /// Fails if the snapshot cannot be taken.
    pub async fn tree(&self) -> Result<Oid, EngineError> {
        Ok(self.snapshot().await?.id)
    }

    /// Compares the guarded files with their baselines and puts back what differs.
    ///
    /// # Errors
    /// Fails if a baseline cannot be read or a file cannot be put back.
    pub async fn verify_guarded(&self, call: Option<CallId>) -> Result<Vec<BreachFound>, EngineError> {
        let guard = Arc::clone(&self.guard);
        let checked = tokio::task::spawn_blocking(move || guard.verify(call.as_ref())).await;
        Ok(checked.map_err(EngineError::task)??)
    }

    /// Begins to guard the files that the verify command names, where they are not guarded yet. Files that git ignores stay free:
    /// a build makes them anew. Returns the newly guarded ones.
    ///
    /// # Errors
    /// Fails if the tree cannot be read or a copy cannot be kept.
    pub async fn agree_verify(&self) -> Result<Vec<String>, EngineError> {
        let named = self.verify_command().map(|command| self.guard.named_by(&command));
        let Some(mut named) = named.filter(|named| !named.is_empty()) else {
            return Ok(Vec::new());
        };
        let tree = self.tree().await?;
        let paths = self.git(move |repo| repo.paths_at(&tree)).await?;
        named.retain(|path| paths.iter().any(|known| Path::new(known) == path));
        Ok(self.guard.agree_verify(named)?)
    }

    /// Whether a background process of the agent may have changed what is guarded.
    pub fn has_background(&self) -> bool {
        self.background.is_suspect()
    }

    /// Looks up what a request costs; `None` for a model without a price.
    #[must_use]
    pub fn price(&self, model: &str, usage: &Usage) -> Option<Cost> {
        self.prices.cost(model, usage)
    }

    /// Returns the command that runs the tests: the user's configuration first, then what the initializer declared.
    #[must_use]
    pub fn verify_command(&self) -> Option<String> {
        self.settings
            .verify
            .command
            .clone()
            .or_else(|| self.journal.with_state(|state| state.verify_command.clone()))
    }
}
