//! What a commit's test run is held against.
//!
//! Owns the run that shows how the last commit's program stood. Invariant: what a session left behind uncommitted is not the measure of
//! the next one's commits: a test that passed at the last commit has to pass at the next.

use super::error::EngineError;
use super::project::Project;
use crate::protocol::{Oid, TestRun};
use std::sync::{Mutex, PoisonError};

/// The last commit whose program was tested in this run, and how.
#[derive(Debug, Default)]
pub struct Measure(Mutex<Option<(Oid, TestRun)>>);

impl Measure {
    /// Remembers a run on a commit's files.
    pub fn set(&self, commit: Oid, run: TestRun) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((commit, run));
    }

    fn of(&self, commit: &Oid) -> Option<TestRun> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(of, _)| of == commit).map(|(_, run)| run.clone())
    }
}

impl Project {
    /// Says what a session's commits are held against, by the run at its start: that run where it is of the last commit's program, else
    /// the one that was.
    ///
    /// # Errors
    /// Fails if git fails.
    pub(super) async fn measure_at_start(&self, run: Option<TestRun>) -> Result<Option<TestRun>, EngineError> {
        let Some(head) = self.git(|repo| repo.head()).await? else {
            return Ok(run);
        };
        if let Some(run) = &run
            && !self.code_moved(run.tree.as_ref(), &head).await?
        {
            self.measure.set(head, run.clone());
            return Ok(Some(run.clone()));
        }
        Ok(self.measure.of(&head).or(run))
    }
}
