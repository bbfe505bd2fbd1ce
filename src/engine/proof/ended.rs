//! Features that a smoke run tells nothing of because something ended its program before it had told its results.
//!
//! Owns which files are run without the others to find the one that does it, and for how long. Invariant: a feature is set back here only
//! if its own tests end the program, or fail, in a run of their own; what passes in such a run stays.

use super::{features, hung};
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::{CaseStatus, Feature, FeatureId, TestRun};
use crate::session::State;
use crate::verify::{self, Halves};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How a line says that a run was ended from within.
pub const EARLY: &str = "ended early";

/// What was found of a run that something ended.
#[derive(Debug, Default)]
pub struct Found {
    /// Features whose own tests end the program, with these tests.
    pub ending: Vec<(FeatureId, Vec<String>)>,
    /// Features whose own tests fail once they are run without the others, with these tests.
    pub failing: Vec<(FeatureId, Vec<String>)>,
    /// Whether it was looked for at all: else nobody knows whose doing it was.
    pub looked: bool,
}

impl Found {
    /// The tests of a feature that end the program, or fail without the others: on old files, too, only a run of their own shows that.
    #[must_use]
    pub fn tests_of(&self, id: &FeatureId) -> Vec<String> {
        let found = self.ending.iter().chain(&self.failing).find(|(found, _)| found == id);
        found.map(|(_, tests)| tests.clone()).unwrap_or_default()
    }

    /// The features that are set back for it.
    pub fn set_back(&self) -> impl Iterator<Item = &FeatureId> {
        self.failing.iter().chain(&self.ending).map(|(id, _)| id)
    }
}

/// A passing feature that the run says nothing of, with its tests as runs named them.
struct Suspect<'a> {
    feature: &'a Feature,
    tests: Vec<String>,
}

/// Looks for what ended a run, by halves, while the time of a run lasts.
///
/// # Errors
/// If the log, git, the list or a shell fails.
pub async fn look(
    project: &Project,
    listed: &[Feature],
    run: &TestRun,
    lines: &mut Vec<String>,
    cancel: &CancellationToken,
) -> Result<Found, EngineError> {
    let mut found = Found::default();
    let all = match run.was_ended() {
        true => project.journal.with_state(|state| suspects(state, listed)),
        false => Vec::new(),
    };
    let (begun, limit) = (Instant::now(), Duration::from_secs(project.settings.verify.timeout_seconds));
    let mut halves = Halves::of(&all);
    let mut passing: Vec<&str> = Vec::new();
    while let Some(group) = halves.next() {
        if cancel.is_cancelled() || begun.elapsed() >= limit {
            break;
        }
        let tests: Vec<String> = group.iter().flat_map(|suspect| suspect.tests.clone()).collect();
        let Some(again) = hung::alone(project, &tests, cancel).await? else {
            break;
        };
        found.looked = true;
        match (group, again.was_ended()) {
            ([suspect], true) => {
                end(project, suspect, &again, lines).await?;
                found.ending.push((suspect.feature.id.clone(), suspect.tests.clone()));
            }
            (_, true) => halves.part(group),
            (_, false) => {
                let own: Vec<Feature> = group.iter().map(|suspect| suspect.feature.clone()).collect();
                let failing = features::set_back_regressed(project, &own, &again).await?;
                let passes = |suspect: &&Suspect<'_>| verify::own(suspect.feature, &again).proven();
                passing.extend(group.iter().filter(passes).map(|suspect| suspect.feature.id.as_str()));
                let fails = |suspect: &&Suspect<'_>| failing.contains(&suspect.feature.id);
                let failing = group.iter().filter(fails);
                found
                    .failing
                    .extend(failing.map(|suspect| (suspect.feature.id.clone(), suspect.tests.clone())));
            }
        }
    }
    if found.looked {
        lines.push(told(run, &found, &passing));
    }
    Ok(found)
}

/// The passing features whose tests the log's last run of all left out, although they are there.
fn suspects<'a>(state: &State, listed: &'a [Feature]) -> Vec<Suspect<'a>> {
    let latest = state.tests.latest.as_ref().map(|(_, seq, _)| *seq);
    let suspect = |feature: &'a Feature| {
        let row = state.features.get(&feature.id)?;
        let doubt = state
            .doubt_of(row)
            .filter(|doubt| Some(doubt.run) == latest && !doubt.unrun.is_empty())?;
        let is_own = |name: &str| doubt.unrun.iter().any(|entry| verify::matches(entry, name));
        let cases = state.tests.cases.iter();
        let own = cases.filter(|case| is_own(&case.name) && case.results.last() != Some(&CaseStatus::Skipped));
        let tests: Vec<String> = own.map(|case| case.name.clone()).collect();
        (!tests.is_empty()).then_some(Suspect { feature, tests })
    };
    listed.iter().filter_map(suspect).collect()
}

/// Sets back the feature whose own tests end the program.
async fn end(project: &Project, suspect: &Suspect<'_>, again: &TestRun, lines: &mut Vec<String>) -> Result<(), EngineError> {
    let id = &suspect.feature.id;
    let named = suspect.tests.join(", ");
    let code = again.exit_code.unwrap_or_default();
    let what = format!(
        "{named} ends the whole run: run without the others, too, it ended early, with exit code {code} and without a result"
    );
    features::set_back(project, id, format!("its tests did not run to their end: {what}")).await?;
    lines.push(format!(
        "The tests of {id} end the program that runs them: {what}. Something that they call or load ends it, such as os._exit or \
         process.exit. {id} is set back."
    ));
    Ok(())
}

/// Says what came of the run of all tests, and of the runs after it.
fn told(run: &TestRun, found: &Found, passing: &[&str]) -> String {
    let code = run.exit_code.unwrap_or_default();
    let mut told = format!(
        "`{}` {EARLY}, with exit code {code}, and told of no result: something in it ended the program.",
        run.command
    );
    if found.ending.is_empty() {
        told.push_str(" None of the tests of passing features does that in a run of its own; look at what runs beside them.");
    }
    if !passing.is_empty() {
        told.push_str(&format!(
            " Run without the rest, the tests of {} pass: these features stay as they are. But no new evidence can be had of a run that ends \
             early, so mend that first.",
            passing.join(", ")
        ));
    }
    told
}
