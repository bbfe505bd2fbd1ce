//! Passing features whose own tests a smoke run could not begin.
//!
//! Owns which of them are set back: those that a build took along, of all or of the part that they are in. Invariant: what keeps tests
//! from running that has nothing to do with them (a program that is not on this machine, another file that does not load) sets nothing
//! back.

use super::{features, testing};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::{Feature, FeatureId, FeatureStatus, TestRun};
use crate::session::State;
use crate::verify::{self, broken, broken::Kept};

/// Lines of what was printed that the agent is told.
const PRINTED: usize = 8;

/// Sets back the features whose own tests the smoke run could not begin, because it broke as a whole or the part broke that they are in.
/// What could not be known here is told, and stays. Returns the features that are set back.
///
/// # Errors
/// If the log or the list cannot be written.
pub async fn look(
    project: &Project,
    listed: &[Feature],
    run: &TestRun,
    lines: &mut Vec<String>,
) -> Result<Vec<FeatureId>, EngineError> {
    if broken::failure(run).is_none() && !broken::tells_of_parts(run) {
        return Ok(Vec::new());
    }
    let mut told: Vec<(Kept, Vec<FeatureId>)> = Vec::new();
    let mut back = Vec::new();
    for feature in listed.iter().filter(|feature| feature.status == FeatureStatus::Passing) {
        let Some(kept) = project.journal.with_state(|state| kept(state, feature, run)) else {
            continue;
        };
        if !matches!(kept, Kept::Absent(_) | Kept::Elsewhere(_)) {
            features::set_back(project, &feature.id, testing::could_not_run(run, &kept)).await?;
            back.push(feature.id.clone());
        }
        match told.iter_mut().find(|(known, _)| *known == kept) {
            Some((_, ids)) => ids.push(feature.id.clone()),
            None => told.push((kept, vec![feature.id.clone()])),
        }
    }
    for (kept, ids) in told {
        let ids: Vec<&str> = ids.iter().map(FeatureId::as_str).collect();
        lines.push(could_not(&ids.join(", "), &kept, run));
    }
    Ok(back)
}

/// What kept the tests of a feature from running in the log's last run, where that is this one.
fn kept(state: &State, feature: &Feature, run: &TestRun) -> Option<Kept> {
    let doubt = state.features.get(&feature.id).and_then(|row| state.doubt_of(row))?;
    // An earlier run's word is not this one's.
    let latest = state.tests.latest.as_ref().map(|(_, seq, _)| *seq);
    if doubt.unrun.is_empty() || Some(doubt.run) != latest {
        return None;
    }
    let cases = || state.tests.cases.iter();
    let of = |entry: &String| {
        let named = cases()
            .filter(|case| verify::matches(entry, &case.name))
            .map(|case| case.name.as_str());
        Kept::of(run, &named.chain([entry.as_str()]).collect::<Vec<_>>())
    };
    let found: Vec<Kept> = doubt.unrun.iter().filter_map(of).collect();
    let is_known = |kept: &&Kept| !matches!(kept, Kept::Absent(_) | Kept::Elsewhere(_));
    found.iter().find(is_known).or(found.first()).cloned()
}

/// Says of features that their tests could not run, and what follows.
fn could_not(ids: &str, kept: &Kept, run: &TestRun) -> String {
    let mut told = match kept {
        Kept::Absent(line) => {
            return format!(
                "The tests of {ids} could not run here: `{}` needs a program that is not there ({line}). Whether they pass is not known; \
                 nothing is set back for it.",
                run.command
            );
        }
        Kept::Elsewhere(_) => {
            return format!(
                "The tests of {ids} did not run: {}. Whether they pass is not known; mend that first.",
                kept.why(run)
            );
        }
        Kept::Part(_) => {
            format!(
                "The tests of {ids} could not run: {}. What passed by them is set back.",
                kept.why(run)
            )
        }
        Kept::Whole | Kept::Untold => {
            let failure = broken::failure(run).unwrap_or_default();
            format!("The tests of {ids} could not run: {failure}. What passed by them is set back.")
        }
    };
    told.push_str(" It printed:");
    match broken::printed(run, PRINTED).as_slice() {
        [] => told.push_str(" nothing"),
        printed => printed.iter().for_each(|line| told.push_str(&format!("\n    {line}"))),
    }
    told
}
