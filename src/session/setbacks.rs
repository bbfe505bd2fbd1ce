//! Features that passed and did not any more, by the log: also where no commit shows it.
//!
//! Owns which flips are setbacks. Does not own what commits show of them. Invariant: what a move back set aside is not told,
//! nor what ceased to pass only because nobody committed it.

use super::board::FeatureRow;
use super::state::State;
use super::stretch::Stretch;
use crate::protocol::event::{Culprit, FlipBy, RegressionTraced};
use crate::protocol::{FeatureStatus, NamedFeature, Oid, Seq, SessionNo};
use jiff::Timestamp;

/// A feature that ceased to pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// When.
    pub time: Timestamp,
    /// In which session, or the last one before it.
    pub session: SessionNo,
    /// Whether within that session.
    pub stretch: Stretch,
    /// The feature.
    pub feature: NamedFeature,
    /// Who set it back.
    pub by: FlipBy,
    /// Why.
    pub reason: String,
    /// The session in which it passed again, if it did.
    pub again: Option<SessionNo>,
    /// What was found where somebody looked for its cause.
    pub traced: Option<RegressionTraced>,
}

impl Setback {
    /// Returns the commit that broke the feature, where one was found.
    #[must_use]
    pub fn commit(&self) -> Option<&Oid> {
        match &self.traced.as_ref()?.culprit {
            Culprit::Commit { commit, .. } => Some(commit),
            Culprit::Uncommitted { .. } | Culprit::Unknown { .. } => None,
        }
    }
}

impl State {
    /// Tells every setback on the way to the files that are there now, oldest first.
    #[must_use]
    pub fn setbacks(&self) -> Vec<Setback> {
        let mut found: Vec<Setback> = Vec::new();
        for row in &self.features.rows {
            let flips: Vec<_> = row.flips.iter().filter(|flip| self.is_on_the_way(flip.seq)).collect();
            let back = flips.iter().enumerate();
            for (at, flip) in back.filter(|(_, flip)| flip.to != FeatureStatus::Passing && !flip.is_uncommitted()) {
                let before = at.checked_sub(1).and_then(|before| flips.get(before));
                let traced = self.traced_between(row, before.map(|flip| flip.seq), flips.get(at + 1).map(|flip| flip.seq));
                let again = flips.get(at + 1..).unwrap_or_default().iter();
                let again = again
                    .map(|flip| (flip.to, flip.session))
                    .find(|(to, _)| *to == FeatureStatus::Passing);
                let feature = &row.feature;
                let text = if feature.title.is_empty() {
                    &feature.description
                } else {
                    &feature.title
                };
                found.push(Setback {
                    time: flip.time,
                    session: flip.session,
                    stretch: self.stretch(flip.session, flip.seq),
                    feature: NamedFeature {
                        id: feature.id.to_string(),
                        text: text.clone(),
                    },
                    by: flip.by,
                    reason: flip.reason.clone(),
                    again: again.map(|(_, session)| session),
                    traced: traced.filter(|_| flip.by != FlipBy::Human).cloned(),
                });
            }
        }
        found.sort_by_key(|setback| setback.time);
        found
    }

    /// What was found to have broken a feature between two of its flips.
    fn traced_between<'a>(&self, row: &'a FeatureRow, from: Option<Seq>, to: Option<Seq>) -> Option<&'a RegressionTraced> {
        let trace = row.traced.as_ref().filter(|trace| !self.is_abandoned(trace.session))?;
        let is_between = from.is_none_or(|from| from < trace.seq) && to.is_none_or(|to| trace.seq < to);
        is_between.then_some(&trace.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{FeatureFlipped, FeatureListLoaded};
    use crate::protocol::{Envelope, Event, Feature, samples};

    fn told(state: &mut State, session: u32, event: impl Into<Event>) {
        let seq = state.last_seq.next();
        state.apply(&Envelope {
            v: 1,
            seq,
            time: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(i64::try_from(seq.0).unwrap()),
            session: SessionNo(session),
            event: event.into(),
        });
    }

    fn flipped(state: &mut State, session: u32, feature: &str, to: FeatureStatus) {
        let event = FeatureFlipped {
            feature: feature.into(),
            from: FeatureStatus::Failing,
            to,
            evidence: None,
            by: FlipBy::Harness,
            reason: "the smoke test fails".into(),
        };
        told(state, session, event);
    }

    #[test]
    fn a_feature_that_falls_and_passes_again_within_a_session_is_a_setback() {
        let mut state = State::default();
        for session in [1, 2] {
            told(&mut state, session, samples::session_started());
            if session == 1 {
                let feature = |id: &str| Feature {
                    id: id.into(),
                    description: format!("what {id} does"),
                    ..Feature::default()
                };
                let list = FeatureListLoaded {
                    path: "feature_list.json".into(),
                    features: vec![feature("F001"), feature("F002")],
                    notices: Vec::new(),
                };
                told(&mut state, 1, list);
                flipped(&mut state, 1, "F001", FeatureStatus::Passing);
                flipped(&mut state, 1, "F002", FeatureStatus::Passing);
                assert_eq!(state.setbacks(), [], "nothing fell yet");
            } else {
                flipped(&mut state, 2, "F002", FeatureStatus::Failing);
                flipped(&mut state, 2, "F001", FeatureStatus::Failing);
                flipped(&mut state, 2, "F002", FeatureStatus::Passing);
            }
        }
        let found = state.setbacks();
        let said: Vec<_> = found
            .iter()
            .map(|back| (back.feature.id.as_str(), back.session.0, back.again.map(|session| session.0)))
            .collect();
        assert_eq!(said, [("F002", 2, Some(2)), ("F001", 2, None)]);
        assert_eq!(found[0].feature.text, "what F002 does");
        assert_eq!(
            (found[0].by, found[0].reason.as_str()),
            (FlipBy::Harness, "the smoke test fails")
        );
    }
}
