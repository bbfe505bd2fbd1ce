//! One function per topic; this file only sends each event to its topic.

mod check;
mod checkpoint;
mod features;
mod gate;
mod harness;
mod headway;
mod lifecycle;
mod plan;
mod present;
mod rule;
mod steer;
mod tool;
mod turn;
mod window;
mod worktree;

#[cfg(test)]
mod steer_tests;
#[cfg(test)]
mod tests;

use super::headway::Headway;
use super::phase::Phase;
use super::state::{Activity, Fate, FeatureRow, Session, State};
use super::timeline::{Item, ItemKind};
use crate::protocol::event::ExternalKind;
use crate::protocol::{Envelope, Event, FORMAT_VERSION, SessionNo, TestPurpose};
use jiff::Timestamp;

/// Where and when the event being folded happened.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) seq: crate::protocol::Seq,
    time: Timestamp,
    pub(super) session: SessionNo,
}

impl State {
    /// Folds one envelope in. Envelopes must come in order of `seq`; one that was folded already is ignored.
    pub fn apply(&mut self, envelope: &Envelope) {
        if envelope.seq <= self.last_seq && self.last_seq.0 > 0 {
            return;
        }
        let at = At {
            seq: envelope.seq,
            time: envelope.time,
            session: envelope.session,
        };
        self.last_seq = at.seq;
        self.last_time = Some(at.time);
        if !self.is_beside_the_work(&envelope.event) {
            self.last_sign = Some(at.time);
        }
        match &envelope.event {
            Event::RunStarted(event) => self.run_started(at, event),
            Event::RunEnded(event) => self.run_ended(at, event),
            Event::RunInterrupted(_) => self.run_interrupted(at),
            Event::StopRequested(event) => self.stop_requested(at, event),
            Event::StopCancelled(_) => self.stop_cancelled(),
            Event::PauseRequested(event) => self.pause_requested(at, event),
            Event::PauseCancelled(_) => self.pause_cancelled(),
            Event::RunPaused(paused) => self.run_paused(at, paused),
            Event::RunResumed(_) => self.run_resumed(at),
            Event::MessageQueued(event) => self.message_queued(at, event),
            Event::MessageEdited(event) => self.message_edited(event),
            Event::MessageWithdrawn(event) => self.message_gone(event.message, Fate::Withdrawn),
            Event::MessageDelivered(event) => {
                self.message_gone(event.message, Fate::Delivered);
                self.measure(at, Headway::begin_anew);
            }
            Event::RunOrderChanged(event) => self.run_order_changed(event),
            // Told to whoever is looking; it changes nothing.
            Event::SteerRefused(_) | Event::MoveRefused(_) | Event::ReviewRefused(_) => {}
            Event::SessionStarted(event) => self.session_started(at, event),
            Event::SessionEnded(event) => self.session_ended(at, event),
            Event::LimitReached(event) => self.limit_reached(at, event),
            Event::LimitRaised(event) => self.limit_raised(at, event),
            Event::CirclingSeen(event) => self.circling_seen(at, event),
            Event::RepositoryObserved(event) => {
                if self.repository.as_ref().is_some_and(|last| last.head != event.head) {
                    self.features.rows.iter_mut().for_each(FeatureRow::note_commit);
                }
                self.present_observed(event);
            }
            Event::FeatureListLoaded(event) => self.feature_list_loaded(event),
            Event::FeatureSelected(event) => self.feature_selected(at, event),
            Event::FeatureFlipped(event) => self.feature_flipped(at, event),
            Event::FeatureHeld(event) => {
                if let Some(row) = self.features.get_mut(&event.feature) {
                    row.held = Some(event.clone());
                }
            }
            Event::OrientationFinished(event) => self.orientation_finished(at, event),
            Event::PromptSent(event) => {
                self.push(
                    at,
                    ItemKind::Prompt {
                        from: event.from.clone(),
                        text: event.text.clone(),
                    },
                );
            }
            Event::TurnStarted(event) => self.turn_started(at, event),
            Event::RequestRetried(event) => self.request_retried(at, event),
            Event::RequestFailed(event) => self.request_failed(at, event),
            Event::BlockStarted(event) => self.block_started(at, event),
            Event::BlockDelta(event) => self.block_delta(at, event),
            Event::BlockFinished(event) => self.block_finished(at, event),
            Event::ResponseFinished(event) => self.response_finished(at, event),
            Event::TurnInterrupted(event) => self.turn_interrupted(at, event),
            Event::ToolStarted(event) => self.tool_started(at, event),
            Event::ToolOutputAppended(event) => self.tool_output_appended(at, event),
            Event::ToolFinished(event) => self.tool_finished(at, event),
            Event::RulingMade(event) => self.ruling_made(at, event),
            Event::BreachFound(event) => {
                self.note_strange(at, &event.commits);
                self.push(at, ItemKind::Breach(event.clone()));
            }
            Event::ExternalChangeSeen(event) => {
                match event.what {
                    ExternalKind::Tree => self.present_changed(),
                    ExternalKind::FeatureList | ExternalKind::Notes => self.present_noted(),
                    ExternalKind::Refs | ExternalKind::Processes => {}
                }
                self.files_moved(event);
                if let Some((run, what)) = self.run.as_mut().zip(event.put_back()) {
                    run.put_back.push(what);
                }
                self.measure(at, Headway::begin_anew);
                self.push(at, ItemKind::External(event.clone()));
            }
            Event::VerifyDeclared(event) => self.verify_command = Some(event.command.clone()),
            Event::CheckRan(event) => self.check_ran(at, event),
            Event::RegressionTraced(event) => self.regression_traced(at, event),
            Event::TestRunQueued(event) => self.test_run_queued(at, event),
            Event::TestRunStarted(event) => self.test_run_started(at, event),
            Event::TestRunProgressed(event) => self.test_run_progressed(event),
            Event::TestRunFinished(event) => self.test_run_finished(at, event),
            Event::TestRunDropped(event) => self.test_run_dropped(at, event),
            Event::PreCommitStarted(event) => self.pre_commit_started(at, event),
            Event::PreCommitFinished(_) => self.goes_on(at, TestPurpose::Commit),
            Event::NoteAdded(event) => {
                self.present_noted();
                let text = event.text.clone();
                self.push(at, ItemKind::Note { text });
            }
            Event::QuestionAsked(event) => self.question_asked(at, event),
            Event::QuestionHeld(event) => self.question_held(event),
            Event::QuestionReleased(event) => self.question_released(event),
            Event::QuestionAnswered(event) => self.question_answered(at, event),
            Event::QuestionWithdrawn(event) => self.question_withdrawn(at, event),
            Event::RuleAdded(event) => self.rule_added(at, event),
            Event::RuleRevoked(event) => self.rule_revoked(at, event),
            Event::RuleUsed(event) => self.rule_used(at, event),
            Event::GateOpened(event) => self.gate_opened(at, event),
            Event::GateCommented(event) => self.gate_commented(event),
            Event::GateDecided(event) => self.gate_decided(at, event),
            Event::GateAnswerRefused(event) => self.gate_answer_refused(event),
            Event::AutonomyChanged(event) => self.autonomy_changed(event),
            Event::CommitReviewed(event) => self.commit_reviewed(event),
            Event::CheckpointMade(event) => self.checkpoint_made(at, event),
            Event::CheckpointsDropped(event) => self.checkpoints_dropped(at, event),
            Event::RolledBack(event) => self.rolled_back(at, event),
            Event::CommitMade(event) => self.commit_made(at, event),
            Event::NotesEdited(event) => self.notes_edited(at, event),
            Event::NotesSaveRefused(_) => {}
            Event::FeatureListEdited(event) => self.feature_list_edited(at, event),
            Event::FeatureEditQueued(event) => self.edit_queued(at, event),
            Event::FeatureEditRefused(event) => self.edit_refused(&event.edit),
            Event::SectionRuled(event) => self.section_ruled(event),
            Event::WindowComposed(event) => self.window_composed(at, event),
            Event::WorktreeTaken(event) => self.worktree_taken(at, event),
            Event::WorktreeFinished(event) => self.worktree_finished(event),
            Event::Unknown(raw) => {
                self.unknown_events += 1;
                self.push(at, ItemKind::Unknown(raw.clone()));
            }
        }
        self.note_running(at);
    }

    /// Keeps since when the state word is "running".
    fn note_running(&mut self, at: At) {
        let runs = self.phase().0 == Phase::Running;
        self.running_since = runs.then(|| self.running_since.unwrap_or(at.time));
    }

    /// Folds in what a reader found out besides the log, which does not hold it, as of the log's last word.
    pub fn tell(&mut self, event: impl Into<Event>) {
        let sign = self.last_sign;
        self.apply(&Envelope {
            v: FORMAT_VERSION,
            seq: self.last_seq.next(),
            time: self.last_time.unwrap_or(Timestamp::UNIX_EPOCH),
            session: self.current().map_or(SessionNo(0), |session| session.number),
            event: event.into(),
        });
        // What is looked up now is no sign that the agent works.
        self.last_sign = sign;
    }

    /// Folds a whole log.
    #[must_use]
    pub fn fold<'a>(envelopes: impl IntoIterator<Item = &'a Envelope>) -> Self {
        let mut state = Self::default();
        for envelope in envelopes {
            state.apply(envelope);
        }
        state
    }

    /// The session an event belongs to. Events of sessions that the log never opened are dropped: there is nowhere to show them.
    fn session_mut(&mut self, number: SessionNo) -> Option<&mut Session> {
        match self.sessions.last_mut() {
            Some(last) if last.number == number => self.sessions.last_mut(),
            _ => self.sessions.iter_mut().rev().find(|session| session.number == number),
        }
    }

    fn push(&mut self, at: At, kind: ItemKind) {
        if let Some(session) = self.session_mut(at.session) {
            session.push(at, kind);
        }
    }

    /// Adds to the sums of the project, the run, the session and its feature at once.
    fn count(&mut self, at: At, add: impl Fn(&mut super::state::Totals)) {
        add(&mut self.totals);
        if let Some(run) = &mut self.run {
            add(&mut run.totals);
        }
        let mut feature = None;
        if let Some(session) = self.session_mut(at.session) {
            add(&mut session.totals);
            feature.clone_from(&session.feature);
        }
        if let Some(row) = feature.and_then(|id| self.features.get_mut(&id)) {
            add(&mut row.totals);
        }
    }
}

impl Session {
    fn push(&mut self, at: At, kind: ItemKind) {
        self.items.push(Item {
            seq: at.seq,
            revision: at.seq,
            time: at.time,
            turn: self.turn,
            kind,
        });
    }

    /// Changes an item in place; its revision moves so that render caches notice.
    fn amend(&mut self, index: usize, at: At, change: impl FnOnce(&mut ItemKind)) {
        if let Some(item) = self.items.get_mut(index) {
            change(&mut item.kind);
            item.revision = at.seq;
        }
    }

    fn act(&mut self, at: At, activity: Activity) {
        if self.ended.is_none() && self.activity != activity {
            self.activity = activity;
            self.activity_since = at.time;
        }
        if activity != Activity::Retrying {
            self.retry = None;
        }
    }
}
