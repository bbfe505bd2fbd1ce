//! What a commit's test run is held against.
//!
//! Owns the run that shows how the last commit's program stood. Invariant: what a session left behind uncommitted is not the measure of
//! the next one's commits: a test that passed at the last commit has to pass at the next.

use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::{Event, Oid, TestRun};
use crate::store;
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
    pub(in crate::engine) async fn measure_at_start(&self, run: Option<TestRun>) -> Result<Option<TestRun>, EngineError> {
        let Some(head) = self.git(|repo| repo.head()).await? else {
            return Ok(run);
        };
        if let Some(run) = &run
            && !self.code_moved(run.tree.as_ref(), &head).await?
        {
            self.measure.set(head, run.clone());
            return Ok(Some(run.clone()));
        }
        if let Some(known) = self.measure.of(&head) {
            return Ok(Some(known));
        }
        let Some(logged) = self.logged(&head).await? else {
            return Ok(run);
        };
        self.measure.set(head, logged.clone());
        Ok(Some(logged))
    }

    /// Finds the last run of all tests on a commit's program in the log: another process may have made it.
    async fn logged(&self, head: &Oid) -> Result<Option<TestRun>, EngineError> {
        let (code, dir) = (self.code(head).await?, self.dir.clone());
        let is_of = move |run: &TestRun| run.only.is_empty() && !run.moved && !run.timed_out && run.code.as_ref() == Some(&code);
        let found = tokio::task::spawn_blocking(move || {
            store::last(&dir, |event| match event {
                Event::TestRunFinished(finished) if is_of(&finished.run) => Some(finished.run.clone()),
                _ => None,
            })
        });
        Ok(found.await.map_err(EngineError::task)??)
    }
}
