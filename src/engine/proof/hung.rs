//! Features that a smoke run did not get to because its time limit stopped it: tried once more, to tell what does not end from what only
//! waited behind it.
//!
//! Owns which are tried and for how long. Invariant: a feature is set back here only if its own tests met the time limit twice: in the
//! run of all tests, and then alone or, where the runner takes no single tests, as what the run of all was at again.

use super::testing::{self, Tested};
use super::{beside, features};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::naming::{is_at, matches};
use crate::protocol::{CaseStatus, Feature, FeatureId, TestPurpose, TestRun};
use crate::session::State;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How a line says of tests that nothing is known of them.
pub const UNENDED: &str = "not run to their end";

/// A passing feature that the run did not get to the end of.
struct Suspect<'a> {
    feature: &'a Feature,
    /// Its tests as runs named them.
    tests: Vec<String>,
    /// Whether the run was at one of them when it was stopped.
    under_way: bool,
}

/// Tries what the time limit kept from running. Returns the features that are set back for it.
///
/// # Errors
/// If the log, git, the list or a shell fails.
pub async fn look(
    project: &Project,
    listed: &[Feature],
    run: &TestRun,
    lines: &mut Vec<String>,
    cancel: &CancellationToken,
) -> Result<Vec<FeatureId>, EngineError> {
    if !run.timed_out {
        return Ok(Vec::new());
    }
    let mut suspects = project.journal.with_state(|state| suspects(state, listed, run));
    suspects.sort_by_key(|suspect| !suspect.under_way);
    let mut back = Vec::new();
    let (begun, limit) = (Instant::now(), Duration::from_secs(project.settings.verify.timeout_seconds));
    let (mut open, mut is_whole_only) = (suspects.as_slice(), false);
    while let Some((suspect, rest)) = open.split_first() {
        if cancel.is_cancelled() || begun.elapsed() >= limit {
            break;
        }
        let Some(again) = alone(project, &suspect.tests, cancel).await? else {
            // The runner takes no single tests.
            is_whole_only = !cancel.is_cancelled();
            if suspect.under_way {
                back.extend(twice(project, &suspects, run, lines, cancel).await?);
            }
            break;
        };
        open = rest;
        back.extend(judge(project, std::slice::from_ref(suspect), &again, lines).await?);
        if again.timed_out {
            // What waited behind it: once more, and together.
            let tests: Vec<String> = rest.iter().flat_map(|suspect| suspect.tests.clone()).collect();
            if !tests.is_empty()
                && !cancel.is_cancelled()
                && let Some(again) = alone(project, &tests, cancel).await?
                && !again.timed_out
            {
                back.extend(judge(project, rest, &again, lines).await?);
            }
            break;
        }
    }
    let left: Vec<FeatureId> = project.journal.with_state(|state| {
        let doubted = |suspect: &&Suspect<'_>| {
            state
                .features
                .get(&suspect.feature.id)
                .is_some_and(|row| state.doubt_of(row).is_some())
        };
        suspects
            .iter()
            .filter(doubted)
            .map(|suspect| suspect.feature.id.clone())
            .collect()
    });
    if !left.is_empty() {
        let left: Vec<&str> = left.iter().map(FeatureId::as_str).collect();
        lines.push(format!(
            "The tests of {} were {UNENDED}, because the run was {}: it is not known whether they still pass.{}",
            left.join(", "),
            run.cut().unwrap_or_default(),
            if is_whole_only {
                " The runner takes no single tests; with `rerun` under [verify] in longhaul.toml each would be tried by itself."
            } else {
                ""
            }
        ));
    }
    Ok(back)
}

/// The passing features that the run, which is the log's last of all tests, kept from running.
fn suspects<'a>(state: &State, listed: &'a [Feature], run: &TestRun) -> Vec<Suspect<'a>> {
    let latest = state.tests.latest.as_ref().map(|(_, seq, _)| *seq);
    let suspect = |feature: &'a Feature| {
        let row = state.features.get(&feature.id)?;
        let doubt = state
            .doubt_of(row)
            .filter(|doubt| Some(doubt.run) == latest && !doubt.unrun.is_empty())?;
        let is_open = |name: &str| doubt.unrun.iter().any(|entry| matches(entry, name));
        let cases = state.tests.cases.iter().filter(|case| is_open(&case.name));
        Some(Suspect {
            feature,
            tests: cases.map(|case| case.name.clone()).collect(),
            under_way: is_under_way(feature, run),
        })
    };
    listed.iter().filter_map(suspect).collect()
}

/// Whether a run was at a test of the feature when it was stopped.
fn is_under_way(feature: &Feature, run: &TestRun) -> bool {
    let at = |entry: &String| run.under_way.iter().any(|name| is_at(entry, name));
    feature.tests.iter().any(at)
}

/// Runs some tests only; `None` if that cannot be done, or was stopped.
pub(in crate::engine) async fn alone(
    project: &Project,
    tests: &[String],
    cancel: &CancellationToken,
) -> Result<Option<TestRun>, EngineError> {
    let Ok(order) = beside::order(project, TestPurpose::Smoke, tests.to_vec()) else {
        return Ok(None);
    };
    let Some(_turn) = testing::turn(project, cancel).await else {
        return Ok(None);
    };
    let tree = project.tree().await?;
    ran(testing::make(project, order.on(tree), cancel).await?)
}

/// Runs all tests once more, and sets back what it is at again when it is stopped.
async fn twice(
    project: &Project,
    suspects: &[Suspect<'_>],
    first: &TestRun,
    lines: &mut Vec<String>,
    cancel: &CancellationToken,
) -> Result<Vec<FeatureId>, EngineError> {
    let tree = project.tree().await?;
    let Some(again) = ran(testing::again(project, TestPurpose::Smoke, tree, cancel).await?)? else {
        return Ok(Vec::new());
    };
    let mut back = Vec::new();
    for suspect in suspects {
        let own = |entry: &String| first.under_way.iter().chain(&again.under_way).any(|name| is_at(entry, name));
        let both = is_under_way(suspect.feature, first) && is_under_way(suspect.feature, &again);
        if again.timed_out && both {
            let named: Vec<&str> = suspect
                .feature
                .tests
                .iter()
                .filter(|entry| own(entry))
                .map(String::as_str)
                .collect();
            back.extend(set_back(project, suspect, &named, &again, "in two runs", lines).await?);
        } else {
            back.extend(judge(project, std::slice::from_ref(suspect), &again, lines).await?);
        }
    }
    Ok(back)
}

fn ran(tested: Tested) -> Result<Option<TestRun>, EngineError> {
    Ok(match tested {
        Tested::Ran(run) => Some(*run),
        Tested::NoCommand | Tested::Cancelled | Tested::Disturbed(_) => None,
    })
}

/// Sets back what fails when it is tried once more, and the one that does not end when it is tried alone.
async fn judge(
    project: &Project,
    tried: &[Suspect<'_>],
    again: &TestRun,
    lines: &mut Vec<String>,
) -> Result<Vec<FeatureId>, EngineError> {
    let mut back = Vec::new();
    for suspect in tried {
        let feature = suspect.feature;
        let fails = |name: &str| {
            again
                .cases
                .iter()
                .any(|case| case.status == CaseStatus::Failed && case.name == name)
        };
        if suspect.tests.iter().any(|test| fails(test)) {
            back.extend(features::set_back_regressed(project, std::slice::from_ref(feature), again).await?);
        } else if again.timed_out && !again.only.is_empty() && tried.len() == 1 {
            let named: Vec<&str> = suspect.tests.iter().map(String::as_str).collect();
            back.extend(set_back(project, suspect, &named, again, "alone too", lines).await?);
        }
    }
    Ok(back)
}

async fn set_back(
    project: &Project,
    suspect: &Suspect<'_>,
    named: &[&str],
    again: &TestRun,
    how: &str,
    lines: &mut Vec<String>,
) -> Result<Option<FeatureId>, EngineError> {
    let id = &suspect.feature.id;
    let (limit, named) = (again.limit_seconds.unwrap_or_default(), named.join(", "));
    features::set_back(
        project,
        id,
        format!("does not end at the session's start: {named} met the time limit of {limit} s, {how}"),
    )
    .await?;
    lines.push(format!(
        "The tests of {id} do not end: {named} met the time limit of {limit} s, {how}. {id} is set back."
    ));
    Ok(Some(id.clone()))
}
