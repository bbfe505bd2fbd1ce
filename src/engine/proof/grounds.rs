//! What features rest on that pass.
//!
//! Owns which of them rest on tests alone, and what becomes of those once nothing can run these. Invariant: a person's word is no
//! test's.

use super::features;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::protocol::event::FlipBy;
use crate::protocol::{Evidence, EvidenceKind, Feature, FeatureId, FeatureStatus};
use crate::session::state::KeptCheck;
use crate::verify::runner;

/// Why a feature does not pass any more whose tests nothing can run.
pub const UNRUNNABLE: &str = "it passed by its tests, and no file here tells how they are run any more (`verify.command`)";

/// What a feature that passes rests on.
pub struct Claim {
    /// Which.
    pub feature: Feature,
    /// What was shown for it.
    pub evidence: Option<Evidence>,
    /// Whether a person says so.
    pub by_hand: bool,
    /// Its recorded check.
    pub check: Option<KeptCheck>,
}

impl Claim {
    /// Says whether it passes by its own tests, and by nobody's word.
    #[must_use]
    pub fn rests_on_tests(&self) -> bool {
        let by_tests = |kept: &Evidence| kept.kind == EvidenceKind::OwnTests;
        !self.by_hand && !self.feature.tests.is_empty() && self.evidence.as_ref().is_some_and(by_tests)
    }
}

/// Features that were set back because nothing can run their tests.
pub struct Unrunnable {
    /// What is wrong, for the agent.
    pub sentence: String,
    /// Which.
    pub features: Vec<FeatureId>,
}

/// Sets back the features that pass by tests which nothing can run any more, where that is so.
///
/// # Errors
/// As [`features::set_back`].
pub fn set_back_unrunnable(project: &Project) -> Result<Option<Unrunnable>, EngineError> {
    let (sentence, reason) = match project.verify_command() {
        None => (
            "No file here tells how the tests are run any more.".to_owned(),
            UNRUNNABLE.to_owned(),
        ),
        Some(command) => {
            let gone = runner::script_of(&command).filter(|script| !project.workspace.join(script).exists());
            let Some(script) = gone else { return Ok(None) };
            (
                format!("{script}, which runs the tests, is not there any more."),
                format!("it passed by its tests, and {script}, which runs them, is not there any more"),
            )
        }
    };
    let resting = claims(project).into_iter().filter(Claim::rests_on_tests);
    let features: Vec<FeatureId> = resting.map(|claim| claim.feature.id).collect();
    for id in &features {
        features::set_back(project, id, reason.clone())?;
    }
    Ok((!features.is_empty()).then_some(Unrunnable { sentence, features }))
}

/// Lists what every feature rests on that passes.
#[must_use]
pub fn claims(project: &Project) -> Vec<Claim> {
    project.journal.with_state(|state| {
        let rows = state.features.rows.iter();
        rows.filter(|row| row.feature.status == FeatureStatus::Passing)
            .map(|row| Claim {
                feature: row.feature.clone(),
                evidence: state.evidence_of(row).cloned(),
                by_hand: state.last_flip(row).is_some_and(|flip| flip.by == FlipBy::Human),
                check: state.check_of(row).cloned(),
            })
            .collect()
    })
}
