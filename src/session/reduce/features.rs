//! The feature list: loading, choosing, flipping; commits made for a feature.

use super::At;
use crate::protocol::event::{CommitInfo, CommitMade, FeatureFlipped, FeatureListLoaded, FeatureSelected, FlipBy};
use crate::protocol::{FeatureId, FeatureStatus};
use crate::session::Headway;
use crate::session::state::{Commit, FeatureBoard, FeatureRow, Flip, State};
use crate::session::timeline::ItemKind;
use std::collections::HashMap;

/// Commits that the Git pane keeps in memory.
const RECENT_COMMITS: usize = 200;

impl State {
    pub(super) fn feature_list_loaded(&mut self, event: &FeatureListLoaded) {
        self.features.path.clone_from(&event.path);
        self.features.notices.clone_from(&event.notices);
        let mut old: HashMap<FeatureId, FeatureRow> = std::mem::take(&mut self.features.rows)
            .into_iter()
            .map(|row| (row.feature.id.clone(), row))
            .collect();
        for feature in &event.features {
            let mut row = old.remove(&feature.id).unwrap_or_default();
            let passed = row.feature.status == FeatureStatus::Passing;
            let fails = feature.status != FeatureStatus::Passing;
            row.reopened &= fails;
            // What was never committed, and is not in the files any more, has not ceased to work.
            let lost = passed && fails && row.is_pending();
            row.uncommitted = fails && (row.uncommitted || lost);
            row.regressed = fails && (row.regressed || passed && !lost);
            row.doubt = row.doubt.filter(|_| !fails);
            row.feature = feature.clone();
            self.features.rows.push(row);
        }
    }

    pub(super) fn feature_selected(&mut self, at: At, event: &FeatureSelected) {
        self.end_measured_turn(at);
        self.measure(at, Headway::begin_anew);
        if let Some(row) = self.features.get_mut(&event.feature)
            && row.sessions.last() != Some(&at.session)
        {
            row.sessions.push(at.session);
        }
        if let Some(session) = self.session_mut(at.session) {
            session.feature = Some(event.feature.clone());
            session.push(at, ItemKind::Selected(event.clone()));
        }
    }

    pub(super) fn feature_flipped(&mut self, at: At, event: &FeatureFlipped) {
        self.present_noted();
        if let Some(row) = self.features.get_mut(&event.feature) {
            let fails = event.to != FeatureStatus::Passing;
            let by_hand = event.by == FlipBy::Human;
            let fell = event.from == FeatureStatus::Passing;
            // A person who sets it open has broken nothing, nor has who did not commit it.
            row.regressed = fails && (row.regressed || fell && !by_hand && !event.is_uncommitted());
            row.uncommitted &= fails && !fell;
            row.reopened = fails && (row.reopened || fell && by_hand);
            // The flag that an edit changes is told after it.
            if let Some(edit) = row.edits.last_mut().filter(|edit| by_hand && edit.seq.next() == at.seq) {
                edit.seq = at.seq;
                if let Some((seq, _)) = self
                    .hand_commits
                    .last_mut()
                    .filter(|(_, commit)| edit.commit.as_ref() == Some(commit))
                {
                    *seq = at.seq;
                }
            }
            row.feature.status = event.to;
            row.doubt = None;
            row.held = None;
            if event.to == FeatureStatus::Passing {
                row.track.handed_off = 0;
            }
            // What the list said beyond that was of the state before.
            row.feature.word.clear();
            row.flips.push(Flip {
                time: at.time,
                session: at.session,
                seq: at.seq,
                to: event.to,
                by: event.by,
                evidence: event.evidence.clone(),
                reason: event.reason.clone(),
                in_commit: false,
            });
        }
        if event.to == FeatureStatus::Passing {
            self.measure_proof(at);
            self.features.picked.retain(|id| id != &event.feature);
        }
        self.push(at, ItemKind::Flipped(event.clone()));
    }

    pub(super) fn commit_made(&mut self, at: At, event: &CommitMade) {
        self.unjudged = None;
        self.measure_proof(at);
        self.present_committed(event);
        self.note_debt(event);
        let before = self.commits.last().map(|commit| commit.seq).unwrap_or_default();
        for row in &mut self.features.rows {
            row.note_commit();
            let is_own = event.feature.as_ref() == Some(&row.feature.id);
            // It was claimed in a session whose commit was not made: this one takes its files along.
            let flip = row
                .flips
                .last()
                .filter(|flip| flip.to == FeatureStatus::Passing && flip.seq > before);
            let has_one = |flip: &Flip| {
                let own = self.commits.iter().filter(|commit| commit.session == flip.session);
                own.clone().any(|commit| row.commits.contains(&commit.made.commit))
            };
            if is_own || flip.is_some_and(|flip| !has_one(flip)) {
                row.commits.push(event.commit.clone());
            }
        }
        if let Some(repository) = &mut self.repository
            && repository.head != Some(event.commit.clone())
        {
            let subject = event.message.lines().next().unwrap_or_default().to_owned();
            let info = CommitInfo {
                id: event.commit.clone(),
                subject,
                author: String::new(),
                time: at.time,
            };
            repository.commits.insert(0, info);
            repository.commits.truncate(RECENT_COMMITS);
            repository.head = Some(event.commit.clone());
            repository.total += 1;
            repository.dirty.clear();
        }
        let through = self.let_through.take().filter(|through| through.tree == event.tree);
        let (facts, approved_by) = through.map(|through| (through.facts, through.by)).unzip();
        self.commits.push(Commit {
            time: at.time,
            session: at.session,
            seq: at.seq,
            present: self.present.clone(),
            made: event.clone(),
            facts,
            approved_by,
        });
        self.push(at, ItemKind::Commit(event.clone()));
    }
}

impl FeatureBoard {
    pub(super) fn get_mut(&mut self, id: &FeatureId) -> Option<&mut FeatureRow> {
        self.rows.iter_mut().find(|row| &row.feature.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::event::{GateDecided, RepositoryObserved};
    use crate::protocol::{Event, Feature, GateDecision, GateId, samples};
    use crate::session::state::Unjudged;

    fn list(passes: bool) -> Event {
        let status = if passes {
            FeatureStatus::Passing
        } else {
            FeatureStatus::Failing
        };
        FeatureListLoaded {
            path: "feature_list.json".into(),
            features: vec![Feature {
                id: "F001".into(),
                status,
                ..Feature::default()
            }],
            notices: Vec::new(),
        }
        .into()
    }

    fn passes() -> Event {
        FeatureFlipped {
            feature: "F001".into(),
            from: FeatureStatus::Failing,
            to: FeatureStatus::Passing,
            by: FlipBy::Harness,
            evidence: None,
            reason: "its tests pass".into(),
        }
        .into()
    }

    fn denied() -> Event {
        GateDecided {
            gate: GateId(1),
            decision: GateDecision::Reject,
            by: "human".into(),
            reason: "too long".into(),
            tree: Some("aaaa".into()),
            message: None,
            comments: Vec::new(),
            seen: None,
        }
        .into()
    }

    fn head(commit: &str) -> Event {
        RepositoryObserved {
            branch: "main".into(),
            head: Some(commit.into()),
            dirty: Vec::new(),
            commits: Vec::new(),
            total: 1,
            tree: None,
            code: None,
        }
        .into()
    }

    fn told(events: Vec<Event>) -> State {
        let mut state = State::default();
        state.tell(samples::session_started());
        events.into_iter().for_each(|event| state.tell(event));
        state
    }

    #[test]
    fn what_was_never_committed_and_is_gone_is_not_committed_and_not_broken() {
        let state = told(vec![head("c1"), list(false), passes(), denied(), head("c1"), list(false)]);
        let row = &state.features.rows[0];
        assert_eq!((row.regressed, state.is_uncommitted(row)), (false, true));
        assert_eq!(
            state.next_feature().map(|(_, why)| why),
            Some(crate::session::next::UNCOMMITTED)
        );
        // Somebody committed it, by hand: then it worked, and does not.
        let state = told(vec![head("c1"), list(false), passes(), denied(), head("c2"), list(false)]);
        let row = &state.features.rows[0];
        assert_eq!((row.regressed, state.is_uncommitted(row)), (true, false));
    }

    #[test]
    fn what_passes_by_files_whose_commit_was_denied_says_so_until_one_is_made() {
        let mut events = vec![head("c1"), list(false), passes(), denied()];
        let state = told(events.clone());
        assert!(state.is_denied(&state.features.rows[0]));
        let words = state.unjudged.as_ref().map(Unjudged::words).unwrap_or_default();
        assert_eq!(words, "you denied the commit of s0, and none was made since: too long");
        events.push(samples::commit_made("c2", None).into());
        let state = told(events);
        assert!(!state.is_denied(&state.features.rows[0]) && state.unjudged.is_none());
    }
}
