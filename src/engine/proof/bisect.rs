//! Which change broke a feature: old states of the project are laid out elsewhere and tried, half of what is left each time.
//!
//! Owns the search, its time limit, and what the answer may claim. Invariant: nothing is written outside a directory of its own in the
//! state directory; a change is named only if the feature was seen to work before it and to fail with it.

mod stand;
mod trial;

use self::stand::Stand;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::git::{Ancestor, Repo};
use crate::harness::own_files;
use crate::protocol::event::{Culprit, RegressionTraced};
use crate::protocol::{Check, CheckpointId, Feature, Oid, Seq, TestRun};
use crate::session::State;
use crate::session::state::CaseHistory;
use crate::verify;
use std::collections::{BTreeSet, HashMap};
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
    /// Whether its tests do not end: then a state at which they do not end in good time fails too.
    pub hangs: bool,
    /// Its tests, where they end the program that runs them, or fail in a run of their own: they are tried without the others.
    pub alone: Vec<String>,
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
    /// Runs of the suite, or of some tests only, by tree.
    suite: HashMap<(Oid, Vec<String>), TestRun>,
    /// The tests of the feature that is looked at, as runs named them.
    own: Vec<String>,
    place: PathBuf,
    runs: u32,
    /// How the present files stand, once that is known: what is looked for.
    wanted: Option<Stand>,
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
            own: Vec::new(),
            place: project.dir.root().join("scratch").join("bisect"),
            runs: 0,
            wanted: None,
        })
    }

    /// Looks for what broke a feature. `None` if it was cancelled.
    ///
    /// # Errors
    /// If git fails, the directory cannot be written, or a shell cannot be started.
    pub async fn trace(&mut self, broken: &Broken) -> Result<Option<RegressionTraced>, EngineError> {
        let (begun, before) = (Instant::now(), self.runs);
        self.wanted = None;
        self.own = self.own_tests(broken);
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
        if let Some(flaky) = self.flaky(broken).await? {
            return unknown(&flaky);
        }
        let [first, .., last] = points.as_slice() else {
            return unknown(match broken.held {
                Some(_) => "the files are those of when it worked, so it depends on more than these",
                None => "nothing was kept of the project from when it worked",
            });
        };
        macro_rules! works {
            ($point:expr) => {
                match self.works(broken, &$point.tree).await? {
                    Ok(works) => works,
                    Err(halt) => return Ok(Err(halt)),
                }
            };
        }
        match works!(last) {
            Some(false) => {}
            Some(true) => return unknown("it works in a copy of the present files, so it depends on more than these"),
            None => {
                return unknown(&format!(
                    "on a copy of the present files {}",
                    self.unknown(&[&last.tree], "it ran", "its tests did not run")
                ));
            }
        }
        if let Some(run) = self.ran(&last.tree).filter(|_| broken.check.is_none()) {
            self.wanted = Some(self.stand(broken, run, &last.tree).await?);
        }
        match works!(first) {
            Some(true) => {}
            Some(false) => {
                return unknown(
                    "in a copy it fails at the oldest state that was tried too, so it is older or depends on more than the files",
                );
            }
            None => {
                return unknown(&format!(
                    "in a copy {} at the oldest state that was tried",
                    self.unknown(&[&first.tree], "it ran", "its tests did not run")
                ));
            }
        }
        let (mut good, mut bad) = (0, points.len() - 1);
        loop {
            // What ran into its time limit, or did not come to its tests, says neither, and is passed over.
            let mut passed_over = BTreeSet::new();
            while let Some(middle) = nearest_middle(good, bad, &passed_over) {
                match points.get(middle) {
                    Some(point) => match works!(point) {
                        Some(true) => good = middle,
                        Some(false) => bad = middle,
                        None => drop(passed_over.insert(middle)),
                    },
                    None => break,
                }
            }
            if bad - good > 1 {
                let open = points.get(good + 1..bad).unwrap_or_default();
                let open: Vec<&Oid> = open.iter().map(|point| &point.tree).collect();
                let why = self.unknown(&open, "ran", "did not come to its tests");
                let states = open.len();
                let states = if states == 1 {
                    "a state".to_owned()
                } else {
                    format!("{states} states")
                };
                return unknown(&format!(
                    "{states} between the last that works and the first that fails {why}"
                ));
            }
            // A merge broke it only if none of its sides had.
            let merge = points.get(bad).and_then(|point| point.commit.as_ref());
            let merge = merge.map(|ancestor| ancestor.commit.clone());
            let mut guilty = None;
            for side in self.sides(merge).await? {
                if let [first, .., last] = side.as_slice()
                    && works!(last) == Some(false)
                    && works!(first) == Some(true)
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

    /// Says that a test of the feature failed and passed on the very files that lie there, if one did.
    async fn flaky(&self, broken: &Broken) -> Result<Option<String>, EngineError> {
        if broken.check.is_some() {
            return Ok(None);
        }
        let now = self.project.tree().await?;
        let code = self.project.code(&now).await?;
        Ok(self.project.journal.with_state(|state| {
            let cases = &state.tests.cases;
            let mut own = cases.iter().filter(|case| verify::names(&broken.feature, &case.name));
            let here = |ground: &Oid| *ground == code || *ground == now;
            let passed_too = |case: &&CaseHistory| {
                let steady = case.steady.as_ref().filter(|steady| here(&steady.ground));
                steady.is_some_and(|steady| steady.failed.is_some() && steady.passed.is_some())
            };
            let case = own.find(passed_too)?;
            // Where a command of the agent came in between, that may have changed what no tree holds.
            Some(match case.flaky.as_ref().is_some_and(|flaky| here(&flaky.ground)) {
                true => format!("{} is flaky, it passed on these very files too", case.name),
                false => format!(
                    "{} passed on these very files too, so it is flaky or depends on more than these",
                    case.name
                ),
            })
        }))
    }
}

/// Returns the state between two that is nearest to their middle, less those that are passed over.
fn nearest_middle(good: usize, bad: usize, passed_over: &BTreeSet<usize>) -> Option<usize> {
    let middle = usize::midpoint(good, bad);
    let open = (good + 1..bad).filter(|at| !passed_over.contains(at));
    open.min_by_key(|at| at.abs_diff(middle))
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
