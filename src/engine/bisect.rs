//! Which change broke a feature: old states of the project are laid out elsewhere and tried, half of what is left each time.
//!
//! Owns the search, its time limit, and what the answer may claim. Invariant: nothing is written outside a directory of its own in the
//! state directory; a change is named only if the feature was seen to work before it and to fail with it.

use super::error::EngineError;
use super::project::Project;
use crate::git::{Ancestor, Repo};
use crate::harness::own_files;
use crate::protocol::event::{Culprit, RegressionTraced};
use crate::protocol::{Check, CheckpointId, Feature, Oid, Seq, TestPurpose, TestRun};
use crate::session::State;
use crate::verify::{self, check};
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Commits looked at.
const COMMITS: usize = 400;
/// Commits looked at where nobody knows when it worked.
const GUESSED: usize = 64;

/// A feature that worked and does not.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Which.
    pub feature: Feature,
    /// Its recorded check, where it names no tests.
    pub check: Option<Check>,
    /// Up to which event it is known to have worked, and whether the next commit after that is known to hold it too.
    pub held: Option<(Seq, bool)>,
}

/// A state of the project that can be laid out.
struct Point {
    tree: Oid,
    commit: Option<Ancestor>,
    checkpoint: Option<CheckpointId>,
}

impl Point {
    fn of(ancestor: Ancestor) -> Self {
        Self {
            tree: ancestor.tree.clone(),
            commit: Some(ancestor),
            checkpoint: None,
        }
    }
}

/// The search for several features, which share their time and the runs of the whole suite.
pub struct Search<'a> {
    project: &'a Project,
    cancel: &'a CancellationToken,
    until: Instant,
    /// Runs of the suite by tree.
    suite: HashMap<Oid, TestRun>,
    place: PathBuf,
    runs: u32,
}

/// Why the search ends without an answer.
enum Halt {
    Time,
    Cancelled,
}

impl<'a> Search<'a> {
    /// Begins one; `None` if the settings give it no time.
    #[must_use]
    pub fn new(project: &'a Project, cancel: &'a CancellationToken) -> Option<Self> {
        let seconds = project.settings.verify.bisect_seconds;
        (seconds > 0).then(|| Self {
            project,
            cancel,
            until: Instant::now() + Duration::from_secs(seconds),
            suite: HashMap::new(),
            place: project.dir.root().join("scratch").join("bisect"),
            runs: 0,
        })
    }

    /// Looks for what broke a feature. `None` if it was cancelled.
    ///
    /// # Errors
    /// If git fails, the directory cannot be written, or a shell cannot be started.
    pub async fn trace(&mut self, broken: &Broken) -> Result<Option<RegressionTraced>, EngineError> {
        let (begun, before) = (Instant::now(), self.runs);
        let found = self.find(broken).await;
        // Best effort: what stays is emptied by the next search.
        let _ = fs::remove_dir_all(&self.place);
        let (good, culprit) = match found? {
            Ok(found) => found,
            Err(Halt::Cancelled) => return Ok(None),
            Err(Halt::Time) => {
                let reason = "its time was over (bisect_seconds)".to_owned();
                (None, Culprit::Unknown { reason })
            }
        };
        Ok(Some(RegressionTraced {
            feature: broken.feature.id.clone(),
            good,
            culprit,
            runs: self.runs - before,
            duration_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        }))
    }

    async fn find(&mut self, broken: &Broken) -> Result<Result<(Option<Oid>, Culprit), Halt>, EngineError> {
        let mut points = self.points(broken.held).await?;
        let unknown = |reason: &str| {
            let reason = reason.to_owned();
            Ok(Ok((None, Culprit::Unknown { reason })))
        };
        let [first, .., last] = points.as_slice() else {
            return unknown("nothing was kept of the project from when it worked");
        };
        macro_rules! works {
            ($point:expr) => {
                match self.works(broken, &$point.tree).await? {
                    Ok(works) => works,
                    Err(halt) => return Ok(Err(halt)),
                }
            };
        }
        if works!(last) {
            return unknown("it works in a copy of the present files, so it depends on more than these");
        }
        if !works!(first) {
            return unknown(
                "in a copy it fails at the oldest state that was tried too, so it is older or depends on more than the files",
            );
        }
        let (mut good, mut bad) = (0, points.len() - 1);
        loop {
            while bad - good > 1 {
                let middle = usize::midpoint(good, bad);
                let works = match points.get(middle) {
                    Some(point) => works!(point),
                    None => break,
                };
                if works { good = middle } else { bad = middle }
            }
            // A merge broke it only if none of its sides had.
            let merge = points.get(bad).and_then(|point| point.commit.as_ref());
            let merge = merge.map(|ancestor| ancestor.commit.clone());
            let mut guilty = None;
            for side in self.sides(merge).await? {
                if let [first, .., last] = side.as_slice()
                    && !works!(last)
                    && works!(first)
                {
                    guilty = Some(side);
                    break;
                }
            }
            let Some(side) = guilty else { break };
            (good, bad, points) = (0, side.len() - 1, side);
        }
        let commit_of = |at: usize| points.get(at).and_then(|point| point.commit.as_ref());
        let seen = (0..=good).rev().find_map(commit_of).map(|ancestor| ancestor.commit.clone());
        let culprit = match commit_of(bad) {
            Some(ancestor) => Culprit::Commit {
                commit: ancestor.commit.clone(),
                subject: ancestor.subject.clone(),
            },
            None => Culprit::Uncommitted {
                checkpoint: points.get(bad).and_then(|point| point.checkpoint),
            },
        };
        Ok(Ok((seen, culprit)))
    }

    /// The states that a merge brought in, each side oldest first; none of what is no merge.
    async fn sides(&self, merge: Option<Oid>) -> Result<Vec<Vec<Point>>, EngineError> {
        let Some(merge) = merge else { return Ok(Vec::new()) };
        let sides = self.project.git(move |repo| repo.merged_sides(&merge, COMMITS)).await?;
        Ok(sides
            .into_iter()
            .map(|side| side.into_iter().rev().map(Point::of).collect())
            .collect())
    }

    /// The states between the one in which it worked and the present one, oldest first.
    async fn points(&self, held: Option<(Seq, bool)>) -> Result<Vec<Point>, EngineError> {
        let ancestors = self.project.git(|repo| repo.first_parents(COMMITS)).await?;
        let now = self.project.tree().await?;
        let head = ancestors.first().map(|head| head.commit.clone());
        let (down_to, kept) = self
            .project
            .journal
            .with_state(|state| (oldest(state, &ancestors, held), since(state, head.as_ref())));
        let mut points: Vec<Point> = Vec::new();
        for ancestor in ancestors.into_iter().take(down_to + 1).rev() {
            points.push(Point::of(ancestor));
        }
        for (checkpoint, tree) in kept {
            points.push(Point {
                tree,
                commit: None,
                checkpoint: Some(checkpoint),
            });
        }
        points.push(Point {
            tree: now,
            commit: None,
            checkpoint: None,
        });
        self.distinct(points).await
    }

    /// The same program twice is one state, known by the first that has it: what the harness wrote into its own files broke nothing.
    async fn distinct(&self, points: Vec<Point>) -> Result<Vec<Point>, EngineError> {
        let trees: Vec<Oid> = points.iter().map(|point| point.tree.clone()).collect();
        let list = self.project.list().to_owned();
        let codes = move |repo: &Repo| trees.iter().map(|tree| repo.without(tree, &own_files(&list))).collect();
        let codes: Vec<Oid> = self.project.git(codes).await?;
        let mut distinct: Vec<(Oid, Point)> = codes.into_iter().zip(points).collect();
        distinct.dedup_by(|later, earlier| later.0 == earlier.0);
        Ok(distinct.into_iter().map(|(_, point)| point).collect())
    }

    /// Lays a tree out and tries the feature on it.
    async fn works(&mut self, broken: &Broken, tree: &Oid) -> Result<Result<bool, Halt>, EngineError> {
        if let (None, Some(run)) = (&broken.check, self.suite.get(tree)) {
            return Ok(Ok(verify::own(&broken.feature, run).proven()));
        }
        let left = self.until.saturating_duration_since(Instant::now());
        self.project.lay_out(tree, &self.place, left, self.cancel).await?;
        let left = self.until.saturating_duration_since(Instant::now());
        if self.cancel.is_cancelled() {
            return Ok(Err(Halt::Cancelled));
        }
        if left.is_zero() {
            return Ok(Err(Halt::Time));
        }
        self.runs += 1;
        let limit = Duration::from_secs(self.project.settings.verify.timeout_seconds).min(left);
        let (works, cancelled, timed_out) = if let Some(check) = &broken.check {
            let plan = check::Plan {
                feature: broken.feature.id.clone(),
                check: check.clone(),
                cwd: self.place.clone(),
                purpose: TestPurpose::Smoke,
                tree: Some(tree.clone()),
                timeout: limit,
            };
            let ran = check::run(plan, self.cancel.clone()).await?;
            let timed_out = ran.run.steps.iter().any(|step| step.timed_out);
            (ran.run.holds(), ran.cancelled, timed_out)
        } else {
            let Some(command) = self.project.verify_command() else {
                return Ok(Err(Halt::Cancelled));
            };
            let plan = verify::Plan {
                reports: verify::runner::reports_of(&self.place, &command),
                command,
                cwd: self.place.clone(),
                purpose: TestPurpose::Smoke,
                tree: Some(tree.clone()),
                timeout: limit,
                retries: 0,
                worth: None,
                only: Vec::new(),
            };
            let ran = verify::run(plan, self.cancel.clone()).await?;
            let result = (
                verify::own(&broken.feature, &ran.run).proven(),
                ran.cancelled,
                ran.run.timed_out,
            );
            if !result.1 && !result.2 {
                self.suite.insert(tree.clone(), ran.run);
            }
            result
        };
        Ok(match (cancelled, timed_out && Instant::now() >= self.until) {
            (true, _) => Err(Halt::Cancelled),
            (_, true) => Err(Halt::Time),
            _ => Ok(works),
        })
    }
}

/// Which of the ancestors is the newest in which it surely worked; where that is not known, one a good way back.
fn oldest(state: &State, ancestors: &[Ancestor], held: Option<(Seq, bool)>) -> usize {
    let far = ancestors.len().saturating_sub(1).min(GUESSED);
    let Some((held, next_holds)) = held else { return far };
    // The commit that follows holds what was tried, if nothing says otherwise.
    let next = state.commits.iter().find(|commit| commit.seq > held).filter(|_| next_holds);
    let is_good = |ancestor: &Ancestor| {
        let known = state.commits.iter().find(|known| known.made.commit == ancestor.commit);
        known.is_some_and(|known| known.seq <= held || next.is_some_and(|next| next.seq == known.seq))
    };
    ancestors.iter().position(is_good).unwrap_or(far)
}

/// The checkpoints that were made after the newest commit.
fn since(state: &State, head: Option<&Oid>) -> Vec<(CheckpointId, Oid)> {
    let Some(head) = state.commits.iter().rev().find(|known| Some(&known.made.commit) == head) else {
        return Vec::new();
    };
    let later = state.checkpoints.iter().filter(|kept| kept.seq > head.seq && kept.is_there());
    later.map(|kept| (kept.made.checkpoint, kept.made.tree.clone())).collect()
}
