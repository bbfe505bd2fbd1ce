//! The last look before a run ends as done.
//!
//! Owns the question whether every feature holds on the final files, and what becomes of those that do not. Does not own a feature's
//! evidence while a session works on it (`evidence`), what a session's start tries again (`regress`), nor what an agent is answered
//! that says that all is done (`claimed`). Invariant: a run ends as done only after each feature of the list was seen to hold on the files
//! as they lie there, by a run of the harness; or rests on a person's word.

use super::claimed::NAMED;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::proof::checks;
use crate::engine::proof::features;
use crate::engine::proof::grounds::{self, Claim, claims};
use crate::engine::proof::testing::{self, Tested};
use crate::protocol::event::{FeatureFlipped, FlipBy};
use crate::protocol::{
    CaseStatus, Evidence, EvidenceKind, Feature, FeatureId, FeatureStatus, Oid, SessionNo, TestPurpose, TestRun,
};
use crate::session::State;
use crate::verify::{self, broken, broken::Kept};
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

/// What the last look at a list that passes wholly came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every feature holds on the files as they are; the sentence says so, and what is not committed.
    Done(String),
    /// These did not, and were set back: the run goes on.
    SetBack(Vec<FeatureId>),
    /// The list says so of these, and nobody has shown it.
    Unproven(Vec<FeatureId>),
    /// It could not be found out.
    Unknown(String),
    /// It was stopped.
    Cut,
}

/// Names features, the first few.
fn named(ids: &[FeatureId]) -> String {
    let named: Vec<&str> = ids.iter().map(FeatureId::as_str).take(NAMED).collect();
    let more = match ids.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.join(", "))
}

/// Looks whether every feature of a list that passes wholly holds, and sets back what does not.
///
/// # Errors
/// Fails if git, the list, the log or a command of the project fails.
pub async fn look(project: &Project, trust: bool, cancel: &CancellationToken) -> Result<Verdict, EngineError> {
    features::load(project)?;
    let uncommitted = grounds::uncommitted(project, |_| true).await?;
    if !uncommitted.is_empty() {
        for id in &uncommitted {
            features::take_back(project, id, FeatureFlipped::UNCOMMITTED.to_owned())?;
        }
        return Ok(Verdict::SetBack(uncommitted));
    }
    testing::detect(project).await?;
    let tree = project.tree().await?;
    let claims = claims(project);
    let run = match tests(project, &claims, &tree, cancel).await? {
        Tested::Ran(run) => Some(*run),
        Tested::NoCommand => None,
        Tested::Cancelled => return Ok(Verdict::Cut),
        Tested::Disturbed(files) => {
            let named = files.join(", ");
            return Ok(Verdict::Unknown(format!(
                "guarded files were written to while the last tests ran ({named}); stop what writes them, then run again"
            )));
        }
    };
    let (mut back, mut unproven, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
    let own_tests: Vec<Feature> = claims
        .iter()
        .filter(|claim| run.is_some() && !claim.feature.tests.is_empty() && !claim.by_hand)
        .map(|claim| claim.feature.clone())
        .collect();
    let loose = match own_tests.is_empty() {
        true => BTreeMap::new(),
        false => match project.passes_by_loose_files(&own_tests, &tree, cancel).await? {
            Some(loose) => loose,
            None => return Ok(Verdict::Cut),
        },
    };
    for claim in claims {
        let id = claim.feature.id.clone();
        let judged = match (judge(project, &claim, run.as_ref(), &tree, cancel).await?, loose.get(&id)) {
            (Some(Judged::Holds(_)), Some(why)) => Some(Judged::Fails(format!("its tests pass in this directory alone: {why}"))),
            (judged, _) => judged,
        };
        match judged {
            Some(Judged::Holds(evidence)) => keep(project, claim, FlipBy::Harness, evidence)?,
            Some(Judged::Word) => {}
            Some(Judged::Fails(why)) => {
                features::set_back(project, &id, format!("does not hold on the final files: {why}")).await?;
                back.push(id);
            }
            Some(Judged::Unshown) if trust => keep(project, claim, FlipBy::Human, word(project))?,
            Some(Judged::Unshown) => unproven.push(id),
            Some(Judged::Unseen) => unseen.push(id),
            None => return Ok(Verdict::Cut),
        }
    }
    if !back.is_empty() {
        return Ok(Verdict::SetBack(back));
    }
    if let Some(cut) = run.as_ref().and_then(TestRun::cut).filter(|_| !unseen.is_empty()) {
        return Ok(Verdict::Unknown(format!(
            "the last tests were {cut} before they showed whether these hold: {}; mend what does not end, or raise `timeout_seconds` under \
             [verify], then run again",
            named(&unseen)
        )));
    }
    if let Some(kept) = run
        .as_ref()
        .and_then(|run| Some(Kept::of(run, &[])?.why(run)))
        .filter(|_| !unseen.is_empty())
    {
        return Ok(Verdict::Unknown(format!(
            "the last tests did not show whether these hold: {} ({kept}); mend that, then run again",
            named(&unseen)
        )));
    }
    if !unproven.is_empty() {
        return Ok(Verdict::Unproven(unproven));
    }
    Ok(Verdict::Done(done(project).await?))
}

/// What became of a claim.
enum Judged {
    Holds(Evidence),
    /// A person said so.
    Word,
    Fails(String),
    Unshown,
    /// The tests did not come to its own, and nobody knows how these would have gone.
    Unseen,
}

async fn judge(
    project: &Project,
    claim: &Claim,
    run: Option<&TestRun>,
    tree: &Oid,
    cancel: &CancellationToken,
) -> Result<Option<Judged>, EngineError> {
    let evidence = |kind, summary| Evidence {
        kind,
        summary,
        tree: Some(tree.clone()),
        session: latest_session(project),
    };
    // Who has seen it pass may be told that it does not any more; a list's own word is nobody's.
    let shown = claim.evidence.is_some() || claim.by_hand;
    if !claim.feature.tests.is_empty()
        && let Some(run) = run
    {
        let own = verify::own(&claim.feature, run);
        if own.proven() {
            let summary = testing::proof(&own, tree);
            return Ok(Some(Judged::Holds(evidence(EvidenceKind::OwnTests, summary))));
        }
        let may_be_there = own
            .missing
            .iter()
            .all(|entry| broken::may_be_there(entry, &project.workspace));
        let kept = Kept::of(run, &own.missing).filter(|_| may_be_there && !own.missing.is_empty());
        let failing = own.cases.iter().filter(|case| case.status != CaseStatus::Passed);
        let failing: Vec<&str> = failing.map(|case| case.name.as_str()).take(8).collect();
        return Ok(Some(if !failing.is_empty() {
            Judged::Fails(format!("{} did not pass", failing.join(", ")))
        } else if claim.by_hand {
            Judged::Word
        } else if run.timed_out || matches!(kept, Some(Kept::Absent(_) | Kept::Elsewhere(_))) {
            Judged::Unseen
        } else if shown {
            Judged::Fails(match own.amiss.filter(|_| own.missing.is_empty()) {
                _ if let Some(kept) = &kept => testing::could_not_run(run, kept),
                Some(amiss) => format!("the run cannot be believed: {}", amiss.lines().next().unwrap_or_default()),
                None if own.may_have_run(run) => format!("the run told no result of {} by name", own.missing.join(", ")),
                None => format!("{} did not run", own.missing.join(", ")),
            })
        } else {
            Judged::Unshown
        }));
    }
    if run.is_none() && claim.rests_on_tests() {
        return Ok(Some(Judged::Fails(grounds::UNRUNNABLE.to_owned())));
    }
    if let Some(kept) = &claim.check {
        let replayed = checks::replay(project, &claim.feature.id, &kept.check, TestPurpose::Final, cancel).await?;
        let Some(replayed) = replayed else {
            return Ok(None);
        };
        let steps = kept.check.steps.len();
        return Ok(Some(replayed.failure().map_or_else(
            || {
                Judged::Holds(evidence(
                    EvidenceKind::Check,
                    format!("check {steps}/{steps} on tree {}", tree.short()),
                ))
            },
            Judged::Fails,
        )));
    }
    Ok(Some(if shown { Judged::Word } else { Judged::Unshown }))
}

/// Runs the tests if any feature names some: always anew, for a tree does not tell what the tests find beside it.
async fn tests(project: &Project, claims: &[Claim], tree: &Oid, cancel: &CancellationToken) -> Result<Tested, EngineError> {
    if claims.iter().all(|claim| claim.feature.tests.is_empty()) {
        return Ok(Tested::NoCommand);
    }
    testing::run(project, TestPurpose::Final, Some(tree.clone()), cancel).await
}

fn latest_session(project: &Project) -> SessionNo {
    let number = |state: &State| state.current().map_or(SessionNo(0), |session| session.number);
    project.journal.with_state(number)
}

/// The word of a person who started the run with the list's flags taken as theirs.
fn word(project: &Project) -> Evidence {
    Evidence {
        kind: EvidenceKind::Human,
        summary: format!(
            "the flag of {}, taken over by a person when the run began",
            project.list_name()
        ),
        tree: None,
        session: latest_session(project),
    }
}

/// Says which features nobody has shown to pass, and what a person can do about it.
#[must_use]
pub fn unproven(project: &Project, ids: &[FeatureId]) -> String {
    let (list, first) = (project.list_name(), ids.first().map_or("", FeatureId::as_str));
    format!(
        "{list} calls {} of its features passing that no test, check or person has shown to pass: {}; set one back with \
         `longhaul features set {list} {first} failing`, and a run shows it or builds it, or take the list's word as yours with `longhaul run \
         --trust-list`",
        ids.len(),
        named(ids)
    )
}

/// Keeps what was seen of a feature that passed by the list's word alone.
fn keep(project: &Project, claim: Claim, by: FlipBy, evidence: Evidence) -> Result<(), EngineError> {
    if claim.evidence.is_some() {
        return Ok(());
    }
    project.record(FeatureFlipped {
        feature: claim.feature.id,
        from: FeatureStatus::Passing,
        to: FeatureStatus::Passing,
        by,
        reason: evidence.summary.clone(),
        evidence: Some(evidence),
    })
}

async fn done(project: &Project) -> Result<String, EngineError> {
    let all = project.journal.with_state(|state| state.features.rows.len());
    let mut reason = format!("all {all} features pass");
    let dirty = project.git(|repo| repo.dirty()).await?;
    if !dirty.is_empty() {
        let more = dirty.len().saturating_sub(NAMED);
        let named: Vec<&str> = dirty.iter().map(String::as_str).take(NAMED).collect();
        reason.push_str(&format!("; not committed: {}", named.join(", ")));
        if more > 0 {
            reason.push_str(&format!(" and {more} more"));
        }
    }
    Ok(reason)
}
