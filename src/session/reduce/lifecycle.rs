//! Runs and sessions: opening, closing, limits.

use super::At;
use crate::protocol::event::{LimitRaised, LimitReached, RunEnded, RunStarted, SessionEnded, SessionStarted, StopRequested};
use crate::protocol::{CallStatus, SessionNo, TestPurpose, TurnNo};
use crate::session::Headway;
use crate::session::headway::Track;
use crate::session::state::{Activity, Run, RunningTests, Session, State, Totals};
use crate::session::steering::Hold;
use crate::session::timeline::ItemKind;
use jiff::SignedDuration;

impl State {
    pub(super) fn run_started(&mut self, at: At, event: &RunStarted) {
        self.run_starts.push(at.seq);
        self.project.clone_from(&event.project);
        self.workspace.clone_from(&event.workspace);
        self.forget_worktree(&event.workspace);
        self.abandon_open_session(at);
        self.tests.end();
        self.end_run_rules(at);
        // What the run before told of is old news.
        self.lost_edits.retain(|lost| !lost.is_told);
        // An order of work is for the run that it was given to.
        self.lose_edits();
        self.features.skipped.clear();
        self.features.picked.clear();
        self.features.rows.iter_mut().for_each(|row| row.track.is_given_up = false);
        self.run = Some(Run {
            id: event.run.clone(),
            model: event.model.clone(),
            endpoint: event.endpoint.clone(),
            sandbox: event.sandbox.clone(),
            window: event.window.clone(),
            earlier: event
                .earlier
                .as_ref()
                .map(|earlier| earlier.files.clone())
                .unwrap_or_default(),
            put_back: Vec::new(),
            limits: event.limits,
            autonomy: event.autonomy,
            begun: at.seq,
            started: at.time,
            ended: None,
            interrupted: None,
            first_session: self
                .sessions
                .last()
                .map_or(SessionNo(1), |last| last.number.next())
                .max(at.session),
            stopping: None,
            stop_asked: None,
            hold: Hold::Free,
            held_because: None,
            paused: SignedDuration::ZERO,
            waited: SignedDuration::ZERO,
            failure: None,
            limit: None,
            totals: Totals::default(),
        });
    }

    pub(super) fn run_ended(&mut self, at: At, event: &RunEnded) {
        self.abandon_open_session(at);
        self.end_run_rules(at);
        self.end_pause_item(at);
        if let Some(run) = &mut self.run {
            run.ended = Some((at.time, event.outcome, event.reason.clone()));
            run.stopping = None;
            run.release(at.time);
        }
        self.open_gates.clear();
        self.forget_questions();
        self.tests.end();
        self.end_orders(at);
    }

    /// What the last session's end called next by the run's orders is told anew: they end with the run.
    fn end_orders(&mut self, at: At) {
        self.lose_edits();
        if self.features.picked.is_empty() && self.features.skipped.is_empty() {
            return;
        }
        let next = self.next_feature().map(|(row, _)| row.feature.id.clone());
        let first = self.run.as_ref().map_or(SessionNo(1), |run| run.first_session);
        let Some(session) = self.sessions.last_mut().filter(|session| session.number >= first) else {
            return;
        };
        if let Some((_, ended)) = &mut session.ended {
            ended.next.clone_from(&next);
        }
        let closed = session.items.iter_mut().rev().find_map(|item| match &mut item.kind {
            ItemKind::Closed(ended) => Some((ended, &mut item.revision)),
            _ => None,
        });
        if let Some((ended, revision)) = closed {
            ended.next = next;
            *revision = at.seq;
        }
    }

    /// Nothing of the run goes on, and nothing of it waits. A later run, or a later word of the same log, is none of its business.
    pub(super) fn run_interrupted(&mut self, at: At) {
        if self.run.as_ref().is_none_or(|run| run.ended.is_some()) {
            return;
        }
        self.abandon_open_session(at);
        self.tests.end();
        if let Some(run) = &mut self.run {
            run.interrupted = Some(at.time);
            run.stopping = None;
            run.release(at.time);
        }
        self.end_orders(at);
    }

    pub(super) const fn stop_requested(&mut self, at: At, event: &StopRequested) {
        if let Some(run) = &mut self.run {
            run.stopping = Some(event.mode);
            run.stop_asked = Some(at.time);
        }
    }

    pub(super) const fn stop_cancelled(&mut self) {
        if let Some(run) = &mut self.run {
            run.stopping = None;
            run.stop_asked = None;
        }
    }

    pub(super) fn session_started(&mut self, at: At, event: &SessionStarted) {
        self.abandon_open_session(at);
        // Its start may run commands of the project.
        self.tests.commanded = at.seq;
        let mut headway = Headway::default();
        if let Some(kept) = self.checkpoints.last() {
            headway.stand(&kept.made.tree);
        }
        let mut session = Session {
            number: at.session,
            role: event.role,
            model: event.model.clone(),
            context_window: event.context_window,
            head: event.head.clone(),
            started: at.time,
            ended: None,
            feature: None,
            turn: TurnNo(0),
            context_tokens: 0,
            orientation: None,
            window: Vec::new(),
            totals: Totals::default(),
            activity: Activity::Orienting,
            activity_since: at.time,
            retry: None,
            headway,
            track: Track::default(),
            items: Vec::new(),
            calls: std::collections::HashMap::new(),
            open_blocks: std::collections::BTreeMap::new(),
            alone: std::collections::BTreeMap::new(),
        };
        session.push(at, ItemKind::Opened { role: event.role });
        self.sessions.push(session);
        self.window_rules.consume();
    }

    pub(super) fn session_ended(&mut self, at: At, event: &SessionEnded) {
        self.end_measured_turn(at);
        if let Some(session) = self.session_mut(at.session) {
            session.close(at, "void: the session ended");
            session.push(at, ItemKind::Closed(event.clone()));
            session.ended = Some((at.time, event.clone()));
        }
        if event.dirty.is_empty() {
            self.unjudged = None;
        }
        self.end_session_rules(at);
        self.open_gates.clear();
        self.forget_questions();
        self.end_tests_of_session();
    }

    pub(super) fn limit_reached(&mut self, at: At, event: &LimitReached) {
        if let Some(run) = &mut self.run {
            run.limit = Some(event.clone());
        }
        self.push(at, ItemKind::Limit(event.clone()));
    }

    pub(super) fn limit_raised(&mut self, at: At, event: &LimitRaised) {
        if let Some(run) = &mut self.run {
            run.limits = event.limits;
            run.limit = None;
        }
        self.push(at, ItemKind::LimitRaised(event.clone()));
    }

    /// A session without an end in front of a new beginning was cut off by a crash: nothing of it runs any more.
    fn abandon_open_session(&mut self, at: At) {
        if let Some(session) = self.sessions.last_mut()
            && session.ended.is_none()
        {
            session.close(at, "void: the run was interrupted");
        }
        self.open_gates.clear();
        self.forget_questions();
        self.end_tests_of_session();
    }

    /// A person's test run outlives the session beside which it was begun.
    fn end_tests_of_session(&mut self) {
        let asked = |running: &RunningTests| running.purpose == TestPurpose::Asked;
        self.tests.running = self.tests.running.take().filter(asked);
    }
}

impl Session {
    /// Nothing runs in this session any more: open blocks count as whole, open calls as cancelled, open questions as withdrawn,
    /// open gates as decided in the words of `gates`.
    fn close(&mut self, at: At, gates: &str) {
        self.headway.close();
        self.close_blocks(at);
        for item in &mut self.items {
            match &mut item.kind {
                ItemKind::Call(call) if matches!(call.status, CallStatus::Pending | CallStatus::InProgress) => {
                    call.status = CallStatus::Cancelled;
                }
                ItemKind::Question { answer, .. } if answer.is_none() => {
                    *answer = Some(("never answered".into(), "the session's end".into()));
                }
                ItemKind::Gate { decision, .. } if decision.is_none() => *decision = Some(gates.into()),
                _ => continue,
            }
            item.revision = at.seq;
        }
        self.act(at, Activity::Ended);
    }
}
