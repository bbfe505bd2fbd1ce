//! Recorded checks: taken from the agent, run by the harness, kept with all they print.
//!
//! Owns when a check counts as a feature's evidence. Does not run the steps (`verify::check`). Invariant: a check is kept only if it
//! holds in the project, needs its programs at work, did not hold on the files as they were before the work, and leaves the project's
//! files as they were. What its own words print, and that it holds in an empty directory, are grounds for suspicion; programs that do
//! nothing settle it ([`super::silenced`]).

use super::silenced::Need;
use super::testing;
use crate::engine::commit::draft::named;
use crate::engine::context::dispatch::{Dispatch, Ran};
use crate::engine::context::effect::ProposedCall;
use crate::engine::error::EngineError;
use crate::engine::person::permit::Permit;
use crate::engine::project::Project;
use crate::guard::{command, spoken};
use crate::protocol::event::{CheckRan, Ruling, RulingMade};
use crate::protocol::{
    CallId, Check, CheckRun, CheckStep, EvidenceKind, Feature, FeatureId, FeatureStatus, Oid, RawJson, TestPurpose,
};
use crate::session::state::KeptCheck;
use crate::verify;
use crate::verify::check::{self, FILES_VARIABLE, Plan};
use serde_json::json;
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;

/// What is told of a check that shows no program at work.
const SHOWS_NOTHING: &str = "runs nothing of the project; let a step run the program, or ask the human for their word";

/// What is told of a check that holds where nothing is.
const ANYWHERE: &str = "it holds in an empty directory too, so it shows nothing of this project; run the real program by a path from the \
                        project's top, and start what it needs within the check";

/// What to do about a check that no output of a program decides.
const LET_IT_DECIDE: &str = "expect a text that the program prints, or let a comparison with what it prints decide: `program | grep -q TEXT \
                             && echo found`, `program | diff - FILE`, `[ \"$(program)\" = TEXT ] && echo same`";

/// Runs a feature's check in the project and keeps what it printed and wrote; `None` if it was stopped. Records nothing.
///
/// # Errors
/// Fails if the shell cannot be started or a blob cannot be kept.
pub async fn run(
    project: &Project,
    feature: &FeatureId,
    check: &Check,
    purpose: TestPurpose,
    cancel: &CancellationToken,
) -> Result<Option<CheckRun>, EngineError> {
    let Some(_turn) = testing::turn(project, cancel).await else {
        return Ok(None);
    };
    let tree = project.tree().await?;
    project.put_back_if_suspect().await?;
    let seal = project.guard.seal();
    let _ours = project.watcher.expect();
    let settings = project.mark_settings().await;
    let ran = check::run(plan(project, feature, check, purpose, tree), cancel.clone()).await?;
    let set = project.settings_put_back(settings, None).await?;
    // A hook has no part in what was seen here.
    project.hooks_put_back(None).await?;
    let mut disturbed = project.disturbed(&seal).await?;
    disturbed.extend(set.into_iter().map(|breach| breach.path));
    if ran.cancelled {
        return Ok(None);
    }
    let mut run = ran.run;
    if !disturbed.is_empty() {
        run.amiss
            .push(format!("guarded files were written to while it ran: {}", named(&disturbed)));
    }
    for (step, whole) in run.steps.iter_mut().zip(&ran.outputs) {
        step.output = project.blobs.payload(whole, std::mem::take(&mut step.output.text))?;
    }
    for (file, bytes) in run.files.iter_mut().zip(&ran.files) {
        file.blob = Some(project.blobs.put(bytes)?);
    }
    Ok(Some(run))
}

/// Runs a recorded check, again while it fails and the settings say so, and records each run. Returns the last one; `None` if it was
/// stopped.
///
/// # Errors
/// As [`run`], or if the log cannot be written.
pub async fn replay(
    project: &Project,
    feature: &FeatureId,
    check: &Check,
    purpose: TestPurpose,
    cancel: &CancellationToken,
) -> Result<Option<CheckRun>, EngineError> {
    let mut attempts = 0..project.settings.verify.retries;
    loop {
        let Some(run) = run(project, feature, check, purpose, cancel).await? else {
            return Ok(None);
        };
        project.record(CheckRan { run: run.clone() })?;
        if run.holds() || attempts.next().is_none() {
            return Ok(Some(run));
        }
    }
}

fn plan(project: &Project, feature: &FeatureId, check: &Check, purpose: TestPurpose, tree: Oid) -> Plan {
    Plan {
        feature: feature.clone(),
        check: check.clone(),
        cwd: project.workspace.clone(),
        purpose,
        tree: Some(tree),
        timeout: Duration::from_secs(project.settings.verify.timeout_seconds),
        elsewhere: false,
    }
}

/// Says how a run went, with the output of the step that did not hold.
#[must_use]
pub fn told(run: &CheckRun) -> String {
    match run.failure() {
        None => format!("{} on tree {}", run.counts(), run.tree.as_ref().map_or("unknown", Oid::short)),
        Some(failure) => {
            let output = run.steps.last().map_or("", |step| step.output.text.as_str());
            format!("{failure}.\n{output}")
        }
    }
}

/// Says that a check looks at exit codes only.
fn only_ends(run: &CheckRun) -> Option<String> {
    let all = run.check.steps.iter().all(|step| step.expect.is_empty());
    all.then(|| format!("it looks at exit codes only; {LET_IT_DECIDE}"))
}

impl Dispatch {
    /// The `record_check` tool.
    pub(in crate::engine) async fn record_check(
        &self,
        call: &CallId,
        id: &FeatureId,
        check: Check,
        cancel: &CancellationToken,
    ) -> Result<Ran, EngineError> {
        if let Some(told) = self.unfit(id, &check) {
            return Ok(Ran::failed(format!("Not recorded: {told}")));
        }
        let script = check
            .steps
            .iter()
            .map(|step| step.command.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        let said = match self.may_run(call, &script, cancel).await? {
            Permit::Granted(said) => said,
            Permit::Refused(ran) => return Ok(ran),
        };
        let begun = SystemTime::now();
        let Some(mut run) = run(&self.project, id, &check, TestPurpose::Evidence, cancel).await? else {
            return Ok(Ran::cancelled());
        };
        if run.holds() {
            run.amiss.extend(self.doubt(&run, begun, cancel).await?);
        }
        self.project.record(CheckRan { run: run.clone() })?;
        let mut ran = match run.failure() {
            None => Ran::done(format!(
                "Recorded: {}. The harness runs it again for `feature_passed`, before a commit and at the start of sessions to come.",
                told(&run)
            )),
            Some(_) => Ran::failed(format!("Not recorded: {}", told(&run))),
        };
        ran.outcome.shown.push_str(&said);
        self.check(call, &mut ran).await?;
        self.check_branch(call, &mut ran).await?;
        Ok(ran)
    }

    /// Says why a check cannot be this feature's, before it is run.
    fn unfit(&self, id: &FeatureId, check: &Check) -> Option<String> {
        let feature = match self.own_feature(id) {
            Ok(feature) => feature,
            Err(told) => return Some(told),
        };
        if feature.status == FeatureStatus::Passing {
            return Some(format!("{id} passes already."));
        }
        if !feature.tests.is_empty() {
            return Some(format!(
                "{id} names tests of its own ({}): these are its evidence. Write them, then call feature_passed.",
                feature.tests.join(", ")
            ));
        }
        let agreed = self.project.journal.with_state(|state| {
            let row = state.features.get(id)?;
            let proven = |flip: &crate::session::state::Flip| {
                let evidence = flip.evidence.as_ref().filter(|_| state.is_on_the_way(flip.seq));
                evidence.is_some_and(|evidence| evidence.kind == EvidenceKind::Check)
            };
            row.check.as_ref().filter(|kept| kept.check != *check && row.flips.iter().any(proven))?;
            Some(format!(
                "{id} passed by a check before, and that check stays. Mend the code and call feature_passed; ask the human if the check is wrong."
            ))
        });
        let reads = || {
            let only_reads = |step: &CheckStep| command::only_reads(&step.command, &self.project.workspace);
            let all = check.steps.iter().all(only_reads);
            all.then(|| format!("it only reads what is written down, and {SHOWS_NOTHING}"))
        };
        agreed.or_else(|| check::sound(check).err()).or_else(reads)
    }

    /// Judges a check's commands as the shell's are judged: by the guard, and by a person where the level says so.
    async fn may_run(&self, call: &CallId, script: &str, cancel: &CancellationToken) -> Result<Permit, EngineError> {
        let input = RawJson::of(&json!({ "command": script })).map_err(|error| EngineError::Task(error.to_string()))?;
        let title = format!("check: {}", script.lines().next().unwrap_or_default());
        let proposed = ProposedCall {
            call: call.clone(),
            tool: "bash".to_owned(),
            input,
        };
        let verdict = self.project.guard.rule(&proposed.tool, &proposed.input, &[]);
        if verdict.ruling == Ruling::Deny {
            self.project.record(RulingMade {
                call: call.clone(),
                title,
                ruling: Ruling::Deny,
                guard: verdict.guard.to_owned(),
                reason: verdict.reason.clone(),
            })?;
            return Ok(Permit::Refused(Ran::refused(verdict.reason)));
        }
        self.permit(&proposed, &title, cancel).await
    }

    /// Says why a check that holds shows nothing, or cannot be run again.
    async fn doubt(&self, run: &CheckRun, begun: SystemTime, cancel: &CancellationToken) -> Result<Option<String>, EngineError> {
        let project = &self.project;
        let Some(tree) = run.tree.clone() else { return Ok(None) };
        let moved = self.project.moved(&tree, &project.tree().await?).await?;
        if !moved.is_empty() {
            return Ok(Some(format!(
                "it changed files of the project ({}), so it cannot be run again and again; let it write to ${FILES_VARIABLE}, a directory of \
                 its own, or where git ignores it",
                named(&moved)
            )));
        }
        let plan = plan(project, &run.feature, &run.check, run.purpose, tree);
        let took = Duration::from_millis(run.duration_ms);
        let anywhere = check::holds_anywhere(plan.clone(), took, cancel.clone()).await?;
        let suspicion = if anywhere {
            Some(ANYWHERE.to_owned())
        } else {
            if let Some(before) = self.held_before(plan.clone(), took, anywhere, cancel).await? {
                return Ok(Some(before));
            }
            self.said(run, begun).or_else(|| only_ends(run))
        };
        match (self.needs_programs(run, &plan, suspicion.is_some(), cancel).await?, suspicion) {
            (Need::Seen, _) | (Need::Unknown, None) => {}
            (Need::Nothing(seen), None) => return Ok(Some(format!("{seen}; {LET_IT_DECIDE}"))),
            (Need::Nothing(seen), Some(told)) => return Ok(Some(format!("{told}; {seen}"))),
            (Need::Unknown, Some(told)) => return Ok(Some(told)),
        }
        let is_printed = !run.check.steps.iter().all(|step| step.expect.is_empty());
        if anywhere && let Some(before) = self.held_before(plan.clone(), took, anywhere, cancel).await? {
            return Ok(Some(before));
        }
        if let Some(file) = verify::printed(run, &project.workspace, begun).filter(|_| is_printed) {
            return Ok(Some(format!(
                "it prints what stands in {}, and {SHOWS_NOTHING}",
                file.display()
            )));
        }
        self.repeats(run, plan, begun, cancel).await
    }

    /// Says that all a check expects is printed by its own commands, if that is so.
    fn said(&self, run: &CheckRun, begun: SystemTime) -> Option<String> {
        let printed: Vec<&str> = run.steps.iter().map(|step| step.output.text.as_str()).collect();
        let place = |path: &str| self.project.workspace.join(path);
        let is_old = |path: &str| place(path).metadata().is_ok_and(|meta| verify::lay_there(&meta, begun));
        spoken::says_itself(&run.check, &printed, &is_old).map(|text| {
            format!("its own commands print what it expects ({text:?}), so it shows no more than an exit code; {LET_IT_DECIDE}")
        })
    }

    /// Runs a feature's check again unless it held on this very tree. The inner error is for the agent.
    pub(in crate::engine) async fn prove(
        &self,
        feature: &Feature,
        purpose: TestPurpose,
        tree: &Oid,
        cancel: &CancellationToken,
    ) -> Result<Result<String, Ran>, EngineError> {
        let Some(kept) = self.kept_check(&feature.id) else {
            return Ok(Err(Ran::failed(format!(
                "Not flipped: {id} names no tests of its own, and your word alone is no evidence. Call record_check for {id} first: commands \
                 that show it at work, with what they must print.",
                id = feature.id
            ))));
        };
        let steps = kept.check.steps.len();
        if kept.last.failure.is_none() && kept.last.tree.as_ref() == Some(tree) {
            return Ok(Ok(format!("check {steps}/{steps} on tree {}", tree.short())));
        }
        let Some(run) = run(&self.project, &feature.id, &kept.check, purpose, cancel).await? else {
            return Ok(Err(Ran::cancelled()));
        };
        self.project.record(CheckRan { run: run.clone() })?;
        Ok(if run.holds() {
            Ok(told(&run))
        } else {
            Err(Ran::failed(format!(
                "The check of {} does not hold: {}",
                feature.id,
                told(&run)
            )))
        })
    }

    fn kept_check(&self, id: &FeatureId) -> Option<KeptCheck> {
        self.project
            .journal
            .with_state(|state| state.features.get(id).and_then(|row| row.check.clone()))
    }
}
