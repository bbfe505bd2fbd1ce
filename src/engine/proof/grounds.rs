//! What features rest on that pass.
//!
//! Owns which of them rest on tests alone, what becomes of those once nothing can run these, and which rest on work that no commit holds. Invariant: a person's word is no
//! test's.

use super::features;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::harness::FeatureList;
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
pub async fn set_back_unrunnable(project: &Project) -> Result<Option<Unrunnable>, EngineError> {
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
        features::set_back(project, id, reason.clone()).await?;
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

/// Of these features, those that pass in the list as it lies there and do not in the last commit's, if they were not shown on that commit's own program:
/// what they pass by was never committed.
///
/// # Errors
/// If git fails.
pub async fn uncommitted(project: &Project, of: impl Fn(&FeatureId) -> bool) -> Result<Vec<FeatureId>, EngineError> {
    let claims: Vec<Claim> = claims(project)
        .into_iter()
        .filter(|claim| !claim.by_hand && of(&claim.feature.id))
        .collect();
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let (path, name) = (project.list().to_owned(), project.list_name());
    let Some(head) = project.git(|repo| repo.head()).await? else {
        return Ok(Vec::new());
    };
    let at = head.clone();
    let committed = project.git(move |repo| repo.read_at(&at, &path)).await?;
    // A list that git does not know, or that was broken there, has no say.
    let Some(Ok(committed)) = committed.map(|bytes| FeatureList::parse(&name, bytes)) else {
        return Ok(Vec::new());
    };
    let passed = |id: &FeatureId| {
        let mut features = committed.features().iter();
        features.find(|feature| feature.id == *id).map(|feature| feature.status)
    };
    let news = claims
        .into_iter()
        .filter(|claim| passed(&claim.feature.id).is_some_and(|status| status != FeatureStatus::Passing));
    let mut uncommitted = Vec::new();
    for claim in news {
        let shown = claim.evidence.as_ref().and_then(|evidence| evidence.tree.as_ref());
        // Its flag alone may be missing there.
        if project.code_moved(shown, &head).await? {
            uncommitted.push(claim.feature.id);
        }
    }
    Ok(uncommitted)
}
