//! One trial: a feature's check, or its tests, run on an old state that is laid out.
//!
//! Owns what is run there: all tests, for several features at once, or a feature's own ones. Invariant: where something ended the run of
//! all tests, a feature whose tests it did not name is tried by its own tests alone, for whose doing that was the run does not show.

use super::stand::Stand;
use super::{Broken, Halt, Search};
use crate::engine::error::EngineError;
use crate::protocol::{Check, Oid, TestPurpose, TestRun};
use crate::verify::{self, check};
use std::time::{Duration, Instant};

impl Search<'_> {
    /// Tries the feature on a tree; `None` if that does not show whether it works there.
    pub(super) async fn works(&mut self, broken: &Broken, tree: &Oid) -> Result<Result<Option<bool>, Halt>, EngineError> {
        if let Some(check) = &broken.check {
            return self.holds(broken, check, tree).await;
        }
        let limit = broken.patience(self.project);
        if !broken.alone.is_empty() {
            match self.made(tree, &broken.alone, limit).await? {
                Err(halt) => return Ok(Err(halt)),
                Ok(Some(run)) => return Ok(Ok(self.judged(broken, &run, self.stand(broken, &run, tree).await?))),
                // Where the files of that state cannot be narrowed to, nothing else is known of it than what all of them say.
                Ok(None) => {}
            }
        }
        let run = match self.made(tree, &[], limit).await? {
            Err(halt) => return Ok(Err(halt)),
            Ok(run) => run,
        };
        let Some(run) = run else { return Ok(Err(Halt::Cancelled)) };
        let stand = self.stand(broken, &run, tree).await?;
        let is_open = broken.alone.is_empty() && !matches!(stand, Stand::Works | Stand::Fails) && run.was_ended();
        if is_open && !self.own.is_empty() {
            let own = self.own.clone();
            match self.made(tree, &own, limit).await? {
                Err(halt) => return Ok(Err(halt)),
                Ok(Some(run)) => return Ok(Ok(self.judged(broken, &run, self.stand(broken, &run, tree).await?))),
                Ok(None) => {}
            }
        }
        Ok(Ok(self.judged(broken, &run, stand)))
    }

    /// The run that says how the feature that is looked at stands at a tree: of its own tests, or else of all.
    pub(super) fn ran(&self, tree: &Oid) -> Option<&TestRun> {
        let of = |only: &[String]| self.suite.get(&(tree.clone(), only.to_vec()));
        of(&self.own).or_else(|| of(&[]))
    }

    /// The tests of a feature, as runs named them.
    pub(super) fn own_tests(&self, broken: &Broken) -> Vec<String> {
        if !broken.alone.is_empty() {
            return broken.alone.clone();
        }
        self.project.journal.with_state(|state| {
            let cases = state.tests.cases.iter();
            let own = cases.filter(|case| verify::names(&broken.feature, &case.name));
            own.map(|case| case.name.clone()).collect()
        })
    }

    /// Lays a tree out, unless the time is over.
    async fn laid_out(&self, tree: &Oid) -> Result<Result<(), Halt>, EngineError> {
        let left = self.until.saturating_duration_since(Instant::now());
        self.project.lay_out(tree, &self.place, left, self.cancel).await?;
        Ok(if self.cancel.is_cancelled() {
            Err(Halt::Cancelled)
        } else if Instant::now() >= self.until {
            Err(Halt::Time)
        } else {
            Ok(())
        })
    }

    /// Says that what was run is to count for nothing: it was stopped, or the time of the search was over before its end.
    fn halted(&self, cancelled: bool, timed_out: bool) -> Option<Halt> {
        match (cancelled, timed_out && Instant::now() >= self.until) {
            (true, _) => Some(Halt::Cancelled),
            (_, true) => Some(Halt::Time),
            _ => None,
        }
    }

    /// Replays a recorded check on a tree.
    async fn holds(&mut self, broken: &Broken, check: &Check, tree: &Oid) -> Result<Result<Option<bool>, Halt>, EngineError> {
        if let Err(halt) = self.laid_out(tree).await? {
            return Ok(Err(halt));
        }
        self.runs += 1;
        let plan = check::Plan {
            feature: broken.feature.id.clone(),
            check: check.clone(),
            cwd: self.place.clone(),
            purpose: TestPurpose::Smoke,
            tree: Some(tree.clone()),
            timeout: self.at_most(broken.patience(self.project)),
            elsewhere: true,
        };
        let ran = check::run(plan, self.cancel.clone()).await?;
        let timed_out = ran.run.steps.iter().any(|step| step.timed_out);
        Ok(match self.halted(ran.cancelled, timed_out) {
            Some(halt) => Err(halt),
            None => Ok((!timed_out).then(|| ran.run.holds())),
        })
    }

    /// Runs all tests on a tree, or `only` these, unless that was done; `None` if there is no way to run only these.
    async fn made(&mut self, tree: &Oid, only: &[String], limit: Duration) -> Result<Result<Option<TestRun>, Halt>, EngineError> {
        let trial = (tree.clone(), only.to_vec());
        if let Some(run) = self.suite.get(&trial) {
            return Ok(Ok(Some(run.clone())));
        }
        let Some(whole) = self.project.verify_command() else {
            return Ok(Err(Halt::Cancelled));
        };
        if let Err(halt) = self.laid_out(tree).await? {
            return Ok(Err(halt));
        }
        let rerun = self.project.settings.verify.rerun.as_deref();
        let command = match only {
            [] => whole.clone(),
            only => match verify::runner::narrow(&self.place, &whole, rerun, only) {
                Ok(narrowed) => narrowed,
                Err(_) => return Ok(Ok(None)),
            },
        };
        self.runs += 1;
        let plan = verify::Plan {
            reports: verify::runner::reports_of(&self.place, &whole),
            command,
            only: only.to_vec(),
            cwd: self.place.clone(),
            purpose: TestPurpose::Smoke,
            tree: Some(tree.clone()),
            timeout: self.at_most(limit),
            retries: 0,
            worth: None,
        };
        let ran = verify::run(plan, self.cancel.clone()).await?;
        if let Some(halt) = self.halted(ran.cancelled, ran.run.timed_out) {
            return Ok(Err(halt));
        }
        self.suite.insert(trial, ran.run.clone());
        Ok(Ok(Some(ran.run)))
    }

    /// A limit, cut to the time that is left.
    fn at_most(&self, limit: Duration) -> Duration {
        limit.min(self.until.saturating_duration_since(Instant::now()))
    }
}
