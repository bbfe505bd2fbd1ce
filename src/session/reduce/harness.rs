//! Orientation and test runs.

use super::At;
use crate::protocol::event::{
    OrientationFinished, PreCommitStarted, TestRunDropped, TestRunFinished, TestRunProgressed, TestRunQueued, TestRunStarted,
};
use crate::protocol::naming::names;
use crate::protocol::{CaseStatus, Oid, Seq, TestCase, TestPurpose, TestRun, TestTotals};
use crate::session::state::{Activity, CaseHistory, Flaky, QueuedTests, RunningTests, State, Steady, TestBoard};
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

    pub(super) fn test_run_queued(&mut self, at: At, event: &TestRunQueued) {
        // It may wait for one thing after the other.
        let since = self.tests.queued.as_ref().map_or(at.time, |queued| queued.since);
        self.tests.queued = Some(QueuedTests {
            only: event.only.clone(),
            behind: event.behind,
            since,
        });
    }

    pub(super) fn test_run_started(&mut self, at: At, event: &TestRunStarted) {
        if event.purpose == TestPurpose::Asked {
            self.tests.queued = None;
        }
        self.tests.running = Some(RunningTests {
            purpose: event.purpose,
            command: event.command.clone(),
            only: event.only.clone(),
            since: at.time,
            totals: TestTotals::default(),
            failed: Vec::new(),
            last: String::new(),
        });
        if !is_beside(event.purpose)
            && let Some(session) = self.session_mut(at.session)
        {
            session.act(at, Activity::Testing);
        }
    }

    pub(super) fn test_run_progressed(&mut self, event: &TestRunProgressed) {
        if let Some(running) = &mut self.tests.running {
            running.totals = event.totals;
            running.failed.extend(event.failed.iter().cloned());
            running.last.clone_from(&event.last);
        }
    }

    pub(super) fn test_run_finished(&mut self, at: At, event: &TestRunFinished) {
        self.measure_tests(at, &event.run);
        self.tests.record(at, &event.run);
        for name in self.ended_by(&event.run) {
            self.tests.record_end(at.seq, name, &event.run);
        }
        self.present_tested(at, &event.run);
        self.doubt(at, &event.run, &event.gone);
        let alone = self.features.of_tests(&event.run.only);
        if let Some(session) = self.session_mut(at.session) {
            if !alone.is_empty() {
                session.alone.insert(at.seq, alone);
            }
            session.push(at, ItemKind::Tests(Box::new(event.run.clone())));
        }
        self.goes_on(at, event.run.purpose);
    }

    /// The tests of one feature that ended their own run: of several nobody knows whose doing it was.
    fn ended_by<'a>(&self, run: &'a TestRun) -> &'a [String] {
        let alone = !run.only.is_empty() && !run.moved && run.was_ended();
        let of_one = || {
            let mut rows = self.features.rows.iter();
            rows.any(|row| run.only.iter().all(|name| names(&row.feature, name)))
        };
        if alone && (run.only.len() == 1 || of_one()) {
            &run.only
        } else {
            &[]
        }
    }

    pub(super) fn test_run_dropped(&mut self, at: At, event: &TestRunDropped) {
        if event.purpose == TestPurpose::Asked {
            self.tests.queued = None;
        }
        // What was refused at once never began; another run may be under way.
        if self
            .tests
            .running
            .as_ref()
            .is_some_and(|running| running.purpose == event.purpose)
        {
            self.tests.running = None;
            self.goes_on(at, event.purpose);
        }
    }

    pub(super) fn pre_commit_started(&mut self, at: At, event: &PreCommitStarted) {
        if let Some(session) = self.session_mut(at.session) {
            session.act(at, Activity::Hook(event.timeout_seconds));
        }
    }

    /// What the session does after something that ran for a purpose.
    pub(super) fn goes_on(&mut self, at: At, purpose: TestPurpose) {
        if !is_beside(purpose)
            && let Some(session) = self.session_mut(at.session)
        {
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

/// Whether the session goes its own way while such a run is made.
const fn is_beside(purpose: TestPurpose) -> bool {
    matches!(purpose, TestPurpose::Asked | TestPurpose::Agent)
}

impl TestBoard {
    fn record(&mut self, at: At, run: &TestRun) {
        self.running = None;
        let mut named = vec![false; self.cases.len()];
        for case in &run.cases {
            let flaky = run
                .ground()
                .filter(|ground| run.compares(case) && self.is_flaky(case, ground))
                .cloned();
            let place = *self.by_name.entry(case.name.clone()).or_insert_with(|| {
                self.cases.push(CaseHistory {
                    name: case.name.clone(),
                    results: Vec::new(),
                    duration_ms: None,
                    detail: String::new(),
                    apart: None,
                    changes: Vec::new(),
                    steady: None,
                    flaky: None,
                });
                self.cases.len() - 1
            });
            named.resize(self.cases.len(), false);
            if let Some(history) = self.cases.get_mut(place) {
                named[place] = true;
                if !run.is_whole() {
                    history.apart = Some((at.seq, case.status));
                }
                if let Some(ground) = run.ground() {
                    history.stand(case, ground, (at.seq, run.purpose));
                }
                if let (Some(ground), Some(tree)) = (flaky, run.tree.clone()) {
                    let (run, session) = (at.seq, at.session);
                    history.flaky = Some(Flaky {
                        run,
                        session,
                        ground,
                        tree,
                    });
                }
                history.duration_ms = case.duration_ms;
                history.detail.clone_from(&case.detail);
                history.push(case.status);
            }
        }
        if !run.is_whole() {
            return;
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

impl TestBoard {
    /// Keeps that a test ended its own run before it told its result.
    fn record_end(&mut self, run: Seq, name: &str, of: &TestRun) {
        let place = self.by_name.get(name).copied();
        let Some(history) = place.and_then(|place| self.cases.get_mut(place)) else {
            return;
        };
        if of.cases.iter().any(|case| case.name == name) {
            return;
        }
        let code = of
            .exit_code
            .map_or_else(String::new, |code| format!(", with exit code {code}"));
        history.duration_ms = None;
        history.detail = format!("it ended the program that runs the tests early{code}, before it told its result");
        history.apart = Some((run, CaseStatus::Failed));
        history.push(CaseStatus::Failed);
    }
}

impl CaseHistory {
    fn push(&mut self, result: CaseStatus) {
        self.results.push(result);
        if self.results.len() > HISTORY {
            self.results.remove(0);
        }
    }

    /// Keeps what it did on a state of the program.
    fn stand(&mut self, case: &TestCase, ground: &Oid, (seq, purpose): (Seq, TestPurpose)) {
        let before = self.steady.take().filter(|steady| steady.ground == *ground);
        let (failed, passed) = before.map_or((None, None), |before| (before.failed, before.passed));
        let did = |status| case.status == status || case.attempts.contains(&status);
        self.steady = Some(Steady {
            ground: ground.clone(),
            failed: did(CaseStatus::Failed).then_some((seq, purpose)).or(failed),
            passed: did(CaseStatus::Passed).then_some(seq).or(passed),
        });
    }
}
