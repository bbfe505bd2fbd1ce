//! Feeds the measure of headway from events.

use super::At;
use crate::protocol::event::{CheckRan, CheckpointCause, CheckpointMade, CirclingSeen, CirclingStep, ToolFinished};
use crate::protocol::{FeatureStatus, TestPurpose, TestRun, ToolKind};
use crate::session::Headway;
use crate::session::headway::Track;
use crate::session::state::State;
use crate::session::timeline::{Call, ItemKind};

/// Length of the shortest name of a test that says in a command what is run.
const SHORTEST: usize = 4;

impl State {
    /// The turn is over; its beat goes to the feature that it was for.
    pub(super) fn end_measured_turn(&mut self, at: At) {
        let Some(session) = self.session_mut(at.session).filter(|session| session.turn.0 > 0) else {
            return;
        };
        let beat = session.headway.end_turn();
        session.track.add(beat);
        let feature = session.feature.clone();
        if let Some(row) = feature.and_then(|id| self.features.get_mut(&id)) {
            row.track.add(beat);
        }
    }

    pub(super) fn measure(&mut self, at: At, how: impl FnOnce(&mut Headway)) {
        if let Some(session) = self.session_mut(at.session).filter(|session| session.ended.is_none()) {
            how(&mut session.headway);
        }
    }

    pub(super) fn measure_call(&mut self, at: At, event: &ToolFinished) {
        let failed = event.exit_code.is_some_and(|code| code != 0);
        // Asked only where it makes a difference: tests may be many, and so may calls.
        let asked = self.session(at.session).and_then(|session| {
            let call = session.call(&event.call)?;
            (failed || session.headway.knows(call)).then_some(call)
        });
        let runs_tests = asked.is_some_and(|call| self.runs_tests(call));
        let Some(session) = self.session_mut(at.session) else { return };
        let item = session.calls.get(&event.call).and_then(|index| session.items.get(*index));
        if let Some(ItemKind::Call(call)) = item.map(|item| &item.kind) {
            session.headway.called(call, event, runs_tests);
        }
    }

    /// Says whether a call runs tests, as far as is known of them: the tool for it, or a command that names the project's test command
    /// or a file in which tests were found.
    pub(super) fn runs_tests(&self, call: &Call) -> bool {
        let named = |name: &str| name.len() >= SHORTEST && call.title.contains(name);
        let file = |case: &str| case.split_once(": ").map_or(case, |(file, _)| file).to_owned();
        match call.kind {
            Some(ToolKind::Execute) => {
                self.verify_command.as_deref().is_some_and(named) || self.tests.cases.iter().any(|case| named(&file(&case.name)))
            }
            _ => call.tool == "run_tests",
        }
    }

    pub(super) fn measure_files(&mut self, at: At, event: &CheckpointMade) {
        let Some(session) = self.session_mut(at.session) else { return };
        let call = event.call.as_ref().and_then(|call| session.call(call));
        let kind = call.and_then(|call| call.kind);
        match (event.cause, kind) {
            // What the harness's own tools write, such as a note, is no work on the project.
            (CheckpointCause::Step, Some(ToolKind::Other)) => {}
            (CheckpointCause::Step, Some(_)) => session.headway.became(&event.tree, &event.wrote),
            _ => session.headway.stand(&event.tree),
        }
    }

    pub(super) fn measure_tests(&mut self, at: At, run: &TestRun) {
        let feature = self.session(at.session).and_then(|session| session.feature.as_ref());
        let row = feature.and_then(|id| self.features.get(id));
        let passes = row.is_some_and(|row| row.feature.status == FeatureStatus::Passing);
        self.measure(at, |headway| headway.tested(run, passes));
    }

    pub(super) fn measure_check(&mut self, at: At, event: &CheckRan) {
        if let (TestPurpose::Evidence, Some(failure)) = (event.run.purpose, event.run.failure()) {
            let subject = format!("check of {}", event.run.feature);
            self.measure(at, |headway| headway.check_failed(&subject, &failure));
        }
    }

    /// A commit was made or a feature passes. What a session does that was told to hand off is no new course.
    pub(super) fn measure_proof(&mut self, at: At) {
        self.measure(at, Headway::proved);
        let session = self.session(at.session);
        let feature = session
            .filter(|session| !session.headway.is_handed_off())
            .and_then(|session| session.feature.clone());
        if let Some(row) = feature.and_then(|id| self.features.get_mut(&id)) {
            row.track.handed_off = 0;
        }
    }

    pub(super) fn circling_seen(&mut self, at: At, event: &CirclingSeen) {
        let row = event.feature.as_ref().and_then(|id| self.features.get_mut(id));
        match (event.step, row) {
            (CirclingStep::Told, _) => self.measure(at, |headway| headway.told(event.rounds, at.time)),
            (CirclingStep::HandedOff, row) => {
                if let Some(Track { handed_off, .. }) = row.map(|row| &mut row.track) {
                    *handed_off += 1;
                }
                self.measure(at, |headway| {
                    headway.told(event.rounds, at.time);
                    headway.hand_off();
                });
            }
            (CirclingStep::Asked, Some(row)) => row.track.handed_off = 0,
            (CirclingStep::Skipped, Some(row)) => (row.track.handed_off, row.track.is_given_up) = (0, true),
            (CirclingStep::Asked | CirclingStep::Skipped, None) => {}
        }
        self.push(at, ItemKind::Circling(event.clone()));
    }
}
