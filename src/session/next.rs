//! Which feature a session takes.
//!
//! Owns the order: what a person picked comes first, then what worked and broke, then what was not committed, then the
//! list's own order.
//! Invariant: a passing feature is never chosen, nor one that a person skips; and what they picked or skipped ends with its run.

use super::board::FeatureRow;
use super::state::State;
use crate::protocol::{FeatureId, FeatureStatus};

/// The reason given for a feature that used to pass.
pub const REGRESSED: &str = "regressed";

/// The reason given for a feature whose work waits for its commit.
pub const UNCOMMITTED: &str = "its work is not committed";

/// The reason given for the first one left.
pub const FIRST_FAILING: &str = "first failing in order of priority";

/// The reason given for a feature that a person wants next.
pub const PICKED: &str = "picked by the human";

impl State {
    /// Says whether features that a person picked or skipped are so still: not once the run that was told is over.
    #[must_use]
    pub fn takes_orders(&self) -> bool {
        self.run
            .as_ref()
            .is_none_or(|run| run.ended.is_none() && run.interrupted.is_none())
    }

    /// Chooses the next feature and says why; `None` if every feature passes or is skipped. Ids that pass or are gone from the list
    /// count for nothing.
    #[must_use]
    pub fn next_feature(&self) -> Option<(&FeatureRow, &'static str)> {
        let board = &self.features;
        let ordered = self.takes_orders();
        let open = |row: &&FeatureRow| {
            row.feature.status != FeatureStatus::Passing && !(ordered && board.skipped.contains(&row.feature.id))
        };
        let wanted = |id: &FeatureId| board.get(id).filter(open);
        let picked = || board.picked.iter().filter(|_| ordered).find_map(wanted);
        let regressed = || board.rows.iter().filter(open).find(|row| row.regressed);
        let uncommitted = || board.rows.iter().filter(open).find(|row| self.is_uncommitted(row));
        None.or_else(|| picked().map(|row| (row, PICKED)))
            .or_else(|| regressed().map(|row| (row, REGRESSED)))
            .or_else(|| uncommitted().map(|row| (row, UNCOMMITTED)))
            .or_else(|| board.rows.iter().find(open).map(|row| (row, FIRST_FAILING)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Feature;
    use FeatureStatus::{Failing, Passing, Unknown};

    fn state(features: &[FeatureStatus]) -> State {
        let row = |(n, status): (usize, &FeatureStatus)| FeatureRow {
            feature: Feature {
                id: FeatureId(format!("F{n}")),
                status: *status,
                ..Feature::default()
            },
            ..FeatureRow::default()
        };
        let mut state = State::default();
        state.features.rows = features.iter().enumerate().map(row).collect();
        state
    }

    fn next(state: &State) -> Option<(&str, &str)> {
        state.next_feature().map(|(row, why)| (row.feature.id.as_str(), why))
    }

    #[test]
    fn takes_regressed_ones_first_then_file_order() {
        let mut list = state(&[Passing, Unknown, Failing, Passing]);
        assert_eq!(next(&list), Some(("F1", FIRST_FAILING)));
        list.features.rows[2].regressed = true;
        assert_eq!(next(&list), Some(("F2", REGRESSED)));
        assert_eq!(next(&state(&[Passing, Passing])), None);
        assert_eq!(next(&state(&[])), None);
    }

    #[test]
    fn a_person_picks_and_skips_before_any_other_order() {
        let mut list = state(&[Failing, Failing, Failing, Passing]);
        list.features.rows[0].regressed = true;
        list.features.picked = vec!["F9".into(), "F3".into(), "F2".into()];
        assert_eq!(next(&list), Some(("F2", PICKED)), "F3 passes already, F9 is gone");
        list.features.skipped = vec!["F2".into(), "F0".into()];
        assert_eq!(next(&list), Some(("F1", FIRST_FAILING)));
        list.features.skipped.push("F1".into());
        assert_eq!(next(&list), None);
    }
}
