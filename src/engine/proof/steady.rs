//! A workspace that may move while the harness looks at it: guarded files are put back first, and what was seen counts only if they
//! stood still meanwhile.
//!
//! Owns when the guard looks besides after a tool call. Does not own what is guarded. Invariant: no tree is committed, and no test run
//! believed, during which a guarded file was written to, even if it was as it should be before and after.

use super::testing::Tested;
use crate::engine::commit::held::Taken;
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::guard::Seal;
use crate::protocol::TestRun;
use crate::protocol::event::BreachFound;

/// Attempts at a tree while something writes guarded files.
const ATTEMPTS: u32 = 5;

impl Project {
    /// Puts guarded files back and records what was wrong with them.
    ///
    /// # Errors
    /// Fails if the log cannot be written or a baseline cannot be read.
    pub(in crate::engine) async fn put_back(&self) -> Result<Vec<BreachFound>, EngineError> {
        let _ours = self.watcher.expect();
        let breaches = self.verify_guarded(None).await?;
        for breach in &breaches {
            self.record(breach.clone())?;
        }
        Ok(breaches)
    }

    /// As [`Project::put_back`], where a background process of the agent may have written. Else what changed since the last call is a
    /// person's doing, and is taken over as soon as it is noticed.
    ///
    /// # Errors
    /// As [`Project::put_back`].
    pub(in crate::engine) async fn put_back_if_suspect(&self) -> Result<Vec<BreachFound>, EngineError> {
        if self.has_background() {
            let mut breaches = self.settings_put_back_if_suspect().await?;
            breaches.extend(self.put_back().await?);
            Ok(breaches)
        } else {
            Ok(Vec::new())
        }
    }

    /// Puts back what was written while something of the project ran, and names all that was written to since the seal.
    ///
    /// # Errors
    /// As [`Project::put_back`].
    pub(in crate::engine) async fn disturbed(&self, seal: &Seal) -> Result<Vec<String>, EngineError> {
        let mut written = self.guard.unsealed(seal);
        for breach in self.put_back().await? {
            if !written.contains(&breach.path) {
                written.push(breach.path);
            }
        }
        Ok(written)
    }
}

impl Dispatch {
    /// Puts hooks back that changed since the last look, by no call of the agent's. Where its background processes may have done it, it counts
    /// as the agent's.
    pub(in crate::engine) async fn hooks_put_back(&self) -> Result<Vec<BreachFound>, EngineError> {
        let breaches = self.project.hooks_put_back(None).await?;
        if self.project.has_background() {
            breaches.iter().for_each(|_| self.facts.breach());
        }
        Ok(breaches)
    }

    /// Takes the tree of the working directory; `None` if guarded files are written to all the time.
    ///
    /// # Errors
    /// Fails if the snapshot cannot be taken, or as [`Project::put_back`].
    pub(in crate::engine) async fn steady_tree(&self) -> Result<Option<Taken>, EngineError> {
        let project = &self.project;
        for _ in 0..ATTEMPTS {
            self.put_back_if_suspect().await?;
            let seal = project.guard.seal();
            let taken = project.take().await?;
            if self.put_back_if_suspect().await?.is_empty() && project.guard.unsealed(&seal).is_empty() {
                for _ in 0..project.tell_of(&taken.amiss)? {
                    self.facts.breach();
                }
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    /// As [`Project::put_back_if_suspect`], counted among the session's breaches.
    ///
    /// # Errors
    /// As there.
    pub(in crate::engine) async fn put_back_if_suspect(&self) -> Result<Vec<BreachFound>, EngineError> {
        let breaches = self.project.put_back_if_suspect().await?;
        breaches.iter().for_each(|_| self.facts.breach());
        Ok(breaches)
    }

    /// The run, if there is one to go by. The error is for the model: a run that was stopped or disturbed decides nothing.
    pub(in crate::engine) fn verdict(&self, tested: Tested) -> Result<Option<TestRun>, Ran> {
        match tested {
            Tested::Ran(run) => Ok(Some(*run)),
            Tested::NoCommand => Ok(None),
            Tested::Cancelled => Err(Ran::cancelled()),
            Tested::Disturbed(paths) => {
                self.facts.breach();
                Err(Ran::failed(crate::engine::proof::testing::disturbed(&paths)))
            }
        }
    }
}
