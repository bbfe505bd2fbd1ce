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
            row.regressed = fails && (row.regressed || passed);
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
        let facts = self.let_through.take().filter(|(tree, _)| *tree == event.tree);
        self.commits.push(Commit {
            time: at.time,
            session: at.session,
            seq: at.seq,
            present: self.present.clone(),
            made: event.clone(),
            facts: facts.map(|(_, facts)| facts),
        });
        self.push(at, ItemKind::Commit(event.clone()));
    }
}

impl FeatureBoard {
    pub(super) fn get_mut(&mut self, id: &FeatureId) -> Option<&mut FeatureRow> {
        self.rows.iter_mut().find(|row| &row.feature.id == id)
    }
}
