//! Orientation and test runs.

use super::At;
use crate::protocol::TestRun;
use crate::protocol::event::{OrientationFinished, TestRunFinished, TestRunStarted};
use crate::session::state::{Activity, CaseHistory, State, TestBoard};
use crate::session::timeline::ItemKind;

/// Results kept of one test.
const HISTORY: usize = 64;

impl State {
    pub(super) fn orientation_finished(&mut self, at: At, event: &OrientationFinished) {
        if let Some(session) = self.session_mut(at.session) {
            session.orientation = Some((event.tokens, event.share));
            session.push(at, ItemKind::Orientation(event.clone()));
        }
    }

    pub(super) fn test_run_started(&mut self, at: At, event: &TestRunStarted) {
        self.tests.running = Some((event.command.clone(), at.time));
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Testing);
        }
    }

    pub(super) fn test_run_finished(&mut self, at: At, event: &TestRunFinished) {
        self.tests.record(at, &event.run);
        self.present_tested(at, &event.run);
        if let Some(session) = self.session_mut(at.session) {
            session.push(at, ItemKind::Tests(Box::new(event.run.clone())));
            // Before the first turn the harness is still gathering; later it works for a tool call.
            let next = if session.turn.0 == 0 {
                Activity::Orienting
            } else {
                Activity::Tool
            };
            session.act(at, next);
        }
    }
}

impl TestBoard {
    fn record(&mut self, at: At, run: &TestRun) {
        self.running = None;
        let mut named = vec![false; self.cases.len()];
        for case in &run.cases {
            let place = *self.by_name.entry(case.name.clone()).or_insert_with(|| {
                self.cases.push(CaseHistory {
                    name: case.name.clone(),
                    results: Vec::new(),
                    duration_ms: None,
                    detail: String::new(),
                    changes: Vec::new(),
                });
                self.cases.len() - 1
            });
            named.resize(self.cases.len(), false);
            if let Some(history) = self.cases.get_mut(place) {
                named[place] = true;
                history.duration_ms = case.duration_ms;
                history.detail.clone_from(&case.detail);
                history.results.push(case.status);
                if history.results.len() > HISTORY {
                    history.results.remove(0);
                }
            }
        }
        for (case, named) in self.cases.iter_mut().zip(named) {
            let now = if named { case.results.last().copied() } else { None };
            if case.changes.last().map(|(_, last)| *last) != Some(now) {
                case.changes.push((at.seq, now));
            }
        }
        self.latest = Some((at.session, at.seq, run.clone()));
    }
}
