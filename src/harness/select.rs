//! Which feature a session takes.
//!
//! Owns the order: what a person picked comes first, then what worked and broke, then the list's own order. Pure.
//! Invariant: a passing feature is never chosen, nor one that a person skips.

use crate::protocol::{Feature, FeatureId, FeatureStatus, Role};
use crate::session::State;

/// The reason given for a feature that used to pass.
pub const REGRESSED: &str = "regressed";

/// The reason given for the first one left.
pub const FIRST_FAILING: &str = "first failing in order of priority";

/// Which role the next session has. A list without any commit is what an initializer left that was cut off: it is not done.
#[must_use]
pub const fn role(features: &[Feature], has_commit: bool) -> Role {
    if features.is_empty() || !has_commit {
        Role::Initializer
    } else {
        Role::Coding
    }
}

/// The reason given for a feature that a person wants next.
pub const PICKED: &str = "picked by the human";

/// What stands out of the list's own order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Order<'a> {
    /// Features that passed before and do not now, the one to mend first in front.
    pub regressed: &'a [FeatureId],
    /// Features that a person wants next, the first one in front.
    pub picked: &'a [FeatureId],
    /// Features that a person leaves out.
    pub skipped: &'a [FeatureId],
}

/// Chooses the next feature and says why; `None` if every feature passes or is skipped. Ids that pass or are gone from the list
/// count for nothing.
#[must_use]
pub fn next<'a>(features: &'a [Feature], order: Order<'_>) -> Option<(&'a Feature, String)> {
    let open = |feature: &&Feature| feature.status != FeatureStatus::Passing && !order.skipped.contains(&feature.id);
    let first = |ids: &[FeatureId]| {
        ids.iter()
            .find_map(|id| features.iter().filter(open).find(|feature| feature.id == *id))
    };
    if let Some(feature) = first(order.picked) {
        return Some((feature, PICKED.into()));
    }
    if let Some(feature) = first(order.regressed) {
        return Some((feature, REGRESSED.into()));
    }
    features.iter().find(open).map(|feature| (feature, FIRST_FAILING.into()))
}

/// Chooses the next feature by the folded state, as [`next`] does. What a person picked or skipped was for a run, and ends with it.
#[must_use]
pub fn of_state(state: &State) -> Option<(Feature, String)> {
    let rows = &state.features.rows;
    let features: Vec<Feature> = rows.iter().map(|row| row.feature.clone()).collect();
    let regressed: Vec<FeatureId> = rows
        .iter()
        .filter(|row| row.regressed)
        .map(|row| row.feature.id.clone())
        .collect();
    let order = Order {
        regressed: &regressed,
        ..Order::default()
    };
    let order = match state.takes_orders() {
        true => Order {
            picked: &state.features.picked,
            skipped: &state.features.skipped,
            ..order
        },
        false => order,
    };
    next(&features, order).map(|(feature, reason)| (feature.clone(), reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use FeatureStatus::{Failing, Passing, Unknown};

    fn features(states: &[FeatureStatus]) -> Vec<Feature> {
        let feature = |(n, status): (usize, &FeatureStatus)| Feature {
            id: FeatureId(format!("F{n}")),
            status: *status,
            ..Feature::default()
        };
        states.iter().enumerate().map(feature).collect()
    }

    #[test]
    fn takes_regressed_ones_first_then_file_order() {
        let list = features(&[Passing, Unknown, Failing, Passing]);
        assert_eq!(next(&list, Order::default()).unwrap(), (&list[1], FIRST_FAILING.into()));
        let regressed = &["F9".into(), "F3".into(), "F2".into()];
        let order = Order {
            regressed,
            ..Order::default()
        };
        assert_eq!(next(&list, order).unwrap(), (&list[2], REGRESSED.into()));
        let passing = features(&[Passing, Passing]);
        assert_eq!(next(&passing, order), None);
        assert_eq!(next(&[], Order::default()), None);
    }

    #[test]
    fn a_person_picks_and_skips_before_any_other_order() {
        let list = features(&[Failing, Failing, Failing, Passing]);
        let order = Order {
            regressed: &["F0".into()],
            picked: &["F3".into(), "F2".into()],
            skipped: &[],
        };
        assert_eq!(next(&list, order).unwrap(), (&list[2], PICKED.into()), "F3 passes already");
        let skipped = &["F2".into(), "F0".into()];
        assert_eq!(
            next(&list, Order { skipped, ..order }).unwrap(),
            (&list[1], FIRST_FAILING.into())
        );
        let skipped = &["F0".into(), "F1".into(), "F2".into()];
        assert_eq!(next(&list, Order { skipped, ..order }), None);
    }
}
