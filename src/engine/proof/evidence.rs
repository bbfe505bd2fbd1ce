//! What a flip to passing rests on.
//!
//! Owns the rule: a feature's own tests, run here and now; where it names none, its recorded check. Invariant: no flip without one of
//! the two, and none is committed that an edit after it has made untrue.

use super::features;
use super::testing;
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::own_files;
use crate::protocol::{
    CallStatus, CaseStatus, Evidence, EvidenceKind, Feature, FeatureStatus, Oid, SessionNo, TestCase, TestPurpose, TestRun,
};
use crate::session::State;
use crate::verify::{self, broken, broken::Kept};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Tests that are named where several did not hold.
const NAMED: usize = 8;

impl Dispatch {
    /// Looks for evidence that a feature passes on the files as they are now. The inner error is for the agent.
    pub(in crate::engine) async fn evidence(
        &self,
        feature: &Feature,
        cancel: &CancellationToken,
    ) -> Result<Result<Evidence, Ran>, EngineError> {
        let Some(tree) = self.steady_tree().await?.map(|taken| taken.tree.id) else {
            return Ok(Err(Ran::failed(
                "Not flipped: something writes to guarded files all the time. Stop what runs in the background, then claim again.",
            )));
        };
        let session = self.facts.number;
        if feature.tests.is_empty() {
            let proven = self.prove(feature, TestPurpose::Evidence, &tree, cancel).await?;
            return Ok(proven.map(|summary| Evidence {
                kind: EvidenceKind::Check,
                summary,
                tree: Some(tree),
                session,
            }));
        }
        let tested = testing::run(&self.project, TestPurpose::Evidence, Some(tree.clone()), cancel).await?;
        let run = match self.verdict(tested) {
            Ok(run) => run,
            Err(told) => return Ok(Err(told)),
        };
        let mut found = match by_tests(feature, run.as_ref(), tree.clone(), session, &self.project.workspace) {
            Ok(found) => found,
            Err(told) => return Ok(Err(Ran::failed(told))),
        };
        if let Some(run) = &run {
            let earlier = self.failed_here(feature, run);
            let flaky = verify::own_tests(feature, run).into_iter().any(TestCase::is_flaky);
            if flaky || !earlier.is_empty() {
                let tested = testing::again(&self.project, TestPurpose::Evidence, tree, cancel).await?;
                match self.verdict(tested) {
                    Ok(Some(again)) if !verify::own(feature, &again).proven() => {
                        return Ok(Err(Ran::failed(unsteady(feature, &again))));
                    }
                    Ok(_) => {}
                    Err(told) => return Ok(Err(told)),
                }
            }
            for (purpose, tests) in earlier {
                found.summary.push_str(&format!(
                    "; failed {} and passed on the same tree after a command, so flaky or in need of more than these files: {}",
                    purpose.when(),
                    tests.join(", ")
                ));
            }
        }
        if let Some(told) = self.unsound(feature, run.as_ref(), found.tree.as_ref()).await? {
            return Ok(Err(Ran::refused(told)));
        }
        let Some(tree) = &found.tree else { return Ok(Ok(found)) };
        let without = self
            .project
            .passes_by_loose_files(std::slice::from_ref(feature), tree, cancel)
            .await?;
        let Some(without) = without else {
            return Ok(Err(Ran::cancelled()));
        };
        Ok(match without.get(&feature.id) {
            Some(why) => Err(Ran::refused(format!(
                "Not flipped: its tests pass here, and {why}. Take what the program needs into the commit (git must not ignore it), or let \
                 the tests' command make it; then claim again."
            ))),
            None => Ok(found),
        })
    }

    /// Names those of a feature's tests that pass in a run, failed on the same tree before, and are not flaky by that: a command of
    /// the agent came in between, which may have brought what they need and no tree holds.
    /// By why the run was made in which they failed.
    fn failed_here(&self, feature: &Feature, run: &TestRun) -> Vec<(TestPurpose, Vec<String>)> {
        let Some(ground) = run.ground() else { return Vec::new() };
        let own = verify::own_tests(feature, run).into_iter().filter(|case| !case.is_flaky());
        self.project.journal.with_state(|state| {
            let failed = own.filter_map(|case| Some((state.tests.failed_on(&case.name, ground)?, case.name.clone())));
            let mut told: Vec<(TestPurpose, Vec<String>)> = Vec::new();
            for (purpose, test) in failed.take(NAMED) {
                match told.iter_mut().find(|(known, _)| *known == purpose) {
                    Some((_, tests)) => tests.push(test),
                    None => told.push((purpose, vec![test])),
                }
            }
            told
        })
    }

    /// Sets back what was flipped since the last commit and is not so on `tree`: an edit after the proof. Returns what the agent is
    /// told, if there is such a feature. `run` is the test run on that tree.
    pub(in crate::engine) async fn set_back_outdated(
        &self,
        tree: &Oid,
        run: Option<&TestRun>,
        cancel: &CancellationToken,
    ) -> Result<Option<Ran>, EngineError> {
        let fresh = self.project.journal.with_state(|state| fresh(state, self.facts.number));
        for (feature, evidence) in fresh {
            let proven = evidence.tree.as_ref();
            let refused = match evidence.kind {
                EvidenceKind::OwnTests => run
                    .and_then(|run| by_tests(&feature, Some(run), tree.clone(), self.facts.number, &self.project.workspace).err()),
                EvidenceKind::Check if self.project.code_moved(proven, tree).await? => {
                    match self.prove(&feature, TestPurpose::Commit, tree, cancel).await? {
                        Ok(_) => None,
                        Err(ran) if ran.outcome.status == CallStatus::Cancelled => return Ok(Some(ran)),
                        Err(ran) => Some(ran.outcome.shown),
                    }
                }
                EvidenceKind::Check | EvidenceKind::Suite | EvidenceKind::AgentReport | EvidenceKind::Human => None,
            };
            let Some(why) = refused else { continue };
            let id = &feature.id;
            let by_tests = run.filter(|_| evidence.kind == EvidenceKind::OwnTests);
            if let Some(cut) = by_tests.filter(|run| is_unseen(&feature, run)).and_then(TestRun::cut) {
                return Ok(Some(Ran::failed(format!(
                    "Not committed: the tests were {cut} before those of {id} were seen to pass on these files. {}, then commit again.\n{why}",
                    testing::ENDLESS
                ))));
            }
            let (reason, told) = if self.project.code_moved(proven, tree).await? {
                (
                    "does not pass any more after an edit that came after its proof".to_owned(),
                    "was proven, then the files changed, and it does not hold now; its flag is set back. Mend it".to_owned(),
                )
            } else {
                let failing = by_tests.map_or_else(String::new, |run| failing(&feature, run));
                (
                    format!("fails on the very files that it was proven on: {failing}"),
                    format!(
                        "was proven on these very files, and fails on them now: {failing}; its flag is set back. {}",
                        testing::BOTH
                    ),
                )
            };
            features::set_back(&self.project, id, reason).await?;
            self.facts.set_back(id);
            return Ok(Some(Ran::failed(format!(
                "Not committed: {id} {told}, call feature_passed again, then commit.\n{why}"
            ))));
        }
        Ok(None)
    }
}

impl Project {
    /// Names the paths in which two trees differ.
    pub(in crate::engine) async fn moved(&self, from: &Oid, to: &Oid) -> Result<Vec<String>, EngineError> {
        if from == to {
            return Ok(Vec::new());
        }
        let (from, to) = (from.clone(), to.clone());
        let changes = self.git(move |repo| repo.changes(Some(&from), &to)).await?;
        Ok(changes.into_iter().map(|file| file.path).collect())
    }

    /// Says whether anything but the harness's own two files differs from what something was shown on.
    pub(in crate::engine) async fn code_moved(&self, proven: Option<&Oid>, tree: &Oid) -> Result<bool, EngineError> {
        let Some(proven) = proven else { return Ok(true) };
        Ok(proven != tree && self.code(proven).await? != self.code(tree).await?)
    }

    /// Names the tree without what the harness writes itself: two of them alike hold the same program.
    pub(in crate::engine) async fn code(&self, tree: &Oid) -> Result<Oid, EngineError> {
        let (tree, list) = (tree.clone(), self.list().to_owned());
        self.git(move |repo| repo.without(&tree, &own_files(&list))).await
    }
}

/// Features that this session flipped to passing since its last commit, with what was shown for it.
fn fresh(state: &State, session: SessionNo) -> Vec<(Feature, Evidence)> {
    let mut commits = state.commits.iter().rev();
    let since = commits.find(|commit| commit.session == session).map(|commit| commit.seq);
    let rows = state.features.rows.iter();
    let passing = rows.filter(|row| row.feature.status == FeatureStatus::Passing);
    passing
        .filter_map(|row| {
            let flip = row.flips.last()?;
            let own = flip.session == session && since.is_none_or(|seq| flip.seq > seq);
            Some((row.feature.clone(), flip.evidence.clone().filter(|_| own)?))
        })
        .collect()
}

/// Says that tests which had just passed fail when they are run once more on the same files.
fn unsteady(feature: &Feature, again: &TestRun) -> String {
    format!(
        "Not flipped: tests of {} pass and fail on the very same files: {}. {}, then claim again.\n{}\n{}",
        feature.id,
        failing(feature, again),
        testing::BOTH,
        testing::summary(again),
        again.output.text
    )
}

/// Names those of a feature's tests that a run names and that did not pass in it, with the word for what did both.
fn failing(feature: &Feature, run: &TestRun) -> String {
    let own = verify::own_tests(feature, run);
    let failing: Vec<&TestCase> = own
        .into_iter()
        .filter(|case| case.status != CaseStatus::Passed)
        .take(NAMED)
        .collect();
    let names: Vec<&str> = failing.iter().map(|case| case.name.as_str()).collect();
    let flaky = if failing.iter().any(|case| case.is_flaky()) {
        " (flaky)"
    } else {
        ""
    };
    format!("{}{flaky}", names.join(", "))
}

/// Whether nothing that a run told speaks against a feature: its time limit stopped it before that.
fn is_unseen(feature: &Feature, run: &TestRun) -> bool {
    let own = verify::own_tests(feature, run);
    run.timed_out && own.iter().all(|case| case.status == CaseStatus::Passed)
}

/// Judges a claim that a feature passes by a test run made just now. The error is for the model.
fn by_tests(feature: &Feature, run: Option<&TestRun>, tree: Oid, session: SessionNo, root: &Path) -> Result<Evidence, String> {
    let Some(run) = run else {
        return Err(format!(
            "Not flipped: {} names tests, and no command is known that runs them. Ask the human to set `command` under [verify] in longhaul.toml.",
            feature.id
        ));
    };
    let own = verify::own(feature, run);
    if own.proven() {
        return Ok(Evidence {
            kind: EvidenceKind::OwnTests,
            summary: testing::proof(&own, &tree),
            tree: Some(tree),
            session,
        });
    }
    if let Some(cut) = run.cut().filter(|_| is_unseen(feature, run)) {
        return Err(format!(
            "Not flipped: the tests were {cut} before those of {} were seen to pass. {}, then claim again.\n{}\n{}",
            feature.id,
            testing::ENDLESS,
            testing::summary(run),
            run.output.text
        ));
    }
    let may_be_there = || own.missing.iter().all(|entry| broken::may_be_there(entry, root));
    let kept = Kept::of(run, &own.missing).filter(|kept| !own.missing.is_empty() && *kept != Kept::Untold && may_be_there());
    if let Some(kept) = kept {
        let failure = match kept {
            Kept::Absent(_) | Kept::Whole | Kept::Untold => broken::failure(run).unwrap_or_default(),
            kept @ (Kept::Part(_) | Kept::Elsewhere(_)) => kept.why(run),
        };
        let named = match own.may_have_run(run) {
            true => format!(" If they did run: {}.", verify::runner::advice(root, &run.command)),
            false => String::new(),
        };
        return Err(format!(
            "Not flipped: the tests of {} could not run: {failure}. Mend what breaks it (`{}`), then claim again.{named}\n{}",
            feature.id, run.command, run.output.text
        ));
    }
    if own.may_have_run(run) {
        return Err(format!(
            "Not flipped: the run told no result of these tests of {} by name: {}. Whether they ran nobody can see. {}\n{}. The command is \
             `{}`; where it is not yours to change, ask the human.\n{}",
            feature.id,
            own.missing.join(", "),
            testing::summary(run),
            verify::runner::advice(root, &run.command),
            run.command,
            run.output.text
        ));
    }
    if !own.missing.is_empty() {
        let is_there = own.missing.iter().all(|entry| broken::is_file_there(entry, root));
        let next = match is_there {
            true => format!(
                "The files are there: have `{}` run them and tell of each test by the name that the list has.",
                run.command
            ),
            false => "Write them where the list says.".to_owned(),
        };
        return Err(format!(
            "Not flipped: these tests of {} did not run: {}. {next} {}",
            feature.id,
            own.missing.join(", "),
            testing::summary(run)
        ));
    }
    if let Some(amiss) = own
        .amiss
        .filter(|_| own.cases.iter().all(|case| case.status == CaseStatus::Passed))
    {
        return Err(format!(
            "Not flipped: its own tests pass, but this run cannot be believed: {amiss}\nMend that, then claim again.\n{}",
            run.output.text
        ));
    }
    let passed = own.cases.iter().filter(|case| case.status == CaseStatus::Passed).count();
    Err(format!(
        "Not flipped: {passed} of {} of its own tests pass. {}\n{}",
        own.cases.len(),
        testing::summary(run),
        run.output.text
    ))
}
