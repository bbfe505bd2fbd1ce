//! A commit in the making: a tree, the tests on exactly that tree, and the facts that a person judges it by.
//!
//! Owns what is looked at before a commit's gate opens. Does not decide and does not commit. Invariant: every finding is a fact of
//! the log, the guards or the disk; none is the agent's word.

use super::earlier::{self, Parted};
use super::held::{self, Taken};
use super::rites::Hooked;
use super::{beyond, index, weakened};
use crate::config::{Layers, Settings};
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::person::gates::{self, Policy};
use crate::engine::proof::testing;
use crate::git::{Repo, Tree};
use crate::guard::SETTINGS;
use crate::harness::FeatureList;
use crate::protocol::event::{CommitFacts, GateKind, GateOpened};
use crate::protocol::plan::Base;
use crate::protocol::{Autonomy, CallId, EvidenceKind, FeatureStatus, FileDiff, GateId, Oid, TestPurpose, TestRun, TestTotals};
use crate::session::State;
use crate::session::state::ApprovedChange;
use crate::verify::COMMAND_CASE;
use std::collections::BTreeMap;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Paths that a sentence names before it only counts the rest.
const NAMED: usize = 5;

/// What a commit will be made of.
pub struct Draft {
    /// Its tree.
    pub tree: Tree,
    /// The tree of the files that were tested: this one, and a person's own files beside it.
    pub tested_on: Oid,
    /// What was a person's before the run.
    pub parted: Parted,
    /// The commit it stands on.
    pub head: Option<Oid>,
    /// The run that it is compared with.
    pub before: Option<TestRun>,
    /// The run on this tree; `None` without a verify command.
    pub run: Option<TestRun>,
    /// Its changes against `head`.
    pub changes: Vec<FileDiff>,
    /// The tree of the disk when the gate opened: the same, unless the tests wrote files.
    pub disk: Oid,
    /// What the machine's own checks found, as sentences.
    pub findings: Vec<(bool, String)>,
    /// What git would not have held as agreed, if so; the tree does.
    pub amiss: Option<String>,
    /// What the user's pre-commit hook says; where it lets the commit not through, a person may, over it.
    pub hooked: Hooked,
    /// What the change does to tests: weaker, or run otherwise.
    pub weaker: Vec<String>,
    /// What is decided where nobody is asked and the hook lets the commit through.
    policy: Policy,
    /// What the agent left running beside it.
    pub running: Vec<String>,
    /// Why an approval of it led to no commit, and what the person can do.
    pub unmade: Option<String>,
}

impl Dispatch {
    /// Takes the tree as it is, tests it, and gathers the facts. The inner error is for the agent: there is nothing to decide.
    pub(in crate::engine) async fn draft(&self, cancel: &CancellationToken) -> Result<Result<Draft, Ran>, EngineError> {
        let project = &self.project;
        let Some(Taken { tree: on_disk, amiss }) = self.steady_tree().await? else {
            return Ok(Err(Ran::failed(
                "Not committed: something writes to guarded files all the time. Stop what runs in the background, then commit again.",
            )));
        };
        let (tested_on, parted) = (on_disk.id.clone(), earlier::part(project, on_disk).await?);
        let tree = parted.tree.clone();
        let all_is_in = index::settle_if_all_is_in(project, &tree).await?;
        let (head, dirty) = project.git(|repo| Ok((repo.head()?, repo.dirty()?))).await?;
        if all_is_in || parted.owed(project, dirty).await?.is_empty() {
            return Ok(Err(Ran::failed(format!(
                "Nothing to commit: the working tree is the same as the last commit.{}{}",
                beyond::left_out(&tree.left_out),
                parted.told()
            ))));
        }
        let tested = testing::run(project, TestPurpose::Commit, Some(tested_on.clone()), cancel).await?;
        let run = match self.verdict(tested) {
            Ok(run) => run,
            Err(cancelled) => return Ok(Err(cancelled)),
        };
        let before = self.facts.baseline();
        if let (Some(before), Some(after)) = (&before, &run)
            && let Some(told) = testing::no_more(before, after)
        {
            return Ok(Err(Ran::failed(told)));
        }
        if let Some(told) = self.set_back_outdated(&tested_on, run.as_ref(), cancel).await? {
            return Ok(Err(told));
        }
        let (base, made) = (head.clone(), tree.id.clone());
        let changes = project.git(move |repo| repo.changes(base.as_ref(), &made)).await?;
        let mut findings = self.findings(&changes, &tree.id).await?;
        let amiss = held::words(&amiss);
        findings.extend(
            run.as_ref()
                .and_then(|run| testing::flaky(run.flaky()))
                .map(|told| (false, told)),
        );
        findings.extend(
            run.as_ref()
                .and_then(|run| testing::skipped_anew(before.as_ref(), run))
                .map(|told| (true, told)),
        );
        findings.extend(parted.findings());
        findings.extend(amiss.clone().map(|words| (false, words)));
        findings.extend(project.in_no_commit(&tree.id).await?.map(|words| (false, words)));
        let weaker = weakened::by_commit(project, head.as_ref(), &tree.id, &changes).await?;
        let (notes, weaker): (Vec<_>, Vec<_>) = weaker.into_iter().partition(weakened::Weaker::is_note);
        // Where nobody will look, the machine holds to what was agreed.
        let policy = match gates::level(project) {
            Autonomy::Auto if !weaker.is_empty() => Policy::Reject(weakened::refusal(&weaker, self.facts.number)),
            _ => Policy::Approve,
        };
        let weaker = weakened::told(&weaker);
        findings.extend(weaker.iter().map(|found| (false, found.clone())));
        findings.extend(weakened::told(&notes).into_iter().map(|note| (true, note)));
        let mut disk = tested_on.clone();
        if gates::level(project).asks(GateKind::Commit) {
            let tested = std::mem::replace(&mut disk, project.tree().await?);
            findings.extend(self.strayed("the tests ran", &tested, &disk).await?);
        }
        let Some(hooked) = self.ask_hook(&tree.id, &mut disk, cancel).await? else {
            return Ok(Err(Ran::cancelled()));
        };
        Ok(Ok(Draft {
            tree,
            tested_on,
            parted,
            head,
            before,
            run,
            changes,
            disk,
            findings,
            amiss,
            hooked,
            weaker,
            policy,
            running: self.runs_still().await,
            unmade: None,
        }))
    }

    /// A finding, if files changed that this commit does not hold.
    pub(in crate::engine) async fn strayed(
        &self,
        during: &str,
        from: &Oid,
        to: &Oid,
    ) -> Result<Option<(bool, String)>, EngineError> {
        let moved = self.project.moved(from, to).await?;
        let told = || format!("changed while {during}, and not in this commit: {}", named(&moved));
        Ok((!moved.is_empty()).then(|| (false, told())))
    }

    /// What this session's log and its guards know of the change.
    async fn findings(&self, changes: &[FileDiff], tree: &Oid) -> Result<Vec<(bool, String)>, EngineError> {
        let mut findings = self.flips();
        let asked = self.approved(changes, tree).await?;
        for (gate, paths) in &asked {
            findings.push((true, format!("changed as you approved at {gate}: {}", named(paths))));
        }
        let is_test = |path: &String| self.project.guard.is_test(Path::new(path));
        let is_asked = |path: &String| asked.iter().any(|(_, paths)| paths.contains(path));
        let tests = changes
            .iter()
            .filter(|file| is_test(&file.path) || file.old_path.as_ref().is_some_and(is_test));
        let (new, changed): (Vec<&FileDiff>, Vec<&FileDiff>) = tests.partition(|file| file.status == 'A');
        let paths = |files: Vec<&FileDiff>| files.into_iter().map(|file| file.path.clone()).collect::<Vec<_>>();
        let (new, changed) = (paths(new), paths(changed));
        let (allowed, changed): (Vec<String>, Vec<String>) = changed.into_iter().partition(is_asked);
        if !changed.is_empty() {
            findings.push((false, format!("agreed tests changed: {}", named(&changed))));
        } else if allowed.is_empty() {
            findings.push((true, "agreed tests untouched".to_owned()));
        } else {
            findings.push((true, "no other agreed test changed".to_owned()));
        }
        if !new.is_empty() {
            findings.push((true, format!("new tests, agreed from this commit on: {}", named(&new))));
        }
        if changes.iter().any(|file| file.path == SETTINGS && file.status != 'D') {
            let layers = Layers::read(None, Some(&self.project.workspace.join(SETTINGS)));
            let broken = layers.and_then(Settings::load).err();
            findings.extend(broken.map(|error| (false, format!("no run begins with these settings: {error}"))));
        }
        findings.push(match self.facts.breaches() {
            0 if !asked.is_empty() || self.was_asked() => {
                (true, "no guarded file was changed without you in this session".to_owned())
            }
            0 => (true, "guarded files untouched in this session".to_owned()),
            1 => (false, "a guarded file was changed in this session".to_owned()),
            n => (false, format!("guarded files were changed {n} times in this session")),
        });
        Ok(findings)
    }

    /// Says whether a person approved a change of a guarded file in this session.
    fn was_asked(&self) -> bool {
        let own = self.facts.number;
        let asked = |state: &State| state.approved.iter().any(|change| change.session == own);
        self.project.journal.with_state(asked)
    }

    /// The guarded files of a change that are as a person approved them, by the gate at which they did.
    async fn approved(&self, changes: &[FileDiff], tree: &Oid) -> Result<Vec<(GateId, Vec<String>)>, EngineError> {
        let is_changed = |path: &str| changes.iter().any(|file| file.path == path);
        // What was approved last of a file counts.
        let latest: BTreeMap<String, ApprovedChange> = self.project.journal.with_state(|state| {
            let approved = state.approved.iter().filter(|change| is_changed(&change.path));
            approved.map(|change| (change.path.clone(), change.clone())).collect()
        });
        if latest.is_empty() {
            return Ok(Vec::new());
        }
        let (tree, list) = (tree.clone(), self.project.list_name());
        let as_approved = move |repo: &Repo| {
            let mut found: BTreeMap<GateId, Vec<String>> = BTreeMap::new();
            for (path, change) in latest {
                let (then, now) = (repo.read_at(&change.tree, &path)?, repo.read_at(&tree, &path)?);
                if same(path == list, then, now) {
                    found.entry(change.gate).or_default().push(path);
                }
            }
            Ok(found)
        };
        Ok(self.project.git(as_approved).await?.into_iter().collect())
    }

    /// Features that were flipped in this session since its last commit, and on what evidence.
    fn flips(&self) -> Vec<(bool, String)> {
        self.project.journal.with_state(|state| {
            let since = state
                .commits
                .iter()
                .rev()
                .find(|commit| commit.session == self.facts.number)
                .map(|commit| commit.seq);
            let mut flips = Vec::new();
            for row in &state.features.rows {
                let own = |flip: &&crate::session::state::Flip| {
                    flip.session == self.facts.number && since.is_none_or(|seq| flip.seq > seq)
                };
                for flip in row.flips.iter().filter(own) {
                    let id = &row.feature.id;
                    flips.push(match (&flip.evidence, flip.to) {
                        (Some(evidence), FeatureStatus::Passing) => (
                            evidence.kind != EvidenceKind::AgentReport,
                            format!("{id} passes now: {}", evidence.summary),
                        ),
                        (None, FeatureStatus::Passing) => (false, format!("{id} passes now, without evidence: {}", flip.reason)),
                        (_, _) => (false, format!("{id} does not pass any more: {}", flip.reason)),
                    });
                }
            }
            flips
        })
    }
}

impl Draft {
    /// Counts the tests before it. What stood for a command that told of no test is none where tests are told now.
    #[must_use]
    pub fn totals_before(&self) -> Option<TestTotals> {
        let before = self.before.as_ref()?;
        let names = |run: &TestRun| run.cases.iter().any(|case| case.name != COMMAND_CASE);
        match self.run.as_ref().is_some_and(names) && before.tells_of_command_only() {
            true => Some(TestTotals::default()),
            false => totals(before),
        }
    }

    /// The gate's event, with everything that a person must know.
    #[must_use]
    pub fn opened(&self, dispatch: &Dispatch, call: &CallId, message: &str) -> GateOpened {
        let project = &dispatch.project;
        let sum = |count: fn(&FileDiff) -> u32| self.changes.iter().map(count).fold(0, u32::saturating_add);
        let mut findings = self.findings.clone();
        findings.extend(self.hooked.found.iter().cloned());
        GateOpened {
            gate: gates::next(project),
            what: GateKind::Commit,
            call: call.clone(),
            title: message.lines().next().unwrap_or_default().to_owned(),
            body: message.to_owned(),
            tree: Some(self.tree.id.clone()),
            commit: Some(Box::new(CommitFacts {
                base: self.head.clone(),
                feature: dispatch.facts.feature(),
                files: u32::try_from(self.changes.len()).unwrap_or(u32::MAX),
                added: sum(|file| file.added),
                removed: sum(|file| file.removed),
                tests_before: self.totals_before(),
                tests_after: self.run.as_ref().and_then(totals),
                // What stays a person's was beside it; a finding says so.
                tested_tree: self.run.as_ref().and_then(|run| run.tree.clone()).map(|tested| {
                    if tested == self.tested_on {
                        self.tree.id.clone()
                    } else {
                        tested
                    }
                }),
                earlier: self.parted.marked.clone(),
                findings,
                git_failure: self.unmade.clone(),
                hook_failure: self.hooked.refusal(),
                left_out: self
                    .tree
                    .left_out
                    .iter()
                    .map(|left| format!("{}, which {}", left.path, left.reason))
                    .collect(),
                running: self.running.clone(),
                previous: project.journal.with_state(|state| state.last_round.clone()),
            })),
            particulars: None,
        }
    }

    /// What is decided where nobody is asked.
    #[must_use]
    pub fn policy(&self) -> Policy {
        match &self.hooked.failure {
            Some(failure) => Policy::Reject(failure.clone()),
            None => self.policy.clone(),
        }
    }

    /// Hunks in all.
    #[must_use]
    pub fn hunks(&self) -> u32 {
        self.changes.iter().map(FileDiff::hunks).fold(0, u32::saturating_add)
    }
}

/// Says whether a file is as it was approved: a list by its words, whose flags change on evidence, and any other by its bytes.
fn same(is_list: bool, then: Option<Vec<u8>>, now: Option<Vec<u8>>) -> bool {
    let words = |bytes: &Vec<u8>| {
        let list = FeatureList::parse("", bytes.clone()).ok()?;
        Some(Base::of(list.features()))
    };
    let read = |bytes: &Option<Vec<u8>>| bytes.as_ref().and_then(words);
    then == now || is_list && read(&then).is_some() && read(&then) == read(&now)
}

/// Counts, where the run named any tests.
#[must_use]
pub fn totals(run: &TestRun) -> Option<TestTotals> {
    (!run.cases.is_empty()).then(|| run.totals())
}

/// Lists paths, the first few by name.
#[must_use]
pub fn named(paths: &[String]) -> String {
    let mut text = paths.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if paths.len() > NAMED {
        text.push_str(&format!(" and {} more", paths.len() - NAMED));
    }
    text
}
