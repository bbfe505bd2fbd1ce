//! A person's edits of the feature list: ids that moved, and what stands beside a feature from then on.
//!
//! A feature is known by its id. In a list without ids of its own an id is a place, so an edit may give many features another one; the
//! event tells which. Invariant: flips, evidence, sessions, commits, and what was skipped or picked go with the feature, not with the
//! number; what the transcript said before stays as it was said.

use super::At;
use crate::protocol::event::{ExternalKind, FeatureEditQueued, FeatureListEdited};
use crate::protocol::{FeatureEdit, FeatureId};
use crate::session::Headway;
use crate::session::state::{HandEdit, State};
use crate::session::steering::{LostEdit, QueuedEdit};
use crate::session::timeline::ItemKind;

impl State {
    pub(super) fn edit_queued(&mut self, at: At, event: &FeatureEditQueued) {
        self.queued_edits.push(QueuedEdit {
            edit: event.edit.clone(),
            reason: event.reason.clone(),
            since: at.time,
        });
    }

    /// The run that was to make them is over.
    pub(super) fn lose_edits(&mut self) {
        let lost = std::mem::take(&mut self.queued_edits).into_iter();
        self.lost_edits.extend(lost.map(|queued| LostEdit {
            edit: queued.edit,
            is_told: false,
        }));
    }

    pub(super) fn edit_refused(&mut self, edit: &FeatureEdit) {
        self.edit_waits_no_more(edit);
        for lost in self.lost_edits.iter_mut().filter(|lost| lost.edit == *edit) {
            lost.is_told = true;
        }
    }

    pub(super) fn edit_waits_no_more(&mut self, edit: &FeatureEdit) {
        if let Some(at) = self.queued_edits.iter().position(|queued| queued.edit == *edit) {
            self.queued_edits.remove(at);
        }
    }

    pub(super) fn feature_list_edited(&mut self, at: At, event: &FeatureListEdited) {
        self.edit_waits_no_more(&event.edit);
        let of = event.edit.feature();
        self.lost_edits
            .retain(|lost| lost.edit != event.edit && (of.is_none() || lost.edit.feature() != of));
        self.present_noted();
        self.measure(at, Headway::begin_anew);
        self.hand_commits
            .extend(event.commit.iter().map(|commit| (at.seq, commit.clone())));
        if let Some(row) = event.edit.feature().and_then(|id| self.features.get_mut(id)) {
            row.edits.push(HandEdit {
                time: at.time,
                session: at.session,
                title: event.title.clone(),
                reason: event.reason.clone(),
                commit: event.commit.clone(),
                seq: at.seq,
            });
        }
        if let FeatureEdit::Remove { feature } = &event.edit {
            self.forget_feature(feature, event);
        }
        if !event.renamed.is_empty() {
            let board = &mut self.features;
            let rows = board.rows.iter_mut().map(|row| &mut row.feature.id);
            let worked_on = self.sessions.iter_mut().filter_map(|session| session.feature.as_mut());
            let kept = self.checkpoints.iter_mut().filter_map(|kept| kept.feature.as_mut());
            let steered = board.skipped.iter_mut().chain(&mut board.picked);
            for id in rows.chain(steered).chain(worked_on).chain(kept) {
                *id = event.id_now(id);
            }
        }
        let why = if event.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", event.reason)
        };
        let text = format!("{}{why}", event.title);
        let what = ExternalKind::FeatureList;
        self.push(at, ItemKind::ByHand { what, text });
    }

    /// A feature that was removed has no row any more. Where another one gets its id, nothing may go over to that one.
    fn forget_feature(&mut self, gone: &FeatureId, event: &FeatureListEdited) {
        let board = &mut self.features;
        board.rows.retain(|row| row.feature.id != *gone);
        for ids in [&mut board.skipped, &mut board.picked] {
            ids.retain(|id| id != gone);
        }
        if event.renamed.iter().any(|one| one.to == *gone) {
            let sessions = self.sessions.iter_mut().map(|session| &mut session.feature);
            let kept = self.checkpoints.iter_mut().map(|kept| &mut kept.feature);
            for named in sessions.chain(kept).filter(|named| named.as_ref() == Some(gone)) {
                *named = None;
            }
        }
    }
}
