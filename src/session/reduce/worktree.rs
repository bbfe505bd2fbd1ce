//! The worktree that runs work in.

use super::At;
use crate::protocol::event::{WorktreeFinished, WorktreeTaken};
use crate::protocol::{FeatureId, FeatureStatus};
use crate::session::state::State;
use crate::session::workplace::Workplace;

impl State {
    /// A run began elsewhere: what was settled about another place is no news of this one.
    pub(super) fn forget_worktree(&mut self, workspace: &str) {
        self.worktree.take_if(|place| place.taken.tree.path != workspace);
    }

    pub(super) fn worktree_taken(&mut self, at: At, event: &WorktreeTaken) {
        let before = self
            .worktree
            .take()
            .filter(|place| place.taken.tree == event.tree && !place.is_home());
        self.worktree = Some(Workplace {
            taken: event.clone(),
            since: before.map_or(at.seq, |place| place.since),
            finished: None,
        });
    }

    pub(super) fn worktree_finished(&mut self, event: &WorktreeFinished) {
        if let Some(place) = &mut self.worktree {
            place.finished = Some(event.clone());
        }
    }

    /// Returns the worktree whose work is still to be brought home.
    #[must_use]
    pub fn open_worktree(&self) -> Option<&Workplace> {
        self.worktree.as_ref().filter(|place| !place.is_home())
    }

    /// Lists the features that came to pass in the worktree and pass now, as id and description.
    #[must_use]
    pub fn features_of_worktree(&self) -> Vec<(&FeatureId, &str)> {
        let Some(place) = &self.worktree else { return Vec::new() };
        let rows = self.features.rows.iter().filter(|row| {
            let gained = |flip: &crate::session::state::Flip| flip.seq > place.since && flip.to == FeatureStatus::Passing;
            row.feature.status == FeatureStatus::Passing && row.flips.iter().any(gained)
        });
        rows.map(|row| (&row.feature.id, row.feature.description.as_str())).collect()
    }
}
