//! The feature list as the engine handles it: read, told, flipped. The agent never writes it; this module does, one token at a time.

use super::grounds;
use crate::engine::error::EngineError;
use crate::engine::project::Project;
use crate::engine::run::facts::SessionFacts;
use crate::harness::{FeatureList, window};
use crate::protocol::event::{FeatureFlipped, FeatureListLoaded, FeatureSelected, FlipBy};
use crate::protocol::{Evidence, Feature, FeatureId, FeatureStatus, Role, TestRun};
use crate::session::State;
use crate::verify;

/// A change of a pass flag and what it rests on.
pub struct Flip {
    /// Which feature.
    pub feature: FeatureId,
    /// The new value.
    pub passes: bool,
    /// Who flips it.
    pub by: FlipBy,
    /// Proof, for a flip to passing.
    pub evidence: Option<Evidence>,
    /// One line.
    pub reason: String,
}

/// Reads the list; records nothing.
///
/// # Errors
/// Fails if the list is not one we can read.
pub fn read(project: &Project) -> Result<Option<FeatureList>, EngineError> {
    Ok(FeatureList::read(&project.workspace.join(project.list()))?)
}

/// Reads the list and records it if the log does not know it so.
///
/// # Errors
/// Fails if the list is not one we can read, or the log cannot be written.
pub fn load(project: &Project) -> Result<Option<Vec<Feature>>, EngineError> {
    let Some(list) = read(project)? else { return Ok(None) };
    let features = list.features().to_vec();
    let known = project.journal.with_state(|state| {
        state.features.path == project.list_name() && state.features.rows.iter().map(|row| &row.feature).eq(features.iter())
    });
    if !known {
        let (path, notices) = (project.list_name(), list.notices().to_vec());
        project.record(FeatureListLoaded {
            path,
            features: features.clone(),
            notices,
        })?;
    }
    Ok(Some(features))
}

/// As [`load`], for a list that a person may be in the middle of editing: one that cannot be read is left as it was last known.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn load_if_readable(project: &Project) -> Result<(), EngineError> {
    match load(project) {
        Ok(_) | Err(EngineError::List(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// In an initializer session, reads the list again after each call: it is being written. Returns what the agent must be told if it cannot be read.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn reload_if_initializing(project: &Project, facts: &SessionFacts) -> Result<Option<String>, EngineError> {
    if facts.role != Role::Initializer {
        return Ok(None);
    }
    match load(project) {
        Ok(_) => Ok(None),
        Err(EngineError::List(error)) => Ok(facts.new_trouble(&error.to_string())),
        Err(other) => Err(other),
    }
}

/// Flips a pass flag in the file, byte for byte, and records it.
///
/// # Errors
/// Fails if the list cannot be read or written, or the log cannot be written.
pub fn flip(project: &Project, flip: Flip) -> Result<(), EngineError> {
    let to = if flip.passes {
        FeatureStatus::Passing
    } else {
        FeatureStatus::Failing
    };
    // Flipped from the guard's own copy: what lies in the workspace at this instant may be somebody else's.
    let list = match project.guard.trusted(project.list()) {
        Some(bytes) => FeatureList::parse(&project.list_name(), bytes)?,
        None => read(project)?.ok_or_else(|| EngineError::File {
            what: format!("{} is gone", project.list_name()),
            source: std::io::ErrorKind::NotFound.into(),
        })?,
    };
    let from = list
        .features()
        .iter()
        .find(|feature| feature.id == flip.feature)
        .map_or(FeatureStatus::Unknown, |feature| feature.status);
    let bytes = list.flip(&flip.feature, flip.passes)?;
    let _ours = project.watcher.expect();
    project.guard.hand_over(project.list(), &bytes)?;
    let Flip {
        feature,
        by,
        evidence,
        reason,
        ..
    } = flip;
    project.record(FeatureFlipped {
        feature,
        from,
        to,
        by,
        evidence,
        reason,
    })
}

/// Says whether the list differs from the last commit's, and by flags alone that the harness set.
///
/// # Errors
/// Fails if git fails.
pub async fn differs_by_own_flips(project: &Project) -> Result<bool, EngineError> {
    let (path, name) = (project.list().to_owned(), project.list_name());
    let committed = project.git(move |repo| repo.head()?.map_or(Ok(None), |head| repo.read_at(&head, &path)));
    let committed = committed.await?.and_then(|bytes| FeatureList::parse(&name, bytes).ok());
    let (Some(before), Ok(Some(now))) = (committed, read(project)) else {
        return Ok(false);
    };
    Ok(project
        .journal
        .with_state(|state| window::differ_by_own_flips(state, before.features(), now.features())))
}

/// Chooses the next feature by the folded state: the one, and why it. `None` if every feature passes or is skipped.
#[must_use]
pub fn next(project: &Project) -> Option<(Feature, String)> {
    let chosen = |state: &State| state.next_feature().map(|(row, why)| (row.feature.clone(), why.to_owned()));
    project.journal.with_state(chosen)
}

/// Takes a feature up in a session and records it.
///
/// # Errors
/// Fails if the log cannot be written.
pub fn take_up(project: &Project, facts: &SessionFacts, feature: FeatureId, reason: String) -> Result<(), EngineError> {
    facts.select(feature.clone(), reason.clone());
    project.record(FeatureSelected { feature, reason })
}

/// What a feature was that is set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fell {
    /// It worked in a commit, or by a person's word.
    Broken,
    /// No commit ever held what it passed by: there is nothing to look for that broke it.
    Uncommitted,
}

/// Sets a feature back: what the harness saw speaks against it. Returns what it was.
///
/// # Errors
/// As [`flip`], or if git fails.
pub async fn set_back(project: &Project, feature: &FeatureId, seen: String) -> Result<Fell, EngineError> {
    let is_lost = !grounds::uncommitted(project, |id| id == feature).await?.is_empty();
    let (fell, reason) = match is_lost {
        true => (Fell::Uncommitted, FeatureFlipped::lost(&seen)),
        false => (Fell::Broken, seen),
    };
    take_back(project, feature, reason)?;
    Ok(fell)
}

/// Takes a feature's flag back, whatever it rests on.
///
/// # Errors
/// As [`flip`].
pub fn take_back(project: &Project, feature: &FeatureId, reason: String) -> Result<(), EngineError> {
    flip(
        project,
        Flip {
            feature: feature.clone(),
            passes: false,
            by: FlipBy::Harness,
            evidence: None,
            reason,
        },
    )
}

/// Sets back every feature that an initializer's list calls passing: nothing was proven yet.
///
/// # Errors
/// As [`flip`].
pub fn set_back_unproven(project: &Project) -> Result<(), EngineError> {
    for feature in load(project)?.unwrap_or_default() {
        if feature.status == FeatureStatus::Passing {
            let reason = "called passing by the initializer, with no evidence".to_owned();
            take_back(project, &feature.id, reason)?;
        }
    }
    Ok(())
}

/// Sets back every passing feature whose own tests fail in `run`. Returns those features.
///
/// # Errors
/// As [`set_back`].
pub async fn set_back_regressed(project: &Project, features: &[Feature], run: &TestRun) -> Result<Vec<FeatureId>, EngineError> {
    let mut regressed = Vec::new();
    for feature in features.iter().filter(|feature| feature.status == FeatureStatus::Passing) {
        let failing: Vec<String> = verify::own_tests(feature, run)
            .into_iter()
            .filter(|case| case.status == crate::protocol::CaseStatus::Failed)
            .map(verify::broken::named)
            .collect();
        if failing.is_empty() {
            continue;
        }
        let reason = format!("fails at the session's start: {}", failing.join(", "));
        set_back(project, &feature.id, reason).await?;
        regressed.push(feature.id.clone());
    }
    Ok(regressed)
}
