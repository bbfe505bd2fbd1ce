//! Which feature a session takes.
//!
//! Owns the order: what worked and broke comes first, then the list's own order. Pure. Invariant: a passing feature is never chosen.

use crate::protocol::{Feature, FeatureId, FeatureStatus};

/// The reason given for a feature that used to pass.
pub const REGRESSED: &str = "regressed";

/// The reason given for the first one left.
pub const FIRST_FAILING: &str = "first failing in order of priority";

/// Chooses the next feature and says why; `None` if every feature passes.
///
/// `regressed` are features that passed before and do not now, the one to mend first in front. Ids that pass again or are gone
/// from the list are skipped.
#[must_use]
pub fn next<'a>(features: &'a [Feature], regressed: &[FeatureId]) -> Option<(&'a Feature, String)> {
    let open = |feature: &&Feature| feature.status != FeatureStatus::Passing;
    let broken = regressed
        .iter()
        .find_map(|id| features.iter().filter(open).find(|feature| feature.id == *id));
    if let Some(feature) = broken {
        return Some((feature, REGRESSED.into()));
    }
    features.iter().find(open).map(|feature| (feature, FIRST_FAILING.into()))
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
        assert_eq!(next(&list, &[]).unwrap(), (&list[1], FIRST_FAILING.into()));
        assert_eq!(
            next(&list, &["F9".into(), "F3".into(), "F2".into()]).unwrap(),
            (&list[2], REGRESSED.into())
        );
        assert_eq!(next(&features(&[Passing, Passing]), &["F1".into()]), None);
        assert_eq!(next(&[], &[]), None);
    }
}
