//! What a window is composed from, taken from the folded log and the settings in one look.

use crate::config::Settings;
use crate::harness::feature_list::difference::difference;
use crate::harness::notes::{self, NotesError};
use crate::harness::orient::{self, OrientInput};
use crate::harness::prompt::{Attendance, Facts, HandOff};
use crate::protocol::event::{CirclingSeen, EndCause, FlipBy, OrientationPart, RepositoryObserved};
use crate::protocol::{Feature, SessionNo, TestRun};
use crate::session::State;
use std::path::{Path, PathBuf};

/// The facts of a session that is about to begin. Owned, so that gathering can leave the log's lock and the runtime's threads.
#[derive(Debug, Clone)]
pub struct Scene {
    workspace: PathBuf,
    repository: Option<RepositoryObserved>,
    /// The session before, and what was not committed when it ended.
    left: Option<(SessionNo, Vec<String>)>,
    features: Vec<Feature>,
    /// Whether the list differs from the last commit's by flags alone that the harness set.
    own_flips: bool,
    /// What the prompts may speak of.
    pub facts: Facts,
}

impl Scene {
    /// Takes the facts. `feature` is the session's, with the reason for it.
    #[must_use]
    pub fn of(
        state: &State,
        settings: &Settings,
        workspace: &Path,
        attendance: Attendance,
        session: SessionNo,
        spec: Option<String>,
        feature: Option<(Feature, String)>,
    ) -> Self {
        let before = state.sessions.iter().rev().find(|before| before.number < session);
        let handed_off = before
            .and_then(|before| before.ended.as_ref().map(|(_, ended)| (before, ended)))
            .filter(|(_, ended)| matches!(ended.cause, EndCause::ContextFull | EndCause::Circling))
            .map(|(before, ended)| HandOff {
                words: ended.summary.clone(),
                repeated: (ended.cause == EndCause::Circling)
                    .then(|| before.circled().map(CirclingSeen::repeated).unwrap_or_default()),
            });
        let declared = || state.verify_command.clone();
        Self {
            workspace: workspace.to_owned(),
            repository: state.repository.clone(),
            left: before.and_then(|before| Some((before.number, before.ended.as_ref()?.1.dirty.clone()))),
            features: state.features.rows.iter().map(|row| row.feature.clone()).collect(),
            own_flips: false,
            facts: Facts {
                project: state.project.clone(),
                workspace: workspace.display().to_string(),
                feature_list: settings.feature_list.display().to_string(),
                test_globs: settings.verify.tests.clone(),
                features_per_session: settings.features_per_session,
                attendance,
                session,
                spec,
                verify_command: settings.verify.command.clone().or_else(declared),
                feature,
                handed_off,
            },
        }
    }

    /// Says that the list differs from the last commit's by flags alone that the harness set.
    #[must_use]
    pub fn with_own_flips(self) -> Self {
        Self { own_flips: true, ..self }
    }

    /// Gathers the orientation that needs nothing to be run. Reads files; not for an async thread.
    ///
    /// # Errors
    /// The progress notes are there and cannot be read.
    pub fn gather(&self, tests: Option<&TestRun>) -> Result<Vec<OrientationPart>, NotesError> {
        let notes = notes::tail(&self.workspace, orient::DEFAULT_CAP)?;
        let next = self.facts.feature.as_ref().map(|(feature, _)| &feature.id);
        Ok(orient::gather(&OrientInput {
            workspace: &self.workspace,
            repository: self.repository.as_ref(),
            left: self.left.as_ref().map(|(session, left)| (*session, left.as_slice())),
            own_flips: self.own_flips,
            feature_list: &self.facts.feature_list,
            features: &self.features,
            next: next.and_then(|id| self.features.iter().find(|feature| feature.id == *id)),
            notes: notes.as_deref(),
            tests,
            // How it is started is told by its run, a part of its own.
            init: None,
            cap: orient::DEFAULT_CAP,
        }))
    }
}

/// Says whether a list differs from the last commit's, and by flags alone that the harness set.
#[must_use]
pub fn differ_by_own_flips(state: &State, committed: &[Feature], now: &[Feature]) -> bool {
    let found = difference(committed, now);
    let other = !found.removed.is_empty() || !found.added.is_empty() || !found.edits.is_empty();
    let own = |(_, after): &(&Feature, &Feature)| {
        let flip = state.features.get(&after.id).and_then(|row| state.last_flip(row));
        flip.is_some_and(|flip| flip.by == FlipBy::Harness && flip.to == after.status)
    };
    !other && !found.flips.is_empty() && found.flips.iter().all(own)
}
